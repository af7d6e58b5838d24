//! A file that is there when it is whole.

use std::{fs::Permissions, io, path::Path};

use tempfile::TempPath;
use tokio::fs::File;

use crate::{Error, ErrorKind};
use gapi_auth::RedactedPath;

/// A file that is being written, under a name of its own. Dropping it removes it.
pub(super) struct Part {
    file: File,
    path: TempPath,
}

impl Part {
    /// In the folder of `path`, so that it can be renamed to it.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gapi-").suffix(".part");
        if let Some(permissions) = usual_permissions() {
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

    /// Puts the file, which was flushed, in the place of `path`.
    pub(super) async fn finish(self, path: &Path) -> io::Result<()> {
        let Self { file, path: part } = self;
        // Some systems rename no file that is open.
        drop(file.into_std().await);
        part.persist(path).map_err(|error| error.error)
    }
}

/// Those of any new file, which the system cuts down as the user wants it, and not those of a secret.
#[cfg(unix)]
fn usual_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}

pub(super) fn failed(path: &Path, why: io::Error) -> Error {
    let why = without_path(why);
    let message = format!("cannot write {}: {why}", RedactedPath::new(path));
    Error::new(ErrorKind::Io, message).with_source(why)
}

/// Errors of temporary files hold their path once more, as it is.
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
