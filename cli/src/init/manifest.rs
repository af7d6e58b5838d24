//! A package's Cargo.toml, whose comments and order stay as they are.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};

use crate::diagnostic::{Exit, Failure, Outcome};
use crate::{file, input};

/// A manifest, with changes that are not written yet.
pub(super) struct Manifest {
    /// The folder of the package.
    pub(super) folder: PathBuf,
    before: String,
    document: DocumentMut,
}

/// A dependency that a program needs.
pub(super) struct Dependency {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The folder of its source, relative to the manifest's.
    pub(super) path: Option<String>,
    pub(super) features: Vec<&'static str>,
    /// Features that are needed too where the default ones are off.
    pub(super) without_defaults: &'static [&'static str],
}

impl Manifest {
    /// Reads the manifest of this folder or of the nearest one above.
    pub(super) fn find(here: &Path) -> Outcome<Self> {
        let folder = here
            .ancestors()
            .find(|folder| folder.join("Cargo.toml").is_file());
        let Some(folder) = folder else {
            let failure = Failure::new("there is no Cargo.toml here or in a folder above");
            return Err(failure
                .help("make a package first: `cargo new my-program`, then `cd my-program`")
                .exit(Exit::File)
                .into());
        };
        let path = folder.join("Cargo.toml");
        let before = input::text(&path)?;
        let document: DocumentMut = before.parse().map_err(|error: toml_edit::TomlError| {
            Failure::new(format!("{}: {}", path.display(), error.message()))
        })?;
        if document.get("package").is_none() {
            let failure = Failure::new(format!("{} has no package", path.display()));
            return Err(failure
                .help("run this command in the folder of a member of the workspace")
                .into());
        }
        Ok(Self {
            folder: folder.to_owned(),
            before,
            document,
        })
    }

    /// Returns whether the package has a library or a program other than src/main.rs, so that `cargo run` may mean another one.
    pub(super) fn has_targets(&self) -> bool {
        let is_there = |name: &str| self.folder.join("src").join(name).exists();
        is_there("lib.rs") || is_there("bin") || self.document.contains_key("bin")
    }

    /// Returns whether a dependency has a feature.
    pub(super) fn has_feature(&self, package: &str, feature: &str) -> bool {
        let dependencies = self
            .document
            .get("dependencies")
            .and_then(Item::as_table_like);
        let found = dependencies.and_then(|table| table.get(key(table, package)?));
        let features = found
            .and_then(Item::as_table_like)
            .and_then(|table| table.get("features")?.as_array());
        features
            .is_some_and(|features| features.iter().any(|other| other.as_str() == Some(feature)))
    }

    /// Adds a dependency, or the features that the present one has not. Returns its name in code.
    pub(super) fn add(&mut self, wanted: &Dependency) -> Outcome<String> {
        let dependencies = self
            .document
            .entry("dependencies")
            .or_insert_with(toml_edit::table)
            .as_table_like_mut()
            .ok_or_else(|| Failure::new("Cargo.toml: `dependencies` is not a table"))?;
        let Some(name) = key(dependencies, wanted.name).map(str::to_owned) else {
            let is_sorted = dependencies
                .iter()
                .is_sorted_by_key(|(name, _)| name.to_owned());
            dependencies.insert(wanted.name, Item::Value(wanted.value()));
            if is_sorted {
                dependencies.sort_values();
            }
            return Ok(wanted.name.to_owned());
        };
        let Some(present) = dependencies.get_mut(&name) else {
            return Ok(name);
        };
        let has_defaults = present
            .as_table_like()
            .and_then(|table| table.get("default-features")?.as_bool())
            .unwrap_or(true);
        let mut features = wanted.features.clone();
        if !has_defaults {
            features.extend(wanted.without_defaults);
        }
        if !features.is_empty() {
            add_features(present, &features)
                .ok_or_else(|| Failure::new(format!("Cargo.toml: `{name}` is no dependency")))?;
        }
        Ok(name.replace('-', "_"))
    }

    /// Returns the text with the changes, if there are any.
    pub(super) fn changed(&self) -> Option<String> {
        let after = self.document.to_string();
        (after != self.before).then_some(after)
    }

    /// Returns the lines that are new, or changed.
    pub(super) fn new_lines(&self) -> Vec<String> {
        let after = self.document.to_string();
        let old: Vec<&str> = self.before.lines().collect();
        let lines = after
            .lines()
            .filter(|line| !line.is_empty() && !old.contains(line));
        lines.map(str::to_owned).collect()
    }

    /// Writes the changes.
    pub(super) fn write(&self) -> Outcome {
        let path = self.folder.join("Cargo.toml");
        if let Some(text) = self.changed() {
            file::replace(&path, &text).map_err(|error| Failure::io("write", &path, &error))?;
        }
        Ok(())
    }
}

impl Dependency {
    fn value(&self) -> Value {
        if self.path.is_none() && self.features.is_empty() {
            return self.version.into();
        }
        let mut table = InlineTable::new();
        match &self.path {
            Some(path) => table.insert("path", path.as_str().into()),
            None => table.insert("version", self.version.into()),
        };
        if !self.features.is_empty() {
            table.insert(
                "features",
                self.features.iter().copied().collect::<Array>().into(),
            );
        }
        table.into()
    }
}

/// Returns the key of a package among dependencies, which may be another name.
fn key<'a>(dependencies: &'a dyn TableLike, package: &str) -> Option<&'a str> {
    let is_package = |item: &Item| {
        let renamed = item.as_table_like().and_then(|table| table.get("package"));
        renamed.and_then(Item::as_str).map(|name| name == package)
    };
    dependencies
        .iter()
        .find(|(name, item)| is_package(item).unwrap_or(*name == package))
        .map(|(name, _)| name)
}

/// Adds features to a dependency; `None` if it has no form of one.
fn add_features(item: &mut Item, wanted: &[&str]) -> Option<()> {
    if let Some(version) = item.as_str().map(str::to_owned) {
        let mut table = InlineTable::new();
        table.insert("version", version.into());
        *item = Item::Value(table.into());
    }
    let table = item.as_table_like_mut()?;
    let features = table
        .entry("features")
        .or_insert_with(|| Item::Value(Array::new().into()))
        .as_array_mut()?;
    let has =
        |features: &Array, name: &str| features.iter().any(|other| other.as_str() == Some(name));
    if has(features, "full") {
        return Some(());
    }
    for name in wanted {
        if !has(features, name) {
            features.push(*name);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gapi(features: &[&'static str]) -> Dependency {
        Dependency {
            name: "gapi",
            version: "0.1",
            path: None,
            features: features.to_vec(),
            without_defaults: &["macros"],
        }
    }

    fn with(manifest: &str, dependency: &Dependency) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[package]\nname = \"a\"\n{manifest}");
        std::fs::write(folder.path().join("Cargo.toml"), text).unwrap();
        let mut manifest = Manifest::find(folder.path()).unwrap();
        let name = manifest.add(dependency).unwrap();
        manifest.write().unwrap();
        let mut again = Manifest::find(folder.path()).unwrap();
        again.add(dependency).unwrap();
        assert_eq!(again.changed(), None);
        let text = manifest.document.to_string();
        let text = text.strip_prefix("[package]\nname = \"a\"\n").unwrap();
        (name, text.to_owned())
    }

    #[test]
    fn dependencies_are_added_and_completed() {
        for (before, features, name, after) in [
            ("", &[][..], "gapi", "\n[dependencies]\ngapi = \"0.1\"\n"),
            (
                "\n[dependencies]\n# A comment.\nanyhow = \"1\"\nserde = \"1\"\n",
                &["blocking"],
                "gapi",
                "\n[dependencies]\n# A comment.\nanyhow = \"1\"\ngapi = { version = \"0.1\", features = [\"blocking\"] }\nserde = \"1\"\n",
            ),
            (
                "[dependencies]\ngapi = \"0.1\"\n",
                &["blocking"],
                "gapi",
                "[dependencies]\ngapi = { version = \"0.1\", features = [\"blocking\"] }\n",
            ),
            (
                "[dependencies.google-apis]\npackage = \"gapi\"\nworkspace = true\nfeatures = [\"ring\"]\n",
                &["blocking"],
                "google_apis",
                "[dependencies.google-apis]\npackage = \"gapi\"\nworkspace = true\nfeatures = [\"ring\", \"blocking\"]\n",
            ),
            (
                "[dependencies]\ngapi.workspace = true\n",
                &["blocking"],
                "gapi",
                "[dependencies]\ngapi.workspace = true\ngapi.features = [\"blocking\"]\n",
            ),
            (
                "[dependencies]\ngapi = { version = \"0.1\", default-features = false, features = [\"ring\"] }\n",
                &[],
                "gapi",
                "[dependencies]\ngapi = { version = \"0.1\", default-features = false, features = [\"ring\", \"macros\"] }\n",
            ),
        ] {
            assert_eq!(
                with(before, &gapi(features)),
                (name.to_owned(), after.to_owned())
            );
        }
        let tokio = Dependency {
            name: "tokio",
            version: "1",
            ..gapi(&["macros"])
        };
        let full = "[dependencies]\ntokio = { version = \"1\", features = [\"full\"] }\n";
        assert_eq!(with(full, &tokio).1, full);
    }
}
