//! Finds a document: by path, or by name and version.

mod by_name;
mod embedded;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use by_name::Name;

use crate::{Error, Source, suggest};

/// A document or override file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located {
    /// Its file; none for a document of package `gapi-discovery-docs`.
    pub path: Option<PathBuf>,
    /// The files that decide about it: its own, the index that names it, and for a document of package `gapi-discovery-docs` the
    /// manifests beside which an index would come first. `gapi fetch` touches such a manifest.
    pub files: Vec<PathBuf>,
    /// Its text, under the name that errors show.
    pub source: Source,
}

/// Reads a document that is named by its path, relative to the manifest's directory, or as `name:version` in the index
/// `discovery-docs/index.json` of that directory or one above it. `name` alone is enough where there is one version.
///
/// With the feature `documents`, a name that is in no index is that of a document of package `gapi-discovery-docs`.
///
/// # Errors
///
/// Returns an error with alternatives if there is no such file, index or document.
pub fn document(manifest_dir: &Path, spec: &str) -> Result<Located, Error> {
    match name(manifest_dir, spec) {
        Some(name) => name.anywhere(manifest_dir),
        None => by_path(manifest_dir, spec, "a document", ", or as `name:version`"),
    }
}

/// Reads a document as [`document()`] does, without those of package `gapi-discovery-docs`.
///
/// # Errors
///
/// Returns an error with alternatives if there is no such file, index or document.
pub fn local(manifest_dir: &Path, spec: &str) -> Result<Located, Error> {
    match name(manifest_dir, spec) {
        Some(name) => name.local(manifest_dir),
        None => by_path(manifest_dir, spec, "a document", ", or as `name:version`"),
    }
}

/// Reads an override file, named by its path relative to the manifest's directory.
///
/// # Errors
///
/// Returns an error if there is no such file.
pub fn overrides(manifest_dir: &Path, path: &str) -> Result<Located, Error> {
    by_path(manifest_dir, path, "an override file", "")
}

/// Returns the name, where it is not that of a file.
fn name<'a>(manifest_dir: &Path, spec: &'a str) -> Option<Name<'a>> {
    Name::of(spec).filter(|name| !(name.is_ambiguous() && manifest_dir.join(spec).exists()))
}

/// Reads a file. `what` it is, and `otherwise` how it is named beside its path, are for errors.
fn by_path(manifest_dir: &Path, spec: &str, what: &str, otherwise: &str) -> Result<Located, Error> {
    let path = manifest_dir.join(spec);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Located {
            source: Source::new(file_name(&path, spec), text),
            files: vec![path.clone()],
            path: Some(path),
        }),
        Err(error) => {
            let kind = error.kind();
            let error = Error::new(
                without_secrets(spec),
                format!("cannot read it: {}", reason(&error)),
            );
            let base = match manifest_dir.join("Cargo.toml").is_file() {
                true => "Cargo.toml",
                false => "this folder",
            };
            let naming = format!("{what} is named by its path relative to {base}{otherwise}");
            Err(error.help(help(&path, spec, kind, &naming)))
        }
    }
}

/// Returns the name in an error: of a URL, which may hold a password, its host and path.
fn without_secrets(spec: &str) -> String {
    let Some((scheme, rest)) = spec.split_once("://") else {
        return spec.to_owned();
    };
    let front = rest.split(['?', '#']).next().unwrap_or_default();
    let host = front.rsplit_once('@').map_or(front, |(_, host)| host);
    format!("{scheme}://{host}")
}

/// Explains what to do where a file cannot be read.
fn help(path: &Path, spec: &str, kind: ErrorKind, naming: &str) -> String {
    match kind {
        ErrorKind::InvalidData => Some("save the file as UTF-8".to_owned()),
        _ if spec.contains("://") => {
            Some("a document is no URL: `gapi fetch NAME:VERSION` brings it".to_owned())
        }
        ErrorKind::NotFound => match spec.split_once('/') {
            Some((api, version)) if Name::of(version).is_some() && Name::of(api).is_some() => {
                Some(format!("a name is written with a colon: `{api}:{version}`"))
            }
            _ => siblings(path, spec),
        },
        // Other kinds have no alternative.
        _ => None,
    }
    .unwrap_or_else(|| naming.to_owned())
}

/// Returns the name in errors: that of the file.
fn file_name(path: &Path, spec: &str) -> String {
    path.file_name().map_or_else(
        || spec.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Suggests files beside a path that does not exist, or reports that its directory does not exist.
fn siblings(path: &Path, spec: &str) -> Option<String> {
    let directory = path.parent()?;
    let Ok(files) = directory.read_dir() else {
        let name = Path::new(spec).parent()?.display();
        return Some(format!("the directory {name} does not exist"))
            .filter(|_| !directory.exists());
    };
    let mut names: Vec<String> = files
        .filter_map(Result::ok)
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let wanted = file_name(path, spec);
    let nearest = suggest::nearest(
        &wanted,
        names
            .iter()
            .map(String::as_str)
            .filter(|name| name.ends_with(".json")),
    );
    suggest::did_you_mean(&nearest)
}

/// Returns the message of the system, without its number.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}
