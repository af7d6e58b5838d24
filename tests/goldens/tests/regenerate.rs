//! The committed modules are what the generator writes today.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gapi_codegen::{Options, Selection, generate, lookup};

/// The modules of real APIs: file, document, what is kept.
const APIS: [(&str, &str, &[&str]); 5] = [
    ("iamcredentials_v1", "iamcredentials:v1", &[]),
    ("oauth2_v2", "oauth2:v2", &[]),
    (
        "sqladmin_v1",
        "sqladmin:v1",
        &["instances.{get, insert, list, patch}", "operations.get"],
    ),
    ("tasks_v1", "tasks:v1", &[]),
    ("translate_v2", "translate:v2", &[]),
];

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The documents that the generator is tested with, one per form.
fn forms() -> PathBuf {
    package().join("../../codegen/tests/documents")
}

fn text(spec: &str, methods: &[&str]) -> String {
    let located = lookup::document(package(), spec).unwrap();
    let mut options = Options::new();
    if !methods.is_empty() {
        options = options.selection(Selection::parse(methods).unwrap());
    }
    generate(&located.source, &options)
        .unwrap()
        .to_module_file()
        .unwrap()
}

/// The names of the files of a folder, without this extension.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|e| e == extension))
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn modules_of_apis() {
    for (name, spec, methods) in APIS {
        expectorate::assert_contents(
            package().join(format!("src/{name}.rs")),
            &text(spec, methods),
        );
    }
}

#[test]
fn modules_of_forms() {
    std::fs::create_dir_all(package().join("src/forms")).unwrap();
    for name in names(&forms(), "json") {
        let text = text(&format!("../../codegen/tests/documents/{name}.json"), &[]);
        expectorate::assert_contents(package().join(format!("src/forms/{name}.rs")), &text);
    }
}

#[test]
fn no_module_is_without_its_document() {
    let mut apis = names(&package().join("src"), "rs");
    apis.remove("lib");
    assert_eq!(
        apis,
        APIS.iter().map(|(name, _, _)| (*name).to_owned()).collect()
    );
    assert_eq!(
        names(&package().join("src/forms"), "rs"),
        names(&forms(), "json")
    );
}

#[test]
fn the_same_document_gives_the_same_text() {
    for (_, spec, methods) in APIS {
        assert_eq!(text(spec, methods), text(spec, methods), "{spec}");
    }
}
