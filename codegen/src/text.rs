//! Escapes texts of documents for terminals, source code and errors.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character acts on the text around it: ends a line, moves a terminal's cursor, changes the direction of
/// writing, or is invisible.
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

/// Returns the text in one line, with an escape such as `\u{202e}` for each [active](is_active) character.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Returns the text with its lines, otherwise as [`inert`].
#[must_use]
pub fn inert_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

fn escaped(text: &str, is_allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    let acts = |c: char| is_active(c) && !is_allowed(c);
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
