//! Every mistake that a user of `api!`, `body!` or `Fields` can make, and the errors of the compiler.
//!
//! The sources are in `cases/`, and the expected errors beside them. `EXPECTORATE=overwrite` writes the current ones.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compiler;
mod normal;
mod random;
mod reexport;

use std::path::{Path, PathBuf};

use compiler::Compiler;

fn cases(extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(package().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn workspace() -> &'static Path {
    package().ancestors().nth(2).unwrap()
}

#[test]
fn mistakes_are_reported_at_their_position() {
    let compiler = Compiler::find();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    for some in cases("rs").chunks(workers) {
        let running: Vec<_> = some.iter().map(|case| compiler.start(case)).collect();
        for (case, running) in some.iter().zip(running) {
            let output = running.wait_with_output().unwrap();
            let errors = String::from_utf8(output.stderr).unwrap();
            assert!(
                !output.status.success(),
                "{} compiles:\n{errors}",
                case.display()
            );
            expectorate::assert_contents(
                case.with_extension("stderr"),
                &normal::normal(&errors, workspace()),
            );
        }
    }
}

#[test]
fn every_case_has_an_output_that_is_the_same_on_every_machine() {
    let outputs = cases("stderr");
    let expected: Vec<PathBuf> = cases("rs")
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
