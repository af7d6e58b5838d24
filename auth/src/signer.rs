//! Signers of service accounts.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

use crate::AuthError;

/// Signs bytes as a service account, with RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2).
///
/// A [`ServiceAccount`](crate::ServiceAccount) signs with its own key. Credentials without a key may sign with an API. Signed URLs use
/// signers. Implement it for a key in an HSM or a key management service. The trait is dyn-compatible.
pub trait Signer: fmt::Debug + Send + Sync + 'static {
    /// Returns the signature of `message`.
    ///
    /// # Errors
    /// [`AuthError`] if the key cannot sign, or if the API that has it refuses.
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>>;

    /// Returns the e-mail address of the service account that signs.
    ///
    /// # Errors
    /// [`AuthError`] if a lookup of the address fails.
    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>>;

    /// Returns the ID of the key that signs, if it is known before a signature is made.
    fn key_id(&self) -> Option<String> {
        None
    }
}

/// A signature. `Debug` shows only its length, because it may authorize a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    bytes: Vec<u8>,
    key_id: Option<String>,
}

impl Signature {
    /// Creates a signature of the key `key_id`, if that is known.
    pub fn new(bytes: impl Into<Vec<u8>>, key_id: Option<String>) -> Self {
        Self {
            bytes: bytes.into(),
            key_id,
        }
    }

    /// Returns the bytes of the signature.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the ID of the key that made it, if it is known.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature")
            .field("bytes", &self.bytes.len())
            .field("key_id", &self.key_id)
            .finish()
    }
}

macro_rules! signer_through_pointer {
    ($pointer:ident) => {
        impl<S: Signer + ?Sized> Signer for $pointer<S> {
            fn sign<'a>(
                &'a self,
                message: &'a [u8],
            ) -> BoxFuture<'a, Result<Signature, AuthError>> {
                (**self).sign(message)
            }

            fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
                (**self).email()
            }

            fn key_id(&self) -> Option<String> {
                (**self).key_id()
            }
        }
    };
}

signer_through_pointer!(Arc);
signer_through_pointer!(Box);
