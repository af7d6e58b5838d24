//! OAuth clients that name themselves to the Security Token Service.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

/// A client's ID and secret, sent in an `authorization: Basic` header (RFC 7617).
#[derive(Clone)]
pub(crate) struct ClientAuth {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
}

impl ClientAuth {
    /// The header's value.
    pub(super) fn basic(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!("{}:{}", self.id, self.secret.expose_secret()));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Zeroizing::new(format!("Basic {}", &*encoded))
    }
}

impl fmt::Debug for ClientAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAuth")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
