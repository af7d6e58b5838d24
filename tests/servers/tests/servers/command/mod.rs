//! The command `gapi call` against servers that others wrote; what it prints is read by Python.

mod firestore;
mod gcplocal;
mod pubsub;
mod spanner;
mod storage;
mod terminal;
mod workspace;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with the vendored documents, to call the command in.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What a call gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command, with no settings of the machine.
    pub(crate) fn command(&self) -> Command {
        let mut command = gapi_servers::command();
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("NO_GCE_CHECK", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Calls a method of a vendored document. The words before it are options.
    pub(crate) fn call(&self, variables: &[(&str, &str)], words: &[&str]) -> Ran {
        let mut command = self.command();
        command
            .arg("call")
            .args(words)
            .envs(variables.iter().copied());
        run(command, "")
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// Runs a command with a text on its standard input stream.
pub(crate) fn run(mut command: Command, input: &str) -> Ran {
    let mut child = command.spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // A command that does not read is no failure.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the command ends");
    let _ = writer.join();
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Returns the path of a vendored document.
pub(crate) fn document(api: &str) -> String {
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../discovery-docs");
    vendored.join(format!("{api}.json")).display().to_string()
}

/// Returns what a Python program prints for a text.
pub(crate) fn python(program: &str, input: &str) -> String {
    let mut command = gapi_servers::python(program);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let ran = run(command, input);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout.trim_end().to_owned()
}
