//! Errors with their paths, and the texts that they are about.

use std::borrow::Cow;
use std::fmt;

use crate::text;

/// A text with its name in errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `sqladmin.v1.json`
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Returns a text with a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// One thing that is wrong with a document, a selection, an override or a path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// File and path in it: `sqladmin.v1.json: resources.instances.methods.list`. Empty when neither is known.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// How to correct it.
    pub help: Option<String>,
    /// The index of the selection's pattern that is wrong, so that a macro can point at its token.
    pub pattern: Option<usize>,
    /// The part without which the error is gone.
    pub(crate) subject: Option<Subject>,
}

/// A part of a document that can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A method by resource path and name.
    Method(String),
    /// A schema by name.
    Schema(String),
}

impl Error {
    /// Returns an error at a path. Texts of documents in it become [inert](crate::text::inert).
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: inert(path.into()),
            message: inert(message.into()),
            help: None,
            pattern: None,
            subject: None,
        }
    }

    /// Adds how to correct it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(inert(help.into()));
        self
    }

    /// Sets the pattern of the selection that is wrong.
    #[must_use]
    pub fn pattern(mut self, index: usize) -> Self {
        self.pattern = Some(index);
        self
    }

    /// Returns the path with the message, and how to correct it.
    #[must_use]
    pub fn into_parts(self) -> (String, Option<String>) {
        let message = if self.path.is_empty() {
            self.message
        } else {
            format!("{}: {}", self.path, self.message)
        };
        (message, self.help)
    }

    /// Puts the document's name before the path.
    #[must_use]
    pub(crate) fn within(mut self, document: &str) -> Self {
        let document = inert(document.to_owned());
        self.path = if self.path.is_empty() {
            document
        } else {
            format!("{document}: {}", self.path)
        };
        self
    }
}

fn inert(text: String) -> String {
    match text::inert(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// All errors. Displayed one per line. Never empty when returned as an error.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// Returns no errors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error.
    pub fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    /// Whether there are no errors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of errors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the errors in the order of their discovery.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }

    /// Returns the value if there are no errors.
    ///
    /// # Errors
    ///
    /// Returns `self` otherwise.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// Sets the subject of the errors after the first `known`.
    pub(crate) fn about(&mut self, known: usize, subject: impl Fn() -> Subject) {
        for error in &mut self.0[known..] {
            error.subject.get_or_insert_with(&subject);
        }
    }

    /// Puts the document's name before every path.
    #[must_use]
    pub(crate) fn within(self, document: &str) -> Self {
        Self(
            self.0
                .into_iter()
                .map(|error| error.within(document))
                .collect(),
        )
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// As in `Display`: it is what a build script prints whose `main` returns the errors.
impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Errors {}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl Extend<Error> for Errors {
    fn extend<I: IntoIterator<Item = Error>>(&mut self, errors: I) {
        self.0.extend(errors);
    }
}

impl FromIterator<Error> for Errors {
    fn from_iter<I: IntoIterator<Item = Error>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Error;
    type IntoIter = std::slice::Iter<'a, Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
