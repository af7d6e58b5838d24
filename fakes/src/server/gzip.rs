//! Compressed responses, for clients that ask for them.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, header};

use super::{Reply, Request};

/// Compresses the response when the client accepts gzip and it is not encoded yet. Compression never fails the response.
pub(super) fn encode(request: &Request, reply: Reply) -> Reply {
    if reply.body.is_empty()
        || reply.headers.contains_key(header::CONTENT_ENCODING)
        || !accepts(request)
    {
        return reply;
    }
    match compress(&reply.body) {
        Ok(body) => {
            let mut reply = Reply { body, ..reply };
            reply
                .headers
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            reply
        }
        Err(_) => reply,
    }
}

fn accepts(request: &Request) -> bool {
    request.header("accept-encoding").is_some_and(is_accepted)
}

/// Whether `codings`, an `Accept-Encoding`, has gzip among them.
pub(crate) fn is_accepted(codings: &str) -> bool {
    codings.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

fn compress(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}
