//! Errors of the command, as users read them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use gapi_auth::RedactedPath;
use gapi_codegen::{Error, Errors};
use gapi_dynamic::fetch::FetchError;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

/// The exit statuses, which scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The reader of the output is gone: nothing is wrong.
    Done = 0,
    /// An API returned an error, or what a document, selection or file holds is wrong or stale.
    Refused = 1,
    /// The arguments are wrong; nothing was sent.
    Usage = 2,
    /// There are no valid credentials.
    Credentials = 4,
    /// There is no document.
    NoDocument = 5,
    /// There is no usable response.
    NoResponse = 6,
    /// A local file cannot be read or written.
    File = 7,
    /// The user interrupted the command.
    Interrupted = 130,
}

impl Exit {
    /// Returns the word of a status in error objects.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "api",
            Self::Usage => "usage",
            Self::Credentials => "credentials",
            Self::NoDocument => "document",
            Self::NoResponse => "response",
            Self::File => "file",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The result of a command: its value, or all errors.
pub(crate) type Outcome<T = ()> = Result<T, Vec<Failure>>;

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    let output = runtime.block_on(future);
    // A thread may wait for the standard input stream, which nothing needs any more.
    runtime.shutdown_background();
    Ok(output)
}

/// One error: what is wrong, where, and how to correct it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) exit: Exit,
    position: Option<Position>,
}

/// A position in a Rust source file.
#[derive(Debug)]
struct Position {
    source: Arc<NamedSource<String>>,
    span: SourceSpan,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            exit: Exit::Refused,
            position: None,
        }
    }

    /// Returns the error of wrong arguments.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(message).exit(Exit::Usage)
    }

    /// Sets the status that the command ends with.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns the error of a file that cannot be read or written.
    pub(crate) fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!(
            "cannot {what} {}: {error}",
            RedactedPath::new(path)
        ))
        .exit(Exit::File)
    }

    /// Puts the name of a document before the message.
    pub(crate) fn within(mut self, document: &str) -> Self {
        self.message = format!("{document}: {}", self.message);
        self
    }

    /// Returns an error at a token of a Rust source file.
    pub(crate) fn at(source: &Arc<NamedSource<String>>, error: &syn::Error) -> Self {
        let range = error.span().byte_range();
        let position = Position {
            source: Arc::clone(source),
            span: (range.start, range.len()).into(),
        };
        Self {
            position: Some(position),
            ..Self::new(error.to_string())
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (message, help) = error.into_parts();
        Self {
            help,
            ..Self::new(message)
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self {
            help: error.help,
            ..Self::new(error.message).exit(Exit::NoDocument)
        }
    }
}

impl From<Failure> for Vec<Failure> {
    fn from(failure: Failure) -> Self {
        vec![failure]
    }
}

/// Converts the errors of the generator.
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
        self.position
            .as_ref()
            .map(|position| &*position.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let position = self.position.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::underline(
            position.span,
        ))))
    }
}
