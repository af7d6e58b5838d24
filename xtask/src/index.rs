//! The index of the vendored documents: `discovery-docs/index.json`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::workspace::{Failure, INDEX, documents, read, write};

/// What was vendored, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    /// The package and its version.
    pub(crate) source: String,
    /// Sorted by name and version.
    pub(crate) documents: Vec<Entry>,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// `sqladmin`
    pub(crate) name: String,
    /// `v1`
    pub(crate) version: String,
    /// `20261018`
    pub(crate) revision: String,
    /// The file beside the index.
    pub(crate) file: String,
    /// Of the file's bytes, in lower-case hexadecimal digits.
    pub(crate) sha256: String,
}

/// The part of a document that the index repeats.
#[derive(Deserialize)]
struct Head {
    name: String,
    version: String,
    revision: String,
}

impl Index {
    /// Reads the index of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(INDEX);
        serde_json::from_slice(&read(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Sorts the index and writes it to a folder.
    pub(crate) fn write(&mut self, folder: &Path) -> Result<(), Failure> {
        self.documents.sort();
        write(
            &folder.join(INDEX),
            serde_json::to_string_pretty(self)? + "\n",
        )
    }

    /// Everything in which the index and the folder differ, one sentence each.
    pub(crate) fn differences(&self, folder: &Path) -> Result<Vec<String>, Failure> {
        let mut differences = Vec::new();
        let mut listed = BTreeSet::new();
        for entry in &self.documents {
            if !listed.insert(entry.file.as_str()) {
                differences.push(format!("{} is listed twice", entry.file));
                continue;
            }
            let path = folder.join(&entry.file);
            if !path.is_file() {
                differences.push(format!(
                    "{} is listed, but there is no such file",
                    entry.file
                ));
                continue;
            }
            let actual = Entry::of(&entry.file, &read(&path)?)?;
            for (what, listed, actual) in [
                ("name", &entry.name, &actual.name),
                ("version", &entry.version, &actual.version),
                ("revision", &entry.revision, &actual.revision),
                ("SHA-256", &entry.sha256, &actual.sha256),
            ] {
                if listed != actual {
                    differences.push(format!(
                        "{}: the index has {what} {listed}, the file {actual}",
                        entry.file
                    ));
                }
            }
        }
        for path in documents(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if !listed.contains(&*name) {
                differences.push(format!("{name} is not listed"));
            }
        }
        if !self.documents.is_sorted() {
            differences.push("the entries are not sorted by name and version".to_owned());
        }
        Ok(differences)
    }
}

impl Entry {
    /// The entry that a document's bytes ask for.
    pub(crate) fn of(file: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let Head {
            name,
            version,
            revision,
        } = serde_json::from_slice(bytes)
            .map_err(|error| format!("{file} is not a Discovery document: {error}"))?;
        Ok(Self {
            name,
            version,
            revision,
            file: file.to_owned(),
            sha256: sha256(bytes),
        })
    }
}

/// Returns the SHA-256 in lower-case hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendored_documents_are_those_of_the_index() {
        let folder = crate::workspace::root().join("discovery-docs");
        let index = Index::read(&folder).unwrap();
        assert_eq!(index.differences(&folder).unwrap(), Vec::<String>::new());
        assert_eq!(index.documents.len(), 25);
    }

    #[test]
    fn every_difference_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"name": "tasks", "version": "v1", "revision": "20260101"}"#;
        for file in ["same.json", "changed.json", "unlisted.json"] {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        let entry = |file: &str| Entry::of(file, text.as_bytes()).unwrap();
        let changed = Entry {
            revision: "20250101".to_owned(),
            sha256: "00".to_owned(),
            ..entry("changed.json")
        };
        let mut index = Index {
            source: "test 1".to_owned(),
            documents: vec![entry("same.json"), changed, entry("missing.json")],
        };
        index.write(folder.path()).unwrap();
        let index = Index::read(folder.path()).unwrap();

        let differences = index.differences(folder.path()).unwrap();

        let sha = &entry("same.json").sha256;
        assert_eq!(
            differences,
            [
                "changed.json: the index has revision 20250101, the file 20260101".to_owned(),
                format!("changed.json: the index has SHA-256 00, the file {sha}"),
                "missing.json is listed, but there is no such file".to_owned(),
                "unlisted.json is not listed".to_owned(),
            ]
        );
    }

    #[test]
    fn digests_are_sha_256() {
        // As sha256sum computes it.
        let entry = Entry::of("a.json", br#"{"name":"a","version":"v1","revision":"1"}"#).unwrap();
        assert_eq!(
            entry.sha256,
            "f9e8f59e424fa90c92e8447dd5d47f0377ac52cc1a3628ce74b20509228b63dd"
        );
    }
}
