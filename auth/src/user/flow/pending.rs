//! What is kept between the two requests of a web server flow.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// An authorization that a user was sent to give. Keep it in the user's session until the callback comes, and only there: the `state` in it
/// is what ties the callback to this user's browser.
///
/// It can be serialized. **Two of its fields are secret**, `state` and `code_verifier`: whoever has them can answer in the user's place.
/// Keep it where the user cannot read or change it, on the server or in an encrypted cookie. `Debug` does not show them.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingAuthorization {
    /// The form of this record.
    pub(crate) version: u32,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    /// Secret.
    #[serde(serialize_with = "expose")]
    pub(crate) state: SecretString,
    /// Secret.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "expose_some"
    )]
    pub(crate) code_verifier: Option<SecretString>,
    /// Ties the ID token to this authorization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    /// Seconds since 1970.
    pub(crate) created_at: u64,
}

/// The form of today's records.
pub(crate) const VERSION: u32 = 1;

fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

fn expose_some<S: Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret
        .as_ref()
        .map(ExposeSecret::expose_secret)
        .serialize(serializer)
}

impl PendingAuthorization {
    /// The scopes that were asked for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Where the user's browser is sent back to.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// When the authorization URL was made.
    pub fn created_at(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.created_at)
    }

    /// The `state` of the authorization URL, a secret, for apps that keep several pending authorizations and look for the one that a callback answers.
    pub fn state(&self) -> &str {
        self.state.expose_secret()
    }
}

/// Not the secrets.
impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAuthorization")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .field("created_at", &self.created_at())
            .finish_non_exhaustive()
    }
}
