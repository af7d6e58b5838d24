//! An access token.

use std::{fmt, time::SystemTime};

use secrecy::{ExposeSecret, SecretString};

/// An access token, as a [`TokenSource`](crate::TokenSource) gives it. Wiped from memory when dropped; `Debug` does not show it.
#[derive(Clone)]
pub struct Token {
    value: SecretString,
    token_type: String,
    expires_at: Option<SystemTime>,
}

impl Token {
    /// A bearer token that never expires, until [`expires_at`](Self::expires_at) says otherwise.
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self {
            value: value.into(),
            token_type: String::from("Bearer"),
            expires_at: None,
        }
    }

    /// When the token stops being valid.
    #[must_use]
    pub fn expires_at(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// The scheme of the `authorization` header. `Bearer` unless set.
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = token_type.into();
        self
    }

    /// The token itself: a secret.
    pub fn secret(&self) -> &str {
        self.value.expose_secret()
    }

    /// When the token stops being valid, if ever.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// The scheme of the `authorization` header.
    pub fn scheme(&self) -> &str {
        &self.token_type
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("token_type", &self.token_type)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
