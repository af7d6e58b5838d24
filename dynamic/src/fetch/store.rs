//! The folder of documents, and its index.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gapi_codegen::Source;
use gapi_codegen::diff::{self, Class};
use gapi_codegen::index::{Index, IndexEntry};
use sha2::{Digest as _, Sha256};

use super::{FetchError, Fetched, Spec, file};

/// What became of a document that was put into a [`Store`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Stored {
    /// It was not there; its revision.
    New(String),
    /// It was there already; its revision.
    Same(String),
    /// It replaces another revision, or other text of the same one.
    Changed {
        /// The revision before.
        old: String,
        /// Its revision.
        new: String,
        /// How much it changes, where the text before was a document.
        counts: Option<Counts>,
    },
    /// Nothing was written: the revision there is newer.
    Older {
        /// The revision there.
        present: String,
        /// The one that was to be stored.
        offered: String,
    },
    /// Nothing was written: this file differs from its entry in the index.
    Edited(PathBuf),
}

/// How much a new revision changes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Counts {
    /// Changes after which programs may not compile or work.
    pub breaking: usize,
    /// Additions.
    pub additive: usize,
    /// Changes of texts.
    pub docs_only: usize,
}

/// A folder of documents with an index. Every file is replaced in one step.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    index: Index,
    /// Whether newer revisions and edited files are replaced.
    force: bool,
    /// Whether anything was written.
    changed: bool,
}

impl Store {
    /// Opens a folder, which need not exist yet. `force` replaces newer revisions and edited files too.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn open(folder: &Path, force: bool) -> Result<Self, FetchError> {
        let path = folder.join("index.json");
        let index = match std::fs::read_to_string(&path) {
            Ok(text) => {
                Index::parse(&path.display().to_string(), &text).map_err(FetchError::from)?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Index::default(),
            Err(error) => return Err(FetchError::io("read", &path, &error)),
        };
        Ok(Self {
            folder: folder.to_owned(),
            index,
            force,
            changed: false,
        })
    }

    /// Returns what the index lists.
    ///
    /// # Errors
    /// When there is none.
    pub fn specs(&self) -> Result<Vec<Spec>, FetchError> {
        if self.index.documents.is_empty() {
            let message = format!(
                "{} has no index of documents to bring up to date",
                self.folder.display()
            );
            let help =
                "name the documents that you want, such as `gapi fetch sqladmin:v1`, or give --all";
            return Err(FetchError::new(message, help));
        }
        let entries = self.index.documents.iter();
        let specs = entries.map(|entry| Spec::new(&*entry.name, &*entry.version));
        Ok(specs.collect())
    }

    /// Returns the file of a document in the index.
    #[must_use]
    pub fn file(&self, spec: &Spec) -> Option<&str> {
        let entry = self.index.get(&spec.name, &spec.version)?;
        Some(&entry.file)
    }

    /// Lists a file of the folder, unless it was edited since it was listed.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn list(&mut self, spec: &Spec, file: &str, bytes: &[u8]) -> Result<Stored, FetchError> {
        let entry = IndexEntry {
            name: spec.name.clone(),
            version: spec.version.clone(),
            revision: revision_of(bytes),
            file: file.to_owned(),
            sha256: sha256(bytes),
        };
        let revision = entry.revision.clone();
        let stored = match self.index.get(&spec.name, &spec.version) {
            None => Stored::New(revision),
            Some(old) if *old == entry => return Ok(Stored::Same(revision)),
            Some(old) if !self.force && old.file == file && !old.sha256.is_empty() => {
                return Ok(Stored::Edited(self.folder.join(file)));
            }
            Some(old) => Stored::Changed {
                old: old.revision.clone(),
                new: revision,
                counts: None,
            },
        };
        self.index.put(entry);
        self.write()?;
        Ok(stored)
    }

    /// Removes the entries of files that are gone, and returns their documents.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn remove_gone(&mut self) -> Result<Vec<Spec>, FetchError> {
        let folder = &self.folder;
        let is_there = |entry: &IndexEntry| folder.join(&entry.file).is_file();
        let gone: Vec<Spec> = self
            .index
            .documents
            .iter()
            .filter(|entry| !is_there(entry))
            .map(|entry| Spec::new(&*entry.name, &*entry.version))
            .collect();
        if !gone.is_empty() {
            self.index.documents.retain(is_there);
            self.write()?;
        }
        Ok(gone)
    }

    /// Stores a document, unless the present file is newer or was edited.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn put(&mut self, spec: &Spec, fetched: &Fetched) -> Result<Stored, FetchError> {
        let old = self.index.get(&spec.name, &spec.version).cloned();
        let entry = IndexEntry {
            name: spec.name.clone(),
            version: spec.version.clone(),
            revision: fetched.document.revision.clone().unwrap_or_default(),
            file: old
                .as_ref()
                .map_or_else(|| spec.file(), |old| old.file.clone()),
            sha256: sha256(&fetched.bytes),
        };
        let path = self.folder.join(&entry.file);
        let there = match std::fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(FetchError::io("read", &path, &error)),
        };
        let same = there.as_deref() == Some(&*fetched.bytes);
        if same && old.as_ref() == Some(&entry) {
            return Ok(Stored::Same(entry.revision));
        }
        if let (false, false, Some(there)) = (self.force, same, &there) {
            let listed = old
                .as_ref()
                .map(|old| old.sha256.as_str())
                .unwrap_or_default();
            if !listed.is_empty() && sha256(there) != listed {
                return Ok(Stored::Edited(path));
            }
            // Without an index, the revision of the file counts.
            let revision = match &old {
                Some(old) if !old.revision.is_empty() => old.revision.clone(),
                _ => revision_of(there),
            };
            if is_older(&entry.revision, &revision) {
                return Ok(Stored::Older {
                    present: revision,
                    offered: entry.revision,
                });
            }
        }
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| FetchError::io("make", &self.folder, &error))?;
        if !same {
            file::replace(&path, &fetched.bytes)
                .map_err(|error| FetchError::io("write", &path, &error))?;
        }
        let what = match (&old, &there) {
            (old, Some(there)) if !same => Stored::Changed {
                old: match old {
                    Some(old) => old.revision.clone(),
                    None => revision_of(there),
                },
                new: entry.revision.clone(),
                counts: counts(there, fetched),
            },
            (Some(old), _) if old.revision == entry.revision => {
                Stored::Same(entry.revision.clone())
            }
            _ => Stored::New(entry.revision.clone()),
        };
        self.index.put(entry);
        self.write()?;
        Ok(what)
    }

    /// Records in the index where documents come from.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn came_from(&mut self, source: &str) -> Result<(), FetchError> {
        let known = self.index.source.split(", ").any(|known| known == source);
        if !self.changed || known {
            return Ok(());
        }
        if !self.index.source.is_empty() {
            self.index.source.push_str(", ");
        }
        self.index.source.push_str(source);
        self.write()
    }

    /// After every document, so that the index is true whenever one stops.
    fn write(&mut self) -> Result<(), FetchError> {
        let path = self.folder.join("index.json");
        self.changed = true;
        file::replace(&path, self.index.to_text().as_bytes())
            .map_err(|error| FetchError::io("write", &path, &error))?;
        // Macros that have a document from a package watch the manifest: Cargo cannot watch an index that is not there yet.
        if let Some(project) = self.folder.parent() {
            file::touch(&project.join("Cargo.toml"), SystemTime::now());
        }
        Ok(())
    }
}

/// How much changed, where the old file is a document too.
fn counts(old: &[u8], new: &Fetched) -> Option<Counts> {
    let source = |name: &str, bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Source::new(name, text))
    };
    let diff = diff::sources(&source("old", old)?, &source("new", &new.bytes)?).ok()?;
    Some(Counts {
        breaking: diff.count(Class::Breaking),
        additive: diff.count(Class::Additive),
        docs_only: diff.count(Class::DocsOnly),
    })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn revision_of(bytes: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Head {
        revision: String,
    }
    serde_json::from_slice(bytes)
        .map(|head: Head| head.revision)
        .unwrap_or_default()
}

/// Whether a revision comes before another. Revisions are dates as digits; what is none is not compared.
fn is_older(revision: &str, other: &str) -> bool {
    match (revision.parse::<u64>(), other.parse::<u64>()) {
        (Ok(revision), Ok(other)) => revision < other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_numbers() {
        assert!(is_older("20260101", "20260102"));
        assert!(!is_older("20260102", "20260102"));
        assert!(is_older("9", "10"));
        assert!(!is_older("", "20260102") && !is_older("beta", "20260102"));
    }
}
