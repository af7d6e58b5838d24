//! Server-sent events, as the HTML standard describes them (section 9.2.6).

use bytes::{Buf as _, Bytes, BytesMut};

/// Reads events as they arrive. Each byte is scanned once, and only data is held.
///
/// Comments, names and ids of events are ignored, and so are events without data.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The data of the current event.
    data: Option<BytesMut>,
    /// How many bytes of the current line were searched for its end.
    searched: usize,
    /// Whether the current line has no data, so that its beginning was dropped.
    skipping: bool,
    /// Whether the last line ended with a carriage return, to which a line feed may belong.
    after_return: bool,
}

impl Events {
    /// Takes the next event from `buffer`, and returns its data; `None` if it is not complete. `is_end`: the response has ended.
    pub(super) fn next(&mut self, buffer: &mut BytesMut, is_end: bool) -> Option<Bytes> {
        loop {
            if self.after_return && !buffer.is_empty() {
                self.after_return = false;
                if buffer[0] == b'\n' {
                    buffer.advance(1);
                }
            }
            let mut unsearched = buffer[self.searched..].iter();
            let Some(at) = unsearched.position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.end_of_buffer(buffer, is_end);
            };
            let length = self.searched + at;
            self.searched = 0;
            self.after_return = buffer[length] == b'\r';
            let is_skipped = std::mem::take(&mut self.skipping);
            if is_skipped || !may_be_data(&buffer[..length]) {
                buffer.advance(length + 1);
                continue;
            }
            let line = buffer.split_to(length);
            buffer.advance(1);
            if !line.is_empty() {
                self.line(line);
            } else if let Some(event) = self.event() {
                return Some(event);
            }
        }
    }

    /// Returns how many bytes of the current event are held.
    pub(super) fn held(&self) -> usize {
        self.data.as_ref().map_or(0, BytesMut::len)
    }

    /// Handles a line in `buffer` that has no end yet.
    fn end_of_buffer(&mut self, buffer: &mut BytesMut, is_end: bool) -> Option<Bytes> {
        if self.skipping || !may_be_data(buffer) {
            self.skipping = true;
            buffer.clear();
        }
        self.searched = buffer.len();
        if !is_end {
            return None;
        }
        self.searched = 0;
        self.line(buffer.split());
        // The standard drops an incomplete event at the end, but some servers omit the last empty line.
        self.event()
    }

    /// Adds a line, without its end.
    fn line(&mut self, mut line: BytesMut) {
        let start = match line.strip_prefix(b"data") {
            Some([]) => 4,
            Some([b':', b' ', ..]) => 6,
            Some([b':', ..]) => 5,
            _ => return,
        };
        line.advance(start);
        match &mut self.data {
            Some(data) => {
                data.extend_from_slice(b"\n");
                data.extend_from_slice(&line);
            }
            None => self.data = Some(line),
        }
    }

    /// Ends the current event.
    fn event(&mut self) -> Option<Bytes> {
        let data = self.data.take()?;
        (!data.trim_ascii().is_empty()).then(|| data.freeze())
    }
}

/// Returns whether a line with this beginning may have data, or be empty.
fn may_be_data(line: &[u8]) -> bool {
    const FIELD: &[u8] = b"data:";
    let length = line.len().min(FIELD.len());
    line[..length] == FIELD[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the events of a text that comes in pieces of `size` bytes.
    fn all(text: &str, size: usize) -> Vec<String> {
        let mut events = Events::default();
        let mut buffer = BytesMut::new();
        let mut found = Vec::new();
        let mut take = |buffer: &mut BytesMut, is_end| {
            while let Some(data) = events.next(buffer, is_end) {
                found.push(String::from_utf8(data.to_vec()).expect("UTF-8"));
            }
        };
        for piece in text.as_bytes().chunks(size) {
            buffer.extend_from_slice(piece);
            take(&mut buffer, false);
        }
        take(&mut buffer, true);
        found
    }

    #[test]
    fn events_are_their_data() {
        for (text, expected) in [
            ("data: 1\n\ndata:2\r\n\r\ndata: 3\r\r", &["1", "2", "3"][..]),
            ("data: {\ndata: }\n\n", &["{\n}"]),
            ("data: a\ndata\ndata: b\n\n", &["a\n\nb"]),
            (
                ": hello\n\nevent: x\nid: 7\nretry: 3\ndatum: no\ndat\n\ndata: 1\n\n",
                &["1"],
            ),
            // Without data there is no event.
            ("data\n\ndata:\n\ndata: \n\n\n\n", &[]),
            ("data:  two spaces", &[" two spaces"]),
            ("data: 1\n\n: a comment at the end", &["1"]),
            ("data: 1\ndata: 2\n", &["1\n2"]),
            ("data: 1\n\ndat", &["1"]),
            ("", &[]),
        ] {
            for size in [1, 2, 3, 5, 1000] {
                assert_eq!(all(text, size), expected, "{text:?} {size}");
            }
        }
    }

    #[test]
    fn an_event_is_complete_after_an_empty_line() {
        for open in ["", "data: 1", "data: 1\n", "data: 1\r\n", ": x\n\n"] {
            let mut buffer = BytesMut::from(open);
            assert_eq!(Events::default().next(&mut buffer, false), None, "{open:?}");
        }
        for (text, rest) in [("data: 1\n\nda", "da"), ("data: 1\r\n\r", "")] {
            let mut buffer = BytesMut::from(text);
            let event = Events::default().next(&mut buffer, false);
            assert_eq!(
                (event.as_deref(), &*buffer),
                (Some(&b"1"[..]), rest.as_bytes())
            );
        }
    }

    #[test]
    fn only_data_is_held() {
        let mut events = Events::default();
        let mut buffer = BytesMut::new();
        for piece in [
            ": a comment ",
            "that continues ",
            "and on",
            "\n",
            "id: 7",
            "\n",
        ] {
            buffer.extend_from_slice(piece.as_bytes());
            assert_eq!(events.next(&mut buffer, false), None);
            assert_eq!((buffer.len(), events.held()), (0, 0), "{piece}");
        }
        // A skipped line is not an empty one.
        buffer.extend_from_slice(b"data: 1\n: c");
        assert_eq!(events.next(&mut buffer, false), None);
        buffer.extend_from_slice(b"\ndata: 2\n\n");
        assert_eq!(
            events.next(&mut buffer, false).as_deref(),
            Some(&b"1\n2"[..])
        );
    }
}
