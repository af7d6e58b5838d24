//! What is wrong with a document or a request: every mistake, each with its path.

use std::fmt;

use gapi_codegen::{Error, Errors, suggest, text};
use serde::Serialize;

/// All mistakes in a document or a request. `Display` has one line for each. Never empty when it is returned as an error.
///
/// It serializes as a list, for programs that report mistakes as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub kind: DiagnosticKind,
    /// The path of the value: `maxResults` for a parameter, `body.settings.tier` for a property; the file and the path in it for a
    /// document.
    pub path: String,
    /// What is wrong. Never the value of a secret.
    pub message: String,
    /// What is expected instead, if that is known: `an integer of 32 bits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The nearest names or values that exist, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
}

/// The kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// A file is no Discovery document, or a part of it cannot be used.
    Document,
    /// The document sends requests to a host that credentials are not sent to.
    Host,
    /// There is no such method.
    UnknownMethod,
    /// The method has no such parameter.
    UnknownParameter,
    /// A required parameter has no value.
    MissingParameter,
    /// The schema has no such property.
    UnknownProperty,
    /// A value does not have the declared type.
    Type,
    /// A text is none of the values of an enum.
    UnknownValue,
    /// The method takes no body, or needs one.
    Body,
}

impl Diagnostic {
    pub(crate) fn new(
        kind: DiagnosticKind,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let inert = |text: String| text::inert(&text).into_owned();
        Self {
            kind,
            path: inert(path.into()),
            message: inert(message.into()),
            expected: None,
            nearest: Vec::new(),
        }
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds those of `names` that are nearest to `wanted`.
    pub(crate) fn nearest<'a>(
        mut self,
        wanted: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let nearest = suggest::nearest(wanted, names);
        self.nearest = nearest.into_iter().map(str::to_owned).collect();
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if self.kind == DiagnosticKind::Host {
            f.write_str("; if you mean it, open the document with `Hosts::Any`, and set that endpoint on the client")?;
        }
        match suggest::did_you_mean(&self.nearest) {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

impl Diagnostics {
    /// Returns the mistakes in the order of their discovery.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Returns the number of mistakes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no mistake.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub(crate) fn extend(&mut self, more: Diagnostics) {
        self.0.extend(more.0);
    }

    /// Returns an error if there is any mistake.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Returns all mistakes in one line.
    pub(crate) fn in_one_line(&self) -> String {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        lines.join("; ")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let message = match &error.help {
            Some(help) => format!("{}; {help}", error.message),
            None => error.message,
        };
        Self::new(DiagnosticKind::Document, error.path, message)
    }
}

impl From<Error> for Diagnostics {
    fn from(error: Error) -> Self {
        Diagnostic::from(error).into()
    }
}

impl From<Errors> for Diagnostics {
    fn from(errors: Errors) -> Self {
        Self(errors.into_iter().map(Diagnostic::from).collect())
    }
}
