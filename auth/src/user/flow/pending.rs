//! The value that a flow stores between its two requests, and its random secrets.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::{AuthError, AuthErrorKind};

/// A pending authorization. Store it in the user's session until the callback, and only there: its `state` binds the callback to this user's
/// browser.
///
/// It can be serialized. **Two of its fields are secret**, `state` and `code_verifier`: with them others can complete the authorization.
/// Store it where the user cannot read or change it, on the server or in an encrypted cookie. `Debug` does not show them.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingAuthorization {
    /// The version of the format.
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
    /// Binds the ID token to this authorization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    /// Seconds since 1970.
    pub(crate) created_at: u64,
}

/// The current version of the format.
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
    /// Returns the requested scopes.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Returns the redirect URI.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Returns when the authorization URL was made.
    pub fn created_at(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.created_at)
    }

    /// Returns the `state` of the authorization URL, which is secret. Apps with several pending authorizations find that of a callback by it.
    pub fn state(&self) -> &str {
        self.state.expose_secret()
    }
}

/// Does not show the secrets.
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

/// Returns `BYTES` random bytes as base64url text.
pub(crate) fn random<const BYTES: usize>() -> Result<SecretString, AuthError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        AuthError::new(
            AuthErrorKind::Crypto,
            format!("the system returned no randomness: {error}"),
        )
    })?;
    let text = SecretString::from(URL_SAFE_NO_PAD.encode(bytes));
    bytes.zeroize();
    Ok(text)
}

/// Returns the code challenge of a verifier by the method S256 (RFC 7636, section 4.2).
pub(crate) fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()))
}

/// Compares texts in a time that depends only on their lengths.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    // Comparing digests also hides the position of the first difference.
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter()
        .zip(b.iter())
        .fold(0, |difference, (a, b)| difference | (a ^ b))
        == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_of_rfc_7636() {
        let verifier = SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn verifiers_are_long_enough_and_never_the_same() {
        let (a, b) = (random::<64>().expect("one"), random::<64>().expect("two"));
        assert_eq!(a.expose_secret().len(), 86);
        assert!(!is_same(a.expose_secret(), b.expose_secret()));
        assert!(is_same("state", "state") && !is_same("state", "stat"));
    }
}
