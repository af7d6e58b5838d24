//! Errors of `gapi call`: a status for scripts, a text for people, an object for programs.

use std::path::Path;
use std::time::Duration;

use console::style;
use gapi::{Error, ErrorDetail, ErrorKind};
use gapi_codegen::suggest::did_you_mean;
use gapi_codegen::text::{inert, inert_lines};
use serde_json::{Value, json};

use super::secrets;
use crate::diagnostic::Failure;
use crate::wrap;

pub(super) use crate::diagnostic::Exit;

/// What a call ends with, unless it ends well.
pub(super) type CallResult<T = ()> = Result<T, Box<CallFailure>>;

/// One mistake in the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The argument, parameter or property: `--set`, `maxResults`, `body.labels`.
    pub(super) at: String,
    pub(super) message: String,
    /// Names that may be meant.
    pub(super) nearest: Vec<String>,
    /// Whether a file cannot be read, and the arguments are right.
    is_file: bool,
}

impl Mistake {
    pub(super) fn new(at: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            message: message.into(),
            nearest: Vec::new(),
            is_file: false,
        }
    }

    /// Returns the mistake of an option whose file cannot be read.
    pub(super) fn file(option: &str, path: &Path, error: &std::io::Error) -> Self {
        let path = gapi_auth::RedactedPath::new(path);
        Self {
            is_file: true,
            ..Self::new(option, format!("cannot read {path}: {error}"))
        }
    }

    pub(super) fn nearest(mut self, nearest: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.nearest = nearest.into_iter().map(Into::into).collect();
        self
    }

    /// Returns the mistake in one line.
    fn line(&self) -> String {
        let mut line = match self.at.as_str() {
            "" => self.message.clone(),
            at => format!("{at}: {}", self.message),
        };
        if let Some(question) = did_you_mean(&self.nearest) {
            line.push_str(&format!("; {question}"));
        }
        line
    }
}

/// Why a call failed.
#[derive(Debug)]
pub(super) struct CallFailure {
    pub(super) exit: Exit,
    kind: &'static str,
    /// All mistakes of the arguments.
    mistakes: Vec<Mistake>,
    message: String,
    /// What to do next.
    pub(super) hint: Option<String>,
    /// The method, once it is known.
    pub(super) method: Option<String>,
    error: Option<Error>,
}

impl CallFailure {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            exit,
            kind: exit.kind(),
            mistakes: Vec::new(),
            message: message.into(),
            hint: None,
            method: None,
            error: None,
        })
    }

    /// Returns the error of wrong arguments.
    pub(super) fn usage(mistakes: Vec<Mistake>) -> Box<Self> {
        let lines: Vec<String> = mistakes.iter().map(Mistake::line).collect();
        let exit = if mistakes.iter().all(|mistake| mistake.is_file) {
            Exit::File
        } else {
            Exit::Usage
        };
        let mut failure = Self::new(exit, lines.join("\n"));
        failure.mistakes = mistakes;
        failure
    }

    /// Returns the error of one wrong argument.
    pub(super) fn mistake(at: impl Into<String>, message: impl Into<String>) -> Box<Self> {
        Self::usage(vec![Mistake::new(at, message)])
    }

    /// Returns the error of a file that cannot be read or written.
    pub(super) fn file(what: &str, path: &Path, error: &std::io::Error) -> Box<Self> {
        let path = gapi_auth::RedactedPath::new(path);
        Self::new(Exit::File, format!("cannot {what} {path}: {error}"))
    }

    /// Returns the error of the credentials.
    pub(super) fn credentials(error: &gapi_auth::AuthError) -> Box<Self> {
        Self::new(Exit::Credentials, error.to_string())
    }

    /// Returns other failures of the command with this status.
    pub(super) fn of(exit: Exit, failures: Vec<Failure>) -> Box<Self> {
        let lines: Vec<String> = failures
            .iter()
            .map(|failure| failure.message.clone())
            .collect();
        let mut whole = Self::new(exit, lines.join("\n"));
        whole.hint = failures.into_iter().find_map(|failure| failure.help);
        whole
    }

    pub(super) fn hint(mut self: Box<Self>, hint: impl Into<String>) -> Box<Self> {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the error of a call that was sent, or that could not be sent.
    pub(super) fn call(error: Error) -> Box<Self> {
        let exit = match error.kind() {
            ErrorKind::Usage => Exit::Usage,
            ErrorKind::Auth => Exit::Credentials,
            ErrorKind::Api if error.is_unauthenticated() => Exit::Credentials,
            ErrorKind::Api | ErrorKind::Operation => Exit::Refused,
            ErrorKind::Io => Exit::File,
            _ => Exit::NoResponse,
        };
        let mut failure = Self::new(exit, text_of(&error));
        failure.kind = kind_of(error.kind());
        failure.method = error.method().map(str::to_owned);
        failure.error = Some(error);
        failure
    }

    /// Whether the API refused the credentials.
    pub(super) fn is_about_credentials(&self) -> bool {
        self.error.as_ref().is_some_and(Error::is_unauthenticated)
    }

    /// Whether the token has too few scopes.
    pub(super) fn is_about_scopes(&self) -> bool {
        self.error.as_ref().is_some_and(|error| {
            ["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"]
                .iter()
                .any(|reason| error.has_reason(reason))
        })
    }

    /// Returns the text for people: the error, the facts behind it, and what to do next.
    pub(super) fn text(&self) -> String {
        let mut lines = Vec::new();
        let mut first = true;
        let before = 7 + self.method.as_ref().map_or(0, |method| method.len() + 2);
        for line in wrap::for_stderr(&self.message, before).lines() {
            let label = if first {
                style("error:").red().bold().for_stderr().to_string()
            } else {
                "      ".to_owned()
            };
            let method = match &self.method {
                Some(method) if first && !line.starts_with(method.as_str()) => {
                    format!("{}: ", inert(method))
                }
                _ => String::new(),
            };
            lines.push(format!("{label} {method}{}", inert(line)));
            first = false;
        }
        if let Some(error) = &self.error {
            lines.extend(
                facts(error)
                    .into_iter()
                    .map(|fact| format!("  {}", inert(&fact))),
            );
        }
        if let Some(hint) = &self.hint {
            let label = style("hint:").cyan().for_stderr().to_string();
            for (index, line) in wrap::for_stderr(hint, 8).lines().enumerate() {
                let before = if index == 0 { label.as_str() } else { "     " };
                lines.push(format!("  {before} {}", inert(line)));
            }
        }
        lines.join("\n")
    }

    /// Returns the object for programs.
    pub(super) fn json(&self) -> Value {
        let error = self.error.as_ref();
        let retry_after = error.and_then(retry_after).map(|wait| wait.as_secs_f64());
        let mistakes: Vec<Value> = self
            .mistakes
            .iter()
            .map(|mistake| json!({"at": mistake.at, "message": mistake.message, "nearest": mistake.nearest}))
            .collect();
        let details = error.and_then(details).unwrap_or(Value::Null);
        let mut object = json!({
            "kind": self.kind,
            "status": error.and_then(Error::status).map(|status| status.as_u16()),
            "code": error.and_then(Error::code),
            "reason": error.and_then(Error::reason),
            "message": error.and_then(Error::message).unwrap_or(&self.message),
            "details": details,
            "retryable": error.is_some_and(Error::is_retryable),
            "retry_after": retry_after,
            "method": self.method,
            "operation": error.and_then(Error::operation),
            "hint": self.hint,
            "exit": self.exit as u8,
        });
        if !mistakes.is_empty() {
            object["mistakes"] = mistakes.into();
        }
        object
    }
}

impl From<Error> for Box<CallFailure> {
    fn from(error: Error) -> Self {
        CallFailure::call(error)
    }
}

fn kind_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Usage => "usage",
        ErrorKind::Auth => "credentials",
        ErrorKind::Connect => "connect",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Redirect => "redirect",
        ErrorKind::Api => "api",
        ErrorKind::Decode => "decode",
        ErrorKind::Operation => "operation",
        ErrorKind::Paging => "paging",
        ErrorKind::Io => "file",
        ErrorKind::Media => "media",
        _ => "transport",
    }
}

/// Returns the text of an error without its field violations, which have lines of their own.
fn text_of(error: &Error) -> String {
    inert_lines(&error.to_string()).into_owned()
}

/// Returns what an error has besides its text: violations after the third, quotas, links, and the request's id.
fn facts(error: &Error) -> Vec<String> {
    let text = error.to_string();
    let mut facts = Vec::new();
    for detail in error.details() {
        match detail {
            ErrorDetail::BadRequest(violations) => {
                facts.extend(
                    violations
                        .iter()
                        .skip(3)
                        .map(|violation| format!("{}: {}", violation.field, violation.description)),
                );
            }
            ErrorDetail::QuotaFailure(violations) => {
                facts.extend(violations.iter().map(|violation| {
                    format!("quota of {}: {}", violation.subject, violation.description)
                }));
            }
            ErrorDetail::PreconditionFailure(violations) => {
                facts.extend(violations.iter().map(|violation| {
                    format!(
                        "{} {}: {}",
                        violation.kind, violation.subject, violation.description
                    )
                }));
            }
            ErrorDetail::Help(links) => {
                // The text may have the link at which an API is enabled.
                let new = links.iter().filter(|link| !text.contains(&link.url));
                facts.extend(new.map(|link| format!("{}: {}", link.description, link.url)));
            }
            ErrorDetail::RequestInfo { request_id, .. } => {
                facts.push(format!("request id: {request_id}"));
            }
            _ => {}
        }
    }
    if let Some(wait) = retry_after(error) {
        facts.push(format!("the server asks to wait {} s", wait.as_secs_f64()));
    }
    facts
}

/// Returns how long the server asks to wait.
fn retry_after(error: &Error) -> Option<Duration> {
    let header = error
        .headers()
        .and_then(|headers| headers.get("retry-after")?.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    header.or_else(|| {
        error.details().iter().find_map(|detail| match detail {
            ErrorDetail::RetryInfo(wait) => Some(*wait),
            _ => None,
        })
    })
}

/// Returns the details as the server sent them, without secrets.
fn details(error: &Error) -> Option<Value> {
    let body: Value = serde_json::from_slice(error.body()?).ok()?;
    let object = body.get("error").unwrap_or(&body);
    let mut details = ["details", "errors"]
        .into_iter()
        .find_map(|name| object.get(name).cloned())?;
    secrets::redact_by_name(&mut details);
    Some(details)
}
