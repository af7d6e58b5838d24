//! What completion knows of a document: names of methods, parameters and values. It is stored beside the cache, so that the document,
//! which may have many megabytes, is read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gapi_dynamic::fetch::replace_file;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The names of a document.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Catalog {
    /// The time and the length of the document.
    version: (u64, u64),
    pub(super) methods: Vec<CatalogMethod>,
}

/// The names of a method.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct CatalogMethod {
    /// `instances.list`
    pub(super) name: String,
    /// `sql.instances.list`
    pub(super) id: String,
    /// In their order.
    pub(super) required: Vec<CatalogParameter>,
    pub(super) optional: Vec<CatalogParameter>,
}

/// A parameter.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct CatalogParameter {
    pub(super) name: String,
    pub(super) is_flag: bool,
    pub(super) values: Vec<String>,
}

impl Catalog {
    /// Returns the names of a document: those that are stored, unless the document has changed. A document that is gone has not.
    pub(super) fn of(document: &Path, cache: Option<&Path>) -> Option<Self> {
        let stored = cache.map(|cache| stored_at(cache, document));
        let old = stored
            .as_deref()
            .and_then(|path| serde_json::from_slice::<Self>(&fs::read(path).ok()?).ok());
        let version = version(document);
        match (old, version) {
            (Some(old), None) => return Some(old),
            (Some(old), Some(version)) if old.version == version => return Some(old),
            _ => {}
        }
        let catalog = Self {
            version: version?,
            methods: methods(&fs::read_to_string(document).ok()?)?,
        };
        if let (Some(path), Ok(text)) = (stored, serde_json::to_vec(&catalog)) {
            // Without the cache, the next completion takes as long as this one.
            let _ = path.parent().map(fs::create_dir_all);
            let _ = replace_file(&path, &text);
        }
        Some(catalog)
    }

    /// Returns the names of the methods.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.methods.iter().map(|method| method.name.clone());
        names.collect()
    }

    /// Finds a method by its name or id.
    pub(super) fn find(&self, name: &str) -> Option<&CatalogMethod> {
        self.methods
            .iter()
            .find(|method| method.name == name || method.id == name)
    }
}

fn stored_at(cache: &Path, document: &Path) -> PathBuf {
    let hash = Sha256::digest(document.as_os_str().as_encoded_bytes());
    let digits: String = hash
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    cache.join("completion").join(digits + ".json")
}

fn version(document: &Path) -> Option<(u64, u64)> {
    let about = document.metadata().ok()?;
    let time = about
        .modified()
        .ok()?
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()?;
    Some((
        u64::try_from(time.as_nanos() & u128::from(u64::MAX)).ok()?,
        about.len(),
    ))
}

/// The part of a document that has names.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Tree {
    methods: BTreeMap<String, Method>,
    resources: BTreeMap<String, Tree>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Method {
    id: String,
    parameters: BTreeMap<String, Parameter>,
    parameter_order: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameter {
    r#type: String,
    r#enum: Vec<String>,
    required: bool,
    location: String,
}

/// Returns the names of the methods in a document's text.
fn methods(text: &str) -> Option<Vec<CatalogMethod>> {
    let tree: Tree = serde_json::from_str(text).ok()?;
    let mut methods = Vec::new();
    collect(tree, "", &mut methods);
    Some(methods)
}

fn collect(tree: Tree, path: &str, methods: &mut Vec<CatalogMethod>) {
    let join = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    for (name, method) in tree.methods {
        if is_plain(&name) && is_plain(&method.id) {
            methods.push(names_of(join(&name), method));
        }
    }
    for (name, child) in tree.resources {
        if is_plain(&name) {
            collect(child, &join(&name), methods);
        }
    }
}

fn names_of(name: String, method: Method) -> CatalogMethod {
    let mut of = CatalogMethod {
        name,
        id: method.id,
        ..CatalogMethod::default()
    };
    let order = method.parameter_order;
    for (name, parameter) in method
        .parameters
        .into_iter()
        .filter(|(name, _)| is_plain(name))
    {
        let is_required = parameter.required || parameter.location == "path";
        let list = if is_required {
            &mut of.required
        } else {
            &mut of.optional
        };
        list.push(CatalogParameter {
            name,
            is_flag: parameter.r#type == "boolean",
            values: parameter
                .r#enum
                .into_iter()
                .filter(|value| is_plain(value))
                .collect(),
        });
    }
    of.required.sort_by_key(|parameter| {
        order
            .iter()
            .position(|name| *name == parameter.name)
            .unwrap_or(usize::MAX)
    });
    of
}

/// Whether a shell takes a name as it is. Texts of documents may be anything.
fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-:$".contains(c))
}

#[cfg(all(test, checkout))]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("tasks.v1.json");
        let vendored =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs/tasks.v1.json");
        fs::copy(vendored, &document).unwrap();
        let first = Catalog::of(&document, Some(folder.path())).unwrap();
        assert_eq!(first.methods.len(), 14);
        let list = first.find("tasks.tasks.list").unwrap();
        assert_eq!(list.required[0].name, "tasklist");
        assert!(
            list.optional
                .iter()
                .any(|parameter| parameter.name == "showHidden" && parameter.is_flag)
        );
        fs::remove_file(&document).unwrap();
        assert_eq!(Catalog::of(&document, Some(folder.path())), Some(first));
        assert_eq!(Catalog::of(&document, None), None);
        // Another document of this name is read again.
        fs::write(
            &document,
            r#"{"methods": {"get": {"id": "x.get"}, "b\u001b": {}}}"#,
        )
        .unwrap();
        let changed = Catalog::of(&document, Some(folder.path())).unwrap();
        assert_eq!(changed.methods.len(), 1);
    }
}
