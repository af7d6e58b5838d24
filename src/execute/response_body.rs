//! Bodies of responses that are not read yet, and how they are read.

use std::{
    future::poll_fn,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use gapi_transport::{Body, BodyStream, TransportError, TransportErrorKind};
use http::{HeaderMap, Method, StatusCode, header::CONTENT_LENGTH};
use tokio::task::coop::poll_proceed;

use crate::{
    Error, ErrorKind,
    http::content_encoding::{Coding, Decoder, Pull},
};

/// A body that is not read yet.
#[derive(Default)]
pub(crate) struct ResponseBody {
    /// The bytes as they are sent.
    pub(crate) body: Body,
    /// Their length by `content-length`, if set.
    pub(crate) declared: Option<u64>,
    /// The content encoding.
    pub(crate) coding: Coding,
    /// Whether the body is decoded when it is read.
    pub(crate) decode: bool,
}

impl ResponseBody {
    /// Returns the length of the bytes that are read, if known.
    pub(crate) fn len(&self) -> Option<u64> {
        self.declared
            .filter(|_| !self.decode || self.coding == Coding::Identity)
    }

    /// Takes and reads the whole body, of at most `limit` bytes.
    pub(super) async fn read(&mut self, limit: usize) -> Result<Bytes, Error> {
        if self.decode && matches!(self.coding, Coding::Gzip(_)) {
            // A boxed future, so that the futures of all calls do not hold the state of a decoder.
            let body = BodyReader::of(std::mem::take(self), 0);
            return Box::pin(decoded(body, limit)).await;
        }
        let body = std::mem::take(&mut self.body).collect(limit).await;
        let body = body.map_err(|error| broken(error, limit))?;
        check_length(body.len() as u64, self.declared)?;
        *self = Self::default();
        Ok(body)
    }
}

/// Reads and decodes a whole body. It is never inflated beyond `limit` bytes.
async fn decoded(mut body: BodyReader, limit: usize) -> Result<Bytes, Error> {
    let mut all = Vec::new();
    while let Some(piece) = poll_fn(|cx| body.poll_content(cx, &mut |_, _| {})).await {
        let piece = match piece {
            Ok(piece) if piece.len() > limit - all.len() => return Err(too_long(limit)),
            Ok(piece) => piece,
            Err(
                BodyError::Broken(error) | BodyError::Corrupt(error) | BodyError::Invalid(error),
            ) => {
                return Err(error);
            }
        };
        if all.is_empty() {
            all = piece.into();
            continue;
        }
        // Doubled, but not beyond the limit.
        if all.capacity() - all.len() < piece.len() {
            let room = (all.len() * 2).clamp(all.len() + piece.len(), limit);
            all.reserve_exact(room - all.len());
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.into())
}

/// Returns an error for a body of another length than declared.
fn check_length(arrived: u64, declared: Option<u64>) -> Result<(), Error> {
    match declared {
        Some(declared) if declared != arrived => Err(wrong_length(arrived, declared)),
        _ => Ok(()),
    }
}

/// Converts the error of reading a body.
fn broken(error: TransportError, limit: usize) -> Error {
    if error.kind() == TransportErrorKind::TooLarge {
        return too_long(limit).with_source(error);
    }
    Error::transport(error)
}

/// The error of a response that is longer than the limit in memory.
pub(crate) fn too_long(limit: usize) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the response is longer than {limit} bytes; raise `response_limit` if it may be"),
    )
}

/// The error of a body that ended early although its stream ended without an error.
pub(crate) fn wrong_length(received: u64, declared: u64) -> Error {
    Error::interrupted(format!(
        "the response ended after {received} of {declared} bytes"
    ))
}

/// Returns the length of a response body by `content-length`, if it has a body.
pub(super) fn declared_length(
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<u64> {
    let has_no_body = method == Method::HEAD
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_no_body {
        return None;
    }
    let length = headers.get(CONTENT_LENGTH)?.as_bytes().trim_ascii();
    str::from_utf8(length).ok()?.parse().ok()
}

/// A body, and how far it was read.
pub(crate) struct BodyReader {
    body: BodyStream,
    /// Decodes the content, if that is wanted.
    decoder: Option<Box<Decoder>>,
    /// The `content-length`.
    declared: Option<u64>,
    /// How many bytes were received.
    received: u64,
    /// How many bytes of the content are still to be skipped.
    pub(crate) skip: u64,
    /// Whether some were skipped.
    has_skipped: bool,
}

/// Why a body cannot be read further.
pub(crate) enum BodyError {
    /// The connection broke, and another request may get the rest.
    Broken(Error),
    /// The body was changed at an unknown position: the bytes that were returned may be wrong.
    Corrupt(Error),
    /// The server sent a wrong body.
    Invalid(Error),
}

impl BodyReader {
    pub(crate) fn of(unread: ResponseBody, skip: u64) -> Self {
        Self {
            decoder: unread.coding.decoder().filter(|_| unread.decode),
            body: unread.body.into_stream(),
            declared: unread.declared,
            received: 0,
            skip,
            has_skipped: false,
        }
    }

    /// Returns how many bytes the content ends before the requested ones; `None` also if it is empty.
    pub(crate) fn missing_before_start(&self) -> Option<u64> {
        (self.skip > 0 && self.has_skipped).then_some(self.skip)
    }

    /// Returns the next bytes of the content; `None` at its end. Passes each received piece, still encoded, and its position to `received`.
    pub(crate) fn poll_content(
        &mut self,
        cx: &mut Context<'_>,
        received: &mut dyn FnMut(u64, &[u8]),
    ) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                // Yields to other tasks, because one chunk may decode to very many bytes.
                let turn = ready!(poll_proceed(cx));
                match decoder.pull() {
                    Ok(Pull::Piece(piece)) => {
                        turn.made_progress();
                        return Poll::Ready(Some(Ok(piece)));
                    }
                    Ok(Pull::Working) => {
                        turn.made_progress();
                        continue;
                    }
                    Ok(Pull::Hungry) => {}
                    Ok(Pull::End) => return Poll::Ready(None),
                    Err(why) => {
                        // A body of the declared length was changed, even if its end seems to be missing.
                        let kind = if why.is_cut && self.declared.is_none() {
                            BodyError::Broken
                        } else {
                            BodyError::Corrupt
                        };
                        return Poll::Ready(Some(Err(kind(Error::transport(why.into())))));
                    }
                }
            }
            let chunk = match ready!(self.body.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => chunk,
                Some(Err(broken)) => {
                    let error = Error::transport(broken);
                    return Poll::Ready(Some(Err(BodyError::Broken(error))));
                }
                None => {
                    // A connection can be closed properly before all of the body was sent.
                    if let Some(declared) = self.declared.filter(|len| *len != self.received) {
                        let error = wrong_length(self.received, declared);
                        return Poll::Ready(Some(Err(BodyError::Broken(error))));
                    }
                    match &mut self.decoder {
                        Some(decoder) => decoder.end(),
                        None => return Poll::Ready(None),
                    }
                    continue;
                }
            };
            received(self.received, &chunk);
            self.received += chunk.len() as u64;
            if let Some(declared) = self.declared.filter(|len| *len < self.received) {
                let message = format!("the response continues after its {declared} bytes");
                let error = Error::new(ErrorKind::Transport, message);
                return Poll::Ready(Some(Err(BodyError::Invalid(error))));
            }
            match &mut self.decoder {
                Some(decoder) => decoder.push(chunk),
                None => return Poll::Ready(Some(Ok(chunk))),
            }
        }
    }

    /// Removes from `chunk` the bytes that are to be skipped.
    pub(crate) fn skip_unwanted(&mut self, chunk: &mut Bytes) {
        let surplus = usize::try_from(self.skip).map_or(chunk.len(), |s| s.min(chunk.len()));
        self.skip -= surplus as u64;
        self.has_skipped |= surplus > 0;
        let _ = chunk.split_to(surplus);
    }
}
