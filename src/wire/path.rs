//! Where in a JSON document something went wrong.
//!
//! Keeping a path while decoding costs time on every answer; scanning the body again costs time only on a failure.

use std::fmt::Write as _;

/// The path of the value at serde_json's line and column: `items[3].settings.dataDiskSizeGb`.
///
/// Empty for the document itself. The body need not be valid JSON.
#[must_use]
pub(crate) fn json_path(body: &[u8], line: usize, column: usize) -> String {
    let mut scan = Scan { body, at: 0, end: offset(body, line, column), frames: Vec::new() };
    scan.run();
    scan.path()
}

/// serde_json counts lines from one, and columns in bytes that were consumed.
fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match body[start..].iter().position(|byte| *byte == b'\n') {
            Some(newline) => start += newline + 1,
            None => return body.len(),
        }
    }
    start.saturating_add(column).min(body.len())
}

/// An object or list that is open.
enum Frame {
    /// With the key whose value is being read.
    Map(Option<String>),
    /// With the count of items that began, and whether one is being read.
    List(usize, bool),
}

struct Scan<'a> {
    body: &'a [u8],
    at: usize,
    end: usize,
    frames: Vec<Frame>,
}

impl Scan<'_> {
    /// Moves on until the token at `end`, leaving `frames` at its place.
    fn run(&mut self) {
        while self.at < self.end {
            match self.body[self.at] {
                b' ' | b'\t' | b'\r' | b'\n' | b':' | b',' => self.at += 1,
                b'}' | b']' => {
                    self.at += 1;
                    if self.at >= self.end {
                        // The container as a whole is what ended here.
                        self.close_item();
                        return;
                    }
                    self.frames.pop();
                    self.close_item();
                }
                b'{' => self.open(Frame::Map(None)),
                b'[' => self.open(Frame::List(0, false)),
                byte => {
                    let is_key = byte == b'"' && matches!(self.frames.last(), Some(Frame::Map(None)));
                    if !is_key {
                        self.open_item();
                    }
                    let start = self.at;
                    self.at = if byte == b'"' { self.string_end() } else { self.word_end() };
                    if self.at >= self.end {
                        return;
                    }
                    if is_key {
                        let key = key(&self.body[start..self.at]);
                        if let Some(Frame::Map(open)) = self.frames.last_mut() {
                            *open = Some(key);
                        }
                    } else {
                        self.close_item();
                    }
                }
            }
        }
    }

    fn open(&mut self, frame: Frame) {
        self.open_item();
        self.frames.push(frame);
        self.at += 1;
    }

    /// A value of the innermost container begins.
    fn open_item(&mut self) {
        if let Some(Frame::List(count, inside)) = self.frames.last_mut() {
            *count += 1;
            *inside = true;
        }
    }

    /// The value of the innermost container is complete.
    fn close_item(&mut self) {
        match self.frames.last_mut() {
            Some(Frame::Map(key)) => *key = None,
            Some(Frame::List(_, inside)) => *inside = false,
            None => {}
        }
    }

    fn string_end(&self) -> usize {
        let mut at = self.at + 1;
        while let Some(byte) = self.body.get(at) {
            at += 1;
            match byte {
                b'"' => return at,
                b'\\' => at += 1,
                _ => {}
            }
        }
        self.body.len()
    }

    fn word_end(&self) -> usize {
        let rest = &self.body[self.at..];
        let length = rest.iter().position(|byte| b" \t\r\n:,]}[{\"".contains(byte)).unwrap_or(rest.len());
        self.at + length.max(1)
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.frames {
            match frame {
                Frame::Map(Some(key)) if plain(key) => {
                    let dot = if path.is_empty() { "" } else { "." };
                    let _ = write!(path, "{dot}{key}");
                }
                Frame::Map(Some(key)) => {
                    let _ = write!(path, "[{key:?}]");
                }
                Frame::List(count, true) => {
                    let _ = write!(path, "[{}]", count - 1);
                }
                Frame::Map(None) | Frame::List(_, false) => {}
            }
        }
        path
    }
}

/// The text of a key, escapes resolved.
fn key(quoted: &[u8]) -> String {
    serde_json::from_slice(quoted).unwrap_or_else(|_| String::from_utf8_lossy(quoted).into_owned())
}

fn plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'))
}
