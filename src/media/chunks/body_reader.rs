//! Reads the body of one response.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gapi_transport::BodyStream;
use tokio::task::coop::poll_proceed;

use crate::{
    Error, ErrorKind,
    execute::{self, ResponseBody},
    http::content_encoding::{Decoder, Pull},
    media::checksum::Checksum,
};

/// A body, and how far it was read.
pub(super) struct BodyReader {
    body: BodyStream,
    /// Decodes the content, if that is wanted.
    decoder: Option<Box<Decoder>>,
    /// The `content-length`.
    declared: Option<u64>,
    /// How many bytes were received.
    received: u64,
    /// How many bytes of the content are still to be skipped.
    pub(super) skip: u64,
    /// Whether some were skipped.
    has_skipped: bool,
}

/// Why a body cannot be read further.
pub(super) enum BodyError {
    /// The connection broke, and another request may get the rest.
    Broken(Error),
    /// The body was changed at an unknown position: the bytes that were returned may be wrong.
    Corrupt(Error),
    /// The server sent a wrong body.
    Invalid(Error),
}

impl BodyReader {
    pub(super) fn of(unread: ResponseBody, skip: u64) -> Self {
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
    pub(super) fn missing_before_start(&self) -> Option<u64> {
        (self.skip > 0 && self.has_skipped).then_some(self.skip)
    }

    /// Returns the next bytes of the content; `None` at its end. Feeds the encoded bytes to `encoded`.
    pub(super) fn poll_content(
        &mut self,
        cx: &mut Context<'_>,
        mut encoded: Option<&mut Checksum>,
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
                        let error = execute::wrong_length(self.received, declared);
                        return Poll::Ready(Some(Err(BodyError::Broken(error))));
                    }
                    match &mut self.decoder {
                        Some(decoder) => decoder.end(),
                        None => return Poll::Ready(None),
                    }
                    continue;
                }
            };
            if let Some(encoded) = &mut encoded {
                encoded.feed(self.received, &chunk);
            }
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
    pub(super) fn skip_unwanted(&mut self, chunk: &mut Bytes) {
        let surplus = usize::try_from(self.skip).map_or(chunk.len(), |s| s.min(chunk.len()));
        self.skip -= surplus as u64;
        self.has_skipped |= surplus > 0;
        let _ = chunk.split_to(surplus);
    }
}
