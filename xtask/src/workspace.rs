//! What every chore needs of the repository: its folders, files and cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Why a chore failed, as a sentence.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Returns the repository's root.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Returns the cargo that runs this program.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Reads a file; the error names it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}

/// Writes a file; the error names it.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

/// Returns the `.json` files of a folder without its index, sorted by name.
pub(crate) fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| format!("cannot read {}: {error}", folder.display()))?
            .path();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if is_json && path.file_name().is_some_and(|name| name != INDEX) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The name of a folder's index of documents.
pub(crate) const INDEX: &str = "index.json";

/// A package that is published.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<CargoTarget>,
    /// The registries that it may be published in; empty for none.
    publish: Option<Vec<String>>,
}

/// A library, program, test or example of a package.
#[derive(Debug, Deserialize)]
pub(crate) struct CargoTarget {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

impl Package {
    /// Whether it has a library, and so doctests.
    pub(crate) fn has_library(&self) -> bool {
        let is_library = |kind: &String| kind == "lib" || kind == "proc-macro";
        self.targets
            .iter()
            .any(|target| target.kind.iter().any(is_library))
    }

    pub(crate) fn archive(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// Returns the packages of a workspace that are published.
pub(crate) fn published(root: &Path) -> Result<Vec<Package>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let mut packages = metadata::<Metadata>(root)?.packages;
    packages.retain(|package| package.publish.is_none());
    Ok(packages)
}

/// Returns the folder that cargo builds in.
pub(crate) fn target(root: &Path) -> Result<PathBuf, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    Ok(metadata::<Metadata>(root)?.target_directory)
}

/// Returns what cargo reports of a workspace's packages.
fn metadata<T: DeserializeOwned>(root: &Path) -> Result<T, Failure> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let errors = String::from_utf8_lossy(&output.stderr);
        format!("cargo metadata failed: {}", errors.trim()).into()
    })
}

/// Writes a file unless it has this text already; cargo builds again what was written.
pub(crate) fn write_if_new(path: &Path, text: &str) -> Result<(), Failure> {
    if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    write(path, text)
}

/// Returns `sqladmin.v1` for `.../sqladmin.v1.json`.
pub(crate) fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Returns whether a name matches a pattern in which `*` matches any text and `?` one character.
pub(crate) fn glob(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    match first {
        '*' => (0..=name.len())
            .filter(|start| name.is_char_boundary(*start))
            .any(|start| glob(rest, &name[start..])),
        _ => name
            .chars()
            .next()
            .is_some_and(|c| (first == '?' || first == c) && glob(rest, &name[c.len_utf8()..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        assert!(glob("sql*", "sqladmin.v1"));
        assert!(glob("*.v?", "sqladmin.v1"));
        assert!(glob("sqladmin.v1", "sqladmin.v1"));
        assert!(!glob("sqladmin", "sqladmin.v1"));
        assert!(!glob("*.v?", "sqladmin.v1beta4"));
        assert!(glob("*", ""));
    }
}
