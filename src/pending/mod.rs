//! Calls that programs configure and await.

pub(crate) mod conditional;

use std::{fmt, future::IntoFuture, marker::PhantomData};

use bytes::Bytes;
use gapi_transport::BoxFuture;
use serde::de::DeserializeOwned;

use self::conditional::ConditionalCall;
use crate::{
    Client, Error, Fields, LongRunning, Request, Response, ResponseStream, Wait,
    client::prepared::Prepared,
    execute,
    fields::Part,
    http::HttpRequest,
    outlined_box::OutlinedBox,
    request::{
        Call, entity_tag::EntityTag, from_response::FromResponse, option_setters::option_setters,
        options::CallOptions,
    },
};

impl Client {
    /// Returns `request` as a call of this client: await it, or set options first.
    pub fn send<R: Request>(&self, request: R) -> PendingCall<R::Response> {
        PendingCall::new(self, request.into_call())
    }
}

/// A request together with the client that will send it. Await it for the answer; options can be set before.
///
/// ```no_run
/// # async fn example<R: gapi::Request>(request: R, client: gapi::Client) -> Result<(), gapi::Error> {
/// use std::time::Duration;
/// let answer = client.send(request).timeout(Duration::from_secs(10)).header("x-goog-request-reason", "audit").await?;
/// # Ok(()) }
/// ```
///
/// Nothing happens before it is awaited; dropping the future stops the call.
#[must_use = "nothing is sent until this is awaited"]
pub struct PendingCall<R> {
    prepared: OutlinedBox<Prepared>,
    answer: PhantomData<fn() -> R>,
}

impl<R> PendingCall<R> {
    /// `call` through `client`. The request's own `send` is the way to get here.
    pub fn new(client: &Client, call: Call) -> Self {
        Self {
            prepared: Prepared::new(client, call),
            answer: PhantomData,
        }
    }

    /// Sets all that `options` sets.
    pub fn options(mut self, options: CallOptions) -> Self {
        let earlier = std::mem::take(&mut self.prepared.options);
        self.prepared.options = options.or(&earlier);
        self
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.prepared.options
    }

    /// The request as data.
    pub fn call(&self) -> &Call {
        &self.prepared.call
    }

    /// What would be sent with this client and these options, without credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when it cannot be sent.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        execute::preview(&self.prepared)
    }

    /// Asks for the answer only if it is another one than that with this etag (`if-none-match`): awaited, it gives `None` where it is not. The value is
    /// sent as given: with the quotes that the API's own etags have.
    pub fn if_none_match(self, etag: impl EntityTag) -> ConditionalCall<R> {
        ConditionalCall::new(self, etag.into_text())
    }

    async fn raw_response(self) -> Result<execute::RawResponse, Error> {
        execute::execute(&self.prepared).await
    }

    /// Sends, and gives the answer's bytes undecoded, with status and headers. gzip is undone, other encodings stay, and `content-encoding` names them. An error answer is still
    /// an error.
    ///
    /// # Errors
    /// Whatever keeps the call from a success; never [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    pub fn raw(self) -> BoxFuture<'static, Result<Response<Bytes>, Error>> {
        Box::pin(async move {
            execute::execute(&self.prepared)
                .await
                .map(execute::RawResponse::into_raw)
        })
    }

    /// Sends, and gives the answer's text undecoded. Bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// As for [`raw`](Self::raw); [`ErrorKind::Decode`](crate::ErrorKind::Decode) where the server encoded the text in another way than gzip.
    pub fn text(self) -> BoxFuture<'static, Result<String, Error>> {
        Box::pin(async move { execute::execute(&self.prepared).await?.text() })
    }

    /// Asks for a part of the answer only, and reads it as a type of your own: its fields give the mask
    /// ([`fields`](Self::fields)) and the type of the answer.
    ///
    /// See [`Fields`](trait@Fields).
    pub fn select<T: Fields + FromResponse + Part<R>>(mut self) -> PendingCall<T> {
        self.prepared.options.set_param("fields", T::mask());
        PendingCall {
            prepared: self.prepared,
            answer: PhantomData,
        }
    }

    /// Sends, and reads the answer as a type of your own instead of the document's: a part of it for
    /// [`fields`](Self::fields), or a list where a streaming method answers one.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) when the answer has another form; else as for [`raw`](Self::raw).
    pub fn json<T: DeserializeOwned>(self) -> BoxFuture<'static, Result<T, Error>> {
        Box::pin(async move { execute::execute(&self.prepared).await?.json() })
    }
}

impl<R: LongRunning> PendingCall<R> {
    /// Sends, and waits for the operation that the method starts.
    pub fn wait(self) -> Wait<R> {
        Wait::started_by(self.prepared, None)
    }
}

impl<R: FromResponse> PendingCall<R> {
    /// Sends, and gives the elements of the answer as they arrive: for methods that answer a list of what the document declares, or events for
    /// [`alt("sse")`](Self::alt).
    pub fn stream(self) -> ResponseStream<R> {
        ResponseStream::new(self.prepared)
    }

    /// Sends, and gives status and headers with the answer.
    ///
    /// # Errors
    /// Whatever keeps the call from a success.
    pub fn with_meta(self) -> BoxFuture<'static, Result<Response<R>, Error>> {
        Box::pin(async move { execute::execute(&self.prepared).await?.decode() })
    }
}

impl<R: FromResponse> IntoFuture for PendingCall<R> {
    type Output = Result<R, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            execute::execute(&self.prepared)
                .await?
                .decode()
                .map(Response::into_inner)
        })
    }
}

impl<R> fmt::Debug for PendingCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall")
            .field("call", &self.prepared.call)
            .field("options", &self.prepared.options)
            .finish_non_exhaustive()
    }
}
