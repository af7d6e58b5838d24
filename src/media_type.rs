//! Media types, as `Content-Type` headers name them (RFC 9110, section 8.3.1).

use http::{HeaderMap, header::CONTENT_TYPE};

/// Returns the `Content-Type` of a message.
pub(crate) fn of(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

/// Returns type and subtype without parameters; `None` if invalid.
pub(crate) fn essence(text: &str) -> Option<&str> {
    let essence = text.split(';').next()?.trim();
    let (kind, subtype) = essence.split_once('/')?;
    (is_token(kind) && is_token(subtype)).then_some(essence)
}

/// Whether the type and subtype are `wanted`. Their names have no case.
pub(crate) fn is(text: &str, wanted: &str) -> bool {
    essence(text).is_some_and(|essence| essence.eq_ignore_ascii_case(wanted))
}

/// Returns whether it is JSON, or a form that is written in JSON (RFC 6839, section 3.1).
pub(crate) fn is_json(text: &str) -> bool {
    ends_with(text, "/json") || ends_with(text, "+json")
}

/// Returns whether it is text that a person may read, markup included.
pub(crate) fn is_text(text: &str) -> bool {
    let begins = |name: &str| {
        let start = text.trim_start().get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    begins("text/") || is_json(text) || ends_with(text, "/xml") || ends_with(text, "+xml")
}

fn ends_with(text: &str, end: &str) -> bool {
    essence(text).is_some_and(|essence| {
        let start = essence.len().checked_sub(end.len());
        start.is_some_and(|start| essence.as_bytes()[start..].eq_ignore_ascii_case(end.as_bytes()))
    })
}

/// Returns the value of the first parameter `wanted`, without quotes.
pub(crate) fn parameter(text: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = text.split_once(';')?;
    loop {
        let name_end = rest.find(['=', ';'])?;
        let name = rest[..name_end].trim();
        let is_bare = rest.as_bytes()[name_end] == b';';
        rest = &rest[name_end + 1..];
        if is_bare {
            continue;
        }
        let value;
        (value, rest) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = rest.find(';').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        // Text between a quoted value and the next parameter is ignored.
        rest = rest.split_once(';')?.1;
    }
}

/// Returns a quoted value after its first quote, and the rest. A value without a last quote continues to the end.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_has_two_names() {
        assert_eq!(essence("text/plain; charset=utf-8"), Some("text/plain"));
        assert_eq!(
            essence(" application/vnd.google-apps.file "),
            Some("application/vnd.google-apps.file")
        );
        for bad in ["", "png", "image/", "/png", "image/p ng", "a/b/c"] {
            assert_eq!(essence(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_have_no_case() {
        assert!(is("Text/Event-Stream;charset=UTF-8", "text/event-stream"));
        assert!(!is("text/event-streams", "text/event-stream"));
        for (text, json, readable) in [
            ("Application/JSON; charset=UTF-8", true, true),
            ("application/problem+Json", true, true),
            ("application/jsonl", false, false),
            ("Text/Plain", false, true),
            ("application/xhtml+xml", false, true),
            ("application/octet-stream", false, false),
            ("json", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_json(text), is_text(text)), (json, readable), "{text}");
        }
    }

    #[test]
    fn parameters_may_be_quoted() {
        for (text, value) in [
            ("a/b; boundary=x", Some("x")),
            (
                "a/b;charset=\"a;boundary=no\" ; Boundary = y ;z=1",
                Some("y"),
            ),
            (r#"a/b; boundary="a;\"b\\""#, Some(r#"a;"b\"#)),
            ("a/b; boundary=\"open", Some("open")),
            ("a/b; boundary; boundary=z", Some("z")),
            ("a/b; boundary=", Some("")),
            ("a/b; x=boundary=y", None),
            ("a/b; boundary", None),
            ("a/b", None),
            ("", None),
        ] {
            assert_eq!(parameter(text, "boundary").as_deref(), value, "{text}");
        }
    }
}
