//! The compiler, with the gapi that these tests were built with.
//!
//! Cases are given to it directly: a package of their own, as trybuild makes, would have all dependencies of gapi built once more.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{package, workspace};

pub(crate) struct Compiler {
    /// The library of gapi; those that it depends on are beside it.
    gapi: PathBuf,
}

impl Compiler {
    /// Asks cargo where gapi is. It is built already when all tests of the workspace are; else it is now.
    pub(crate) fn find() -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(workspace()).stderr(Stdio::inherit());
        command.args(["test", "--no-run", "--message-format=json"]);
        command.args(["--test", "compile_fail"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "cargo cannot build gapi");
        let gapi = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .find_map(library)
            .unwrap();
        Self { gapi }
    }

    /// Begins to check a case, which finds its documents in `documents/`.
    pub(crate) fn start(&self, case: &Path) -> Child {
        self.start_in(case.strip_prefix(workspace()).unwrap(), &["-Adead_code"])
    }

    /// Begins to check a source file of any place, which knows gapi.
    pub(crate) fn start_in(&self, file: &Path, options: &[&str]) -> Child {
        self.start_with(file, ("gapi", &self.gapi), options)
    }

    /// Begins to check a source file of any place, which knows one library, and gapi if that depends on it.
    pub(crate) fn start_with(
        &self,
        file: &Path,
        (name, library): (&str, &Path),
        options: &[&str],
    ) -> Child {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command
            // Where cargo compiled gapi: its sources are found from here.
            .current_dir(workspace())
            .env("CARGO_MANIFEST_DIR", package().join("documents"))
            .arg(file)
            .args(["--edition=2024", "--emit=metadata", "--out-dir"])
            .arg(env!("CARGO_TARGET_TMPDIR"))
            .args(["--color=never", "--diagnostic-width=140"])
            .args(options);
        let dependencies = self.gapi.parent().unwrap();
        command
            .arg("-L")
            .arg(format!("dependency={}", dependencies.display()))
            .arg("--extern")
            .arg(format!("{name}={}", library.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

/// The file of gapi's library, if cargo reports it in this line.
fn library(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_library = message["reason"] == "compiler-artifact"
        && message["target"]["name"] == "gapi"
        && message["target"]["kind"] == serde_json::json!(["lib"])
        && message["profile"]["test"] == false;
    let mut files = message["filenames"]
        .as_array()
        .filter(|_| is_library)?
        .iter();
    files
        .find_map(|file| file.as_str().filter(|file| file.ends_with(".rlib")))
        .map(PathBuf::from)
}
