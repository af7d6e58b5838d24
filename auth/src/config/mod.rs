//! Configuration files in JSON: reading them, and taking their fields one by one with errors that name the place.

mod fields;

use std::{fs::File, io, io::Read, path::Path};

use secrecy::zeroize::Zeroizing;

pub(crate) use self::fields::{Fields, wipe};
use crate::{AuthError, AuthErrorKind, ShownPath, environment::text};

/// No configuration or token file comes near this size.
pub(crate) const FILE_LIMIT: u64 = 1024 * 1024;

/// The text of a file; `needed` is what a reader who gave the wrong path is told to give, and `instead` the function for the text itself.
pub(crate) fn read_text(
    path: &Path,
    needed: &str,
    instead: &str,
) -> Result<Zeroizing<String>, AuthError> {
    let mut content = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(FILE_LIMIT).read_to_end(&mut content))
        .and_then(|_| text(&content))
        .map_err(|error| {
            let hint = format!(
                "give the text itself to `{instead}`, or write it to a file and give its path"
            );
            no_path(path, &hint).unwrap_or_else(|| unreadable(path, error, needed))
        })
}

/// Why a file cannot be read that was given as a path, if it is none. It is asked only where there is no such file: names may be strange.
pub(crate) fn no_path(path: &Path, hint: &str) -> Option<AuthError> {
    let what = ShownPath::new(path).looks_like()?;
    let message = format!("what was given as the path of a file looks like {what}");
    Some(AuthError::new(AuthErrorKind::Config, message).with_hint(hint))
}

/// Why a file cannot be read.
pub(crate) fn unreadable(path: &Path, error: io::Error, needed: &str) -> AuthError {
    let hint = "write it to a file, and give the path of that";
    if let Some(error) = no_path(path, hint) {
        return error;
    }
    let place = ShownPath::new(path);
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
