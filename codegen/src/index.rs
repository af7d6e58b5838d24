//! The index of a folder of documents: `discovery-docs/index.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, document};

/// Where the index stands, from the manifest's directory or one above it.
pub const PATH: &str = "discovery-docs/index.json";

/// Which documents a folder has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Where they come from: `google-api-python-client 2.202.0`.
    #[serde(default)]
    pub source: String,
    /// Sorted by name and version.
    pub documents: Vec<Entry>,
}

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// `sqladmin`
    pub name: String,
    /// `v1`
    pub version: String,
    /// `20261018`; empty where the index does not say it.
    #[serde(default)]
    pub revision: String,
    /// The file beside the index.
    pub file: String,
    /// Of the file's bytes, in lower-case hexadecimal digits; empty where the index does not say it.
    #[serde(default)]
    pub sha256: String,
}

impl Entry {
    /// `sqladmin:v1`
    #[must_use]
    pub fn spec(&self) -> String {
        format!("{}:{}", self.name, self.version)
    }
}

impl Index {
    /// Reads an index; `place` is what errors call it.
    ///
    /// # Errors
    ///
    /// What is not JSON, or not an index.
    pub fn parse(place: &str, text: &str) -> Result<Self, Error> {
        let value = document::value(place, text)?;
        Self::deserialize(value).map_err(|_| {
            Error::new(place, "not an index of documents").help(
                r#"it has the form {"documents": [{"name": "...", "version": "...", "file": "..."}]}"#,
            )
        })
    }

    /// The index as it is kept: sorted, and the same for the same documents.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut sorted = self.clone();
        sorted.documents.sort();
        // Texts in lists always are JSON.
        let mut text = serde_json::to_string_pretty(&sorted).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The document of a name and version.
    #[must_use]
    pub fn get(&self, name: &str, version: &str) -> Option<&Entry> {
        self.documents
            .iter()
            .find(|entry| entry.name == name && entry.version == version)
    }

    /// Adds a document, or replaces the one of its name and version.
    pub fn put(&mut self, entry: Entry) {
        self.documents
            .retain(|other| (&other.name, &other.version) != (&entry.name, &entry.version));
        let at = self.documents.partition_point(|other| *other < entry);
        self.documents.insert(at, entry);
    }
}

/// The index of a directory or of one above it, and how many levels above it is.
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
        let entry = |name: &str, revision: &str| Entry {
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
