//! Splits a response into its elements, as it arrives.

use bytes::{Buf as _, Bytes, BytesMut};

use super::events::Events;
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
