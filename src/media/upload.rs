//! A request with media.

use std::{fmt, marker::PhantomData, sync::Arc};

use gapi_transport::Body;

use super::{
    Media, Progress, StartUpload, UploadSession,
    checksum::Checksum,
    content::Content,
    described::{self, Form, GOOGLE_TYPES},
    encode::encode,
    plan::{Code, Outgoing, SMALL, Way},
    progress::Watcher,
    resumable::Driver,
    source::{Meter, Source},
};
use crate::{
    Client, Error, ErrorKind,
    client::prepared::Prepared,
    execute::{self, Answered, State, Step},
    http::HttpRequest,
    http::streamed::Streamed,
    method::Verb,
    outlined_box::OutlinedBox,
    pending::PendingCall,
    request::{Call, Request, Transfer, from_response::FromResponse, options::CallOptions},
};

/// A request together with the media that it uploads. A value like the request itself: send it, store it, send it again where the media lasts.
///
/// The method's `maxSize` and `accept` are checked before anything is sent. The HTTP requests go to the API's `upload/` URL, below the
/// endpoint that the client was given.
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
/// **Which way.** Up to 8 MiB travel with the request: as the whole body where there is no JSON body (a simple upload), else behind it in one `multipart/related` message (RFC
/// 2387). More, and what has no known end, goes in chunks into a resumable session, where the method has those; elsewhere it is streamed with the request.
/// [`in_one_request`](Self::in_one_request) and [`resumable`](Self::resumable) decide otherwise.
///
/// **What goes wrong in a session** is made good by the [retry policy](crate::RetryPolicy), whose attempts and deadline begin anew whenever the server has more than before. After a connection
/// that broke or an answer that makes no sense the server is asked what it has, and the upload goes on there. A session that the server gave up is begun
/// anew where the media can be read from its beginning again; if all of it was sent and the response to that was lost, only where the call is safe to repeat. When everything is sent, the size and the checksums that the answer tells are compared with what was sent.
#[must_use = "an upload does nothing until it is sent"]
pub struct Upload<R> {
    call: Call,
    answer: PhantomData<fn() -> R>,
}

impl<R> Upload<R> {
    /// `call` with `media`. The request's own `upload` is the way to get here.
    pub fn new(mut call: Call, media: impl Into<Media>) -> Self {
        call.transfer = Transfer::Upload(Box::new(Outgoing::new(media.into())));
        Self {
            call,
            answer: PhantomData,
        }
    }

    /// Leaves the JSON body out, whatever the request was given: the media is the whole body (`uploadType=media`).
    pub fn media_only(mut self) -> Self {
        self.call.body = None;
        self
    }

    /// Sends the media with the request, however large it is.
    pub fn in_one_request(self) -> Self {
        self.set(|outgoing| outgoing.way = Some(Way::OneRequest))
    }

    /// Sends the media in a session, however small it is.
    pub fn resumable(self) -> Self {
        self.set(|outgoing| outgoing.way = Some(Way::Resumable))
    }

    /// How many bytes of a session travel in one request: a multiple of 256 KiB; 8 MiB unless set. Larger chunks are faster, smaller ones lose less when a connection breaks. Of a reader
    /// or a stream, so much is kept in memory.
    pub fn chunk_size(self, bytes: u64) -> Self {
        self.set(|outgoing| outgoing.chunk = Some(bytes))
    }

    /// Sends a session's bytes in one request, which is the fastest way. Not for media that comes from a reader or a stream, of which it would keep
    /// everything in memory.
    pub fn one_chunk(self) -> Self {
        self.chunk_size(u64::MAX)
    }

    /// Calls `callback` as the media goes. It counts the bytes that were handed to the connection, and falls back to what the server
    /// has when something breaks. What travels in one request from memory is told of once, at its end.
    pub fn on_progress(self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.set(|outgoing| outgoing.watcher = Watcher::new(callback))
    }

    /// Goes on with a session that was begun before, maybe by another process. The media must be the same from its beginning: what the server has
    /// already is passed over. It is read nevertheless, and media whose first bytes are others than those that the session knows is refused, before any of it is sent.
    pub fn resume(self, session: UploadSession) -> Self {
        self.set(|outgoing| {
            outgoing.way = Some(Way::Resumable);
            outgoing.session = Some(session);
        })
    }

    /// Begins a session, and leaves it to the caller when the next chunk goes: await it, or set options first.
    pub fn start(self, client: &Client) -> StartUpload<R> {
        StartUpload::new(client, self.resumable().call)
    }

    /// Sends the request; await the answer, or set options first.
    pub fn send(self, client: &Client) -> PendingCall<R> {
        PendingCall::new(client, self.call)
    }

    /// What would be sent first, without credentials: the request with its media, or the one that begins a session. The boundary between JSON and media is another
    /// one each time.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the method does not accept the media, a parameter cannot stand in
    /// the path, the body could not be encoded, or the media comes from a reader or a stream and would be in this request.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        self.call.to_http()
    }

    fn set(mut self, change: impl FnOnce(&mut Outgoing)) -> Self {
        if let Transfer::Upload(outgoing) = &mut self.call.transfer {
            change(outgoing);
        }
        self
    }
}

impl<R: FromResponse> Request for Upload<R> {
    type Response = R;

    fn call(&self) -> &Call {
        &self.call
    }

    fn into_call(self) -> Call {
        self.call
    }
}

impl<R> Clone for Upload<R> {
    fn clone(&self) -> Self {
        Self {
            call: self.call.clone(),
            answer: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Upload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upload").field(&self.call).finish()
    }
}

pub(super) static CODE: Code = Code {
    encode,
    send: |prepared, outgoing| Box::pin(send(prepared, outgoing)),
    copies: |request| {
        let request = request.clone();
        Box::new(move || request.clone())
    },
};

/// Sends a call with its media, whichever way that goes, and gives the answer.
async fn send(prepared: &Prepared, outgoing: &Outgoing) -> Result<Answered, Error> {
    let state = Arc::new(State::default());
    let work = async {
        let (outgoing, source) = open(prepared, &state, outgoing.clone()).await?;
        let way = outgoing.way(prepared.call.method);
        match way.map_err(usage(prepared))? {
            Way::Resumable => {
                let prepared = OutlinedBox::new(prepared.clone());
                let state = Arc::clone(&state);
                let driver = Driver::begin(prepared, outgoing, source, state).await?;
                driver.finish().await
            }
            Way::OneRequest => one_request(prepared, &state, outgoing, source).await,
        }
    };
    execute::many(prepared, &state, work).await
}

/// Begins the session of a call.
pub(crate) async fn start(prepared: OutlinedBox<Prepared>) -> Result<Driver, Error> {
    let Transfer::Upload(outgoing) = &prepared.call.transfer else {
        return Err(Error::usage("the call has no media"));
    };
    let (method, outgoing) = (prepared.call.method, (**outgoing).clone());
    let state = Arc::new(State::default());
    let mut limit = execute::whole_call(&prepared, &execute::effective_options(&prepared));
    let counted = Arc::clone(&state);
    let work = async {
        let (outgoing, source) = open(&prepared, &state, outgoing).await?;
        outgoing.way(method).map_err(usage(&prepared))?;
        Driver::begin(prepared, outgoing, source, Arc::clone(&state)).await
    };
    execute::within(limit.as_mut(), &counted, work)
        .await
        .map_err(|error| error.at(method.id, None).counting(counted.exchanges()))
}

/// Opens the media, after the checks that need no look at it.
async fn open(
    prepared: &Prepared,
    state: &State,
    mut outgoing: Outgoing,
) -> Result<(Outgoing, Source), Error> {
    let method = prepared.call.method;
    outgoing.way(method).map_err(usage(prepared))?;
    outgoing.content_type(method).map_err(usage(prepared))?;
    let place = |error: Error| error.at(method.id, None);
    state.enter(Step::Media);
    let mut source = Source::open(&outgoing.media.content).await.map_err(place)?;
    source.keep_time(&prepared.client.inner.clock);
    // What has no known end may be small nevertheless.
    let may_be_whole =
        outgoing.way.is_none() && method.upload.as_ref().is_some_and(|upload| upload.simple);
    if source.len().is_none()
        && may_be_whole
        && let Some(bytes) = source.all(SMALL).await.map_err(place)?
    {
        outgoing.media.content = Content::Bytes(bytes);
        source = Source::open(&outgoing.media.content).await.map_err(place)?;
    }
    outgoing.len = source.len();
    Ok((outgoing, source))
}

/// Sends the media with the request.
async fn one_request(
    prepared: &Prepared,
    state: &State,
    mut outgoing: Outgoing,
    mut source: Source,
) -> Result<Answered, Error> {
    let place = |error: Error| error.at(prepared.call.method.id, None);
    outgoing.way = Some(Way::OneRequest);
    let meter = Meter::new(
        Checksum::new(wants_md5(&execute::effective_options(prepared))),
        outgoing.watcher.clone(),
    );
    let small = match &outgoing.media.content {
        Content::Bytes(bytes) => Some(bytes.clone()),
        _ => source.all(SMALL).await.map_err(place)?,
    };
    outgoing.media.content = match small {
        Some(bytes) => {
            meter.seen(0, &bytes);
            Content::Bytes(bytes)
        }
        None => Content::Streamed(streamed(source, &meter).await.map_err(place)?),
    };
    let watcher = outgoing.watcher.clone();
    let answered = execute::within_call(&with(prepared, outgoing), state).await?;
    let checksum = meter.checksum();
    let sent = Sent {
        len: checksum.at(),
        checksum: Some(&checksum),
    };
    check(&prepared.call, &answered, &sent).map_err(place)?;
    watcher.tell(sent.len, Some(sent.len));
    Ok(answered)
}

/// All of the source, as it is read.
async fn streamed(mut source: Source, meter: &Meter) -> Result<Streamed, Error> {
    let len = source.len();
    if !source.is_lasting() {
        let body = Body::from_stream(source.into_stream(meter.clone()), len);
        return Ok(Streamed::once(body));
    }
    let window = Arc::new(source.window(0, u64::MAX, meter).await?);
    let meter = meter.clone();
    Ok(Streamed::new(len, move || Some(window.body(len, &meter))))
}

/// The same call with other media.
pub(crate) fn with(prepared: &Prepared, outgoing: Outgoing) -> Prepared {
    let mut prepared = prepared.clone();
    prepared.call.transfer = Transfer::Upload(Box::new(outgoing));
    prepared
}

fn usage(prepared: &Prepared) -> impl Fn(String) -> Error {
    let method = prepared.call.method.id;
    move |why| Error::usage(why).at(method, None)
}

/// Whether the answer could tell an MD5.
pub(crate) fn wants_md5(options: &CallOptions) -> bool {
    described::mentions_md5(options.get_param("fields"))
}

/// What was sent.
pub(crate) struct Sent<'a> {
    pub(crate) len: u64,
    pub(crate) checksum: Option<&'a Checksum>,
}

/// Compares what an answer says of the media with what was sent.
pub(crate) fn check(call: &Call, answered: &Answered, sent: &Sent<'_>) -> Result<(), Error> {
    let body = answered.content();
    described::check_answer(&body, sent.len, sent.checksum, form(call))
        .map_err(|why| mismatch(&why, answered))
}

/// The media arrived as something else than was sent. The error keeps the answer, which tells what there is now.
pub(crate) fn mismatch(why: &str, answered: &Answered) -> Error {
    Error::new(
        ErrorKind::Media,
        format!("the media did not arrive as it was sent: {why}"),
    )
    .with_answer(
        answered.status,
        answered.headers.clone(),
        answered.body.clone(),
    )
}

/// How the server keeps the media of a call. Drive makes documents of its own where that is asked for, and where one is there already.
fn form(call: &Call) -> Form {
    let asked = call
        .parameters()
        .any(|(name, value)| name == "convert" && value == "true");
    let named = || {
        let body: serde_json::Value = serde_json::from_slice(call.body()?).ok()?;
        let kind = body.get("mimeType")?.as_str()?;
        Some(kind.starts_with(GOOGLE_TYPES))
    };
    if asked || named() == Some(true) {
        Form::Converted
    } else if matches!(call.method.verb, Verb::Put | Verb::Patch) {
        Form::AsBefore
    } else {
        Form::AsSent
    }
}
