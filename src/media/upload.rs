//! A request that uploads media.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use bytes::Bytes;
use gapi_transport::BoxFuture;
use serde::de::DeserializeOwned;

use super::{
    Progress, StartUpload, UploadSession,
    content::{Content, IntoMedia},
    plan::{ProgressCallback, UploadPlan, UploadProtocol},
    resumable::start_content,
    send_upload::{self, MediaBody, one_request_content},
};
use crate::{
    Client, Error, LongRunning, Response, Wait,
    client::Prepared,
    execute::{self, RawResponse, response_methods},
    http::{HttpRequest, UploadContent, preview_upload},
    method::Method,
    outlined_box::OutlinedBox,
    request::{
        Call, from_response::FromResponse, option_setters::option_setters, unsent::is_no_future,
    },
};
use gapi_auth::RedactedPath;

/// A request together with the media that it uploads. A value that can be stored, and cloned to be sent again.
///
/// `maxSize` and `accept` of the method are checked before anything is sent. The HTTP requests are sent to the `upload/`
/// URL of the API, below the endpoint of the client.
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse>(request: gapi::Upload<R>, client: gapi::Client) -> Result<R, gapi::Error> {
/// let file = request
///     .on_progress(|progress| println!("{} bytes", progress.bytes))
///     .send(&client)
///     .fields("id,name")
///     .await?;
/// # Ok(file) }
/// ```
///
/// **Protocol.** Media of up to 8 MiB is sent in one request: as its body if there is no JSON body (a simple upload), otherwise after
/// the JSON body in a `multipart/related` message (RFC 2387). Larger media, and media of unknown length, is sent in chunks (a
/// resumable upload) if the method supports that, otherwise in one request. [`in_one_request`](Self::in_one_request) and
/// [`resumable`](Self::resumable) set the protocol.
///
/// **Failures of a resumable upload** are retried by the [retry policy](crate::RetryPolicy); its counter and deadline reset whenever
/// the server confirms more bytes. After a connection error or an invalid response, the server is asked how many bytes it has, and
/// the upload resumes there. A session that the server has ended is replaced by a new one if the media can be read from its
/// beginning. If all bytes were sent and the response was lost, a new session begins only if the call is safe to repeat.
///
/// **Integrity.** Size and checksums in the response are compared with the media that was sent.
#[must_use = "an upload does nothing until it is sent"]
pub struct Upload<R> {
    call: Call,
    plan: Box<UploadPlan>,
    response: PhantomData<fn() -> R>,
}

impl<R> Upload<R> {
    /// Returns the upload of `media` with `call`. Usually called by the request's `upload`.
    pub fn new(call: Call, media: impl IntoMedia) -> Self {
        Self {
            call,
            plan: Box::new(UploadPlan::new(media.into_media())),
            response: PhantomData,
        }
    }

    /// Removes the JSON body, so that the media is the whole body (`uploadType=media`).
    pub fn media_only(mut self) -> Self {
        self.call.body = None;
        self
    }

    /// Sends the media in one request, also if it is large.
    pub fn in_one_request(mut self) -> Self {
        self.plan.protocol = Some(UploadProtocol::OneRequest);
        self
    }

    /// Sends the media by a resumable upload, also if it is small.
    pub fn resumable(mut self) -> Self {
        self.plan.protocol = Some(UploadProtocol::Resumable);
        self
    }

    /// Sets the length of a chunk of a resumable upload in bytes: a multiple of 256 KiB. The default is 8 MiB.
    ///
    /// Larger chunks are faster; smaller ones lose less when a connection breaks. A chunk of a reader or a stream is held in memory.
    pub fn chunk_size(mut self, bytes: u64) -> Self {
        self.plan.chunk = Some(bytes);
        self
    }

    /// Sends all bytes of a resumable upload in one chunk, which is fastest. Not possible for a reader or a stream, which would be
    /// held in memory.
    pub fn one_chunk(self) -> Self {
        self.chunk_size(u64::MAX)
    }

    /// Sets a callback for the progress: the number of bytes that were passed to the connection.
    ///
    /// The number decreases to that of the server after a failure. For media in memory that is sent in one request, the callback is
    /// called once, at the end.
    pub fn on_progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.plan.callback = ProgressCallback::new(callback);
        self
    }

    /// Resumes an upload that was begun before, also by another process.
    ///
    /// The media must be the same. It is read from its beginning, and the bytes that the server has are not sent. If its first bytes
    /// differ from those that the session describes, the upload fails before any of it is sent.
    pub fn resume(mut self, session: UploadSession) -> Self {
        self.plan.session = Some(session);
        self.resumable()
    }

    /// Begins a resumable upload whose chunks the caller sends one by one: await it, or set options first.
    pub fn start(self, client: &Client) -> StartUpload<R> {
        let upload = self.resumable();
        StartUpload {
            prepared: Prepared::new(client, upload.call),
            plan: upload.plan,
            response: PhantomData,
        }
    }

    /// Sends the request: await the response, or set options first.
    pub fn send(self, client: &Client) -> PendingUpload<R> {
        PendingUpload {
            prepared: Prepared::new(client, self.call),
            plan: self.plan,
            response: PhantomData,
        }
    }

    /// Returns the first HTTP request, without credentials: the one with the media, or the one that begins a resumable upload.
    ///
    /// The boundary between JSON and media is a different one each time.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the method does not accept the media, a parameter is not allowed in the
    /// path, the body could not be encoded, or the media of the request is a reader or a stream.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        preview_upload(&self.call, first_content(&self.plan, self.call.method))
    }
}

crate::__gapi_unsent!((R) Upload<R>: R);

impl<R> Clone for Upload<R> {
    fn clone(&self) -> Self {
        Self {
            call: self.call.clone(),
            plan: self.plan.clone(),
            response: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Upload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("call", &self.call)
            .field("plan", &self.plan)
            .finish()
    }
}

/// An [`Upload`] together with the client that sends it. Await it for the response; options can be set before.
///
/// Nothing is sent before it is awaited. Dropping the future stops the upload.
#[must_use = "nothing is sent until this is awaited"]
pub struct PendingUpload<R> {
    prepared: OutlinedBox<Prepared>,
    plan: Box<UploadPlan>,
    response: PhantomData<fn() -> R>,
}

is_no_future!((R: FromResponse) PendingUpload<R>: R);

impl<R> PendingUpload<R> {
    option_setters!(prepared.options);

    /// Returns the request without its media.
    pub fn call(&self) -> &Call {
        &self.prepared.call
    }

    /// Returns the first HTTP request with the options of this client and call, without credentials.
    ///
    /// # Errors
    /// As for [`Upload::to_http`].
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        let (prepared, method) = (&*self.prepared, self.prepared.call.method);
        let content = first_content(&self.plan, method);
        execute::upload_request(prepared, prepared.merged_options(), content)
    }
}

response_methods!(PendingUpload: send_upload::send, plan);

impl<R: FromResponse> IntoFuture for PendingUpload<R> {
    type Output = Result<R, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let response = self.with_meta();
        Box::pin(async move { response.await.map(Response::into_inner) })
    }
}

impl<R: LongRunning> PendingUpload<R> {
    /// Sends the upload, and waits for the operation that the method starts.
    pub fn wait(self) -> Wait<R> {
        let plan = self.plan;
        Wait::started_by(
            self.prepared,
            Some(Box::new(|prepared| {
                Box::pin(async move { send_upload::send(&prepared, *plan).await })
            })),
        )
    }
}

impl<R> fmt::Debug for PendingUpload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUpload")
            .field("call", &self.prepared.call)
            .field("plan", &self.plan)
            .field("options", &self.prepared.options)
            .finish_non_exhaustive()
    }
}

/// Makes the content of the first request, for a preview.
fn first_content<'a>(plan: &'a UploadPlan, method: &'static Method) -> Box<UploadContent<'a>> {
    Box::new(move |json| {
        let len = plan.measured_len()?;
        let protocol = plan.protocol(method, len)?;
        let content_type = plan.content_type(method)?;
        if protocol == UploadProtocol::Resumable {
            return Ok(start_content(json, content_type, len));
        }
        let media = match &plan.media.content {
            Content::Bytes(bytes) => bytes.clone(),
            Content::File(path) if len.is_some() => std::fs::read(path)
                .map_err(|why| format!("cannot read {}: {why}", RedactedPath::new(path)))?
                .into(),
            Content::File(_) | Content::OneTime(_) => {
                return Err(
                    "the media comes from a reader, a stream or a pipe, which is read when it is sent and not before"
                        .to_owned(),
                );
            }
        };
        Ok(one_request_content(
            json,
            content_type,
            MediaBody::Bytes(media),
        ))
    })
}
