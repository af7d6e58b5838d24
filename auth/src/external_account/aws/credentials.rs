//! Keys of AWS.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// An access key of AWS. `Debug` shows its ID only.
#[derive(Clone)]
pub struct AwsCredentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: SecretString,
    pub(super) session_token: Option<SecretString>,
}

impl AwsCredentials {
    /// A key's ID and secret.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<SecretString>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// Adds the token that goes with a temporary key.
    #[must_use]
    pub fn session_token(mut self, token: impl Into<SecretString>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    pub(super) fn secret(&self) -> &str {
        self.secret_access_key.expose_secret()
    }
}

impl fmt::Debug for AwsCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsCredentials")
            .field("access_key_id", &self.access_key_id)
            .field("is_temporary", &self.session_token.is_some())
            .finish_non_exhaustive()
    }
}
