//! What a document means: names resolved, types interned, cycles boxed, paging, media and operations decided.

mod types;

pub use types::*;

use crate::{Document, Error, Errors};

/// Lowers a document to the model.
///
/// # Errors
///
/// Everything in the document that has no meaning, with places relative to the document.
pub fn lower(document: &Document) -> Result<Api, Errors> {
    let _ = document;
    Err(Error::new("", "not lowered yet").into())
}

impl Resource {
    /// The number of methods here and below.
    #[must_use]
    pub fn method_count(&self) -> usize {
        self.methods.len() + self.resources.iter().map(Self::method_count).sum::<usize>()
    }
}
