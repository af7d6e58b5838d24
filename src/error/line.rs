//! Texts of others on one line.

use std::fmt::{self, Write as _};

use crate::redact;

/// Longer messages are cut here, so that a line stays a line.
const LONGEST_MESSAGE: usize = 600;

/// Longer names are cut here: those of reasons, fields, operations.
const LONGEST_NAME: usize = 120;

/// Text as an error shows it: on one line, not without end, without what could pass for another line or hide a part of this one, and without
/// credentials.
pub(super) struct Line<'a> {
    text: &'a str,
    longest: usize,
}

/// A message.
pub(super) fn message(text: &str) -> Line<'_> {
    Line {
        text,
        longest: LONGEST_MESSAGE,
    }
}

/// A name.
pub(super) fn name(text: &str) -> Line<'_> {
    Line {
        text,
        longest: LONGEST_NAME,
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.trim();
        // Credentials are known by how they begin, so that the cut hides none.
        let end = text.char_indices().nth(self.longest);
        let shown = redact::words(&text[..end.map_or(text.len(), |(end, _)| end)]);
        for character in shown.chars() {
            f.write_char(if is_shown(character) { character } else { ' ' })?;
        }
        match end {
            Some(_) => f.write_str("..."),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether a character shows itself and nothing else: control characters, ends of lines, and what turns the direction of the text or is
/// invisible do not (UAX #9, and the tags of Unicode).
fn is_shown(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_line_with_an_end() {
        for (text, shown) in [
            (" a b ", "a b"),
            (
                "a\r\n2026-01-01 ERROR forged\t!",
                "a  2026-01-01 ERROR forged !",
            ),
            ("\u{1b}[31mred\u{9b}0m", "[31mred 0m"),
            (
                "a\u{202e}b\u{2066}c\u{2029}d\u{200b}e\u{feff}f\u{e0041}g",
                "a b c d e f g",
            ),
            (
                "\u{939}\u{93f}\u{928}\u{94d}\u{200d}\u{926}\u{940} \u{5e9}\u{5dc}\u{5d5}\u{5dd} 👩\u{200d}💻",
                "\u{939}\u{93f}\u{928}\u{94d}\u{200d}\u{926}\u{940} \u{5e9}\u{5dc}\u{5d5}\u{5dd} 👩\u{200d}💻",
            ),
        ] {
            assert_eq!(message(text).to_string().trim_start(), shown, "{text:?}");
            assert_eq!(format!("{:?}", name(text)).trim_start(), shown, "{text:?}");
        }
        let long = "é".repeat(5_000);
        assert_eq!(
            message(&long).to_string().chars().count(),
            LONGEST_MESSAGE + 3
        );
        assert_eq!(name(&long).to_string().chars().count(), LONGEST_NAME + 3);
    }
}
