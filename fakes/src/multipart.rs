//! Messages of two parts: JSON and media.

use serde_json::Value;

/// The JSON, the content type and the media of a message (RFC 2387) whose lines end as MIME's do.
pub(crate) fn related(content_type: &str, body: &[u8]) -> Option<(Value, String, Vec<u8>)> {
    let boundary = content_type
        .strip_prefix("multipart/related;")?
        .trim()
        .strip_prefix("boundary=")?
        .trim_matches('"');
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    let mut parts = Vec::new();
    while parts.len() < 2 {
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, delimiter.as_bytes())?;
        let head = find(&rest[..end], b"\r\n\r\n")?;
        let mut lines = std::str::from_utf8(&rest[..head]).ok()?.lines();
        let kind = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_kind = name.eq_ignore_ascii_case("content-type");
            is_kind.then(|| value.trim().to_owned())
        });
        parts.push((kind?, &rest[head + 4..end]));
        rest = &rest[end + delimiter.len()..];
    }
    rest.strip_prefix(b"--")?;
    let described = serde_json::from_slice(parts[0].1).ok()?;
    Some((described, parts[1].0.clone(), parts[1].1.to_vec()))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}
