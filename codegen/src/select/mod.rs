//! Keeps the methods and types that a selection asks for, and what they need.

mod apply;
mod pattern;

use pattern::Pattern;

pub use apply::apply;

use crate::{Error, Errors};

/// Which methods and types to keep.
///
/// A pattern names methods by their resource path: `instances.list`. `*` stands for one name, `**` for one or more, braces
/// for alternatives, and a name with odd characters may be quoted: `fhir."Patient-everything"`. `type Service` keeps a
/// schema that no selected method needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    /// Which pattern of the caller this came from.
    index: usize,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Methods(Pattern),
    Type(String),
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
        let text = pattern.trim();
        if let Some(name) = text.strip_prefix("type ") {
            self.add_type(index, name.trim());
            return Ok(());
        }
        let bad = |reason: String| {
            Error::new("", format!("`{pattern}` is not a pattern: {reason}"))
                .help("patterns look like `instances.list`, `instances.{list, get}`, `operations.*`, `projects.**` or `type Service`")
                .pattern(index)
        };
        let patterns = pattern::parse(text).map_err(bad)?;
        self.items.extend(patterns.into_iter().map(|pattern| Item {
            index,
            what: What::Methods(pattern),
        }));
        Ok(())
    }

    /// Adds a schema by name. Errors about it carry `index`.
    pub fn add_type(&mut self, index: usize, schema: &str) {
        self.items.push(Item {
            index,
            what: What::Type(schema.to_owned()),
        });
    }
}
