//! Media as it arrives.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, future::poll_fn};
use gapi_transport::{BodyStream, BoxFuture};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

use super::{
    checksum::{Checksum, Stored},
    part::{self, Part, Place},
    progress::Watcher,
    version::{GENERATION, Version},
};
use crate::{
    Error, ErrorKind, Response,
    call::sending::Prepared,
    execute::{self, Opened, Retries, Timer},
    kept::Kept,
    retry::{Backoff, Next, Repeat},
};

/// The bytes of a download as they arrive, in order. Also a [`Stream`] of `Result<Bytes, Error>`.
///
/// ```no_run
/// # async fn example(download: gapi::Download) -> Result<(), gapi::Error> {
/// let mut chunks = download.stream().await?;
/// while let Some(chunk) = chunks.try_next().await? {
///     println!("{} bytes more", chunk.len());
/// }
/// # Ok(()) }
/// ```
///
/// Dropping it gives up the connection. After an error there is nothing more.
#[must_use = "nothing is read until a chunk is asked for"]
pub struct Chunks {
    /// The first answer.
    opened: Box<Opened>,
    /// `None` after the end.
    current: Option<Current>,
    /// The connection after one that broke, until it is there.
    reopening: Option<BoxFuture<'static, (Backoff, Result<Opened, Error>)>>,
    backoff: Option<Backoff>,
    /// Where the wanted bytes begin in the media, if that is known, and how many they are.
    start: Option<u64>,
    len: Option<u64>,
    given: u64,
    /// How many were given when a connection broke last.
    broke_at: u64,
    version: Version,
    checksum: Option<(Stored, Checksum)>,
    watcher: Watcher,
    /// How long the next chunk may still take; it runs while there is nothing to read.
    patience: Option<Timer>,
}

/// The body that is being read.
struct Current {
    body: BodyStream,
    declared: Option<u64>,
    arrived: u64,
    /// How many bytes are still to be passed over.
    skip: u64,
}

impl Current {
    fn of(opened: &mut Opened, place: Place) -> Self {
        Self {
            body: std::mem::take(&mut opened.body).into_stream(),
            declared: opened.declared,
            arrived: 0,
            skip: place.skip,
        }
    }
}

impl Chunks {
    pub(super) fn new(
        opened: Opened,
        asked: Option<Part>,
        watcher: Watcher,
    ) -> Result<Self, Error> {
        let answered = &opened.answered;
        let place = part::find(asked, answered.status, &answered.headers, opened.declared)
            .map_err(|why| {
                Error::new(ErrorKind::Media, format!("the server sent {why}"))
                    .at(answered.method.id, answered.url())
            })?;
        let is_whole = asked.is_none() && answered.status == StatusCode::OK;
        let checksum = is_whole.then(|| checksum(&answered.headers)).flatten();
        let version = Version::of(&answered.headers);
        let mut chunks = Self::plain(opened);
        if let Some(current) = &mut chunks.current {
            current.skip = place.skip;
        }
        Ok(Self {
            start: place.start,
            len: place.len,
            version,
            checksum,
            watcher,
            ..chunks
        })
    }

    /// The bytes of an answer as they come: what breaks does not go on, since they are no media that one could ask a part of.
    pub(crate) fn plain(mut opened: Opened) -> Self {
        let place = Place {
            start: None,
            skip: 0,
            len: opened.declared,
        };
        Self {
            current: Some(Current::of(&mut opened, place)),
            reopening: None,
            backoff: None,
            start: None,
            len: place.len,
            given: 0,
            broke_at: 0,
            version: Version::default(),
            checksum: None,
            watcher: Watcher::default(),
            patience: None,
            opened: Box::new(opened),
        }
    }

    /// The HTTP status, always a success; 206 for a range.
    pub fn status(&self) -> StatusCode {
        self.opened.answered.status
    }

    /// The headers of the first answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.opened.answered.headers
    }

    /// The `content-type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The number of bytes that will come in all, if the server says so.
    pub fn content_length(&self) -> Option<u64> {
        self.len
    }

    /// The next bytes; `None` after the last ones. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// The next bytes; `None` after the last ones.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`] when the connection breaks or ends too early, [`ErrorKind::Timeout`] when time runs out, [`ErrorKind::Media`] when what has
    /// arrived is not what the server has.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        self.next().await.transpose()
    }

    /// All bytes, as far as `answer_limit` allows.
    pub(super) async fn collect(mut self) -> Result<Response<Bytes>, Error> {
        let limit = self.opened.limit;
        if self.len.is_some_and(|len| len > limit as u64) {
            return Err(self.place(execute::too_long(limit)));
        }
        let mut all = BytesMut::new();
        while let Some(chunk) = self.try_next().await? {
            if chunk.len() > limit - all.len() {
                return Err(self.place(execute::too_long(limit)));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(self.respond(all.freeze()))
    }

    /// `value`, with what came around the bytes.
    pub(super) fn respond<T>(self, value: T) -> Response<T> {
        Response {
            value,
            status: self.opened.answered.status,
            headers: self.opened.answered.headers,
        }
    }

    /// `error`, with the method and the URL.
    pub(crate) fn place(&self, error: Error) -> Error {
        let answered = &self.opened.answered;
        error.at(answered.method.id, answered.url())
    }

    pub(crate) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        let polled = ready!(self.poll_body(cx));
        if !matches!(polled, Ok(Some(_))) {
            self.finish(polled.as_ref().err().map(Error::kind));
        }
        Poll::Ready(polled.map_err(|error| self.place(error)).transpose())
    }

    /// Gives up the connection: what was wanted has come.
    pub(crate) fn close(&mut self) {
        self.finish(None);
    }

    fn finish(&mut self, error: Option<ErrorKind>) {
        if self.current.take().is_some() {
            self.reopening = None;
            self.opened.span.bytes(self.given);
            self.opened.span.end(error);
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        if self.current.is_none() {
            return Poll::Ready(Ok(None));
        }
        loop {
            // However fast the bytes come.
            if let Some(late) = late(&mut self.opened.deadline, cx) {
                return Poll::Ready(Err(late));
            }
            if let Some(reopening) = &mut self.reopening {
                let (backoff, opened) = ready!(reopening.as_mut().poll(cx));
                self.reopening = None;
                self.backoff = Some(backoff);
                self.take_over(opened?)?;
            }
            if let Some(done) = ready!(self.poll_current(cx)?) {
                return Poll::Ready(Ok(done));
            }
        }
    }

    /// What the present body gives: bytes, `Some(None)` for the end, and `None` when it gives nothing to the caller now.
    fn poll_current(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Option<Bytes>>, Error>> {
        let Some(current) = &mut self.current else {
            return Poll::Ready(Ok(Some(None)));
        };
        let polled = current.body.as_mut().poll_next(cx);
        Poll::Ready(match polled {
            Poll::Ready(Some(Ok(chunk))) => {
                self.patience = None;
                current.arrived += chunk.len() as u64;
                match current.declared {
                    Some(declared) if current.arrived > declared => Err(Error::new(
                        ErrorKind::Transport,
                        format!("the answer goes on after its {declared} bytes"),
                    )),
                    _ => self.give(chunk),
                }
            }
            Poll::Ready(Some(Err(broken))) => self.broken(Error::transport(broken)),
            Poll::Ready(None) => match self.check_end() {
                Ok(()) => self.end(),
                Err(early) => self.broken(early),
            },
            Poll::Pending => {
                if self.patience.is_none() {
                    self.patience = self.opened.patience();
                }
                match late(&mut self.patience, cx) {
                    None => return Poll::Pending,
                    Some(late) => self.broken(late),
                }
            }
        })
    }

    /// Gives what of `chunk` is wanted.
    fn give(&mut self, mut chunk: Bytes) -> Result<Option<Option<Bytes>>, Error> {
        if let Some(current) = &mut self.current {
            let surplus = usize::try_from(current.skip).map_or(chunk.len(), |s| s.min(chunk.len()));
            current.skip -= surplus as u64;
            let _ = chunk.split_to(surplus);
        }
        let left = self.len.map(|len| len - self.given);
        if let Some(left) = left.and_then(|left| usize::try_from(left).ok()) {
            if chunk.is_empty() && left == 0 {
                return self.end();
            }
            chunk.truncate(left);
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        if let Some((_, checksum)) = &mut self.checksum {
            checksum.feed(self.given, &chunk);
        }
        self.given += chunk.len() as u64;
        self.watcher.tell(self.given, self.len);
        Ok(Some(Some(chunk)))
    }

    /// A stream that ends cleanly can still be a broken one.
    fn check_end(&self) -> Result<(), Error> {
        if let Some(Current {
            declared: Some(declared),
            arrived,
            ..
        }) = self.current
            && declared != arrived
        {
            return Err(execute::wrong_length(arrived, declared));
        }
        match self.len {
            Some(len) if len != self.given => Err(execute::wrong_length(self.given, len)),
            _ => Ok(()),
        }
    }

    fn end(&self) -> Result<Option<Option<Bytes>>, Error> {
        match &self.checksum {
            None => Ok(Some(None)),
            Some((stored, arrived)) => match stored.check(arrived) {
                Ok(()) => Ok(Some(None)),
                Err(why) => Err(Error::new(
                    ErrorKind::Media,
                    format!("the media did not arrive as it is stored: {why}"),
                )),
            },
        }
    }

    /// The connection broke: another one goes on where it was, if that is possible and the policy allows it.
    fn broken(&mut self, error: Error) -> Result<Option<Option<Bytes>>, Error> {
        self.patience = None;
        if self.len == Some(self.given) {
            return self.end();
        }
        let Some(again) = self.rest() else {
            return Err(error);
        };
        if error.repeat() == Repeat::Never {
            return Err(error);
        }
        let backoff = self.backoff.take().filter(|_| self.given == self.broke_at);
        let mut backoff = backoff.unwrap_or_else(|| {
            let options = execute::effective_options(&again);
            Backoff::new(&again.client.inner, &options).without_budget()
        });
        self.broke_at = self.given;
        match backoff.after(&error, |_| None) {
            Next::GiveUp(_) => Err(error),
            Next::Wait(wait) => {
                tracing::debug!(kind = %error.kind(), "the download broke; going on where it was");
                self.reopening = Some(Box::pin(async move {
                    backoff.sleep(wait).await;
                    let opened = execute::open(again, Retries::Step).await;
                    (backoff, opened)
                }));
                Ok(None)
            }
        }
    }

    /// The request for the bytes that are missing; `None` where nothing tells which version they would be of.
    fn rest(&self) -> Option<Kept<Prepared>> {
        let encoded = self.headers().contains_key(CONTENT_ENCODING);
        if !self.version.is_known() || encoded {
            return None;
        }
        let range = self.missing()?.header().ok()?;
        let mut again = self.opened.prepared.clone();
        again.options.set_header("range", Some(range));
        if let Some(etag) = self.version.etag() {
            again.options.set_header("if-range", Some(etag.clone()));
        }
        let knows = |name| again.call.method.parameters.iter().any(|p| p.name == name);
        let is_set = again.call.parameters().any(|(name, _)| name == GENERATION);
        if let (Some(generation), true, false) =
            (self.version.generation(), knows(GENERATION), is_set)
        {
            again.options.set_param(GENERATION, generation.to_owned());
        }
        Some(again)
    }

    fn missing(&self) -> Option<Part> {
        let start = self.start?;
        Some(Part::From {
            start: start + self.given,
            end: self.len.map(|len| start + len),
        })
    }

    /// Goes on with an answer to [`rest`](Self::rest).
    fn take_over(&mut self, mut opened: Opened) -> Result<(), Error> {
        let answered = &opened.answered;
        let wrong = |why: &str| {
            Error::new(
                ErrorKind::Media,
                format!(
                    "the download broke after {} bytes and cannot go on: {why}",
                    self.given
                ),
            )
        };
        if answered.headers.contains_key(CONTENT_ENCODING) {
            return Err(wrong("the server sent the rest in a compressed form"));
        }
        if !self.version.is_same(&Version::of(&answered.headers)) {
            return Err(wrong("the media is another version now"));
        }
        let place = part::find(
            self.missing(),
            answered.status,
            &answered.headers,
            opened.declared,
        )
        .map_err(|why| wrong(&format!("the server sent {why}")))?;
        self.current = Some(Current::of(&mut opened, place));
        Ok(())
    }
}

/// What to compare the whole of the media with, if the headers tell it. Of what is stored in a compressed form they tell the checksum of that form.
fn checksum(headers: &HeaderMap) -> Option<(Stored, Checksum)> {
    let stored = Stored::read(headers);
    let as_stored = headers
        .get("x-goog-stored-content-encoding")
        .is_none_or(|encoding| encoding == "identity");
    if stored.is_empty() || !as_stored || headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    let checksum = stored.checksum();
    Some((stored, checksum))
}

fn late(timer: &mut Option<Timer>, cx: &mut Context<'_>) -> Option<Error> {
    match timer.as_mut()?.poll_late(cx) {
        Poll::Ready(error) => Some(error),
        Poll::Pending => None,
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_chunk(cx)
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks")
            .field("method", &self.opened.answered.method.id)
            .field("status", &self.status())
            .field("given", &self.given)
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
