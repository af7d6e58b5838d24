//! Subject tokens in files that something else keeps fresh.

use secrecy::SecretString;

use super::format::Format;
use crate::RedactedPath;
use crate::redacted_path::NamedPath;
use crate::{AuthError, config, reach::Reach};

/// What errors call the file.
pub(super) const WHAT: &str = "the source of the subject token";

/// A file with a subject token.
#[derive(Clone, Debug)]
pub(super) struct TokenFile {
    pub(super) path: NamedPath,
    pub(super) format: Format,
}

impl TokenFile {
    /// The token that is in the file now.
    pub(super) fn read(&self, reach: &Reach) -> Result<SecretString, AuthError> {
        let needed =
            "something else has to write the subject token into this file and keep it fresh";
        let place = RedactedPath::new(&self.path).to_string();
        let text = reach
            .files(WHAT)?
            .read_text(&self.path)
            .map_err(|error| config::unreadable(&self.path, error, needed))?;
        self.format.token(&place, &text)
    }
}
