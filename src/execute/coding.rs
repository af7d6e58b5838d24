//! gzip, where the transport has not undone it.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::{StreamExt as _, stream};
use gapi_transport::{Body, BodyStream, TransportError, TransportErrorKind};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

/// `body` as it was before it was compressed, and its headers without what no longer is true. A part of a compressed body stays as it is.
pub(super) fn decoded(status: StatusCode, headers: &mut HeaderMap, body: Body) -> Body {
    let is_gzip = headers.get(CONTENT_ENCODING).is_some_and(|coding| {
        coding.as_bytes().eq_ignore_ascii_case(b"gzip")
            || coding.as_bytes().eq_ignore_ascii_case(b"x-gzip")
    });
    if !is_gzip || status == StatusCode::PARTIAL_CONTENT || body.is_empty() {
        return body;
    }
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    let begin = Some((body.into_stream(), MultiGzDecoder::new(Vec::new())));
    Body::from_stream(stream::unfold(begin, next), None)
}

type State = (BodyStream, MultiGzDecoder<Vec<u8>>);

/// The next bytes; nothing follows an error or the end.
async fn next(state: Option<State>) -> Option<(Result<Bytes, TransportError>, Option<State>)> {
    let (mut body, mut decoder) = state?;
    loop {
        let Some(chunk) = body.next().await else {
            // What ends in the middle is noticed here.
            return match decoder.finish() {
                Ok(rest) if rest.is_empty() => None,
                Ok(rest) => Some((Ok(rest.into()), None)),
                Err(error) => Some((Err(broken(error)), None)),
            };
        };
        let written = chunk.and_then(|chunk| decoder.write_all(&chunk).map_err(broken));
        if let Err(error) = written {
            return Some((Err(error), None));
        }
        let plain = std::mem::take(decoder.get_mut());
        if !plain.is_empty() {
            return Some((Ok(plain.into()), Some((body, decoder))));
        }
    }
}

fn broken(error: io::Error) -> TransportError {
    TransportError::new(
        TransportErrorKind::Body,
        format!("the answer's gzip is broken: {error}"),
    )
    .with_source(error)
}
