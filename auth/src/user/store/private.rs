//! Access to a store's folder and files, which only the user may have.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::Path,
};

use crate::{AuthError, AuthErrorKind, RedactedPath, environment::is_absent};

/// Opens a file for reading, if it exists, and refuses one that others may access. Links are not followed, because another user may have created them.
pub(super) fn open(path: &Path) -> Result<Option<File>, AuthError> {
    match open_to_read(path) {
        Ok((file, metadata)) => {
            check(path, &metadata)?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failure("read", path, error)),
    }
}

/// Refuses a folder that others may access, because they could change its files. Returns whether it exists.
pub(super) fn check_folder(path: &Path) -> Result<bool, AuthError> {
    match fs::metadata(path) {
        Ok(metadata) => check(path, &metadata).map(|()| true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(failure("read", path, error)),
    }
}

fn open_to_read(path: &Path) -> io::Result<(File, Metadata)> {
    if !cfg!(unix) && fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        // Without NONBLOCK, opening a pipe would wait for a writer.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let file = options.open(path).map_err(|error| {
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        match is_link {
            true => io::Error::other("it is a symbolic link"),
            false => error,
        }
    })?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    Ok((file, metadata))
}

#[cfg(unix)]
fn check(path: &Path, metadata: &Metadata) -> Result<(), AuthError> {
    use std::os::unix::fs::MetadataExt;
    let refused = |what: String, hint: String| {
        let message = format!("{}: {what}", RedactedPath::new(path));
        Err(AuthError::new(AuthErrorKind::Store, message).with_hint(hint))
    };
    let (mode, owner) = (metadata.mode() & 0o777, metadata.uid());
    let user = rustix::process::geteuid().as_raw();
    if owner != user && owner != 0 {
        return refused(
            format!("it belongs to the user {owner}, and the program runs as the user {user}"),
            format!(
                "run the program as that user, or `chown {user} {}`",
                RedactedPath::new(path)
            ),
        );
    }
    if mode & 0o077 != 0 {
        return refused(
            format!("other users may use it (mode {mode:03o})"),
            format!("run `chmod go= {}`", RedactedPath::new(path)),
        );
    }
    Ok(())
}

/// The permissions of the user's profile apply.
#[cfg(not(unix))]
fn check(_: &Path, _: &Metadata) -> Result<(), AuthError> {
    Ok(())
}

pub(super) fn failure(what: &str, path: &Path, error: io::Error) -> AuthError {
    AuthError::new(
        AuthErrorKind::Store,
        format!("cannot {what} {}: {error}", RedactedPath::new(path)),
    )
    .with_source(error)
}
