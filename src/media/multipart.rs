//! A JSON part and a media part in one message (RFC 2387), with the line ends that MIME asks for: many servers refuse others.

use bytes::Bytes;
use http::HeaderValue;
use uuid::Uuid;

/// What stands around the media in a message.
pub(super) struct Frame {
    /// The content type of the message.
    pub(super) content_type: HeaderValue,
    pub(super) head: Bytes,
    pub(super) tail: Bytes,
}

/// The frame of a message whose media is not in memory. That it holds the boundary, 122 random bits of it, is out of the question.
pub(super) fn frame(json: &[u8], media_type: &HeaderValue) -> Frame {
    let boundary = boundary(&[json], candidate);
    framed(&boundary, json, media_type)
}

/// Both parts as one body, and its content type. This copies the media, once for all attempts of a call.
pub(super) fn related(json: &[u8], media: &[u8], media_type: &HeaderValue) -> (HeaderValue, Bytes) {
    let boundary = boundary(&[json, media], candidate);
    let frame = framed(&boundary, json, media_type);
    let body = [&frame.head, media, &frame.tail].concat();
    (frame.content_type, body.into())
}

fn candidate() -> String {
    format!("gapi-{}", Uuid::new_v4().simple())
}

fn framed(boundary: &str, json: &[u8], media_type: &HeaderValue) -> Frame {
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
    // A boundary has letters, digits and hyphens only.
    let content_type = HeaderValue::try_from(content_type)
        .unwrap_or_else(|_| HeaderValue::from_static("multipart/related"));
    Frame {
        content_type,
        head: head.concat().into(),
        tail: tail.concat().into(),
    }
}

/// The first of `candidates` that no part holds: a part that did would end there.
fn boundary(parts: &[&[u8]], mut candidates: impl FnMut() -> String) -> String {
    loop {
        let candidate = candidates();
        if !parts.iter().any(|part| holds(part, candidate.as_bytes())) {
            return candidate;
        }
    }
}

fn holds(text: &[u8], wanted: &[u8]) -> bool {
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
    fn a_boundary_that_a_part_holds_is_not_used() {
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
