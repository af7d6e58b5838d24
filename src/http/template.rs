//! Path templates: the two forms of RFC 6570 that Discovery documents use, `{x}` and `{+x}`.

use std::fmt::Write as _;

/// Appends the expanded `template`. `values` returns all values of a parameter.
///
/// `{x}` encodes everything but unreserved characters, so a value is always one segment. `{+x}` keeps `/` and encodes each
/// segment on its own. `%` is encoded like every other character that a segment cannot hold: a value is a name, never a part of a URL, so that
/// what a server decodes is the name that was given.
///
/// A server resolves `.` and `..` and drops empty segments, which would turn one method into a call of another. So a
/// value that has such a segment is refused.
pub(crate) fn expand<'v, V: Iterator<Item = &'v str>>(
    out: &mut String,
    template: &'v str,
    values: impl Fn(&'v str) -> V,
) -> Result<(), String> {
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        out.push_str(literal);
        let Some((expression, after)) = after.split_once('}') else {
            return Err(format!(
                "the path template {template:?} has no closing brace"
            ));
        };
        rest = after;
        let (name, reserved) = match expression.strip_prefix('+') {
            Some(name) => (name, true),
            None => (expression, false),
        };
        let mut is_missing = true;
        for value in values(name) {
            if !is_missing {
                out.push(',');
            }
            is_missing = false;
            check(name, value, reserved)?;
            if reserved {
                for (index, segment) in value.split('/').enumerate() {
                    if index > 0 {
                        out.push('/');
                    }
                    push_segment(out, segment);
                }
            } else {
                push_encoded(out, value);
            }
        }
        if is_missing {
            return Err(format!(
                "parameter {name:?} is missing, and the path needs it"
            ));
        }
    }
    out.push_str(rest);
    Ok(())
}

fn check(name: &str, value: &str, reserved: bool) -> Result<(), String> {
    if value.is_empty() {
        return Err(format!(
            "parameter {name:?} is empty, and the path needs it"
        ));
    }
    let refused = |segment: &str| {
        if segment.is_empty() {
            Some("an empty segment (is there a slash too many?)")
        } else {
            // `%2e` would be resolved as a dot; in a name it is sent as `%252e`.
            match segment {
                "." => Some("the segment `.`"),
                ".." => Some("the segment `..`"),
                _ => None,
            }
        }
    };
    let why = if reserved {
        value.split('/').find_map(refused)
    } else {
        match value {
            "." => Some("only `.`"),
            ".." => Some("only `..`"),
            _ => None,
        }
    };
    match why {
        Some(why) => Err(format!(
            "parameter {name:?} holds {why}, which a path cannot carry"
        )),
        None => Ok(()),
    }
}

/// `A-Z a-z 0-9 - . _ ~`, which never need encoding.
const fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Further characters of a path segment: sub-delims, `:` and `@`. `?`, `#`, `[` and `]` are not among them.
const fn segment(byte: u8) -> bool {
    unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

/// Appends `text` with everything encoded but unreserved characters: `{x}` in a path, names and values in a query.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    push(out, text, unreserved);
}

/// Appends one segment of a `{+x}`.
pub(crate) fn push_segment(out: &mut String, text: &str) {
    push(out, text, segment);
}

fn push(out: &mut String, text: &str, is_plain: fn(u8) -> bool) {
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all<'v>(template: &'v str, values: &[&'v str]) -> Result<String, String> {
        let mut out = String::new();
        expand(&mut out, template, |_| values.iter().copied())?;
        Ok(out)
    }

    fn one(template: &str, value: &str) -> Result<String, String> {
        all(template, &[value])
    }

    fn decode(text: &str) -> Vec<u8> {
        percent_encoding::percent_decode_str(text).collect()
    }

    #[test]
    fn simple_expressions_are_one_segment() {
        assert_eq!(
            one("b/{bucket}/o", "a/b c?d#e%20é"),
            Ok("b/a%2Fb%20c%3Fd%23e%2520%C3%A9/o".into())
        );
        assert_eq!(one("b/{bucket}", "-._~AZaz09"), Ok("b/-._~AZaz09".into()));
        assert_eq!(
            one("b/{bucket}", "!$&'()*+,;=:@[]"),
            Ok("b/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%5B%5D".into())
        );
        assert_eq!(
            one("v1/{name}:cancel", ".."),
            Err("parameter \"name\" holds only `..`, which a path cannot carry".into())
        );
        // Not a segment of its own.
        assert_eq!(one("o/{object}", "a/../b"), Ok("o/a%2F..%2Fb".into()));
    }

    #[test]
    fn reserved_expressions_keep_slashes() {
        assert_eq!(
            one("v1/{+name}:cancel", "projects/a b/x"),
            Ok("v1/projects/a%20b/x:cancel".into())
        );
        assert_eq!(
            one("v1/{+name}", "d/(default)/!$&'*+,;=:@"),
            Ok("v1/d/(default)/!$&'*+,;=:@".into())
        );
        assert_eq!(
            one("v1/{+name}", "secrets/a?b=1#f[0]"),
            Ok("v1/secrets/a%3Fb=1%23f%5B0%5D".into())
        );
        assert_eq!(one("v1/{+name}", "100% x"), Ok("v1/100%25%20x".into()));
    }

    #[test]
    fn percent_signs_are_part_of_the_name() {
        for (value, path) in [
            ("a%20b c%", "v1/a%2520b%20c%25"),
            ("links/x%2Fprivate", "v1/links/x%252Fprivate"),
            ("caf%C3%A9", "v1/caf%25C3%25A9"),
            ("%2E%2E%2Fusers%2Fann", "v1/%252E%252E%252Fusers%252Fann"),
            ("50%25 off", "v1/50%2525%20off"),
        ] {
            assert_eq!(one("v1/{+name}", value), Ok(path.into()));
            assert_eq!(
                one("v1/{name}", value),
                Ok(path.replace("links/", "links%2F"))
            );
        }
    }

    #[test]
    fn segments_that_servers_resolve_are_refused() {
        for value in [
            "", ".", "..", "a/..", "../a", "a/../b", "a//b", "/a", "a/", "/", "//",
        ] {
            let error = one("v1/{+name}", value).expect_err(value);
            assert!(error.contains("\"name\""), "{error}");
        }
        for value in ["", ".", ".."] {
            assert!(one("v1/{name}", value).is_err(), "{value}");
        }
        assert_eq!(
            one("v1/{+name}", "a/.../.b/c."),
            Ok("v1/a/.../.b/c.".into())
        );
    }

    #[test]
    fn missing_and_repeated() {
        let none = all("v1/{name}", &[]);
        assert_eq!(
            none,
            Err("parameter \"name\" is missing, and the path needs it".into())
        );
        assert_eq!(all("v1/{ids}", &["a,", "b"]), Ok("v1/a%2C,b".into()));
        assert_eq!(all("v1/$metadata", &[]), Ok("v1/$metadata".into()));
    }

    /// Texts that are likely to be taken for something else: dots, slashes of both kinds, escapes, separators, spaces, controls.
    fn odd_name() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            3 => prop::sample::select(vec![
                ".", "..", "/", "//", "\\", "%", "%2F", "%2e", "%2E%2E", "%5C", "%25", "%zz", "?", "#", ";", ":", "@", "+", "&", "=", " ", "\t",
                "\n", "\0", "é", "\u{fffd}", "\u{202e}", "|", "^", "`", "'", "\"", "<", "{", "}", "[", "]", "~",
            ])
            .prop_map(String::from),
            2 => "[a-z0-9_-]{1,4}",
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_name_reaches_the_server_or_is_refused(value in odd_name()) {
            for (template, reserved) in [("v1/{x}/b", false), ("v1/{+x}/b", true), ("v1/{x}:act", false), ("v1/{+x}:act", true)] {
                let Ok(path) = one(template, &value) else {
                    let segments: Vec<&str> = if reserved { value.split('/').collect() } else { vec![&value] };
                    prop_assert!(segments.iter().any(|segment| matches!(*segment, "" | "." | "..")), "{}", value);
                    continue;
                };
                // What browsers' parser and the HTTP client's both make of it.
                let url = url::Url::parse(&format!("https://h/{path}")).expect("a URL");
                let uri: http::Uri = format!("https://h/{path}").parse().expect("a URL");
                prop_assert_eq!(url.path(), format!("/{path}"));
                prop_assert_eq!(uri.path(), url.path());
                prop_assert_eq!((url.query(), url.fragment(), uri.query()), (None, None, None));
                let end = template.rsplit('}').next().expect("an end");
                let segments: Vec<String> = url
                    .path_segments()
                    .expect("segments")
                    .map(|segment| String::from_utf8(decode(segment)).expect("UTF-8"))
                    .collect();
                let slashes = if reserved { value.matches('/').count() } else { 0 };
                prop_assert_eq!(segments.len(), template.split('/').count() + slashes);
                prop_assert_eq!(segments.join("/"), format!("v1/{value}{end}"));
            }
        }

        #[test]
        fn reserved_segments_are_those_of_the_name(value in odd_name()) {
            if let Ok(path) = one("{+x}", &value) {
                prop_assert_eq!(path.split('/').count(), value.split('/').count());
                prop_assert!(!path.contains(['?', '#', '\\', ' ']));
                prop_assert_eq!(decode(&path), value.as_bytes());
            }
        }
    }
}
