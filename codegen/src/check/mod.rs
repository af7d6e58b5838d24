//! Everything that is wrong with a document.

use crate::{Document, Errors};

/// Checks a document.
///
/// # Errors
///
/// Everything that is wrong, with places relative to the document.
pub fn document(document: &Document) -> Result<(), Errors> {
    let _ = document;
    Ok(())
}
