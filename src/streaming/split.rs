//! Takes an answer apart as it arrives.

use bytes::{Buf as _, Bytes, BytesMut};

use super::{events::Events, scan::Scan};
use crate::wire::json_text;

/// What can be wrong with a response as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It ends before its end.
    Cut,
    /// It goes on after its end, or lacks a comma.
    Odd,
}

/// What came of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// An element.
    Element(Bytes),
    /// Nothing that is complete.
    Nothing,
    /// The server says that nothing follows.
    End,
}

/// The parts of a response.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// What has come and is not handed out yet.
    buffer: BytesMut,
    /// Whether the first bytes, which may be a byte order mark, have come.
    begun: bool,
    form: Form,
    scan: Scan,
}

/// How the elements follow each other.
#[derive(Debug, Default)]
enum Form {
    /// Nothing has come but space.
    #[default]
    Unknown,
    /// A list; `first` until an element has come, `between` from the end of an element to the comma.
    List {
        first: bool,
        between: bool,
    },
    /// After the end of the list.
    Closed,
    /// One value, or several, one after another.
    Values,
    Events(Events),
}

impl Split {
    /// `events`: the response says that it is made of server-sent events.
    pub(super) fn new(events: bool) -> Self {
        Self {
            form: if events {
                Form::Events(Events::default())
            } else {
                Form::Unknown
            },
            ..Self::default()
        }
    }

    /// Adds what has come.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// How many bytes of an element that is not complete are held.
    pub(super) fn held(&self) -> usize {
        let data = match &self.form {
            Form::Events(events) => events.held(),
            _ => 0,
        };
        self.buffer.len() + data
    }

    /// Whether a list has come to its end.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.form, Form::Closed)
    }

    /// Whether nothing has come but space.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.form, Form::Unknown)
    }

    /// Whether the elements are events.
    pub(super) fn is_of_events(&self) -> bool {
        matches!(self.form, Form::Events(_))
    }

    /// The next element. `is_end`: nothing more will come.
    pub(super) fn next(&mut self, is_end: bool) -> Result<Piece, Fault> {
        if !self.begin(is_end) {
            return Ok(Piece::Nothing);
        }
        if let Form::Events(events) = &mut self.form {
            return Ok(match events.next(&mut self.buffer, is_end) {
                // How some services close the stream.
                Some(data) if data.trim_ascii() == b"[DONE]" => Piece::End,
                Some(data) => Piece::Element(data),
                None => Piece::Nothing,
            });
        }
        loop {
            if self.scan.is_fresh() {
                self.skip_space();
                let Some(byte) = self.buffer.first().copied() else {
                    return self.nothing(is_end);
                };
                match (&mut self.form, byte) {
                    (Form::Unknown, b'[') => {
                        self.form = Form::List {
                            first: true,
                            between: false,
                        };
                        self.buffer.advance(1);
                        continue;
                    }
                    (form @ Form::Unknown, _) => *form = Form::Values,
                    (Form::List { between: true, .. }, b',') => {
                        self.form = Form::List {
                            first: false,
                            between: false,
                        };
                        self.buffer.advance(1);
                        continue;
                    }
                    (Form::List { first, between }, b']') if *first || *between => {
                        self.form = Form::Closed;
                        self.buffer.advance(1);
                        continue;
                    }
                    (Form::List { between: true, .. } | Form::Closed, _) => return Err(Fault::Odd),
                    _ => {}
                }
            }
            let end = match self.scan.end(&self.buffer) {
                Some(0) => return Err(Fault::Odd),
                Some(end) => end,
                None if !is_end => return Ok(Piece::Nothing),
                None if matches!(self.form, Form::Values) && self.scan.may_end() => {
                    self.buffer.len()
                }
                None => return Err(Fault::Cut),
            };
            self.scan = Scan::default();
            if let Form::List { first, between } = &mut self.form {
                *first = false;
                *between = true;
            }
            return Ok(Piece::Element(self.buffer.split_to(end).freeze()));
        }
    }

    /// Passes over a byte order mark. False while the first bytes may still be one.
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

    fn nothing(&self, is_end: bool) -> Result<Piece, Fault> {
        match self.form {
            Form::List { .. } if is_end => Err(Fault::Cut),
            _ => Ok(Piece::Nothing),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements, in pieces of `size` bytes, and how it ended.
    fn split(text: &str, size: usize, events: bool) -> (Vec<String>, Option<Fault>) {
        let mut split = Split::new(events);
        let mut found = Vec::new();
        let mut pieces = text.as_bytes().chunks(size);
        let mut is_end = false;
        loop {
            match split.next(is_end) {
                Ok(Piece::Element(element)) => {
                    found.push(String::from_utf8(element.to_vec()).expect("UTF-8"));
                }
                Ok(Piece::End) => return (found, None),
                Ok(Piece::Nothing) if is_end => return (found, None),
                Ok(Piece::Nothing) => match pieces.next() {
                    Some(piece) => split.push(piece),
                    None => is_end = true,
                },
                Err(fault) => return (found, Some(fault)),
            }
        }
    }

    fn expect(text: &str, events: bool, elements: &[&str], fault: Option<Fault>) {
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
            assert_eq!(fault, Some(Fault::Cut), "{cut}");
        }
        expect("{\"a\":", false, &[], Some(Fault::Cut));
        expect("[{} {}]", false, &["{}"], Some(Fault::Odd));
        expect("[{}]x", false, &["{}"], Some(Fault::Odd));
        expect("[,1]", false, &[], Some(Fault::Odd));
        expect("[1,]", false, &["1"], Some(Fault::Odd));
        expect("}", false, &[], Some(Fault::Odd));
        // A form feed is no space.
        expect("[{},\u{c}{}]", false, &["{}", "\u{c}{}"], None);
        expect("[{}\u{c},{}]", false, &["{}"], Some(Fault::Odd));
    }
}
