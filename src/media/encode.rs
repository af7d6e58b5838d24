//! What an upload puts into a request, after the checks that spare a wasted transfer.

use bytes::Bytes;
use http::HeaderValue;

use super::{Media, accept, multipart};
use crate::method::Method;

/// The body of an upload.
pub(crate) struct Encoded {
    /// The value of `uploadType`.
    pub(crate) kind: &'static str,
    pub(crate) content_type: HeaderValue,
    pub(crate) body: Bytes,
}

/// `media`, behind `json` if there is a JSON body.
pub(crate) fn encode(
    method: &Method,
    json: Option<Bytes>,
    media: &Media,
) -> Result<Encoded, String> {
    let content_type = check(method, media)?;
    Ok(match json {
        Some(json) => {
            let (content_type, body) = multipart::related(&json, &media.content, &content_type);
            Encoded {
                kind: "multipart",
                content_type,
                body,
            }
        }
        None => Encoded {
            kind: "media",
            content_type,
            body: media.content.clone(),
        },
    })
}

/// The content type to send, if the method takes the media.
fn check(method: &Method, media: &Media) -> Result<HeaderValue, String> {
    let Some(accepted) = &method.upload else {
        return Err("the method takes no media".to_owned());
    };
    if !accepted.simple {
        return Err("the method takes no media in one request".to_owned());
    }
    let len = media.content.len() as u64;
    if let Some(most) = accepted.max_size.filter(|most| len > *most) {
        return Err(format!(
            "the media of {len} bytes is larger than the {most} bytes that the method accepts"
        ));
    }
    let Some(given) = &media.content_type else {
        return Ok(HeaderValue::from_static("application/octet-stream"));
    };
    let refuse = || {
        format!(
            "the media's content type {given:?} is not of the form \"image/png\" or \"text/plain; charset=utf-8\""
        )
    };
    let essence = accept::essence(given).ok_or_else(refuse)?;
    if !accept::accepts(accepted.accept, essence) {
        return Err(format!(
            "the method accepts media of {}, not {essence}",
            accepted.accept.join(", ")
        ));
    }
    HeaderValue::from_str(given.trim()).map_err(|_| refuse())
}
