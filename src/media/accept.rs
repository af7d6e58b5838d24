//! The media ranges of a document.

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
}
