//! What signs for an account.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;

use super::{assertion::Claims, keys::Keys};
use crate::{AuthError, AuthErrorKind, Signature, Signer};

/// How often a token is signed until its header names the key that signed it.
const TURNS: usize = 3;

/// What signs for an account.
pub(super) enum Signs {
    /// A private key that is here.
    Key(Keys),
    /// A key that is elsewhere.
    Elsewhere(Elsewhere),
}

/// A signer, and the key that it used last.
pub(super) struct Elsewhere {
    signer: Arc<dyn Signer>,
    last: Mutex<Option<String>>,
}

impl Signs {
    /// The key of a signer.
    pub(super) fn elsewhere(signer: Arc<dyn Signer>) -> Self {
        Self::Elsewhere(Elsewhere {
            signer,
            last: Mutex::default(),
        })
    }

    /// The id of the key that signs next, as far as it is known.
    pub(super) fn key_id(&self) -> Option<String> {
        match self {
            Self::Key(keys) => keys.current().id.clone(),
            Self::Elsewhere(key) => key.id(),
        }
    }

    /// The RS256 signature of `message`.
    pub(super) async fn sign(&self, message: &[u8]) -> Result<Signature, AuthError> {
        match self {
            Self::Key(keys) => {
                let key = keys.current();
                Ok(Signature::new(key.key.sign(message)?, key.id.clone()))
            }
            Self::Elsewhere(key) => key.signer.sign(message).await,
        }
    }

    /// The token with these claims.
    pub(super) async fn token(&self, claims: &Claims) -> Result<SecretString, AuthError> {
        match self {
            Self::Key(keys) => {
                let key = keys.current();
                let unsigned = claims.unsigned(key.id.as_deref());
                let signature = key.key.sign(unsigned.as_bytes())?;
                Ok(signed(unsigned, &signature))
            }
            Self::Elsewhere(key) => key.token(claims).await,
        }
    }
}

impl Elsewhere {
    fn id(&self) -> Option<String> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.signer.key_id().or_else(|| last().clone())
    }

    /// A signer may tell only afterwards which key it used, and use another one the next time. The header has to name the right one.
    async fn token(&self, claims: &Claims) -> Result<SecretString, AuthError> {
        let mut id = self.id();
        for _ in 0..TURNS {
            let unsigned = claims.unsigned(id.as_deref());
            let signature = self.signer.sign(unsigned.as_bytes()).await?;
            match signature.key_id() {
                Some(used) if id.as_deref() != Some(used) => {
                    id = Some(used.to_owned());
                    (*self.last.lock().unwrap_or_else(PoisonError::into_inner)).clone_from(&id);
                }
                _ => return Ok(signed(unsigned, signature.bytes())),
            }
        }
        Err(AuthError::new(
            AuthErrorKind::Crypto,
            "the signer uses another key for each signature, so that no token can name its key",
        ))
    }
}

/// The compact form of a token (RFC 7515, section 7.1).
fn signed(mut unsigned: String, signature: &[u8]) -> SecretString {
    unsigned.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut unsigned);
    SecretString::from(unsigned)
}
