//! The one line that an error shows.

use std::fmt;

use http::StatusCode;

use super::{Error, ErrorDetail, ErrorKind, line};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = self.0.method {
            write!(f, "{method}: ")?;
        }
        if let Some(calls) = self.0.batch {
            let url = line::message(self.url().unwrap_or("no URL"));
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
                line::message(&source.to_string()).fmt(f)?;
            }
            _ => line::message(&self.0.message).fmt(f)?,
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
            write!(f, "operation {} failed:", line::name(name))?;
        } else {
            write!(f, "{}", status.as_u16())?;
        }
        match (self.code(), self.reason()) {
            (Some(code), Some(reason)) if code != reason => {
                write!(f, " {} ({})", line::name(code), line::name(reason))?;
            }
            (Some(text), _) | (None, Some(text)) => write!(f, " {}", line::name(text))?,
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
            write!(f, ": {}", line::message(message))?;
        }
        for detail in self.details() {
            if let ErrorDetail::BadRequest(fields) = detail {
                for violation in fields.iter().take(3) {
                    let field = line::name(&violation.field);
                    write!(f, " [{field}: {}]", line::message(&violation.description))?;
                }
            }
        }
        if let Some(link) = self.activation_link()
            && !self.message().is_some_and(|m| m.contains(link))
        {
            write!(f, " Enable the API at {}", line::message(link))?;
        }
        if !self.0.message.is_empty() {
            write!(f, " {}", line::message(&self.0.message))?;
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
