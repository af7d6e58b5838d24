//! Bodies of responses that are still to be read, and what is wrong with their lengths.

use bytes::Bytes;
use futures_util::StreamExt as _;
use gapi_transport::{Body, TransportError, TransportErrorKind};
use http::{HeaderMap, Method, StatusCode, header::CONTENT_LENGTH};

use crate::{
    Error, ErrorKind,
    error::Repeat,
    http::content_encoding::{Coding, Decoder, Pull},
};

/// A body that is still to be read.
#[derive(Default)]
pub(crate) struct ResponseBody {
    /// As it comes.
    pub(crate) body: Body,
    /// The length of that, where the server says it.
    pub(crate) declared: Option<u64>,
    /// How it is encoded.
    pub(crate) coding: Coding,
    /// Whether it is to be decoded; else it is given as it comes.
    pub(crate) decode: bool,
}

impl ResponseBody {
    /// The length of what it gives, where that is known.
    pub(crate) fn len(&self) -> Option<u64> {
        self.declared
            .filter(|_| !self.decode || self.coding == Coding::Identity)
    }

    /// All of it, if that is at most `limit` bytes.
    pub(super) async fn read(self, limit: usize) -> Result<Bytes, Error> {
        if let Some(decoder) = self.coding.decoder().filter(|_| self.decode) {
            // A future of its own: few bodies are encoded, and every call would carry its state.
            return Box::pin(decoded(self.body, decoder, self.declared, limit)).await;
        }
        let body = self.body.collect(limit).await;
        let body = body.map_err(|error| broken(error, limit))?;
        check_length(body.len() as u64, self.declared)?;
        Ok(body)
    }
}

/// All of an encoded body of `declared` bytes, decoded, if that is at most `limit` bytes. It is never inflated further than that.
async fn decoded(
    body: Body,
    mut decoder: Box<Decoder>,
    declared: Option<u64>,
    limit: usize,
) -> Result<Bytes, Error> {
    let mut body = body.into_stream();
    let mut arrived = 0;
    let mut all = Vec::new();
    loop {
        match decoder.pull().map_err(|why| Error::transport(why.into()))? {
            Pull::Piece(piece) if piece.len() > limit - all.len() => return Err(too_long(limit)),
            Pull::Piece(piece) if all.is_empty() => all = piece.into(),
            Pull::Piece(piece) => {
                // Doubled, but no further than may be held.
                if all.capacity() - all.len() < piece.len() {
                    let room = (all.len() * 2).clamp(all.len() + piece.len(), limit);
                    all.reserve_exact(room - all.len());
                }
                all.extend_from_slice(&piece);
            }
            Pull::Hungry => match body.next().await {
                Some(chunk) => {
                    let chunk = chunk.map_err(Error::transport)?;
                    arrived += chunk.len() as u64;
                    decoder.push(chunk);
                }
                None => {
                    check_length(arrived, declared)?;
                    decoder.end();
                }
            },
            Pull::Working => {}
            Pull::End => return Ok(all.into()),
        }
        // Others have their turn, however much comes of one chunk.
        tokio::task::consume_budget().await;
    }
}

/// A body that ends cleanly can still be a broken one.
fn check_length(arrived: u64, declared: Option<u64>) -> Result<(), Error> {
    match declared {
        Some(declared) if declared != arrived => Err(wrong_length(arrived, declared)),
        _ => Ok(()),
    }
}

/// Why the body of an answer could not be read.
fn broken(error: TransportError, limit: usize) -> Error {
    if error.kind() == TransportErrorKind::TooLarge {
        return too_long(limit).with_source(error);
    }
    Error::transport(error)
}

/// An answer of more bytes than are held in memory.
pub(crate) fn too_long(limit: usize) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the answer is longer than {limit} bytes; raise `response_limit` if it may be"),
    )
}

/// A stream that ends cleanly can still be a broken one.
pub(crate) fn wrong_length(received: u64, declared: u64) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the answer ended after {received} of {declared} bytes"),
    )
    .with_repeat(Repeat::IfSafe)
}

/// The number of bytes that the body of a response has, as it comes, where the server says so.
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
