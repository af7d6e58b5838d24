//! Documents are found by path, or by name and version.

use std::fs;
use std::path::Path;

use gapi_codegen::lookup;

const INDEX: &str = r#"{"source": "x", "documents": [
    {"name": "files", "version": "v1", "revision": "1", "file": "files.v1.json", "sha256": "0"},
    {"name": "files", "version": "v2", "revision": "1", "file": "files.v2.json", "sha256": "0"},
    {"name": "admin", "version": "directory_v1", "revision": "1", "file": "admin.directory_v1.json", "sha256": "0"}]}"#;

fn package() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("discovery-docs")).unwrap();
    fs::create_dir_all(dir.path().join("member/deep")).unwrap();
    fs::write(dir.path().join("discovery-docs/index.json"), INDEX).unwrap();
    fs::write(dir.path().join("discovery-docs/files.v1.json"), "{one}").unwrap();
    dir
}

fn error(dir: &Path, spec: &str) -> String {
    let error = lookup::document(dir, spec).unwrap_err().to_string();
    // Paths of the machine differ.
    error.replace(&dir.display().to_string(), "DIR")
}

#[test]
fn a_path_is_relative_to_the_manifest() {
    let dir = package();
    let located = lookup::document(dir.path(), "discovery-docs/files.v1.json").unwrap();
    assert_eq!(
        (&*located.source.name, &*located.source.text),
        ("files.v1.json", "{one}")
    );
    assert_eq!(
        located.path,
        dir.path().join("discovery-docs/files.v1.json")
    );
    assert_eq!(located.index, None);
    let up = lookup::document(
        &dir.path().join("member"),
        "../discovery-docs/files.v1.json",
    )
    .unwrap();
    assert_eq!(up.source.text, "{one}");
}

#[test]
fn a_name_and_version_are_looked_up_here_and_above() {
    let dir = package();
    for manifest in ["", "member", "member/deep"] {
        let located = lookup::document(&dir.path().join(manifest), "files:v1").unwrap();
        assert_eq!(
            (&*located.source.name, &*located.source.text),
            ("files.v1.json", "{one}")
        );
        assert_eq!(
            located.index,
            Some(dir.path().join("discovery-docs/index.json"))
        );
    }
}

#[test]
fn unknown_names_are_explained() {
    let dir = package();
    let path = "discovery-docs/index.json has no such document";
    assert_eq!(
        error(dir.path(), "files:v3"),
        format!("files:v3: {path}; it has `files:v1`, `files:v2`")
    );
    assert_eq!(
        error(dir.path(), "file:v1"),
        format!("file:v1: {path}; did you mean `files:v1` or `files:v2`?")
    );
    assert_eq!(
        error(dir.path(), "somethingelse:v9"),
        format!("somethingelse:v9: {path}; it has 3 documents; another one is named by its path")
    );
    assert_eq!(
        error(dir.path(), "files:v2"),
        "files:v2: cannot read files.v2.json, which discovery-docs/index.json names: there is no such file"
    );
}

#[test]
fn a_missing_index_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        error(dir.path(), "files:v1"),
        "files:v1: there is no discovery-docs/index.json in DIR or above it; add one, or name the document by its path relative to Cargo.toml"
    );
}

#[test]
fn a_bad_index_is_explained() {
    let dir = package();
    let index = dir.path().join("discovery-docs/index.json");
    for (text, message) in [
        ("[]", "not an index of documents"),
        (
            r#"{"documents": [{"name": "x"}]}"#,
            "not an index of documents",
        ),
        ("{", "not valid JSON: EOF while parsing an object"),
    ] {
        fs::write(&index, text).unwrap();
        assert!(error(dir.path(), "files:v1").contains(message), "{text}");
    }
}

#[test]
fn missing_files_are_explained() {
    let dir = package();
    assert_eq!(
        error(dir.path(), "discovery-docs/file.v1.json"),
        "discovery-docs/file.v1.json: cannot read it: there is no such file; did you mean `files.v1.json`?"
    );
    assert_eq!(
        error(dir.path(), "nowhere/x.json"),
        "nowhere/x.json: cannot read it: there is no such file; the directory nowhere does not exist"
    );
    assert!(error(dir.path(), "member").contains("it is a directory"));
}

#[test]
fn bytes_that_are_no_text_are_explained() {
    let dir = package();
    fs::write(dir.path().join("x.json"), [0xff, 0xfe, 0x00]).unwrap();
    assert!(error(dir.path(), "x.json").contains("it is not UTF-8 text"));
}

#[test]
fn a_file_that_is_no_text_is_not_meant_to_be_another() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("latin1.json"), b"{\"name\": \"\xe9\"}").unwrap();
    let error = lookup::document(dir.path(), "latin1.json").unwrap_err();
    assert_eq!(
        error.to_string(),
        "latin1.json: cannot read it: it is not UTF-8 text; save the file as UTF-8"
    );
}
