//! The bytes of a download, as they arrive.

mod resume;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, future::poll_fn};
use gapi_transport::BoxFuture;
use http::{HeaderMap, StatusCode};

use self::resume::Version;
use super::{
    byte_range::{self, ByteRange},
    checksum::DownloadChecksum,
    plan::ProgressCallback,
};
use crate::{
    Error, ErrorKind, Response,
    execute::{
        self, Backoff, BodyError, BodyReader, CallState, CallStep, StreamingResponse, Timer,
    },
    http::content_encoding::Coding,
    media_type,
};

/// The bytes of a download in order, as they arrive. Also a [`Stream`] of `Result<Bytes, Error>`.
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
/// Dropping it closes the connection. It ends after an error.
#[must_use = "nothing is read until a chunk is asked for"]
pub struct Chunks {
    /// The first response.
    opened: Box<StreamingResponse>,
    /// `None` after the end.
    body: Option<BodyReader>,
    /// The content coding of the responses.
    coding: Coding,
    /// Whether it is decoded.
    decode: bool,
    requested: Option<ByteRange>,
    /// The request for the rest, after a connection that broke.
    reopening: Option<BoxFuture<'static, (Backoff, Result<StreamingResponse, Error>)>>,
    backoff: Option<Backoff>,
    /// The position in the media of the first requested byte, if known.
    start: Option<u64>,
    /// The number of requested bytes, if known.
    len: Option<u64>,
    /// The length of the whole media, if known.
    total: Option<u64>,
    /// The number of bytes that were returned.
    returned: u64,
    /// How many were returned when a connection broke the last time.
    broke_at: u64,
    version: Version,
    checksum: Option<DownloadChecksum>,
    callback: ProgressCallback,
    /// The limit of the wait for the next bytes, while there is one.
    wait_limit: Option<Timer>,
}

/// What one step of reading led to.
enum ReadStep {
    /// Bytes for the caller.
    Chunk(Bytes),
    /// The end of the download.
    End,
    /// Nothing for the caller: there is more to read.
    Continue,
}

impl Chunks {
    pub(super) fn new(
        opened: StreamingResponse,
        requested: Option<ByteRange>,
        callback: ProgressCallback,
    ) -> Result<Self, Error> {
        let (response, unread) = (&opened.response, &opened.response.unread);
        let located =
            byte_range::locate(requested, response.status, &response.headers, unread.len());
        let received = located.map_err(|why| {
            Error::new(ErrorKind::Media, format!("the server sent {why}"))
                .at(response.method.id, response.url())
                .counting(opened.state.exchanges())
        })?;
        let is_whole = requested.is_none() && response.status == StatusCode::OK;
        let checksum = is_whole
            .then(|| DownloadChecksum::of(&response.headers, unread))
            .flatten();
        let version = Version::of(&response.headers);
        let mut chunks = Self::plain(opened);
        if let Some(body) = &mut chunks.body {
            body.skip = received.skip;
        }
        Ok(Self {
            requested,
            start: received.start,
            len: received.len,
            total: received.total,
            version,
            checksum,
            callback,
            ..chunks
        })
    }

    /// Returns the bytes of a response that is not media, and cannot be resumed.
    pub(crate) fn plain(mut opened: StreamingResponse) -> Self {
        let unread = std::mem::take(&mut opened.response.unread);
        Self {
            coding: unread.coding.clone(),
            decode: unread.decode,
            requested: None,
            reopening: None,
            backoff: None,
            start: None,
            len: unread.len(),
            total: None,
            returned: 0,
            broke_at: 0,
            version: Version::default(),
            checksum: None,
            callback: ProgressCallback::default(),
            wait_limit: None,
            body: Some(BodyReader::of(unread, 0)),
            opened: Box::new(opened),
        }
    }

    /// Returns whether the caller gets decoded bytes.
    fn is_decoded(&self) -> bool {
        self.decode && self.coding != Coding::Identity
    }

    /// Returns the HTTP status, which is a success; 206 for a range.
    pub fn status(&self) -> StatusCode {
        self.opened.response.status
    }

    /// Returns the headers of the first response; without `content-encoding` and `content-length` if its content is decoded.
    pub fn headers(&self) -> &HeaderMap {
        &self.opened.response.headers
    }

    /// Returns the header `content-type`.
    pub fn content_type(&self) -> Option<&str> {
        media_type::of(self.headers())
    }

    /// Returns the number of bytes of the whole download, if known.
    pub fn content_length(&self) -> Option<u64> {
        self.len
    }

    /// Returns the next bytes; `None` after the last ones.
    ///
    /// The future may be dropped: the next call continues at the same position.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// Returns the next bytes; `None` after the last ones.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`] when the connection breaks or ends too early, [`ErrorKind::Timeout`] when a time limit passes, and
    /// [`ErrorKind::Media`] when the received bytes are not those of the server.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        self.next().await.transpose()
    }

    /// Returns all bytes, if there are at most as many as `response_limit`.
    pub(super) async fn collect(mut self) -> Result<Response<Bytes>, Error> {
        let limit = self.opened.limit;
        if self.len.is_some_and(|len| len > limit as u64) {
            return Err(self.locate_error(execute::too_long(limit)));
        }
        let mut all = BytesMut::new();
        while let Some(chunk) = self.try_next().await? {
            if chunk.len() > limit - all.len() {
                return Err(self.locate_error(execute::too_long(limit)));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(self.into_response(all.freeze()))
    }

    /// Returns `value` with the status and the headers of the first response.
    pub(super) fn into_response<T>(self, value: T) -> Response<T> {
        Response {
            value,
            status: self.opened.response.status,
            headers: self.opened.response.into_parts().headers,
            attempts: self.opened.state.exchanges(),
        }
    }

    /// Adds the method, the URL and the number of exchanges to an error.
    pub(crate) fn locate_error(&self, error: Error) -> Error {
        let response = &self.opened.response;
        error
            .at(response.method.id, response.url())
            .counting(self.opened.state.exchanges())
    }

    /// Runs `work`, which writes received bytes, within the time limit of the call.
    pub(super) async fn in_time<T>(
        &mut self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let state = &self.opened.state;
        state.enter(CallStep::Sink);
        let result = execute::within(self.opened.deadline.as_mut(), state, work).await;
        result.map_err(|error| self.locate_error(error))
    }

    pub(crate) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        let polled = ready!(self.poll_bodies(cx));
        if !matches!(polled, Ok(Some(_))) {
            self.finish(polled.as_ref().err().map(Error::kind));
        }
        Poll::Ready(polled.map_err(|error| self.locate_error(error)).transpose())
    }

    /// Closes the connection, after the last bytes that the caller needs or an error.
    pub(crate) fn finish(&mut self, error: Option<ErrorKind>) {
        if self.body.take().is_some() {
            self.reopening = None;
            if let Some(span) = &self.opened.telemetry {
                span.attempted(self.opened.state.exchanges());
                span.bytes(self.returned);
                span.end(error);
            }
        }
    }

    /// Reads one body after another, until there are bytes for the caller or the download ends.
    fn poll_bodies(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        if self.body.is_none() {
            return Poll::Ready(Ok(None));
        }
        loop {
            if self.reopening.is_none() {
                self.opened.state.enter(CallStep::Response);
            }
            // Checked for each chunk: bytes that arrive all the time must not hide that time is over.
            if let Some(late) = late(&mut self.opened.deadline, &self.opened.state, cx) {
                return Poll::Ready(Err(late));
            }
            let mut step = ReadStep::Continue;
            if let Some(reopening) = &mut self.reopening {
                let (backoff, opened) = ready!(reopening.as_mut().poll(cx));
                self.reopening = None;
                self.backoff = Some(backoff);
                match opened {
                    Err(error) if self.is_complete(&error) => step = self.end()?,
                    opened => self.continue_with(opened?)?,
                }
            }
            if matches!(step, ReadStep::Continue) {
                step = ready!(self.poll_body(cx)?);
            }
            match step {
                ReadStep::Chunk(chunk) => return Poll::Ready(Ok(Some(chunk))),
                ReadStep::End => return Poll::Ready(Ok(None)),
                ReadStep::Continue => {}
            }
        }
    }

    /// Reads the current body.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<ReadStep, Error>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(Ok(ReadStep::End));
        };
        let mut encoded = self.checksum.as_mut().and_then(DownloadChecksum::encoded);
        let mut feed = |at, chunk: &[u8]| {
            if let Some(encoded) = &mut encoded {
                encoded.feed(at, chunk);
            }
        };
        Poll::Ready(match body.poll_content(cx, &mut feed) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.wait_limit = None;
                if let Some(host) = &self.opened.host {
                    host.record_activity();
                }
                self.accept(chunk)
            }
            Poll::Ready(Some(Err(BodyError::Broken(error)))) => self.resume_after(error),
            Poll::Ready(Some(Err(BodyError::Corrupt(error)))) if self.returned == 0 => {
                self.resume_after(error)
            }
            Poll::Ready(Some(Err(BodyError::Corrupt(error) | BodyError::Invalid(error)))) => {
                Err(error)
            }
            Poll::Ready(None) => match self.too_short() {
                Some(error) => self.resume_after(error),
                None => self.end(),
            },
            Poll::Pending => {
                if self.wait_limit.is_none() {
                    self.wait_limit = self.opened.start_wait_limit();
                }
                match late(&mut self.wait_limit, &self.opened.state, cx) {
                    None => return Poll::Pending,
                    Some(late) => self.resume_after(late),
                }
            }
        })
    }

    /// Returns the requested bytes of `chunk`.
    fn accept(&mut self, mut chunk: Bytes) -> Result<ReadStep, Error> {
        if let Some(body) = &mut self.body {
            body.skip_unwanted(&mut chunk);
        }
        if chunk.is_empty() {
            return Ok(ReadStep::Continue);
        }
        if let Some(len) = self.len {
            let left = len - self.returned;
            if left == 0 {
                // The requested bytes are complete; the rest of the body is not read.
                return self.end();
            }
            chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.feed(self.returned, &chunk);
        }
        self.returned += chunk.len() as u64;
        self.callback.report(self.returned, self.len);
        Ok(ReadStep::Chunk(chunk))
    }

    /// Returns the error if the content ended before all requested bytes were received.
    fn too_short(&self) -> Option<Error> {
        if let Some(len) = self.len.filter(|len| *len != self.returned) {
            return Some(execute::wrong_length(self.returned, len));
        }
        let body = self.body.as_ref()?;
        let missing = match body.missing_before_start() {
            // A resumed download has to skip the bytes that were returned.
            None if self.returned > 0 && body.skip > 0 => Some(body.skip),
            missing => missing,
        };
        let message = format!(
            "the response ended {} bytes before the requested ones",
            missing?
        );
        Some(Error::interrupted(message))
    }

    /// Ends the download, after comparing its checksum.
    fn end(&self) -> Result<ReadStep, Error> {
        let compared = self
            .checksum
            .as_ref()
            .map_or(Ok(()), DownloadChecksum::compare);
        compared.map(|()| ReadStep::End).map_err(|why| {
            let message = format!("the media did not arrive as it is stored: {why}");
            Error::new(ErrorKind::Media, message)
        })
    }
}

/// Returns the error if the time of `timer` is over.
fn late(timer: &mut Option<Timer>, state: &CallState, cx: &mut Context<'_>) -> Option<Error> {
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
            .field("method", &self.opened.response.method.id)
            .field("status", &self.status())
            .field("returned", &self.returned)
            .field("content_length", &self.content_length())
            .finish_non_exhaustive()
    }
}
