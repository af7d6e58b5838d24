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
    let found = lookup::document(dir, spec).map(|located| located.source.name);
    let error = found.unwrap_err().to_string();
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
    let path = dir.path().join("discovery-docs/files.v1.json");
    assert_eq!(located.files, std::slice::from_ref(&path));
    assert_eq!(located.path, Some(path));
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
        let files = ["files.v1.json", "index.json"];
        assert_eq!(
            located.files,
            files.map(|file| dir.path().join("discovery-docs").join(file))
        );
    }
}

#[test]
fn a_name_alone_is_enough_where_there_is_one_version() {
    let dir = package();
    fs::write(
        dir.path().join("discovery-docs/admin.directory_v1.json"),
        "{}",
    )
    .unwrap();
    let located = lookup::document(dir.path(), "admin").unwrap();
    assert_eq!(located.source.name, "admin.directory_v1.json");
    assert_eq!(
        error(dir.path(), "files"),
        "files: it has several versions; name one of them: `files:v1`, `files:v2`"
    );
    // A file of this name comes first.
    fs::write(dir.path().join("admin"), "{file}").unwrap();
    let located = lookup::document(dir.path(), "admin").unwrap();
    assert_eq!(located.source.text, "{file}");
}

/// The start of the error for a document that an index does not name.
fn missing(spec: &str) -> String {
    if cfg!(feature = "documents") {
        format!(
            "{spec}: neither discovery-docs/index.json nor gapi-discovery-docs 0.1.0 has such a document"
        )
    } else {
        format!("{spec}: discovery-docs/index.json has no such document")
    }
}

/// What brings a document.
fn fetch(spec: &str) -> String {
    if cfg!(feature = "documents") {
        format!("`gapi fetch {spec}` asks Google for it")
    } else {
        format!(
            "`gapi fetch {spec}` brings it, and `cargo add gapi --features documents` has all (for a build script, `gapi-codegen`)"
        )
    }
}

#[test]
fn unknown_names_are_explained() {
    let dir = package();
    let (unknown, typo) = ("somethingelse:v9", "filse:v1");
    assert_eq!(
        error(dir.path(), "files:v3"),
        format!(
            "{}; there is `files:v1`, `files:v2`; {}",
            missing("files:v3"),
            fetch("files:v3")
        )
    );
    let near = error(dir.path(), typo);
    assert!(
        near.starts_with(&format!("{}; did you mean ", missing(typo))),
        "{near}"
    );
    assert!(near.contains("`files:v1`"), "{near}");
    assert_eq!(
        error(dir.path(), unknown),
        format!("{}; {}", missing(unknown), fetch(unknown))
    );
    assert_eq!(
        error(dir.path(), "files:v2"),
        "files:v2: cannot read files.v2.json, which discovery-docs/index.json names: there is no such file; `gapi fetch files:v2` brings it back"
    );
}

#[test]
fn a_missing_index_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let spec = "somethingelse:v9";
    let missing = if cfg!(feature = "documents") {
        "gapi-discovery-docs 0.1.0 has no such document"
    } else {
        "there is no discovery-docs/index.json in DIR or above it"
    };
    assert_eq!(
        error(dir.path(), spec),
        format!("{spec}: {missing}; {}", fetch(spec))
    );
}

#[test]
fn a_file_that_no_index_names_is_not_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("discovery-docs");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("drive.v3.json"), "{}").unwrap();
    let expected = "drive:v3: drive.v3.json is there, and no discovery-docs/index.json names it; `gapi index` lists the files that are there";
    assert_eq!(error(dir.path(), "drive:v3"), expected);
    fs::write(folder.join("index.json"), INDEX).unwrap();
    assert_eq!(error(dir.path(), "drive:v3"), expected);
}

#[cfg(feature = "documents")]
#[test]
fn a_name_that_no_index_has_is_that_of_a_packed_document() {
    let dir = package();
    fs::write(dir.path().join("Cargo.toml"), "").unwrap();
    let located = lookup::document(&dir.path().join("member"), "drive:v3").unwrap();
    assert_eq!(
        located.source.name,
        "drive.v3.json of gapi-discovery-docs 0.1.0"
    );
    assert!(
        located.source.text.starts_with('{')
            && located.source.text.contains("\"drive.files.list\"")
    );
    assert_eq!(located.path, None);
    // A new entry of the index, or a new index beside the manifest, comes first.
    let watched = ["discovery-docs/index.json", "Cargo.toml"].map(|file| dir.path().join(file));
    assert!(located.files.starts_with(&watched), "{:?}", located.files);
    assert!(lookup::local(dir.path(), "drive:v3").is_err());

    let located = lookup::document(dir.path(), "iamcredentials").unwrap();
    assert_eq!(
        located.source.name,
        "iamcredentials.v1.json of gapi-discovery-docs 0.1.0"
    );
    assert_eq!(
        error(dir.path(), "drive"),
        "drive: it has several versions; name one of them: `drive:v3`, `drive:v2`"
    );
    let typo = error(dir.path(), "drvie:v3");
    assert!(typo.contains("did you mean `drive:v3`"), "{typo}");
    let version = error(dir.path(), "drive:v4");
    assert!(
        version.contains("there is `drive:v2`, `drive:v3`"),
        "{version}"
    );

    let (index, document) = (
        r#"{"documents": [{"name": "drive", "version": "v3", "file": "drive.v3.json"}]}"#,
        dir.path().join("discovery-docs/drive.v3.json"),
    );
    fs::write(dir.path().join("discovery-docs/index.json"), index).unwrap();
    fs::write(&document, "{local}").unwrap();
    let located = lookup::document(dir.path(), "drive:v3").unwrap();
    assert_eq!(
        (&*located.source.text, located.path),
        ("{local}", Some(document))
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
    assert_eq!(
        error(
            dir.path(),
            "https://www.googleapis.com/discovery/v1/apis/drive/v3/rest"
        ),
        "https://www.googleapis.com/discovery/v1/apis/drive/v3/rest: cannot read it: there is no such file; a document is no URL: `gapi fetch NAME:VERSION` brings it"
    );
    let error = || {
        lookup::overrides(dir.path(), "fix.toml")
            .unwrap_err()
            .to_string()
    };
    let start = "fix.toml: cannot read it: there is no such file; an override file is named by its path relative to";
    assert_eq!(error(), format!("{start} this folder"));
    fs::write(dir.path().join("Cargo.toml"), "").unwrap();
    assert_eq!(error(), format!("{start} Cargo.toml"));
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
