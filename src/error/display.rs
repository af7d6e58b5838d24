//! The one line that an error shows.

use std::fmt;

use http::StatusCode;

use super::{Error, ErrorDetail, ErrorKind};

/// Longer messages are cut here, so that a line stays a line.
const LONGEST_MESSAGE: usize = 600;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = self.0.method {
            write!(f, "{method}: ")?;
        }
        match (self.0.kind, &self.0.source) {
            (ErrorKind::Api | ErrorKind::Operation, _) => self.fmt_api(f)?,
            (_, Some(source)) if self.0.message.is_empty() => write_line(f, &source.to_string())?,
            _ => write_line(f, &self.0.message)?,
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
            write!(f, "operation {name} failed:")?;
        } else {
            write!(f, "{}", status.as_u16())?;
        }
        match (self.code(), self.reason()) {
            (Some(code), Some(reason)) if code != reason => write!(f, " {code} ({reason})")?,
            (Some(text), _) | (None, Some(text)) => write!(f, " {text}")?,
            (None, None) if self.0.kind == ErrorKind::Operation => {
                f.write_str(" it does not say why")?;
            }
            (None, None) => {
                if let Some(phrase) = status.canonical_reason() {
                    write!(f, " {phrase}")?;
                }
            }
        }
        if let Some(message) = self.message() {
            f.write_str(": ")?;
            write_line(f, message)?;
        }
        for detail in self.details() {
            if let ErrorDetail::BadRequest(fields) = detail {
                for violation in fields.iter().take(3) {
                    write!(f, " [{}: ", violation.field)?;
                    write_line(f, &violation.description)?;
                    f.write_str("]")?;
                }
            }
        }
        if let Some(link) = self.activation_link()
            && !self.message().is_some_and(|m| m.contains(link))
        {
            write!(f, " Enable the API at {link}")?;
        }
        if !self.0.message.is_empty() {
            write!(f, " {}", self.0.message)?;
        }
        Ok(())
    }

    /// Where a disabled service can be enabled.
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

/// Writes text of others on one line, and not without end.
fn write_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write as _;
    for (written, c) in text.trim().chars().enumerate() {
        if written == LONGEST_MESSAGE {
            return f.write_str("...");
        }
        f.write_char(if c.is_control() { ' ' } else { c })?;
    }
    Ok(())
}
