//! Content types, and the media ranges of a document.

/// The type and subtype of a content type, without its parameters; `None` if it is none.
pub(super) fn essence(content_type: &str) -> Option<&str> {
    let essence = content_type.split(';').next()?.trim();
    let (kind, subtype) = essence.split_once('/')?;
    (is_token(kind) && is_token(subtype)).then_some(essence)
}

/// Whether one of `ranges` (`*/*`, `image/*`, `text/plain`) takes `essence`. No ranges take everything.
pub(super) fn accepts(ranges: &[&str], essence: &str) -> bool {
    ranges.is_empty() || ranges.iter().any(|range| takes(range, essence))
}

fn takes(range: &str, essence: &str) -> bool {
    let range = range.split(';').next().unwrap_or_default().trim();
    if range == "*/*" || range == "*" {
        return true;
    }
    match range.strip_suffix("/*") {
        Some(kind) => essence
            .split_once('/')
            .is_some_and(|(given, _)| given.eq_ignore_ascii_case(kind)),
        None => range.eq_ignore_ascii_case(essence),
    }
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
    fn ranges_take_types() {
        for (ranges, essence, taken) in [
            (&["*/*"][..], "image/png", true),
            (&[], "image/png", true),
            (&["image/*"], "Image/PNG", true),
            (&["image/*"], "imagery/png", false),
            (&["image/*"], "video/mp4", false),
            (
                &["image/jpeg", "application/octet-stream"],
                "application/octet-stream",
                true,
            ),
            (&["Message/RFC822"], "message/rfc822", true),
            (&["text/plain; charset=utf-8"], "text/plain", true),
            (&["text/plain"], "text/plainer", false),
        ] {
            assert_eq!(accepts(ranges, essence), taken, "{ranges:?} {essence}");
        }
    }

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
}
