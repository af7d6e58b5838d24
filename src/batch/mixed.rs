//! `multipart/mixed` bodies of HTTP messages (RFC 2046, section 5.1.3; RFC 9112): what batches are made of.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// One part: the id of its own header, and the message inside.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The `Content-ID`, without angle brackets.
    pub(crate) id: Option<String>,
    /// `POST /path HTTP/1.1` or `HTTP/1.1 200 OK`
    pub(crate) start: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Part {
    /// The status of an answer.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        let mut words = self.start.split_ascii_whitespace();
        words.next().filter(|word| word.starts_with("HTTP/"))?;
        StatusCode::from_bytes(words.next()?.as_bytes()).ok()
    }

    /// The method and the target of a request.
    pub(crate) fn request_line(&self) -> Option<(&str, &str)> {
        let mut words = self.start.split_ascii_whitespace();
        Some((words.next()?, words.next()?))
    }

    /// The length that the message says it has, if it is another one than it has.
    pub(crate) fn wrong_length(&self) -> Option<u64> {
        let declared: u64 = self
            .headers
            .get(http::header::CONTENT_LENGTH)?
            .to_str()
            .ok()?
            .trim()
            .parse()
            .ok()?;
        (declared != self.body.len() as u64).then_some(declared)
    }
}

/// Writes parts between boundaries, with the line ends that MIME asks for.
pub(crate) fn write(parts: &[Part], boundary: &str) -> Bytes {
    let mut out = Vec::new();
    let mut line = |text: &[u8]| {
        out.extend_from_slice(text);
        out.extend_from_slice(b"\r\n");
    };
    for part in parts {
        line(format!("--{boundary}").as_bytes());
        line(b"Content-Type: application/http");
        line(b"Content-Transfer-Encoding: binary");
        if let Some(id) = &part.id {
            line(format!("Content-ID: <{id}>").as_bytes());
        }
        line(b"");
        line(part.start.as_bytes());
        for (name, value) in &part.headers {
            line(&[name.as_str().as_bytes(), b": ", value.as_bytes()].concat());
        }
        line(b"");
        line(&part.body);
    }
    line(format!("--{boundary}--").as_bytes());
    out.into()
}

/// The boundary that a `content-type` names.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty())
            .then(|| value.to_owned())
    })
}

/// The parts of a body. Lines may end in CRLF or LF; what is no HTTP message is left out.
pub(crate) fn read(body: &Bytes, boundary: &str) -> Vec<Part> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let end = next_line(body, at);
        let line = body[at..end].trim_ascii_end();
        let is_last = line.strip_prefix(delimiter.as_bytes()) == Some(b"--");
        if line == delimiter.as_bytes() || is_last {
            if let Some(start) = start {
                parts.extend(part(&body.slice(start..before_line_end(body, at))));
            }
            start = Some(end);
            if is_last {
                return parts;
            }
        }
        at = end;
    }
    // The body ends early; what came of the last part may be a whole message all the same, which its length tells.
    if let Some(start) = start {
        parts.extend(part(&body.slice(start..)));
    }
    parts
}

/// Where the line after the one at `at` begins.
fn next_line(text: &[u8], at: usize) -> usize {
    text[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |line| at + line + 1)
}

/// `at` without the line end before it, which belongs to the boundary.
fn before_line_end(text: &[u8], at: usize) -> usize {
    let at = at - usize::from(at > 0 && text[at - 1] == b'\n');
    at - usize::from(at > 0 && text[at - 1] == b'\r')
}

fn part(text: &Bytes) -> Option<Part> {
    let (outer, message) = headers(text, 0)?;
    let start_end = next_line(text, message);
    let start = std::str::from_utf8(&text[message..start_end]).ok()?.trim();
    if start.is_empty() {
        return None;
    }
    let (inner, content) = headers(text, start_end)?;
    let mut body = text.slice(content.min(text.len())..);
    // Some servers put a line end of their own behind the body.
    let declared = inner
        .get(http::header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.trim().parse::<usize>().ok());
    if let Some(length) = declared.filter(|length| *length < body.len()) {
        body.truncate(length);
    }
    let id = outer.get("content-id").and_then(|id| id.to_str().ok());
    Some(Part {
        id: id.map(|id| id.trim().trim_matches(['<', '>']).to_owned()),
        start: start.to_owned(),
        headers: inner,
        body,
    })
}

/// Header lines up to the empty one, and where what follows begins. Lines that are no headers are passed over.
fn headers(text: &[u8], mut at: usize) -> Option<(HeaderMap, usize)> {
    let mut headers = HeaderMap::new();
    while at < text.len() {
        let end = next_line(text, at);
        let line = text[at..end].trim_ascii_end();
        at = end;
        if line.is_empty() {
            return Some((headers, at));
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii());
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    // A message without a body may end with its headers.
    (!headers.is_empty() || at == text.len()).then_some((headers, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, start: &str, body: &'static str) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert("content-length", body.len().into());
        Part {
            id: Some(id.into()),
            start: start.into(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let parts = [
            message("a+1", "GET /x?y=z HTTP/1.1", ""),
            message("a+2", "POST /x HTTP/1.1", "{\"a\":\r\n\"--b-\"}"),
        ];
        let text = write(&parts, "b");
        let read = read(&text, "b");
        assert_eq!(read.len(), 2);
        for (read, part) in read.iter().zip(&parts) {
            assert_eq!((&read.id, &read.start), (&part.id, &part.start));
            assert_eq!(read.body, part.body);
            assert_eq!(read.wrong_length(), None);
        }
        assert_eq!(read[0].request_line(), Some(("GET", "/x?y=z")));
        let text = std::str::from_utf8(&text).expect("text");
        assert!(!text.replace("\r\n", "").contains('\n'), "{text:?}");
    }

    #[test]
    fn servers_write_in_their_own_ways() {
        let text = "preamble\n--x\nContent-Type: application/http\nContent-ID: response-1\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\n{}\n\n\
                    --x  \r\ncontent-id: <response-2>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--x\nnonsense\n--x--\nHTTP/1.1 500 after the end";
        let parts = read(&Bytes::from(text), "x");
        assert_eq!(parts.len(), 2, "{parts:?}");
        assert_eq!(parts[0].id.as_deref(), Some("response-1"));
        assert_eq!(parts[0].body, "{}");
        assert_eq!(parts[1].status(), Some(StatusCode::NO_CONTENT));
        assert_eq!(parts[1].body, "");
    }

    #[test]
    fn an_end_too_early_is_seen_by_the_length() {
        let whole = write(&[message("1", "HTTP/1.1 200 OK", "{\"a\": 1}")], "b");
        let cut = whole.slice(..whole.len() - 12);
        let parts = read(&cut, "b");
        assert_eq!(parts[0].wrong_length(), Some(8), "{parts:?}");
        for end in 0..whole.len() {
            read(&whole.slice(..end), "b");
        }
    }

    #[test]
    fn boundaries() {
        for (text, found) in [
            ("multipart/mixed; boundary=batch_x", Some("batch_x")),
            (
                "Multipart/Mixed;charset=utf-8; Boundary=\"a b\"",
                Some("a b"),
            ),
            ("multipart/related; boundary=x", None),
            ("multipart/mixed; boundary=", None),
            ("application/json", None),
        ] {
            assert_eq!(boundary(text).as_deref(), found, "{text}");
        }
    }
}
