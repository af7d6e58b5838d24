//! JSON as text: whitespace, the members of an object without decoding them, and errors with path and remedy.
//!
//! Recording a path while decoding would cost time for every response; scanning the body again costs time for a failure only.

use std::{borrow::Cow, fmt::Write as _};

use serde::de::{Deserialize, IgnoredAny};
use serde_json::error::Category;

/// A byte order mark in UTF-8, which readers of JSON may skip (RFC 8259, section 8.1), and readers of event streams do.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns `text` without a byte order mark at its start.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Returns whether a byte is whitespace of JSON (RFC 8259, section 2), which has no form feed.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Returns `text` without whitespace at its start.
pub(crate) fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_space(*byte));
    &text[start.unwrap_or(text.len())..]
}

/// Returns `text` without whitespace at both ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_space(*byte));
    trim_start(&text[..end.map_or(0, |last| last + 1)])
}

/// Returns the text of the value of a member of the object `text`, or `None` if there is no such member, or `text` is not an object.
pub(crate) fn member<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut found = None;
    let mut rest = Rest(text);
    rest.take(b'{')?;
    if rest.take(b'}').is_none() {
        loop {
            let key: Cow<'_, str> = rest.value()?.0;
            rest.take(b':')?;
            let (IgnoredAny, value) = rest.value()?;
            // Of several members of one name, the last one counts for all readers of JSON.
            if key == name {
                found = Some(value);
            }
            if rest.take(b',').is_none() {
                break;
            }
        }
        rest.take(b'}')?;
    }
    trim_start(rest.0).is_empty().then_some(found)?
}

/// The text that is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Skips one punctuation character.
    fn take(&mut self, character: u8) -> Option<()> {
        self.0 = trim_start(self.0).strip_prefix(&[character])?;
        Some(())
    }

    /// Reads the next value, and returns it with its text.
    fn value<T: Deserialize<'a>>(&mut self) -> Option<(T, &'a [u8])> {
        self.0 = trim_start(self.0);
        let mut values = serde_json::Deserializer::from_slice(self.0).into_iter();
        let value = values.next()?.ok()?;
        let (text, rest) = self.0.split_at(values.byte_offset());
        self.0 = rest;
        Some((value, text))
    }
}

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

/// The most characters of a path in a message, which shows the end of a longer one.
const LONGEST_PATH: usize = 200;

/// The nesting depth that serde_json reads.
const LEVELS: u32 = 127;

/// Why a JSON text cannot be read.
pub(crate) struct JsonFailure {
    pub(crate) kind: JsonFailureKind,
    /// The path of the last value that was read: `items[3].name`.
    pub(crate) path: String,
    /// The parser's message without the position.
    what: String,
    line: usize,
    column: usize,
}

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonFailureKind {
    /// A value of another type than expected.
    Type,
    /// The text is cut off.
    Cut,
    /// The text is not JSON.
    NotJson,
    /// Several JSON values follow each other.
    Several,
    /// The text is nested too deep.
    Deep,
    /// The text is malformed JSON.
    Broken,
}

impl JsonFailure {
    /// Explains why parsing `text` failed with `error`. `is_json` is whether its content type is JSON, if known.
    pub(crate) fn new(text: &[u8], error: &serde_json::Error, is_json: Option<bool>) -> Self {
        let (line, column) = (error.line(), error.column());
        let full = error.to_string();
        let what = full
            .rsplit_once(" at line ")
            .map_or(full.as_str(), |(what, _)| what);
        let kind = match error.classify() {
            Category::Data => JsonFailureKind::Type,
            Category::Eof => JsonFailureKind::Cut,
            _ if !looks_like_json(text, is_json) => JsonFailureKind::NotJson,
            _ if what == "trailing characters" && is_value(text, line, column) => {
                JsonFailureKind::Several
            }
            _ if what == "recursion limit exceeded" => JsonFailureKind::Deep,
            _ => JsonFailureKind::Broken,
        };
        Self {
            kind,
            path: json_path(text, line, column),
            what: what.to_owned(),
            line,
            column,
        }
    }

    /// Returns the message for a text called `it`: `the response`.
    pub(crate) fn message(&self, it: &str, length: usize) -> String {
        let mut message = self.short_path();
        if !message.is_empty() {
            message.push_str(": ");
        }
        message.push_str(&match self.kind {
            JsonFailureKind::Type => self.what.clone(),
            JsonFailureKind::Cut => format!("{it} ends in the middle, after {length} bytes"),
            JsonFailureKind::NotJson => return format!("{it} is not JSON but {length} bytes"),
            JsonFailureKind::Several => {
                return format!(
                    "{it} is several JSON values, one after another; read them as a stream, with `.stream()`"
                );
            }
            JsonFailureKind::Deep => format!("{it} is nested deeper than the {LEVELS} levels that are read"),
            JsonFailureKind::Broken => format!(
                "{it} is not valid JSON: {} at line {}, column {}",
                self.what, self.line, self.column
            ),
        });
        message
    }

    /// Returns the end of the path.
    fn short_path(&self) -> String {
        let skipped = self.path.chars().count().saturating_sub(LONGEST_PATH);
        if skipped == 0 {
            return self.path.clone();
        }
        let end: String = self.path.chars().skip(skipped).collect();
        format!("...{end}")
    }
}

/// Returns whether an object or a list begins at this position.
fn is_value(text: &[u8], line: usize, column: usize) -> bool {
    let start = offset(text, line, column).saturating_sub(1);
    matches!(text.get(start), Some(b'{' | b'['))
}

/// Returns whether a text that cannot be parsed looks like JSON.
fn looks_like_json(text: &[u8], is_json: Option<bool>) -> bool {
    match trim_start(without_mark(text)) {
        [b'{' | b'[', ..] => true,
        [b'"' | b'-' | b'0'..=b'9', ..] => is_json != Some(false),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_as_text() {
        for (text, found) in [
            (r#"{"a": {"b": [1, 2]}, "c": 1}"#, Some(r#"{"b": [1, 2]}"#)),
            (r#" {"c":1,"a" : 1.50e1 } "#, Some("1.50e1")),
            (r#"{"a":"x\"}"}"#, Some(r#""x\"}""#)),
            (r#"{"\u0061":null}"#, Some("null")),
            (r#"{"a":1,"a":2}"#, Some("2")),
            (r#"{"c":{"a":1}}"#, None),
            ("{}", None),
            (" { } ", None),
            ("[1]", None),
            ("", None),
            ("text", None),
        ] {
            let member = member(text.as_bytes(), "a");
            assert_eq!(member, found.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn text_that_is_no_object_has_no_members() {
        for text in [
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{"a":1}}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a" 1}"#,
            r#"{a:1}"#,
            r#"{,"a":1}"#,
            r#"{"a":tru}"#,
            "{\x0c\"a\":1}",
            "{\"a\":1}\x0c",
        ] {
            assert_eq!(member(text.as_bytes(), "a"), None, "{text}");
        }
    }
}

#[cfg(test)]
mod path_tests {
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

#[cfg(test)]
mod failure_tests {
    use serde_json::Value;

    use super::*;

    fn message(text: &str) -> String {
        let error = serde_json::from_str::<Value>(text).expect_err("unreadable");
        JsonFailure::new(text.as_bytes(), &error, None).message("it", text.len())
    }

    #[test]
    fn the_parser_says_what_and_where() {
        for (text, expected) in [
            (
                "{\"files\": [{},\n {\"name\": \"\\ud83d\"}]}",
                "files[1].name: it is not valid JSON: unexpected end of hex escape at line 2, column 18",
            ),
            (
                "{\"a\": \"x\ty\"}",
                "a: it is not valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 1, column 9",
            ),
            (
                "{\"a\": [1, 2 3]}",
                "a[2]: it is not valid JSON: expected `,` or `]` at line 1, column 13",
            ),
            (
                "{\"a\": {\"b\": ",
                "a.b: it ends in the middle, after 12 bytes",
            ),
            (
                "{} x",
                "it is not valid JSON: trailing characters at line 1, column 4",
            ),
            (
                "{}\n{}",
                "it is several JSON values, one after another; read them as a stream, with `.stream()`",
            ),
            ("<p>", "it is not JSON but 3 bytes"),
        ] {
            assert_eq!(message(text), expected, "{text}");
        }
    }

    #[test]
    fn too_deep_is_said() {
        let nested = |levels: usize| {
            format!(
                "{{\"a\": {}{}}}",
                "[".repeat(levels - 1),
                "]".repeat(levels - 1)
            )
        };
        assert!(serde_json::from_str::<Value>(&nested(127)).is_ok());
        let text = message(&nested(128));
        assert!(
            text.ends_with("[0][0]: it is nested deeper than the 127 levels that are read"),
            "{text}"
        );
        assert!(text.len() < 300, "{text}");
    }
}
