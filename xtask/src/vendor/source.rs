//! Where documents come from: a wheel of google-api-python-client, or a folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::index::sha256;
use crate::workspace::{Failure, read};

/// Where the documents are inside google-api-python-client's wheel.
pub(super) const IN_WHEEL: &str = "googleapiclient/discovery_cache/documents";

/// The package that has the documents.
pub(super) const PACKAGE: &str = "google-api-python-client";

/// A folder of documents, and what it is.
#[derive(Debug)]
pub(super) struct Source {
    /// The folder of the documents.
    pub(super) folder: PathBuf,
    /// `google-api-python-client 2.202.0`, if a wheel's metadata is there.
    pub(super) package: Option<String>,
    /// The SHA-256 of the wheel; without a wheel, nothing.
    pub(super) sha256: String,
    /// Where the wheel was unpacked.
    _unpacked: Option<tempfile::TempDir>,
}

impl Source {
    /// Opens a folder, a wheel, or a version of the package, which is downloaded.
    pub(super) fn open(source: &str) -> Result<Self, Failure> {
        let path = Path::new(source);
        if path.is_dir() {
            return Ok(Self::folder(path));
        }
        if path.is_file() {
            return Self::wheel(path);
        }
        let is_version = source.starts_with(|c: char| c.is_ascii_digit());
        if !is_version || source.contains(|c: char| !c.is_ascii_alphanumeric() && c != '.') {
            return Err(format!(
                "{source} is no folder, no wheel and no version of {PACKAGE}, such as 2.202.0"
            )
            .into());
        }
        let downloads = tempfile::tempdir()?;
        let mut pip = python(&[
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
        ]);
        pip.arg(downloads.path())
            .arg(format!("{PACKAGE}=={source}"));
        succeed(pip)?;
        let wheel = std::fs::read_dir(downloads.path())?.next();
        Self::wheel(&wheel.ok_or("pip has downloaded nothing")??.path())
    }

    /// Unpacks a wheel, which is a zip archive.
    fn wheel(path: &Path) -> Result<Self, Failure> {
        let unpacked = tempfile::tempdir()?;
        let mut unzip = python(&["-m", "zipfile", "-e"]);
        unzip.arg(path).arg(unpacked.path());
        succeed(unzip)?;
        Ok(Self {
            sha256: sha256(&read(path)?),
            ..Self::folder(unpacked.path())
        }
        .holding(unpacked))
    }

    fn folder(path: &Path) -> Self {
        let in_wheel = path.join(IN_WHEEL);
        let is_wheel = in_wheel.is_dir();
        Self {
            folder: if is_wheel { in_wheel } else { path.to_owned() },
            package: package(path),
            sha256: String::new(),
            _unpacked: None,
        }
    }

    /// Returns the source as the indexes name it.
    pub(super) fn name(&self) -> &str {
        self.package.as_deref().unwrap_or("a folder of documents")
    }

    /// Returns the first line of the package's index: the name, and the SHA-256 of the wheel.
    pub(super) fn line(&self) -> String {
        format!("{}\t{}", self.name(), self.sha256)
    }

    /// Checks that a wheel of the version that an index names has the bytes that it names.
    pub(super) fn check(&self, index: &str) -> Result<(), Failure> {
        let line = index.lines().next().unwrap_or_default();
        let (name, sha256) = line.split_once('\t').unwrap_or_default();
        let (is_known, is_wheel) = (!sha256.is_empty(), !self.sha256.is_empty());
        if name == self.name() && is_known && is_wheel && sha256 != self.sha256 {
            let message = format!(
                "the wheel of {name} has the SHA-256 {}, and had {sha256}",
                self.sha256
            );
            return Err(message.into());
        }
        Ok(())
    }

    fn holding(mut self, unpacked: tempfile::TempDir) -> Self {
        self._unpacked = Some(unpacked);
        self
    }
}

fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.args(arguments);
    command
}

fn succeed(mut command: Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| format!("cannot run python3: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{command:?} failed: {status}").into()),
    }
}

/// `google-api-python-client 2.202.0`, from the wheel's own metadata.
fn package(wheel: &Path) -> Option<String> {
    let metadata = std::fs::read_dir(wheel)
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let is_metadata = entry.file_name().to_string_lossy().ends_with(".dist-info");
            is_metadata
                .then(|| std::fs::read_to_string(entry.path().join("METADATA")).ok())
                .flatten()
        })?;
    let field = |name: &str| {
        let line = metadata
            .lines()
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix(name));
        line.map(str::trim)
    };
    Some(format!("{} {}", field("Name:")?, field("Version:")?))
}
