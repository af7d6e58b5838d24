//! Whoever signs for a service account.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

use crate::AuthError;

/// Signs bytes as a service account, with RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2).
///
/// A [`ServiceAccount`](crate::ServiceAccount) signs with its own key; credentials without a key may let an API sign for them.
/// Signed URLs are built on this. Implement it for a key in an HSM or a key management service. Dyn-compatible.
pub trait Signer: fmt::Debug + Send + Sync + 'static {
    /// The signature of `message`.
    ///
    /// # Errors
    /// [`AuthError`] when the key cannot sign, or the API that has it refuses.
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>>;

    /// The e-mail address of the service account whose signature this is.
    ///
    /// # Errors
    /// [`AuthError`] when it has to be looked up and that fails.
    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>>;

    /// The id of the key that signs, where it is known before a signature is made.
    fn key_id(&self) -> Option<String> {
        None
    }
}

/// A signature. `Debug` shows its length: a signed URL is worth as much as a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    bytes: Vec<u8>,
    key_id: Option<String>,
}

impl Signature {
    /// A signature made with the key `key_id`, if that is known.
    pub fn new(bytes: impl Into<Vec<u8>>, key_id: Option<String>) -> Self {
        Self {
            bytes: bytes.into(),
            key_id,
        }
    }

    /// The signature's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The id of the key that made it, where it is known.
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

macro_rules! through_pointer {
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

through_pointer!(Arc);
through_pointer!(Box);
