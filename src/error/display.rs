//! The text of an error: one line.

use std::fmt::{self, Write as _};

use http::StatusCode;

use super::{Error, ErrorDetail, ErrorKind};
use crate::redact;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = self.0.method {
            write!(f, "{method}: ")?;
        }
        if let Some(calls) = self.0.batch {
            let url = message_line(self.url().unwrap_or("no URL"));
            let calls = if calls == 1 {
                "1 call".to_owned()
            } else {
                format!("{calls} calls")
            };
            write!(f, "the batch of {calls} to {url} failed: ")?;
        }
        match (self.0.kind, &self.0.source) {
            (ErrorKind::Api | ErrorKind::Operation, _) => self.fmt_api(f)?,
            (_, Some(source)) if self.0.message.is_empty() => {
                message_line(&source.to_string()).fmt(f)?;
            }
            _ => message_line(&self.0.message).fmt(f)?,
        }
        self.fmt_attempts(f)
    }
}

impl Error {
    fn fmt_attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.attempts, &self.0.note) {
            (0 | 1, None) => Ok(()),
            (0 | 1, Some(note)) => write!(f, " ({note})"),
            (attempts, None) => write!(f, " (after {attempts} attempts)"),
            (attempts, Some(note)) => write!(f, " (after {attempts} attempts; {note})"),
        }
    }

    fn fmt_api(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.0.kind == ErrorKind::Operation {
            let name = self.operation().unwrap_or("without a name");
            write!(f, "operation {} failed:", name_line(name))?;
        } else {
            write!(f, "{}", status.as_u16())?;
        }
        match (self.code(), self.reason()) {
            (Some(code), Some(reason)) if code != reason => {
                write!(f, " {} ({})", name_line(code), name_line(reason))?;
            }
            (Some(text), _) | (None, Some(text)) => write!(f, " {}", name_line(text))?,
            (None, None) if self.0.kind == ErrorKind::Operation => {
                f.write_str(" no reason is given")?;
            }
            (None, None) => {
                if let Some(phrase) = status.canonical_reason() {
                    write!(f, " {phrase}")?;
                }
            }
        }
        if let Some(message) = self.message() {
            write!(f, ": {}", message_line(message))?;
        }
        for detail in self.details() {
            if let ErrorDetail::BadRequest(fields) = detail {
                for violation in fields.iter().take(3) {
                    let field = name_line(&violation.field);
                    write!(f, " [{field}: {}]", message_line(&violation.description))?;
                }
            }
        }
        if let Some(link) = self.activation_link()
            && !self.message().is_some_and(|m| m.contains(link))
        {
            write!(f, " Enable the API at {}", message_line(link))?;
        }
        if !self.0.message.is_empty() {
            write!(f, " {}", message_line(&self.0.message))?;
        }
        Ok(())
    }

    /// Returns the URL at which a disabled service can be enabled.
    fn activation_link(&self) -> Option<&str> {
        if !["SERVICE_DISABLED", "accessNotConfigured"]
            .iter()
            .any(|r| self.has_reason(r))
        {
            return None;
        }
        let in_details = self.details().iter().find_map(|detail| match detail {
            ErrorDetail::Help(links) => links
                .iter()
                .map(|l| l.url.as_str())
                .find(|url| url.starts_with("https://")),
            _ => None,
        });
        let in_metadata = || {
            self.details().iter().find_map(|detail| match detail {
                ErrorDetail::ErrorInfo(info) => {
                    info.metadata.get("activationUrl").map(String::as_str)
                }
                _ => None,
            })
        };
        in_details
            .or_else(in_metadata)
            .or(self.0.api.help.as_deref())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind)
            .field("text", &format_args!("{self}"));
        if let Some(url) = self.url() {
            out.field("url", &url);
        }
        if let Some(body) = self.body() {
            out.field("body_len", &body.len());
        }
        if self.0.attempts > 1 {
            out.field("attempts", &self.0.attempts);
        }
        if let Some(source) = &self.0.source {
            out.field("source", &message_line(&source.to_string()));
        }
        out.finish()
    }
}

/// Messages are cut after this number of characters, so that an error stays one line.
const LONGEST_MESSAGE: usize = 600;

/// Names of reasons, fields and operations are cut after this number of characters.
const LONGEST_NAME: usize = 120;

/// A text in an error: on one line, of limited length, without credentials, and without characters that could begin another line or
/// hide a part of this one.
struct Line<'a> {
    text: &'a str,
    longest: usize,
}

/// Formats a message.
fn message_line(text: &str) -> Line<'_> {
    Line {
        text,
        longest: LONGEST_MESSAGE,
    }
}

/// Formats a name.
fn name_line(text: &str) -> Line<'_> {
    Line {
        text,
        longest: LONGEST_NAME,
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.trim();
        // Credentials are recognized by their beginning, so a cut text has none either.
        let end = text.char_indices().nth(self.longest);
        let clean = redact::words(&text[..end.map_or(text.len(), |(end, _)| end)]);
        for character in clean.chars() {
            f.write_char(if is_visible(character) {
                character
            } else {
                ' '
            })?;
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

/// Returns whether a character can be in a line: not control characters, ends of lines, characters that change the direction of the
/// text, and invisible ones (UAX #9, and the tags of Unicode).
fn is_visible(character: char) -> bool {
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
            assert_eq!(
                message_line(text).to_string().trim_start(),
                shown,
                "{text:?}"
            );
            assert_eq!(
                format!("{:?}", name_line(text)).trim_start(),
                shown,
                "{text:?}"
            );
        }
        let long = "é".repeat(5_000);
        assert_eq!(
            message_line(&long).to_string().chars().count(),
            LONGEST_MESSAGE + 3
        );
        assert_eq!(
            name_line(&long).to_string().chars().count(),
            LONGEST_NAME + 3
        );
    }
}
