//! What went wrong, as people read it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use gapi_auth::RedactedPath;
use gapi_codegen::{Error, Errors};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

/// What a command ends with: nothing, or all that is wrong.
pub(crate) type Outcome<T = ()> = Result<T, Vec<Failure>>;

/// One thing that is wrong: what, where, and the way out.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    place: Option<Place>,
}

/// A place in a Rust source file.
#[derive(Debug)]
struct Place {
    source: Arc<NamedSource<String>>,
    span: SourceSpan,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            place: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that cannot be read or written.
    pub(crate) fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!(
            "cannot {what} {}: {error}",
            RedactedPath::new(path)
        ))
    }

    /// Says in which document it is.
    pub(crate) fn within(mut self, document: &str) -> Self {
        self.message = format!("{document}: {}", self.message);
        self
    }

    /// An error at a token of a Rust source file.
    pub(crate) fn at(source: &Arc<NamedSource<String>>, error: &syn::Error) -> Self {
        let range = error.span().byte_range();
        let place = Place {
            source: Arc::clone(source),
            span: (range.start, range.len()).into(),
        };
        Self {
            place: Some(place),
            ..Self::new(error.to_string())
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = if error.place.is_empty() {
            error.message
        } else {
            format!("{}: {}", error.place, error.message)
        };
        Self {
            message,
            help: error.help,
            place: None,
        }
    }
}

impl From<Failure> for Vec<Failure> {
    fn from(failure: Failure) -> Self {
        vec![failure]
    }
}

/// Every error of the generator.
pub(crate) fn all(errors: Errors) -> Vec<Failure> {
    errors.into_iter().map(Failure::from).collect()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place
            .as_ref()
            .map(|place| &*place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::underline(
            place.span,
        ))))
    }
}
