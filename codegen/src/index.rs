//! The index of a folder of documents: `discovery-docs/index.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, document};

/// The path of the index, relative to the manifest's directory or one above it.
pub const PATH: &str = "discovery-docs/index.json";

/// The documents of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Where they come from: `google-api-python-client 2.202.0`.
    #[serde(default)]
    pub source: String,
    /// Sorted by name and version.
    pub documents: Vec<IndexEntry>,
}

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexEntry {
    /// `sqladmin`
    pub name: String,
    /// `v1`
    pub version: String,
    /// `20261018`; empty where the index has none.
    #[serde(default)]
    pub revision: String,
    /// The file beside the index.
    pub file: String,
    /// The SHA-256 of the file in lower-case hexadecimal digits; empty where the index has none.
    #[serde(default)]
    pub sha256: String,
}

impl IndexEntry {
    /// `sqladmin:v1`
    #[must_use]
    pub fn spec(&self) -> String {
        format!("{}:{}", self.name, self.version)
    }
}

impl Index {
    /// Reads an index; `name` is its name in errors.
    ///
    /// # Errors
    ///
    /// Returns an error for a text that is not JSON or not an index.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let value = document::value(name, text)?;
        Self::deserialize(value).map_err(|_| {
            Error::new(name, "not an index of documents").help(
                r#"it has the form {"documents": [{"name": "...", "version": "...", "file": "..."}]}"#,
            )
        })
    }

    /// Returns the text of the index: sorted, and the same for the same documents.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut sorted = self.clone();
        sorted.documents.sort();
        // Texts in lists always are JSON.
        let mut text = serde_json::to_string_pretty(&sorted).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Returns the entry of a name and version.
    #[must_use]
    pub fn get(&self, name: &str, version: &str) -> Option<&IndexEntry> {
        self.documents
            .iter()
            .find(|entry| entry.name == name && entry.version == version)
    }

    /// Adds a document, or replaces the one of its name and version.
    pub fn put(&mut self, entry: IndexEntry) {
        self.documents
            .retain(|other| (&other.name, &other.version) != (&entry.name, &entry.version));
        let at = self.documents.partition_point(|other| *other < entry);
        self.documents.insert(at, entry);
    }
}

/// Returns the number of levels up from a directory to the nearest index, and its path.
#[must_use]
pub fn find(directory: &Path) -> Option<(usize, PathBuf)> {
    directory
        .ancestors()
        .map(|directory| directory.join(PATH))
        .enumerate()
        .find(|(_, index)| index.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_stays_sorted_and_has_each_document_once() {
        let entry = |name: &str, revision: &str| IndexEntry {
            name: name.to_owned(),
            version: "v1".to_owned(),
            revision: revision.to_owned(),
            file: format!("{name}.v1.json"),
            sha256: String::new(),
        };
        let mut index = Index::default();
        for (name, revision) in [("b", "1"), ("a", "1"), ("b", "2")] {
            index.put(entry(name, revision));
        }
        assert_eq!(index.documents, [entry("a", "1"), entry("b", "2")]);
        let text = index.to_text();
        assert_eq!(Index::parse("index.json", &text).unwrap(), index);
    }

    #[test]
    fn what_is_no_index_is_explained() {
        let error = Index::parse("index.json", r#"{"documents": [{"name": "a"}]}"#).unwrap_err();
        assert!(error.to_string().contains("not an index of documents"));
        assert!(Index::parse("index.json", "{").is_err());
    }
}
