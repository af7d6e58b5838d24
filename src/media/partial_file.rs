//! A file that appears under its name when it is complete.

use std::{fs::Permissions, io, path::Path};

use tempfile::TempPath;
use tokio::fs::File;

use crate::{Error, ErrorKind};
use gapi_auth::RedactedPath;

/// A file that is being written under a temporary name. Dropping it removes it.
pub(super) struct PartialFile {
    file: File,
    path: TempPath,
}

impl PartialFile {
    /// Creates a file in the folder of `path`, so that it can be renamed to `path`.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gapi-").suffix(".part");
        if let Some(permissions) = default_permissions() {
            builder.permissions(permissions);
        }
        let (file, path) = builder.tempfile_in(folder)?.into_parts();
        Ok(Self {
            file: File::from_std(file),
            path,
        })
    }

    pub(super) fn writer(&mut self) -> &mut File {
        &mut self.file
    }

    /// Renames the file, which was flushed, to `path`.
    pub(super) async fn finish(self, path: &Path) -> io::Result<()> {
        let Self {
            file,
            path: temporary,
        } = self;
        // Some systems cannot rename an open file.
        drop(file.into_std().await);
        temporary.persist(path).map_err(|error| error.error)
    }
}

/// Returns the permissions of a new file, which the system reduces by the umask, instead of those of a temporary file.
#[cfg(unix)]
fn default_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<Permissions> {
    None
}

/// Returns the error for a file that cannot be written.
pub(super) fn failed(path: &Path, why: io::Error) -> Error {
    let why = without_path(why);
    let message = format!("cannot write {}: {why}", RedactedPath::new(path));
    Error::new(ErrorKind::Io, message).with_source(why)
}

/// Removes the path that errors of temporary files contain, because it may be a secret.
fn without_path(why: io::Error) -> io::Error {
    let code = why
        .get_ref()
        .and_then(|error| error.source()?.downcast_ref::<io::Error>()?.raw_os_error());
    match (code, why.get_ref()) {
        (Some(code), _) => io::Error::from_raw_os_error(code),
        (None, Some(_)) => why.kind().into(),
        (None, None) => why,
    }
}
