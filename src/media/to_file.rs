//! Downloads to files.

use std::{
    fs::{File, Permissions},
    io::{self, Write as _},
    path::Path,
};

use bytes::Bytes;
use futures_util::TryFutureExt as _;
use gapi_auth::RedactedPath;
use gapi_transport::BoxFuture;
use gapi_transport::runtime::{Unblocked, unblock};
use tempfile::TempPath;

use super::Download;
use crate::{Error, ErrorKind, Response};

impl Download {
    /// Sends the request, and writes the bytes to the file at `path`, which is replaced when the download is complete and
    /// correct. Returns the number of bytes.
    ///
    /// Until then, the bytes are in a temporary file in the same directory. An error, or dropping the future, removes it.
    /// Without a tokio runtime it is written by the thread that polls the future.
    ///
    /// # Errors
    /// Any error of a call, and [`ErrorKind::Io`] when the file cannot be written.
    pub fn to_file(
        self,
        path: impl AsRef<Path>,
    ) -> BoxFuture<'static, Result<Response<u64>, Error>> {
        let path = path.as_ref().to_owned();
        Box::pin(async move { self.write_to(&path).await })
    }

    async fn write_to(self, path: &Path) -> Result<Response<u64>, Error> {
        // Sent first: a call that fails creates no file.
        let mut chunks = self.stream().await?;
        let failed = |why| cannot_write(path, why);
        let mut file = PartialFile::beside(path)
            .map_err(failed)
            .map_err(|error| chunks.locate_error(error))?;
        let mut written = 0;
        while let Some(chunk) = chunks.try_next().await? {
            let len = chunk.len() as u64;
            chunks.in_time(file.write(chunk).map_err(failed)).await?;
            written += len;
        }
        chunks.in_time(file.finish(path).map_err(failed)).await?;
        Ok(chunks.into_response(written))
    }
}

/// A file that is being written under a temporary name. Dropping it removes it.
struct PartialFile {
    /// The last write, which may still run.
    file: Unblocked<io::Result<File>>,
    path: TempPath,
}

impl PartialFile {
    /// Creates a file in the folder of `path`, so that it can be renamed to `path`.
    fn beside(path: &Path) -> io::Result<Self> {
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
            file: Unblocked::Done(Some(Ok(file))),
            path,
        })
    }

    /// Waits for the write before, and begins to write `chunk`.
    async fn write(&mut self, chunk: Bytes) -> io::Result<()> {
        let mut file = (&mut self.file).await.flatten()?;
        self.file = unblock(move || file.write_all(&chunk).map(|()| file));
        Ok(())
    }

    /// Waits for the last write, and renames the file to `path`.
    async fn finish(self, path: &Path) -> io::Result<()> {
        // Some systems cannot rename an open file.
        drop(self.file.await.flatten()?);
        self.path.persist(path).map_err(|error| error.error)
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
fn cannot_write(path: &Path, why: io::Error) -> Error {
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
