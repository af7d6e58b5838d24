//! Media as it arrives.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, future::poll_fn};
use gapi_transport::BodyStream;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use crate::{
    Error, ErrorKind, Response,
    execute::{self, Opened, Timer},
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
    opened: Box<Opened>,
    /// `None` after the end.
    body: Option<BodyStream>,
    received: u64,
    /// How long the next chunk may still take; it runs while there is nothing to read.
    patience: Option<Timer>,
}

impl Chunks {
    pub(crate) fn new(mut opened: Opened) -> Self {
        let body = std::mem::take(&mut opened.body).into_stream();
        Self {
            opened: Box::new(opened),
            body: Some(body),
            received: 0,
            patience: None,
        }
    }

    /// The HTTP status, always a success; 206 for a range.
    pub fn status(&self) -> StatusCode {
        self.opened.answered.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.opened.answered.headers
    }

    /// The `content-type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The number of bytes that will come in all, if the server says so.
    pub fn content_length(&self) -> Option<u64> {
        self.opened.declared
    }

    /// The next bytes; `None` after the last ones. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// The next bytes; `None` after the last ones.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`] when the connection breaks or ends too early, [`ErrorKind::Timeout`] when time runs out.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        self.next().await.transpose()
    }

    /// All bytes, as far as `answer_limit` allows.
    pub(super) async fn collect(mut self) -> Result<Response<Bytes>, Error> {
        let limit = self.opened.limit;
        if self
            .opened
            .declared
            .is_some_and(|declared| declared > limit as u64)
        {
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
        error.at(answered.method.id, answered.url.clone())
    }

    pub(crate) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        let polled = ready!(self.poll_body(cx));
        if !matches!(polled, Ok(Some(_))) && self.body.take().is_some() {
            self.opened.span.bytes(self.received);
            self.opened.span.end(polled.as_ref().err().map(Error::kind));
        }
        Poll::Ready(polled.map_err(|error| self.place(error)).transpose())
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(Ok(None));
        };
        // However fast the bytes come.
        if let Some(late) = late(&mut self.opened.deadline, cx) {
            return Poll::Ready(Err(late));
        }
        match body.as_mut().poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => Poll::Ready(self.count(chunk).map(Some)),
            Poll::Ready(Some(Err(broken))) => Poll::Ready(Err(Error::transport(broken))),
            Poll::Ready(None) => Poll::Ready(self.check_end()),
            Poll::Pending => {
                if self.patience.is_none() {
                    self.patience = self.opened.patience();
                }
                late(&mut self.patience, cx).map_or(Poll::Pending, |late| Poll::Ready(Err(late)))
            }
        }
    }

    fn count(&mut self, chunk: Bytes) -> Result<Bytes, Error> {
        self.patience = None;
        self.received += chunk.len() as u64;
        match self.opened.declared {
            Some(declared) if self.received > declared => Err(Error::new(
                ErrorKind::Transport,
                format!("the answer goes on after its {declared} bytes"),
            )),
            _ => Ok(chunk),
        }
    }

    /// A stream that ends cleanly can still be a broken one.
    fn check_end(&self) -> Result<Option<Bytes>, Error> {
        match self.opened.declared {
            Some(declared) if declared != self.received => {
                Err(execute::wrong_length(self.received, declared))
            }
            _ => Ok(None),
        }
    }
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
            .field("received", &self.received)
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
