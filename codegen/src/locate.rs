//! Finds a document: by path, or by name and version.

use std::path::{Path, PathBuf};

use crate::{Error, Source};

/// A document that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located {
    /// The file of the document.
    pub path: PathBuf,
    /// The index that names it, when it was found by name and version.
    pub index: Option<PathBuf>,
    /// Its text, under the name that errors show.
    pub source: Source,
}

/// Reads a document that is named by its path, relative to the manifest's directory, or as `name:version` in the index
/// `discovery-docs/index.json` of that directory or one above it.
///
/// # Errors
///
/// When there is no such file, no index or no such document, with what there is instead.
pub fn document(manifest_dir: &Path, spec: &str) -> Result<Located, Error> {
    let path = manifest_dir.join(spec);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::new(path.display().to_string(), error.to_string()))?;
    Ok(Located {
        source: Source::new(spec, text),
        path,
        index: None,
    })
}

/// Reads an override file, named by its path relative to the manifest's directory.
///
/// # Errors
///
/// When there is no such file.
pub fn overrides(manifest_dir: &Path, path: &str) -> Result<Located, Error> {
    let file = manifest_dir.join(path);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Error::new(file.display().to_string(), error.to_string()))?;
    Ok(Located {
        source: Source::new(path, text),
        path: file,
        index: None,
    })
}
