//! JSON as text: the whitespace around values, and the members of an object without decoding them.

use std::borrow::Cow;

use serde::de::{Deserialize, IgnoredAny};

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
