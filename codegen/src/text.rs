//! Texts of documents where people or compilers read them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does something to the text around it: ends a line, moves a terminal's cursor, turns the direction of
/// writing, or is not seen at all.
#[must_use]
pub fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9).
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Separators of lines and paragraphs, and the byte order mark.
            | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

/// The text in one line, with an escape such as `\u{202e}` for each [active](is_active) character.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The text with its lines, otherwise [`inert`].
#[must_use]
pub fn inert_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, keeps: impl Fn(char) -> bool) -> Cow<'_, str> {
    let acts = |c: char| is_active(c) && !keeps(c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if acts(c) => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if acts(c) => {
                // Writing to a text cannot fail.
                let _ = write!(out, "{}", c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_the_text_around_it_is_escaped() {
        for (text, expected) in [
            ("plain é 日本 🦀", "plain é 日本 🦀"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            (
                "\u{1b}]0;x\u{7}\u{9b}1m\u{7f}\0",
                "\\u{1b}]0;x\\u{7}\\u{9b}1m\\u{7f}\\u{0}",
            ),
            (
                "a\u{202e}b\u{2066}\u{200f}\u{61c}",
                "a\\u{202e}b\\u{2066}\\u{200f}\\u{61c}",
            ),
            ("\u{feff}a\u{2028}b\u{85}", "\\u{feff}a\\u{2028}b\\u{85}"),
        ] {
            assert_eq!(inert(text), expected);
            assert!(!inert(text).contains(is_active));
        }
        assert_eq!(inert_lines("a\r\n\u{1b}b\n"), "a\\r\n\\u{1b}b\n");
    }
}
