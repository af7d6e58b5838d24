//! The identity of a service account, and what signs for it: a private key in memory, or a signer.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use gapi_transport::BoxFuture;
use secrecy::SecretString;

use super::keys::Keys;
use crate::{
    AuthError, AuthErrorKind, FetchContext, Signature, Signer,
    assertion::{Claims, signed},
};

/// The algorithm of all signatures.
const ALGORITHM: &str = "RS256";
/// How often a token is signed until its header names the key that signed it.
const ATTEMPTS: usize = 3;

/// A service account, and what signs for it.
pub(super) struct Identity {
    pub(super) email: String,
    pub(super) client_id: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) signing: Signing,
}

impl Identity {
    /// Returns a signed token with these claims.
    pub(super) async fn token(
        &self,
        claims: &Claims,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let _step = cx.waits(format!("the signer of {} gave no signature", self.email));
        self.signing.token(claims).await
    }
}

/// What signs for an account.
pub(super) enum Signing {
    /// A private key in memory.
    Key(Keys),
    /// A key elsewhere, such as in an HSM.
    Remote(RemoteKey),
}

/// A signer, and the id of the key that it used last.
pub(super) struct RemoteKey {
    signer: Arc<dyn Signer>,
    last_id: Mutex<Option<String>>,
}

impl Signing {
    pub(super) fn remote(signer: Arc<dyn Signer>) -> Self {
        Self::Remote(RemoteKey {
            signer,
            last_id: Mutex::default(),
        })
    }

    /// Returns the id of the key that signs next, if it is known.
    pub(super) fn key_id(&self) -> Option<String> {
        match self {
            Self::Key(keys) => keys.current().id.clone(),
            Self::Remote(key) => key.id(),
        }
    }

    /// Returns the RS256 signature of `message`.
    async fn sign(&self, message: &[u8]) -> Result<Signature, AuthError> {
        match self {
            Self::Key(keys) => {
                let key = keys.current();
                Ok(Signature::new(key.key.sign(message)?, key.id.clone()))
            }
            Self::Remote(key) => key.signer.sign(message).await,
        }
    }

    async fn token(&self, claims: &Claims) -> Result<SecretString, AuthError> {
        match self {
            Self::Key(keys) => {
                let key = keys.current();
                let unsigned = claims.unsigned(ALGORITHM, key.id.as_deref());
                let signature = key.key.sign(unsigned.as_bytes())?;
                Ok(signed(unsigned, &signature))
            }
            Self::Remote(key) => key.token(claims).await,
        }
    }
}

impl RemoteKey {
    fn id(&self) -> Option<String> {
        let last = || self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        self.signer.key_id().or_else(|| last().clone())
    }

    /// Signs again until the header names the key that was used: a signer may report its key only with the signature, and may
    /// use another key for the next one.
    async fn token(&self, claims: &Claims) -> Result<SecretString, AuthError> {
        let mut id = self.id();
        for _ in 0..ATTEMPTS {
            let unsigned = claims.unsigned(ALGORITHM, id.as_deref());
            let signature = self.signer.sign(unsigned.as_bytes()).await?;
            match signature.key_id() {
                Some(used) if id.as_deref() != Some(used) => {
                    id = Some(used.to_owned());
                    (*self.last_id.lock().unwrap_or_else(PoisonError::into_inner)).clone_from(&id);
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

/// Signs as the service account.
pub(super) struct KeySigner(pub(super) Arc<Identity>);

impl Signer for KeySigner {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
        Box::pin(self.0.signing.sign(message))
    }

    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(self.0.email.clone()) })
    }

    fn key_id(&self) -> Option<String> {
        self.0.signing.key_id()
    }
}

impl fmt::Debug for KeySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySigner")
            .field("email", &self.0.email)
            .finish_non_exhaustive()
    }
}
