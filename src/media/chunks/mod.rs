//! Media as it arrives.

mod again;
mod current;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, future::poll_fn};
use gapi_transport::BoxFuture;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use self::current::{Current, Fault};
use super::{
    checked::Checked,
    part::{self, Part},
    progress::Watcher,
    version::Version,
};
use crate::{
    Error, ErrorKind, Response,
    error::Repeat,
    execute::{self, Backoff, Opened, State, Step, Timer},
    http::content_encoding::Coding,
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
    /// The first response.
    opened: Box<Opened>,
    /// `None` after the end.
    current: Option<Current>,
    /// How the bytes are encoded that are given, or were.
    coding: Coding,
    /// Whether that is undone.
    decode: bool,
    asked: Option<Part>,
    /// The connection after one that broke, until it is there.
    reopening: Option<BoxFuture<'static, (Backoff, Result<Opened, Error>)>>,
    backoff: Option<Backoff>,
    /// Where the wanted bytes begin in the media, if that is known, and how many they are.
    start: Option<u64>,
    len: Option<u64>,
    /// How long all of the media is, if that is known.
    total: Option<u64>,
    given: u64,
    /// How many were given when a connection broke last.
    broke_at: u64,
    version: Version,
    checked: Option<Checked>,
    watcher: Watcher,
    /// How long the next chunk may still take; it runs while there is nothing to read.
    patience: Option<Timer>,
}

impl Chunks {
    pub(super) fn new(
        opened: Opened,
        asked: Option<Part>,
        watcher: Watcher,
    ) -> Result<Self, Error> {
        let (answered, unread) = (&opened.answered, &opened.unread);
        let place =
            part::find(asked, answered.status, &answered.headers, unread.len()).map_err(|why| {
                Error::new(ErrorKind::Media, format!("the server sent {why}"))
                    .at(answered.method.id, answered.url())
                    .counting(opened.state.exchanges())
            })?;
        let is_whole = asked.is_none() && answered.status == StatusCode::OK;
        let checked = is_whole
            .then(|| Checked::of(&answered.headers, unread))
            .flatten();
        let version = Version::of(&answered.headers);
        let mut chunks = Self::plain(opened);
        if let Some(current) = &mut chunks.current {
            current.skip = place.skip;
        }
        Ok(Self {
            asked,
            start: place.start,
            len: place.len,
            total: place.total,
            version,
            checked,
            watcher,
            ..chunks
        })
    }

    /// The bytes of a response as they come: what breaks does not go on, since they are no media that one could ask a part of.
    pub(crate) fn plain(mut opened: Opened) -> Self {
        let unread = std::mem::take(&mut opened.unread);
        Self {
            coding: unread.coding.clone(),
            decode: unread.decode,
            asked: None,
            reopening: None,
            backoff: None,
            start: None,
            len: unread.len(),
            total: None,
            given: 0,
            broke_at: 0,
            version: Version::default(),
            checked: None,
            watcher: Watcher::default(),
            patience: None,
            current: Some(Current::of(unread, 0)),
            opened: Box::new(opened),
        }
    }

    /// Whether the bytes are another form of what travels.
    fn is_decoded(&self) -> bool {
        self.decode && self.coding != Coding::Identity
    }

    /// The HTTP status, always a success; 206 for a range.
    pub fn status(&self) -> StatusCode {
        self.opened.answered.status
    }

    /// The headers of the first response. Where its content was decoded, without `content-encoding` and `content-length`.
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
            attempts: self.opened.state.exchanges(),
        }
    }

    /// `error`, with the method, the URL and the number of exchanges.
    pub(crate) fn place(&self, error: Error) -> Error {
        let answered = &self.opened.answered;
        error
            .at(answered.method.id, answered.url())
            .counting(self.opened.state.exchanges())
    }

    /// `work` that takes what has come, as long as the call's time allows it.
    pub(super) async fn in_time<T>(
        &mut self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let state = &self.opened.state;
        state.enter(Step::Sink);
        let result = execute::within(self.opened.deadline.as_mut(), state, work).await;
        result.map_err(|error| self.place(error))
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
            if let Some(span) = &self.opened.span {
                span.attempted(self.opened.state.exchanges());
                span.bytes(self.given);
                span.end(error);
            }
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        if self.current.is_none() {
            return Poll::Ready(Ok(None));
        }
        loop {
            // However fast the bytes come.
            if self.reopening.is_none() {
                self.opened.state.enter(Step::Response);
            }
            if let Some(late) = late(&mut self.opened.deadline, &self.opened.state, cx) {
                return Poll::Ready(Err(late));
            }
            if let Some(reopening) = &mut self.reopening {
                let (backoff, opened) = ready!(reopening.as_mut().poll(cx));
                self.reopening = None;
                self.backoff = Some(backoff);
                match opened {
                    Err(error) if self.is_all_there(&error) => {
                        return Poll::Ready(self.end().map(Option::flatten));
                    }
                    opened => self.take_over(opened?)?,
                }
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
        let encoded = self.checked.as_mut().and_then(Checked::encoded);
        Poll::Ready(match current.poll_content(cx, encoded) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.patience = None;
                if let Some(host) = &self.opened.host {
                    host.gets_on();
                }
                self.give(chunk)
            }
            Poll::Ready(Some(Err(Fault::Broken(error)))) => self.broken(error),
            Poll::Ready(Some(Err(Fault::Corrupt(error)))) if self.given == 0 => self.broken(error),
            Poll::Ready(Some(Err(Fault::Corrupt(error) | Fault::Wrong(error)))) => Err(error),
            Poll::Ready(None) => match self.too_short() {
                Some(error) => self.broken(error),
                None => self.end(),
            },
            Poll::Pending => {
                if self.patience.is_none() {
                    self.patience = self.opened.patience();
                }
                match late(&mut self.patience, &self.opened.state, cx) {
                    None => return Poll::Pending,
                    Some(late) => self.broken(late),
                }
            }
        })
    }

    /// Gives what of `chunk` is wanted.
    fn give(&mut self, mut chunk: Bytes) -> Result<Option<Option<Bytes>>, Error> {
        if let Some(current) = &mut self.current {
            current.pass_over(&mut chunk);
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        if let Some(len) = self.len {
            let left = len - self.given;
            if left == 0 {
                // What follows is of no interest, however much it is.
                return self.end();
            }
            chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        if let Some(checked) = &mut self.checked {
            checked.feed(self.given, &chunk);
        }
        self.given += chunk.len() as u64;
        self.watcher.tell(self.given, self.len);
        Ok(Some(Some(chunk)))
    }

    /// The error of content that ended, however cleanly, before all of it was there.
    fn too_short(&self) -> Option<Error> {
        if let Some(len) = self.len.filter(|len| *len != self.given) {
            return Some(execute::wrong_length(self.given, len));
        }
        let current = self.current.as_ref()?;
        let lacks = match current.lacks() {
            // What was given before does not come again.
            None if self.given > 0 && current.skip > 0 => Some(current.skip),
            lacks => lacks,
        };
        let message = format!(
            "the answer ended {} bytes before those that are wanted",
            lacks?
        );
        Some(Error::new(ErrorKind::Transport, message).with_repeat(Repeat::IfSafe))
    }

    fn end(&self) -> Result<Option<Option<Bytes>>, Error> {
        let compared = self.checked.as_ref().map_or(Ok(()), Checked::compare);
        compared.map(|()| Some(None)).map_err(|why| {
            let message = format!("the media did not arrive as it is stored: {why}");
            Error::new(ErrorKind::Media, message)
        })
    }
}

fn late(timer: &mut Option<Timer>, state: &State, cx: &mut Context<'_>) -> Option<Error> {
    match timer.as_mut()?.poll_late(state, cx) {
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
