//! Bodies of responses that are not read yet.

use bytes::Bytes;
use futures_util::StreamExt as _;
use gapi_transport::{Body, TransportError, TransportErrorKind};
use http::{HeaderMap, Method, StatusCode, header::CONTENT_LENGTH};

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

    /// Reads the whole body, of at most `limit` bytes.
    pub(super) async fn read(self, limit: usize) -> Result<Bytes, Error> {
        if let Some(decoder) = self.coding.decoder().filter(|_| self.decode) {
            // A boxed future, so that the futures of all calls do not hold the state of a decoder.
            return Box::pin(decoded(self.body, decoder, self.declared, limit)).await;
        }
        let body = self.body.collect(limit).await;
        let body = body.map_err(|error| broken(error, limit))?;
        check_length(body.len() as u64, self.declared)?;
        Ok(body)
    }
}

/// Reads and decodes a whole body of `declared` encoded bytes. It is never inflated beyond `limit` bytes.
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
                // Doubled, but not beyond the limit.
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
        // A chunk may inflate to many pieces; other tasks run in between.
        tokio::task::consume_budget().await;
    }
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
