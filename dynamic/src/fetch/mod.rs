//! Documents from Google's discovery services, and folders that hold them.

mod discovery;
mod file;
mod library;
mod packed;
mod spec;
mod store;

use std::fmt;
use std::path::Path;

pub use discovery::{Discovery, Fetched, Listed, SOURCE};
pub use file::replace as replace_file;
pub use library::{Cached, Library};
pub use spec::Spec;
pub use store::{Counts, Store, Stored};

/// Why there is no document, or why it is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchError {
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

impl FetchError {
    /// Makes an error of a message and what to do next.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// Puts what the error is about before the message.
    #[must_use]
    pub fn within(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Makes the error of a file that cannot be read or written.
    fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        let path = gapi::auth::RedactedPath::new(path);
        Self {
            message: format!("cannot {what} {path}: {error}"),
            help: None,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FetchError {}

impl From<gapi_codegen::Error> for FetchError {
    fn from(error: gapi_codegen::Error) -> Self {
        let (message, help) = error.into_parts();
        Self { message, help }
    }
}
