//! Configuration files in JSON: reading them, and taking their fields one by one with errors that name the place.

mod fields;

use std::{fs::File, io, io::Read, path::Path};

use secrecy::zeroize::Zeroizing;

pub(crate) use self::fields::{Fields, wipe};
use crate::{AuthError, AuthErrorKind};

/// No configuration or token file comes near this size.
pub(crate) const FILE_LIMIT: u64 = 1024 * 1024;

/// The text of a file; `needed` is what a reader who gave the wrong path is told to give.
pub(crate) fn read_text(path: &Path, needed: &str) -> Result<Zeroizing<String>, AuthError> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)
        .and_then(|file| file.take(FILE_LIMIT).read_to_string(&mut text))
        .map_err(|error| unreadable(&path.display().to_string(), error, needed))?;
    Ok(text)
}

/// Why the file `place` cannot be read.
pub(crate) fn unreadable(place: &str, error: io::Error, needed: &str) -> AuthError {
    match error.kind() {
        io::ErrorKind::NotFound => AuthError::new(
            AuthErrorKind::NotFound,
            format!("{place}: there is no such file"),
        ),
        io::ErrorKind::InvalidData => {
            AuthError::new(AuthErrorKind::Config, format!("{place}: not a text file"))
        }
        _ => AuthError::new(
            AuthErrorKind::Config,
            format!("{place}: the file cannot be read: {error}"),
        ),
    }
    .with_hint(needed)
    .with_source(error)
}
