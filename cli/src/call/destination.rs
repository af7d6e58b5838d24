//! Where a result goes: the standard output stream, or a file that is replaced when all is written.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::{CallFailure, CallResult, Exit};

/// The receiver of a result.
#[derive(Debug)]
pub(super) enum Destination {
    /// The standard output stream.
    Stdout(io::Stdout),
    /// A file under a temporary name, and its name.
    Replaced(NamedTempFile, PathBuf),
    /// A device or a pipe, which cannot be replaced.
    Device(File, PathBuf),
}

impl Destination {
    /// Opens the file, or the stream without one and for `-`. No file is changed yet.
    pub(super) fn open(output: Option<&Path>) -> CallResult<Self> {
        let Some(path) = output.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::Stdout(io::stdout()));
        };
        let failed = |error: &io::Error| CallFailure::file("write", path, error);
        if path.exists() && !path.is_file() {
            let file = File::options()
                .write(true)
                .open(path)
                .map_err(|error| failed(&error))?;
            return Ok(Self::Device(file, path.to_owned()));
        }
        // A link keeps pointing where it points.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gapi-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The system reduces them by the umask, as of any new file.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| failed(&io::Error::from(error.kind())))?;
        Ok(Self::Replaced(file, path))
    }

    /// Whether a person reads it.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout(stdout) if stdout.is_terminal())
    }

    /// Writes a part of the result.
    pub(super) fn write(&mut self, bytes: &[u8]) -> CallResult {
        let written = match self {
            Self::Stdout(stdout) => stdout.write_all(bytes),
            Self::Replaced(file, _) => file.write_all(bytes),
            Self::Device(file, _) => file.write_all(bytes),
        };
        written.map_err(|error| self.failed(&error))
    }

    /// Hands on what was written.
    pub(super) fn flush(&mut self) -> CallResult {
        let flushed = match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::Replaced(file, _) => file.flush(),
            Self::Device(file, _) => file.flush(),
        };
        flushed.map_err(|error| self.failed(&error))
    }

    /// Ends the result: the file gets its name.
    pub(super) fn finish(mut self) -> CallResult {
        self.flush()?;
        match self {
            Self::Replaced(file, path) => file
                .persist(&path)
                .map(|_| ())
                .map_err(|error| CallFailure::file("write", &path, &error.error)),
            Self::Stdout(_) | Self::Device(..) => Ok(()),
        }
    }

    fn failed(&self, error: &io::Error) -> Box<CallFailure> {
        match self {
            // `| head` has read enough.
            Self::Stdout(_) if error.kind() == ErrorKind::BrokenPipe => {
                CallFailure::new(Exit::Done, "the reader of the output is gone")
            }
            Self::Stdout(_) => CallFailure::new(
                Exit::File,
                format!("cannot write to the standard output stream: {error}"),
            ),
            Self::Replaced(_, path) | Self::Device(_, path) => {
                CallFailure::file("write", path, error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_at_the_end_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        std::fs::write(&path, "old").unwrap();
        let mut destination = Destination::open(Some(&path)).unwrap();
        destination.write(b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        drop(destination);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let mut destination = Destination::open(Some(&path)).unwrap();
        destination.write(b"new").unwrap();
        destination.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        let missing = Destination::open(Some(&folder.path().join("none/x"))).unwrap_err();
        assert_eq!(missing.exit, Exit::File);
    }
}
