//! Errors of JSON texts, with path and remedy.

use serde_json::error::Category;

use crate::wire::json_text::{self, json_path, offset};

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
    match json_text::trim_start(json_text::without_mark(text)) {
        [b'{' | b'[', ..] => true,
        [b'"' | b'-' | b'0'..=b'9', ..] => is_json != Some(false),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
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
