//! The members of a JSON object, as they stand in its text.

use std::borrow::Cow;

use serde::de::{Deserialize, IgnoredAny};

use super::space;

/// The text of the member `name` of the object that `text` is. `None` where it has no such member, or is no whole object.
pub(crate) fn member<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut found = None;
    let mut rest = Rest(text);
    rest.take(b'{')?;
    if rest.take(b'}').is_none() {
        loop {
            let key: Cow<'_, str> = rest.value()?.0;
            rest.take(b':')?;
            let (IgnoredAny, value) = rest.value()?;
            // The last one counts, as for all who read it.
            if key == name {
                found = Some(value);
            }
            if rest.take(b',').is_none() {
                break;
            }
        }
        rest.take(b'}')?;
    }
    rest.is_blank().then_some(found)?
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Passes over one character of the object's own.
    fn take(&mut self, character: u8) -> Option<()> {
        self.0 = space::trim_start(self.0).strip_prefix(&[character])?;
        Some(())
    }

    /// The next value, and its text.
    fn value<T: Deserialize<'a>>(&mut self) -> Option<(T, &'a [u8])> {
        self.0 = space::trim_start(self.0);
        let mut values = serde_json::Deserializer::from_slice(self.0).into_iter();
        let value = values.next()?.ok()?;
        let (text, rest) = self.0.split_at(values.byte_offset());
        self.0 = rest;
        Some((value, text))
    }

    fn is_blank(&self) -> bool {
        space::trim_start(self.0).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_as_they_stand() {
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
    fn what_is_no_whole_object_has_none() {
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
