//! Takes an answer apart as it arrives.

use bytes::{Buf as _, Bytes, BytesMut};

use super::{events, scan::Scan};

/// What can be wrong with an answer as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It ends before its end.
    Cut,
    /// It goes on after its end, or lacks a comma.
    Odd,
}

/// The parts of an answer.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// What has come and is not handed out yet.
    pub(super) buffer: BytesMut,
    form: Form,
    scan: Scan,
}

/// How the elements follow each other.
#[derive(Debug, Default, PartialEq, Eq)]
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
    Events,
}

impl Split {
    /// `events`: the answer says that it is made of server-sent events.
    pub(super) fn new(events: bool) -> Self {
        Self {
            form: if events { Form::Events } else { Form::Unknown },
            ..Self::default()
        }
    }

    /// The next element; `None` while it is not complete, and after the last one. `is_end`: nothing more will come.
    pub(super) fn next(&mut self, is_end: bool) -> Result<Option<Bytes>, Fault> {
        if self.form == Form::Events {
            return Ok(self.event(is_end));
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
                None if !is_end => return Ok(None),
                None if self.form == Form::Values && self.scan.may_end() => self.buffer.len(),
                None => return Err(Fault::Cut),
            };
            self.scan = Scan::default();
            if let Form::List { first, between } = &mut self.form {
                *first = false;
                *between = true;
            }
            return Ok(Some(self.buffer.split_to(end).freeze()));
        }
    }

    fn event(&mut self, is_end: bool) -> Option<Bytes> {
        let (data, used) = events::next(&self.buffer, is_end)?;
        self.buffer.advance(used);
        // How some services close the stream.
        (data != b"[DONE]").then(|| data.into())
    }

    fn nothing(&self, is_end: bool) -> Result<Option<Bytes>, Fault> {
        match self.form {
            Form::List { .. } if is_end => Err(Fault::Cut),
            _ => Ok(None),
        }
    }

    fn skip_space(&mut self) {
        let space = self
            .buffer
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace());
        let space = space.count();
        self.buffer.advance(space);
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
                Ok(Some(element)) => {
                    found.push(String::from_utf8(element.to_vec()).expect("UTF-8"));
                }
                Ok(None) if is_end => return (found, None),
                Ok(None) => match pieces.next() {
                    Some(piece) => split.buffer.extend_from_slice(piece),
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
            "data: {}\r\n\r\ndata: [1]\n\ndata: [DONE]\n\n",
            true,
            &["{}", "[1]"],
            None,
        );
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
    }
}
