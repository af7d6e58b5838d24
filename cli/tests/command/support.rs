//! A folder with two small documents, and the built command in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder to call `gapi` in.
pub(crate) struct Folder(TempDir);

/// What a call gave.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// With `discovery-docs/`, which holds tasks v1 and translate v2, and their index.
    pub(crate) fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
        let documents = folder.path("discovery-docs");
        std::fs::create_dir(&documents).unwrap();
        for file in ["tasks.v1.json", "translate.v2.json", "index.json"] {
            std::fs::copy(vendored.join(file), documents.join(file)).unwrap();
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The files and folders at the top.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Calls the command here, with the words of a line as its arguments.
    pub(crate) fn gapi(&self, line: &str) -> Called {
        self.gapi_in("", line)
    }

    /// Calls the command in a folder below.
    pub(crate) fn gapi_in(&self, folder: &str, line: &str) -> Called {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gapi"));
        command
            .args(line.split_whitespace())
            .current_dir(self.path(folder))
            .env("NO_COLOR", "1");
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Called {
            status: status.code().unwrap(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Called {
    /// Fails unless the call succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.stderr);
        self
    }

    /// Fails unless the call failed, and said all of this.
    #[track_caller]
    pub(crate) fn fails_with(self, status: i32, said: &[&str]) -> Self {
        assert_eq!(self.status, status, "{}", self.stderr);
        for said in said {
            assert!(
                self.stderr.contains(said),
                "not said: {said}\n{}",
                self.stderr
            );
        }
        self
    }
}
