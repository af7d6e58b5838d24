//! Every mistake that a user of `api!` can make, and what the compiler then says.
//!
//! The sources are in `cases/`, and what is expected beside them. `TRYBUILD=overwrite` writes what is said today.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// Puts the documents of the cases where the paths in `api!` start: the package that trybuild makes for them.
fn place_documents() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let package = target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("documents"),
        &package,
    );
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in entries(from) {
        let to = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &to);
        } else {
            std::fs::copy(entry, to).unwrap();
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn mistakes_are_told_at_their_place() {
    place_documents();
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}

#[test]
fn every_case_has_an_output_that_is_the_same_on_every_machine() {
    let cases = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    let with = |extension: &str| {
        let mut files: Vec<PathBuf> = cases
            .iter()
            .filter(|file| file.extension().is_some_and(|e| e == extension))
            .cloned()
            .collect();
        files.sort();
        files
    };
    let outputs = with("stderr");
    let expected: Vec<PathBuf> = with("rs")
        .iter()
        .map(|case| case.with_extension("stderr"))
        .collect();
    assert_eq!(outputs, expected);
    for output in outputs {
        let text = std::fs::read_to_string(&output).unwrap();
        let absolute = |word: &str| {
            word.starts_with('/') && !word.starts_with("//") && word.len() > 1
                || word.contains(":\\")
        };
        let path = text
            .split(|c: char| c.is_whitespace() || "`\"'(".contains(c))
            .find(|word| absolute(word));
        assert_eq!(path, None, "{}", output.display());
    }
}
