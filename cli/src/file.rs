//! Generated files: written whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

/// Whether a file holds this text. Line ends may differ, as in a checkout of another system.
pub(crate) fn holds(path: &Path, text: &str) -> io::Result<bool> {
    match fs::read_to_string(path) {
        Ok(old) => Ok(old == text || old.replace("\r\n", "\n") == text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(false),
        Err(error) => Err(error),
    }
}

/// Replaces a file in one step: a reader sees the old text or the new one, and a failure leaves the old one.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    gapi_dynamic::fetch::replace_file(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        assert!(!holds(&path, "one\n").unwrap());
        replace(&path, "one\n").unwrap();
        assert!(holds(&path, "one\n").unwrap());
        replace(&path, "two\n").unwrap();
        assert!(holds(&path, "two\n").unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_keeps_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        fs::create_dir(&path).unwrap();
        assert!(replace(&path, "text").is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("none/a.rs"), "text").is_err());
    }

    #[test]
    fn line_ends_do_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        fs::write(&path, "one\r\ntwo\r\n").unwrap();
        assert!(holds(&path, "one\ntwo\n").unwrap());
    }
}
