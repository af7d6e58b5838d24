//! Bodies of several parts (RFC 2046), as far as uploads need them.

use serde_json::{Value, json};

use crate::json_or_text;

/// The boundary of a `multipart/...` content type.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let rest = content_type.strip_prefix("multipart/")?;
    let boundary = rest.split("boundary=").nth(1)?;
    Some(boundary.split(';').next()?.trim().trim_matches('"'))
}

/// The parts, each with its type and content. Headers end in LF or CRLF: the reference client writes the one, gapi the other.
///
/// # Errors
/// What of the body is no such message.
pub(crate) fn parts(body: &str, boundary: &str) -> Result<Value, String> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    // The text before the first boundary is no part.
    for text in body.split(&mark).skip(1) {
        if text.starts_with("--") {
            return Ok(parts.into());
        }
        let (end, text) = match text.strip_prefix("\r\n") {
            Some(text) => ("\r\n", text),
            None => ("\n", text.strip_prefix('\n').unwrap_or(text)),
        };
        let (headers, content) = text
            .split_once(&format!("{end}{end}"))
            .ok_or_else(|| format!("a part without a blank line: {text:?}"))?;
        let kind = headers.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-type")
                .then(|| value.split(';').next().unwrap_or(value).trim())
        });
        let content = content
            .strip_suffix(end)
            .ok_or_else(|| format!("no line end before a boundary: {content:?}"))?;
        parts.push(json!({"type": kind, "content": json_or_text(content)}));
    }
    Err(format!("the last boundary {mark}-- is missing"))
}
