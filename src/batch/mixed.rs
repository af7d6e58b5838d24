//! `multipart/mixed` bodies of HTTP messages (RFC 2046, section 5.1.3; RFC 9112), which are the bodies of batches.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_LENGTH};

use crate::media_type;

/// One part: its id, and the HTTP message in it.
#[derive(Clone, Debug)]
pub(crate) struct BatchMessage {
    /// The `Content-ID`, without angle brackets.
    pub(crate) id: Option<String>,
    /// `POST /path HTTP/1.1` or `HTTP/1.1 200 OK`
    pub(crate) start: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl BatchMessage {
    /// Returns the status of a response.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        let mut words = self.start.split_ascii_whitespace();
        words.next().filter(|word| word.starts_with("HTTP/"))?;
        StatusCode::from_bytes(words.next()?.as_bytes()).ok()
    }

    /// Returns the method and the target of a request.
    pub(crate) fn request_line(&self) -> Option<(&str, &str)> {
        let mut words = self.start.split_ascii_whitespace();
        Some((words.next()?, words.next()?))
    }
}

/// Why a message is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageFault {
    /// The body of the batch may end within it.
    Cut,
    /// Its length differs from this `content-length`.
    Length(u64),
}

/// Writes parts between boundaries, with the line ends of MIME.
pub(crate) fn write(parts: &[BatchMessage], boundary: &str) -> Bytes {
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

/// Returns the boundary in a `content-type`.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    if !media_type::is(content_type, "multipart/mixed") {
        return None;
    }
    media_type::parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty())
}

/// Returns the messages of a body, each with its fault if it has one. Lines may end in CRLF or LF; parts without an HTTP message are skipped.
pub(crate) fn read<'a>(
    body: &'a Bytes,
    boundary: &str,
) -> impl Iterator<Item = (BatchMessage, Option<MessageFault>)> + use<'a> {
    let mut pieces = MessagePieces {
        body,
        delimiter: format!("--{boundary}").into_bytes(),
        at: 0,
        start: None,
    };
    std::iter::from_fn(move || {
        loop {
            let (text, is_closed) = pieces.next()?;
            if let Some(part) = part(&text, is_closed) {
                return Some(part);
            }
        }
    })
}

/// The texts between the boundaries of a body.
struct MessagePieces<'a> {
    body: &'a Bytes,
    delimiter: Vec<u8>,
    at: usize,
    /// Where the current piece begins; `None` before the first boundary and after the last one.
    start: Option<usize>,
}

impl MessagePieces<'_> {
    /// Returns the next piece, and whether a boundary closes it.
    fn next(&mut self) -> Option<(Bytes, bool)> {
        while self.at < self.body.len() {
            let line_start = self.at;
            let end = next_line(self.body, line_start);
            self.at = end;
            let line = self.body[line_start..end].trim_ascii_end();
            let is_last = match line.strip_prefix(&*self.delimiter) {
                Some(b"") => false,
                Some(b"--") => true,
                _ => continue,
            };
            let start = self.start.replace(end);
            if is_last {
                self.at = self.body.len();
                self.start = None;
            }
            if let Some(start) = start {
                // Two boundaries may follow each other.
                let text_end = before_line_end(self.body, line_start).max(start);
                return Some((self.body.slice(start..text_end), true));
            }
        }
        let start = self.start.take()?;
        Some((self.body.slice(start..), false))
    }
}

/// Returns where the line after the one at `at` begins.
fn next_line(text: &[u8], at: usize) -> usize {
    text[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |line| at + line + 1)
}

/// Returns `at` without the line end before it, which belongs to the boundary.
fn before_line_end(text: &[u8], at: usize) -> usize {
    let at = at - usize::from(at > 0 && text[at - 1] == b'\n');
    at - usize::from(at > 0 && text[at - 1] == b'\r')
}

fn part(text: &Bytes, is_closed: bool) -> Option<(BatchMessage, Option<MessageFault>)> {
    let outer = HeaderBlock::read(text, 0);
    let start_end = next_line(text, outer.end);
    let start = std::str::from_utf8(&text[outer.end..start_end]).ok()?;
    let start = start.trim();
    if start.is_empty() {
        return None;
    }
    let inner = HeaderBlock::read(text, start_end);
    let mut part = BatchMessage {
        id: outer.map.get("content-id").and_then(id),
        start: start.to_owned(),
        headers: inner.map,
        body: text.slice(inner.end..),
    };
    let fault = fault(&mut part, is_closed, inner.is_whole);
    Some((part, fault))
}

/// Returns a `Content-ID` without its angle brackets.
fn id(value: &HeaderValue) -> Option<String> {
    let id = value.to_str().ok()?.trim();
    Some(id.trim_matches(['<', '>']).to_owned())
}

/// Returns the fault of a message. Removes a line end that does not belong to its body.
fn fault(part: &mut BatchMessage, is_closed: bool, has_all_headers: bool) -> Option<MessageFault> {
    if !is_closed && !has_all_headers {
        return Some(MessageFault::Cut);
    }
    // These have no body, even with a `content-length` (RFC 9110, section 6.4.1).
    if part.status().is_some_and(has_no_body) {
        return None;
    }
    let mut declared = None;
    for value in part.headers.get_all(CONTENT_LENGTH) {
        let length = value
            .to_str()
            .ok()
            .and_then(|text| text.trim().parse().ok());
        if let (Some(before), Some(length)) = (declared, length)
            && before != length
        {
            return Some(MessageFault::Length(length));
        }
        declared = declared.or(length);
    }
    let Some(declared) = declared else {
        return (!is_closed).then_some(MessageFault::Cut);
    };
    let length = usize::try_from(declared).unwrap_or(usize::MAX);
    let rest = part.body.get(length..);
    if rest.is_none_or(|rest| !rest.trim_ascii().is_empty()) {
        return Some(MessageFault::Length(declared));
    }
    // Some servers add a line end after the body.
    part.body.truncate(length);
    None
}

fn has_no_body(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// The maximum number of headers of a message; further ones are ignored.
const MOST_HEADERS: usize = 256;

/// Header lines, up to the empty one.
struct HeaderBlock {
    map: HeaderMap,
    /// Where the text after the headers begins.
    end: usize,
    /// Whether the empty line was found.
    is_whole: bool,
}

impl HeaderBlock {
    /// Reads header lines. Lines that are not headers are skipped.
    fn read(text: &Bytes, start: usize) -> Self {
        let mut this = Self {
            map: HeaderMap::new(),
            end: start,
            is_whole: false,
        };
        while !this.is_whole && this.end < text.len() {
            let mut end = next_line(text, this.end);
            let line = this.end..end;
            this.is_whole = text[line.clone()].trim_ascii_end().is_empty();
            // A line that begins with space continues the one before (RFC 9112, section 5.2).
            while !this.is_whole
                && matches!(text.get(end), Some(b' ' | b'\t'))
                && is_folded(text, end)
            {
                end = next_line(text, end);
            }
            this.end = end;
            if !this.is_whole && this.map.len() < MOST_HEADERS {
                this.add(&text.slice(line.start..end));
            }
        }
        this
    }

    fn add(&mut self, line: &Bytes) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return;
        };
        let value = line[colon + 1..].trim_ascii();
        let value = if value.contains(&b'\n') {
            HeaderValue::from_bytes(&unfolded(value))
        } else {
            HeaderValue::from_maybe_shared(line.slice_ref(value))
        };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii_end());
        if let (Ok(name), Ok(value)) = (name, value) {
            self.map.append(name, value);
        }
    }
}

/// Returns whether the line at `at` has more than space: an empty line ends the headers.
fn is_folded(text: &[u8], at: usize) -> bool {
    !text[at..next_line(text, at)].trim_ascii().is_empty()
}

/// Joins the lines of a value.
fn unfolded(value: &[u8]) -> Vec<u8> {
    let lines: Vec<_> = value
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    lines.join(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, start: &str, body: &'static str) -> BatchMessage {
        let mut headers = HeaderMap::new();
        headers.insert("content-length", body.len().into());
        BatchMessage {
            id: Some(id.into()),
            start: start.into(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn parts(text: &str, boundary: &str) -> Vec<(BatchMessage, Option<MessageFault>)> {
        read(&Bytes::copy_from_slice(text.as_bytes()), boundary).collect()
    }

    fn bodies(text: &str) -> Vec<(String, Option<MessageFault>)> {
        let text_of = |part: BatchMessage| String::from_utf8_lossy(&part.body).into_owned();
        parts(text, "x")
            .into_iter()
            .map(|(part, fault)| (text_of(part), fault))
            .collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let sent = [
            message("a+1", "GET /x?y=z HTTP/1.1", ""),
            message("a+2", "POST /x HTTP/1.1", "{\"a\":\r\n\"--b-\"}"),
        ];
        let text = write(&sent, "b");
        let read: Vec<_> = read(&text, "b").collect();
        assert_eq!(read.len(), 2);
        for ((read, fault), part) in read.iter().zip(&sent) {
            assert_eq!((&read.id, &read.start), (&part.id, &part.start));
            assert_eq!((&read.body, *fault), (&part.body, None));
        }
        assert_eq!(read[0].0.request_line(), Some(("GET", "/x?y=z")));
        let text = std::str::from_utf8(&text).expect("text");
        assert!(!text.replace("\r\n", "").contains('\n'), "{text:?}");
    }

    #[test]
    fn servers_write_in_different_forms() {
        let text = "preamble\n--x\nContent-Type: application/http\nContent-ID: response-1\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\n{}\n\n\
                    --x  \r\ncontent-id: <response-2>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--x\nnonsense\n--x--\nHTTP/1.1 500 after the end";
        let parts = parts(text, "x");
        assert_eq!(parts.len(), 2, "{parts:?}");
        assert_eq!(parts[0].0.id.as_deref(), Some("response-1"));
        assert_eq!((&parts[0].0.body, parts[0].1), (&"{}".into(), None));
        assert_eq!(parts[1].0.status(), Some(StatusCode::NO_CONTENT));
        assert_eq!((&parts[1].0.body, parts[1].1), (&"".into(), None));
    }

    #[test]
    fn empty_parts_are_skipped() {
        for text in [
            "--x\r\n--x--",
            "--x\n--x\n--x--",
            "--x\r\n\r\n--x--\r\n",
            "--x--\r\n--x\r\n",
            "--x",
            "",
        ] {
            assert_eq!(bodies(text), [], "{text:?}");
        }
        let text = "--x\r\n--x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--x\r\n--x--\r\n";
        assert_eq!(bodies(text), [("{}".to_owned(), None)]);
    }

    #[test]
    fn without_the_closing_boundary_only_the_length_determines_completeness() {
        let start = "--x\r\ncontent-id: 1\r\n\r\nHTTP/1.1 200 OK\r\n";
        for (rest, body, fault) in [
            ("", "", Some(MessageFault::Cut)),
            ("content-type: a/b\r\n", "", Some(MessageFault::Cut)),
            ("content-length: 2\r\n", "", Some(MessageFault::Cut)),
            ("content-type: a/b\r\n\r\n{}", "{}", Some(MessageFault::Cut)),
            ("content-length: 2\r\n\r\n{}", "{}", None),
            (
                "content-length: 2\r\n\r\n{}\r\n--x-",
                "{}\r\n--x-",
                Some(MessageFault::Length(2)),
            ),
            ("content-length: 2\r\n\r\n{}\r\n", "{}", None),
            (
                "content-length: 3\r\n\r\n{}",
                "{}",
                Some(MessageFault::Length(3)),
            ),
            // The next boundary closes it too, also if its last characters are missing.
            ("\r\n{}\r\n--x\r\n", "{}", None),
            ("\r\n{}\r\n--x", "{}", None),
        ] {
            let text = format!("{start}{rest}");
            assert_eq!(bodies(&text), [(body.to_owned(), fault)], "{rest:?}");
        }
        // A message without a body is complete.
        let text = "--x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(bodies(text), [(String::new(), None)]);
    }

    #[test]
    fn a_wrong_length_is_reported() {
        let message = |headers: &str, body: &str| {
            bodies(&format!(
                "--x\r\n\r\nHTTP/1.1 200 OK\r\n{headers}\r\n{body}\r\n--x--\r\n"
            ))[0]
                .1
        };
        assert_eq!(message("", "{}"), None);
        assert_eq!(message("content-length: 2\r\n", "{}"), None);
        assert_eq!(message("content-length: two\r\n", "{}"), None);
        assert_eq!(message("content-length: 2\r\n", "{}\r\n"), None);
        assert_eq!(
            message("content-length: 2\r\n", "{\"a\": 1}"),
            Some(MessageFault::Length(2))
        );
        assert_eq!(
            message("content-length: 9\r\n", "{}"),
            Some(MessageFault::Length(9))
        );
        let twice = "content-length: 2\r\ncontent-length: 3\r\n";
        assert_eq!(message(twice, "{}"), Some(MessageFault::Length(3)));
        let same = "content-length: 2\r\ncontent-length: 2\r\n";
        assert_eq!(message(same, "{}"), None);
        // The length of a 304 is that of a body that is not sent.
        let text = "--x\n\nHTTP/1.1 304 Not Modified\ncontent-length: 500\n\n\n--x--";
        assert_eq!(bodies(text), [(String::new(), None)]);
    }

    #[test]
    fn headers_may_be_folded_and_may_be_many() {
        let text = "--x\r\nContent-ID:\r\n <response-1>\r\n\r\nHTTP/1.1 200 OK\r\nx-a: one\r\n\ttwo: 2\r\n three\r\nx-b: 4\r\n\r\n{}\r\n--x--";
        let (part, _) = parts(text, "x").remove(0);
        assert_eq!(part.id.as_deref(), Some("response-1"));
        assert_eq!(part.headers["x-a"], "one two: 2 three");
        assert_eq!(part.headers.len(), 2);
        assert_eq!(part.body, "{}");
        let many: String = (0..70_000).map(|n| format!("h{n}: v\n")).collect();
        let text = format!("--x\n{many}\nHTTP/1.1 200 OK\n{many}\n{{}}\n--x--");
        let (part, fault) = parts(&text, "x").remove(0);
        assert_eq!((part.headers.len(), fault), (MOST_HEADERS, None));
        assert_eq!(part.body, "{}");
    }

    #[test]
    fn boundaries() {
        for (text, found) in [
            ("multipart/mixed; boundary=batch_x", Some("batch_x")),
            (
                "Multipart/Mixed;charset=utf-8; Boundary=\"a; b\"",
                Some("a; b"),
            ),
            ("multipart/related; boundary=x", None),
            ("multipart/mixed; boundary=", None),
            ("application/json", None),
        ] {
            assert_eq!(boundary(text).as_deref(), found, "{text}");
        }
    }
}
