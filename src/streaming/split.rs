//! Splits a response into its elements, as it arrives.

use bytes::{Buf as _, Bytes, BytesMut};

use crate::wire::json_text;

/// Why a response cannot be split further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamFault {
    /// It ends within an element or a list.
    Cut,
    /// It continues after the end of the list, or a comma is missing.
    Odd,
}

/// The result of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StreamPiece {
    /// An element.
    Element(Bytes),
    /// No element is complete.
    Nothing,
    /// The server ended the stream.
    End,
}

/// Splits a response into its elements.
#[derive(Debug, Default)]
pub(super) struct ElementSplitter {
    /// The bytes that were received and not returned yet.
    buffer: BytesMut,
    /// Whether the first bytes, which may be a byte order mark, were read.
    begun: bool,
    form: StreamForm,
    scanner: ValueScanner,
}

/// How the elements follow each other.
#[derive(Debug, Default)]
enum StreamForm {
    /// Only whitespace was received.
    #[default]
    Unknown,
    /// A list; `first` before the first element, `between` from the end of an element to the comma.
    List {
        first: bool,
        between: bool,
    },
    /// After the end of the list.
    Closed,
    /// One value, or several without a separator.
    Values,
    Events(Events),
}

impl ElementSplitter {
    /// `events`: the response has the content type of server-sent events.
    pub(super) fn new(events: bool) -> Self {
        Self {
            form: if events {
                StreamForm::Events(Events::default())
            } else {
                StreamForm::Unknown
            },
            ..Self::default()
        }
    }

    /// Adds received bytes.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Returns how many bytes of an incomplete element are held.
    pub(super) fn held(&self) -> usize {
        let data = match &self.form {
            StreamForm::Events(events) => events.held(),
            _ => 0,
        };
        self.buffer.len() + data
    }

    /// Returns whether a list has ended.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.form, StreamForm::Closed)
    }

    /// Returns whether only whitespace was received.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.form, StreamForm::Unknown)
    }

    /// Returns whether the elements are events.
    pub(super) fn is_of_events(&self) -> bool {
        matches!(self.form, StreamForm::Events(_))
    }

    /// Returns the next element. `is_end`: the response has ended.
    pub(super) fn next(&mut self, is_end: bool) -> Result<StreamPiece, StreamFault> {
        if !self.begin(is_end) {
            return Ok(StreamPiece::Nothing);
        }
        if let StreamForm::Events(events) = &mut self.form {
            return Ok(match events.next(&mut self.buffer, is_end) {
                // Some services end the stream so.
                Some(data) if data.trim_ascii() == b"[DONE]" => StreamPiece::End,
                Some(data) => StreamPiece::Element(data),
                None => StreamPiece::Nothing,
            });
        }
        loop {
            if self.scanner.is_fresh() {
                self.skip_space();
                let Some(byte) = self.buffer.first().copied() else {
                    return self.nothing(is_end);
                };
                match (&mut self.form, byte) {
                    (StreamForm::Unknown, b'[') => {
                        self.form = StreamForm::List {
                            first: true,
                            between: false,
                        };
                        self.buffer.advance(1);
                        continue;
                    }
                    (form @ StreamForm::Unknown, _) => *form = StreamForm::Values,
                    (StreamForm::List { between: true, .. }, b',') => {
                        self.form = StreamForm::List {
                            first: false,
                            between: false,
                        };
                        self.buffer.advance(1);
                        continue;
                    }
                    (StreamForm::List { first, between }, b']') if *first || *between => {
                        self.form = StreamForm::Closed;
                        self.buffer.advance(1);
                        continue;
                    }
                    (StreamForm::List { between: true, .. } | StreamForm::Closed, _) => {
                        return Err(StreamFault::Odd);
                    }
                    _ => {}
                }
            }
            let end = match self.scanner.end(&self.buffer) {
                Some(0) => return Err(StreamFault::Odd),
                Some(end) => end,
                None if !is_end => return Ok(StreamPiece::Nothing),
                None if matches!(self.form, StreamForm::Values) && self.scanner.may_end() => {
                    self.buffer.len()
                }
                None => return Err(StreamFault::Cut),
            };
            self.scanner = ValueScanner::default();
            if let StreamForm::List { first, between } = &mut self.form {
                *first = false;
                *between = true;
            }
            return Ok(StreamPiece::Element(self.buffer.split_to(end).freeze()));
        }
    }

    /// Skips a byte order mark. Returns `false` while the first bytes may be one.
    fn begin(&mut self, is_end: bool) -> bool {
        if self.begun {
            return true;
        }
        if json_text::BYTE_ORDER_MARK.starts_with(&self.buffer)
            && self.buffer.len() < json_text::BYTE_ORDER_MARK.len()
            && !is_end
        {
            return false;
        }
        self.begun = true;
        let mark = self.buffer.len() - json_text::without_mark(&self.buffer).len();
        self.buffer.advance(mark);
        true
    }

    fn nothing(&self, is_end: bool) -> Result<StreamPiece, StreamFault> {
        match self.form {
            StreamForm::List { .. } if is_end => Err(StreamFault::Cut),
            _ => Ok(StreamPiece::Nothing),
        }
    }

    fn skip_space(&mut self) {
        let space = self
            .buffer
            .iter()
            .position(|byte| !json_text::is_space(*byte));
        self.buffer.advance(space.unwrap_or(self.buffer.len()));
    }
}

/// Finds the end of a JSON value in text that is still arriving. It does not check whether the value is valid.
#[derive(Debug, Default)]
pub(super) struct ValueScanner {
    /// How many bytes were scanned.
    at: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl ValueScanner {
    /// Scans the new bytes of `text`, which begins with the value. Returns the length of the value when it is complete.
    fn end(&mut self, text: &[u8]) -> Option<usize> {
        while let Some(byte) = text.get(self.at) {
            let at = self.at;
            self.at += 1;
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(self.at);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(self.at);
                    }
                }
                // The byte after a number or a word is not part of it.
                b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                    return Some(at);
                }
                _ => {}
            }
        }
        None
    }

    /// Returns whether nothing of the value was scanned yet.
    fn is_fresh(&self) -> bool {
        self.at == 0
    }

    /// Returns whether the value may be complete at the end of the text: numbers and words have no closing byte.
    fn may_end(&self) -> bool {
        self.at > 0 && self.depth == 0 && !self.in_string
    }
}

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
    use proptest::prelude::*;

    use super::*;

    /// Returns the elements of a text that comes in pieces of `size` bytes, and the fault.
    fn split(text: &str, size: usize, events: bool) -> (Vec<String>, Option<StreamFault>) {
        let mut split = ElementSplitter::new(events);
        let mut found = Vec::new();
        let mut pieces = text.as_bytes().chunks(size);
        let mut is_end = false;
        loop {
            match split.next(is_end) {
                Ok(StreamPiece::Element(element)) => {
                    found.push(String::from_utf8(element.to_vec()).expect("UTF-8"));
                }
                Ok(StreamPiece::End) => return (found, None),
                Ok(StreamPiece::Nothing) if is_end => return (found, None),
                Ok(StreamPiece::Nothing) => match pieces.next() {
                    Some(piece) => split.push(piece),
                    None => is_end = true,
                },
                Err(fault) => return (found, Some(fault)),
            }
        }
    }

    fn expect(text: &str, events: bool, elements: &[&str], fault: Option<StreamFault>) {
        for size in [1, 2, 3, 7, 1000] {
            let expected = elements.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(
                split(text, size, events),
                (expected, fault),
                "{text:?} {size}"
            );
        }
    }

    #[test]
    fn lists_values_and_events() {
        expect(
            "[{\"a\": [1, 2]}\r\n,\r\n{\"b\": \"]\"}]\n",
            false,
            &["{\"a\": [1, 2]}", "{\"b\": \"]\"}"],
            None,
        );
        expect(" [ 1 , null,\"x\"] ", false, &["1", "null", "\"x\""], None);
        expect("[]", false, &[], None);
        expect("", false, &[], None);
        expect("{\"a\": 1}", false, &["{\"a\": 1}"], None);
        expect("{}\n{}{} 7", false, &["{}", "{}", "{}", "7"], None);
        expect(
            "data: {}\r\n\r\ndata: [1]\n\ndata: [DONE]\n\ndata: {}\n\n",
            true,
            &["{}", "[1]"],
            None,
        );
        // A byte order mark at the beginning, and nowhere else.
        expect("\u{feff}data: 1\n\n\u{feff}data: 2\n\n", true, &["1"], None);
        expect("\u{feff}[1, 2]", false, &["1", "2"], None);
    }

    #[test]
    fn what_is_cut_or_odd() {
        for cut in ["[", "[{}", "[{},", "[{\"a\": 1", "[1"] {
            let (_, fault) = split(cut, 3, false);
            assert_eq!(fault, Some(StreamFault::Cut), "{cut}");
        }
        expect("{\"a\":", false, &[], Some(StreamFault::Cut));
        expect("[{} {}]", false, &["{}"], Some(StreamFault::Odd));
        expect("[{}]x", false, &["{}"], Some(StreamFault::Odd));
        expect("[,1]", false, &[], Some(StreamFault::Odd));
        expect("[1,]", false, &["1"], Some(StreamFault::Odd));
        expect("}", false, &[], Some(StreamFault::Odd));
        // A form feed is not whitespace in JSON.
        expect("[{},\u{c}{}]", false, &["{}", "\u{c}{}"], None);
        expect("[{}\u{c},{}]", false, &["{}"], Some(StreamFault::Odd));
    }

    fn end(text: &str) -> Option<usize> {
        ValueScanner::default().end(text.as_bytes())
    }

    #[test]
    fn values_end_where_they_end() {
        for (value, rest) in [
            (r#"{"a": "}\"", "b": [1, {"c": "\\"}]}"#, ",{}"),
            (r#"[[], "]"]"#, " "),
            (r#""x\\""#, "\"y"),
            ("12.5e3", ", 4"),
            ("true", "]"),
            ("null", "\n{}"),
        ] {
            assert_eq!(end(&format!("{value}{rest}")), Some(value.len()), "{value}");
        }
        for open in [
            "",
            "{",
            r#"{"a": "}"#,
            "[1, 2",
            r#""abc"#,
            r#""a\"#,
            "12",
            "tru",
        ] {
            assert_eq!(end(open), None, "{open}");
        }
    }

    proptest! {
        #[test]
        fn the_size_of_pieces_does_not_matter(text in "[\\[\\]{}\",:a1 \\\\]{0,40}") {
            let whole = end(&text);
            let mut scanner = ValueScanner::default();
            let piecewise = (0..=text.len()).find_map(|to| scanner.end(&text.as_bytes()[..to]));
            prop_assert_eq!(whole, piecewise);
        }
    }
}

#[cfg(test)]
mod event_tests {
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
