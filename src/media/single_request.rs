//! The content of an upload in one request: the media itself, or a `multipart/related` message (RFC 2387) of a JSON part and a
//! media part, with the line ends of MIME, which many servers require.

use bytes::Bytes;
use http::HeaderValue;
use uuid::Uuid;

use crate::http::{RequestContent, streamed::Streamed};

/// The media of one request.
pub(super) enum MediaBody {
    Bytes(Bytes),
    /// Media that is not in memory.
    Streamed(Streamed),
}

/// Returns the content of a request that uploads `media`, after the JSON body if there is one.
pub(super) fn content(
    json: Option<(HeaderValue, Bytes)>,
    content_type: HeaderValue,
    media: MediaBody,
) -> RequestContent {
    let upload_type = if json.is_some() { "multipart" } else { "media" };
    let (body, stream) = match (media, json) {
        (MediaBody::Bytes(media), None) => ((content_type, media), None),
        (MediaBody::Bytes(media), Some((_, json))) => (related(&json, &media, &content_type), None),
        (MediaBody::Streamed(media), None) => ((content_type, Bytes::new()), Some(media)),
        (MediaBody::Streamed(media), Some((_, json))) => {
            // The boundary has 122 random bits, so that the media need not be searched for it.
            let boundary = boundary(&[&json], candidate);
            let frame = framed(&boundary, &json, &content_type);
            let stream = media.between(frame.head, frame.tail);
            ((frame.content_type, Bytes::new()), Some(stream))
        }
    };
    RequestContent {
        upload_type: Some(upload_type),
        body: Some(body),
        stream,
        ..RequestContent::default()
    }
}

/// What comes before and after the media in a message.
struct MessageFrame {
    /// The content type of the message.
    content_type: HeaderValue,
    head: Bytes,
    tail: Bytes,
}

/// Returns a message of both parts, and its content type. The media is copied once for all attempts of a call.
fn related(json: &[u8], media: &[u8], media_type: &HeaderValue) -> (HeaderValue, Bytes) {
    let boundary = boundary(&[json, media], candidate);
    let frame = framed(&boundary, json, media_type);
    let body = [&frame.head, media, &frame.tail].concat();
    (frame.content_type, body.into())
}

fn candidate() -> String {
    format!("gapi-{}", Uuid::new_v4().simple())
}

fn framed(boundary: &str, json: &[u8], media_type: &HeaderValue) -> MessageFrame {
    let head: [&[u8]; 9] = [
        b"--",
        boundary.as_bytes(),
        b"\r\nContent-Type: application/json\r\n\r\n",
        json,
        b"\r\n--",
        boundary.as_bytes(),
        b"\r\nContent-Type: ",
        media_type.as_bytes(),
        b"\r\nContent-Transfer-Encoding: binary\r\n\r\n",
    ];
    let tail: [&[u8]; 3] = [b"\r\n--", boundary.as_bytes(), b"--\r\n"];
    let content_type = format!("multipart/related; boundary={boundary}");
    // Always valid: a boundary has letters, digits and hyphens only.
    let content_type = HeaderValue::try_from(content_type)
        .unwrap_or_else(|_| HeaderValue::from_static("multipart/related"));
    MessageFrame {
        content_type,
        head: head.concat().into(),
        tail: tail.concat().into(),
    }
}

/// Returns the first of `candidates` that no part contains: a part would end there.
fn boundary(parts: &[&[u8]], mut candidates: impl FnMut() -> String) -> String {
    loop {
        let candidate = candidates();
        if !parts
            .iter()
            .any(|part| contains(part, candidate.as_bytes()))
        {
            return candidate;
        }
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else {
        return true;
    };
    text.iter()
        .enumerate()
        .any(|(at, byte)| byte == first && text[at..].starts_with(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_that_a_part_contains_is_not_used() {
        let mut candidates = ["one", "two", "three", "four"]
            .map(String::from)
            .into_iter();
        let next = || candidates.next().expect("a candidate");
        let parts: [&[u8]; 2] = [b"{\"a\":\"one\"}", b"\x00twtwo"];
        assert_eq!(boundary(&parts, next), "three");
    }

    #[test]
    fn every_message_has_another_boundary() {
        let kind = HeaderValue::from_static("text/plain");
        let (one, _) = related(b"{}", b"a", &kind);
        let (two, _) = related(b"{}", b"a", &kind);
        assert_ne!(one, two);
    }
}
