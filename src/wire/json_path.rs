//! The path of an error in a JSON document.
//!
//! Recording a path while decoding would cost time for every response; scanning the body again costs time for a failure only.

use std::fmt::Write as _;

/// Returns the path of the value at serde_json's line and column: `items[3].settings.dataDiskSizeGb`.
///
/// Empty for the document itself. The body need not be valid JSON.
#[must_use]
pub(crate) fn json_path(body: &[u8], line: usize, column: usize) -> String {
    let mut finder = PathFinder {
        body,
        at: 0,
        end: offset(body, line, column),
        frames: Vec::new(),
    };
    finder.run();
    finder.path()
}

/// Returns the offset of serde_json's line, which counts from one, and column, which counts consumed bytes.
pub(crate) fn offset(body: &[u8], line: usize, column: usize) -> usize {
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
    /// The key whose value is being read.
    Map(Option<String>),
    /// The number of items that began, and whether one is being read.
    List(usize, bool),
}

struct PathFinder<'a> {
    body: &'a [u8],
    at: usize,
    end: usize,
    frames: Vec<Frame>,
}

impl PathFinder<'_> {
    /// Scans to the token at `end`; `frames` are then the containers around it.
    fn run(&mut self) {
        while self.at < self.end {
            match self.body[self.at] {
                b' ' | b'\t' | b'\r' | b'\n' | b':' | b',' => self.at += 1,
                b'}' | b']' => {
                    self.at += 1;
                    if self.at >= self.end {
                        // The error is about the whole container that ended here.
                        self.close_item();
                        return;
                    }
                    self.frames.pop();
                    self.close_item();
                }
                b'{' => self.open(Frame::Map(None)),
                b'[' => self.open(Frame::List(0, false)),
                byte => {
                    let is_key =
                        byte == b'"' && matches!(self.frames.last(), Some(Frame::Map(None)));
                    if !is_key {
                        self.open_item();
                    }
                    let start = self.at;
                    self.at = if byte == b'"' {
                        self.string_end()
                    } else {
                        self.word_end()
                    };
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

    /// Begins a value of the innermost container.
    fn open_item(&mut self) {
        if let Some(Frame::List(count, inside)) = self.frames.last_mut() {
            *count += 1;
            *inside = true;
        }
    }

    /// Ends the value of the innermost container.
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
        let length = rest
            .iter()
            .position(|byte| b" \t\r\n:,]}[{\"".contains(byte))
            .unwrap_or(rest.len());
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

/// Returns the text of a key, without escapes.
fn key(quoted: &[u8]) -> String {
    serde_json::from_slice(quoted).unwrap_or_else(|_| String::from_utf8_lossy(quoted).into_owned())
}

fn plain(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'))
}

#[cfg(test)]
mod tests {
    use super::json_path;
    use crate::value::{Bytes, Duration};
    use crate::wire::from_slice;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    #[test]
    fn forms() {
        let body = b"{\"items\": [{}, {\"a b\": {\"x\": 5}}],\n \"n\": 1}";
        assert_eq!(json_path(body, 1, 30), "items[1][\"a b\"].x");
        assert_eq!(json_path(body, 2, 4), "");
        assert_eq!(json_path(body, 2, 7), "n");
        assert_eq!(json_path(body, 1, 1), "");
        assert_eq!(json_path(body, 99, 99), "");
        assert_eq!(json_path(b"", 1, 0), "");
        assert_eq!(json_path(b"[[1, 2], [\"\\\"]\", x", 1, 18), "[1][1]");
        assert_eq!(json_path("{\"\\u00e9\": 1}".as_bytes(), 1, 12), "[\"é\"]");
    }

    /// The value has no type that a reader of maps of lists of numbers takes.
    #[test]
    fn errors_have_paths() {
        let path_of = |body: &str| {
            let error = from_slice::<BTreeMap<String, Vec<BTreeMap<String, i64>>>>(body.as_bytes())
                .unwrap_err();
            json_path(body.as_bytes(), error.line(), error.column())
        };
        assert_eq!(
            path_of(r#"{"a": [{"b": 1}, {"c": 1, "d": "x"}]}"#),
            "a[1].d"
        );
        assert_eq!(
            path_of("{\"a\": [\n  {\"b\": 1},\n  {\"c\": true }\n]}"),
            "a[1].c"
        );
        assert_eq!(path_of(r#"{"a": [{"b": {"c": 1}}]}"#), "a[0].b");
        assert_eq!(path_of(r#"{"a": [{"b": [1, 2]}]}"#), "a[0].b");
        assert_eq!(path_of(r#"{"a": [{"b": []}]}"#), "a[0].b");
        assert_eq!(path_of(r#"{"a": [{"b": {}}]}"#), "a[0].b");
        assert_eq!(path_of(r#"{"a": [7]}"#), "a[0]");
        assert_eq!(path_of(r#"{"a": [{}, []]}"#), "a[1]");
        assert_eq!(path_of(r#"{"x": [], "a": {}}"#), "a");
        assert_eq!(path_of(r#"{"a": [{"b": null}]}"#), "a[0].b");
        assert_eq!(path_of(r#""text""#), "");
    }

    #[test]
    fn errors_in_texts_have_paths() {
        let body = br#"{"d": ["1s", {}]}"#;
        let error = from_slice::<BTreeMap<String, Vec<Duration>>>(body).unwrap_err();
        assert_eq!(json_path(body, error.line(), error.column()), "d[1]");
        let body = b"{\"d\":\n\n \"a!\"}";
        let error = from_slice::<BTreeMap<String, Bytes>>(body).unwrap_err();
        assert_eq!(json_path(body, error.line(), error.column()), "d");
    }

    /// A step into a document.
    fn nested(steps: &[Result<String, usize>]) -> (Value, String) {
        let mut value = json!("not a number");
        let mut path = String::new();
        for step in steps.iter().rev() {
            match step {
                Ok(key) => {
                    value = json!({ "-": {}, key: value });
                    path = format!(".{key}{path}");
                }
                Err(index) => {
                    let mut list = vec![json!({"z": []}); *index];
                    list.push(value);
                    value = Value::from(list);
                    path = format!("[{index}]{path}");
                }
            }
        }
        (value, path.trim_start_matches('.').to_owned())
    }

    proptest! {
        #[test]
        fn paths_of_any_depth_are_found(steps in prop::collection::vec(prop_oneof!["[a-z][a-zA-Z0-9]{0,6}".prop_map(Ok), (0_usize..4).prop_map(Err)], 0..8), pretty: bool) {
            let (value, path) = nested(&steps);
            let body = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let end = body.find("not a number\"").unwrap() + "not a number\"".len();
            let line = 1 + body[..end].matches('\n').count();
            let column = end - body[..end].rfind('\n').map_or(0, |newline| newline + 1);
            prop_assert_eq!(json_path(body.as_bytes(), line, column), path);
        }

        #[test]
        fn never_panics(body: Vec<u8>, line in 0_usize..9, column in 0_usize..90) {
            let _ = json_path(&body, line, column);
        }

        #[test]
        fn never_panics_on_near_json(body in "[\\[\\]{}\",:\\\\a1\n ]{0,40}", line in 0_usize..4, column in 0_usize..50) {
            let _ = json_path(body.as_bytes(), line, column);
        }
    }
}
