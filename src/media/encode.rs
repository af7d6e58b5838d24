//! What an upload puts into a request.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use super::{
    content::Content,
    multipart,
    plan::{Outgoing, Way},
    source::Known,
};
use crate::{http::streamed::Streamed, method::Method};
use gapi_auth::RedactedPath;

const UPLOAD_TYPE: HeaderName = HeaderName::from_static("x-upload-content-type");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("x-upload-content-length");

/// The request of an upload, as far as it differs from others.
pub(crate) struct Encoded {
    /// The value of `uploadType`.
    pub(crate) kind: &'static str,
    /// Content type and body.
    pub(crate) content: Option<(HeaderValue, Bytes)>,
    /// The body, where it is not in memory.
    pub(crate) stream: Option<Streamed>,
    /// More headers.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// `outgoing`, behind `json` if there is a JSON body; or the request that begins its session.
pub(crate) fn encode(
    method: &Method,
    json: Option<(HeaderValue, Bytes)>,
    outgoing: &Outgoing,
) -> Result<Encoded, String> {
    let outgoing = &measured(outgoing)?;
    let way = outgoing.way(method)?;
    let content_type = outgoing.content_type(method)?;
    if way == Way::Resumable {
        let mut headers = vec![(UPLOAD_TYPE, content_type)];
        headers.extend(outgoing.len().map(|len| (UPLOAD_LENGTH, len.into())));
        return Ok(Encoded {
            kind: "resumable",
            content: json,
            stream: None,
            headers,
        });
    }
    let kind = if json.is_some() { "multipart" } else { "media" };
    let media = match &outgoing.media.content {
        Content::Streamed(media) => {
            let (content_type, stream) = match json {
                Some((_, json)) => {
                    let frame = multipart::frame(&json, &content_type);
                    let stream = media.clone().between(frame.head, frame.tail);
                    (frame.content_type, stream)
                }
                None => (content_type, media.clone()),
            };
            return Ok(Encoded {
                kind,
                content: Some((content_type, Bytes::new())),
                stream: Some(stream),
                headers: Vec::new(),
            });
        }
        Content::Bytes(bytes) => bytes.clone(),
        Content::File(path) if outgoing.len.is_some() => std::fs::read(path)
            .map_err(|why| format!("cannot read {}: {why}", RedactedPath::new(path)))?
            .into(),
        Content::File(_) | Content::Once(_) => {
            return Err(
                "the media comes from a reader, a stream or a pipe, which is read when it is sent and not before"
                    .to_owned(),
            );
        }
    };
    let content = match json {
        Some((_, json)) => multipart::related(&json, &media, &content_type),
        None => (content_type, media),
    };
    Ok(Encoded {
        kind,
        content: Some(content),
        stream: None,
        headers: Vec::new(),
    })
}

/// With the length of a file that nobody has looked at yet, if it has one: a request that is only shown.
fn measured(outgoing: &Outgoing) -> Result<Outgoing, String> {
    let mut outgoing = outgoing.clone();
    if let (Content::File(path), None) = (&outgoing.media.content, outgoing.len) {
        let known = Known::of(path)
            .map_err(|why| format!("cannot read {}: {why}", RedactedPath::new(path)))?;
        outgoing.len = known.len;
    }
    Ok(outgoing)
}
