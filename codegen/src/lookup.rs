//! Finds a document: by path, or by name and version.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::index::{self, Index, IndexEntry, PATH as INDEX};
use crate::{Error, Source, suggest};

/// A document or override file that was found.
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
/// Returns an error with alternatives if there is no such file, index or document.
pub fn document(manifest_dir: &Path, spec: &str) -> Result<Located, Error> {
    match name_and_version(spec) {
        Some((name, version)) => by_name(manifest_dir, name, version),
        None => by_path(manifest_dir, spec),
    }
}

/// Reads an override file, named by its path relative to the manifest's directory.
///
/// # Errors
///
/// Returns an error if there is no such file.
pub fn overrides(manifest_dir: &Path, path: &str) -> Result<Located, Error> {
    by_path(manifest_dir, path)
}

/// `sqladmin:v1`, but neither `C:\docs\x.json` nor `docs/x.json`.
fn name_and_version(spec: &str) -> Option<(&str, &str)> {
    let (name, version) = spec.split_once(':')?;
    let is_word = |word: &str| word.len() > 1 && !word.contains(['/', '\\']);
    (is_word(name)
        && is_word(version)
        && Path::new(spec).extension().is_none_or(|end| end != "json"))
    .then_some((name, version))
}

fn by_path(manifest_dir: &Path, spec: &str) -> Result<Located, Error> {
    let path = manifest_dir.join(spec);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Located {
            source: Source::new(file_name(&path, spec), text),
            path,
            index: None,
        }),
        Err(error) => {
            let kind = error.kind();
            let error = Error::new(spec, format!("cannot read it: {}", reason(&error)));
            Err(error.help(help(&path, spec, kind)))
        }
    }
}

/// Explains what to do where a file cannot be read.
fn help(path: &Path, spec: &str, kind: ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidData => Some("save the file as UTF-8".to_owned()),
        // Other kinds have no alternative.
        ErrorKind::NotFound => siblings(path, spec),
        _ => None,
    }
    .unwrap_or_else(|| {
        "a document is named by its path relative to Cargo.toml, or as `name:version`".to_owned()
    })
}

fn by_name(manifest_dir: &Path, name: &str, version: &str) -> Result<Located, Error> {
    let spec = format!("{name}:{version}");
    let Some((levels, index)) = index::find(manifest_dir) else {
        return Err(Error::new(
            &*spec,
            format!(
                "there is no {INDEX} in {} or above it",
                manifest_dir.display()
            ),
        )
        .help("add one, or name the document by its path relative to Cargo.toml"));
    };
    // Relative to the manifest's directory, so that errors are the same on every machine.
    let index_name = "../".repeat(levels) + INDEX;
    let text = std::fs::read_to_string(&index).map_err(|error| {
        Error::new(
            &*index_name,
            format!("cannot read the index: {}", reason(&error)),
        )
    })?;
    let known = Index::parse(&index_name, &text)?;
    let Some(entry) = known.get(name, version) else {
        return Err(unknown(&known.documents, name, version, &index_name));
    };
    let path = index.with_file_name(&entry.file);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Error::new(
            &*spec,
            format!(
                "cannot read {}, which {index_name} names: {}",
                entry.file,
                reason(&error)
            ),
        )
    })?;
    Ok(Located {
        source: Source::new(&*entry.file, text),
        path,
        index: Some(index),
    })
}

fn unknown(entries: &[IndexEntry], name: &str, version: &str, index_name: &str) -> Error {
    let error = Error::new(
        format!("{name}:{version}"),
        format!("{index_name} has no such document"),
    );
    let versions: Vec<String> = entries
        .iter()
        .filter(|entry| entry.name == name)
        .map(|entry| format!("`{name}:{}`", entry.version))
        .collect();
    if !versions.is_empty() {
        return error.help(format!("it has {}", versions.join(", ")));
    }
    let specs: Vec<String> = entries
        .iter()
        .map(|entry| format!("{}:{}", entry.name, entry.version))
        .collect();
    let wanted = format!("{name}:{version}");
    match suggest::did_you_mean(&suggest::nearest(&wanted, specs.iter().map(String::as_str))) {
        Some(hint) => error.help(hint),
        None => error.help(format!(
            "it has {} documents; another one is named by its path",
            entries.len()
        )),
    }
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
