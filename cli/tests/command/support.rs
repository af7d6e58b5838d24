//! A folder with two small documents, and the built command in it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder to call `gapi` in.
pub(crate) struct Folder(TempDir);

/// What a call gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// With nothing in it.
    pub(crate) fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

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
    pub(crate) fn gapi(&self, line: &str) -> Ran {
        self.gapi_in("", line)
    }

    /// Calls the command in a folder below.
    pub(crate) fn gapi_in(&self, folder: &str, line: &str) -> Ran {
        self.call(folder, line, "")
    }

    /// Calls the command here, with a text on its standard input stream.
    pub(crate) fn gapi_with(&self, line: &str, input: &str) -> Ran {
        self.call("", line, input)
    }

    /// Returns the command here, with nothing of the machine's own settings, credentials and caches.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gapi"));
        command
            .current_dir(self.path(""))
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
            .env("HOME", self.path("home"))
            .env("GAPI_CACHE", self.path("cache"))
            .env("NO_COLOR", "1")
            .env("NO_PROXY", "127.0.0.1")
            .env("NO_GCE_CHECK", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn call(&self, folder: &str, line: &str, input: &str) -> Ran {
        let mut command = self.command();
        command
            .args(line.split_whitespace())
            .current_dir(self.path(folder));
        Ran::of(command, input)
    }
}

impl Ran {
    /// Runs a command with a text on its standard input stream.
    pub(crate) fn of(mut command: Command, input: &str) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // A command that does not read is no failure of the test.
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        Ran {
            status: status.code().unwrap(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Fails unless the call succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.stderr);
        self
    }

    /// Fails unless the command failed with all of these texts.
    #[track_caller]
    pub(crate) fn fails_with(self, status: i32, text: &[&str]) -> Self {
        assert_eq!(self.status, status, "{}", self.stderr);
        for text in text {
            assert!(
                self.stderr.contains(text),
                "not reported: {text}\n{}",
                self.stderr
            );
        }
        self
    }
}
