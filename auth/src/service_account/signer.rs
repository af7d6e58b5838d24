//! A service account as a signer.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

use super::source::Identity;
use crate::{AuthError, Signature, Signer};

/// Signs with a service account's own key, wherever it is.
pub(super) struct KeySigner(pub(super) Arc<Identity>);

impl Signer for KeySigner {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
        Box::pin(self.0.signs.sign(message))
    }

    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(self.0.email.clone()) })
    }

    fn key_id(&self) -> Option<String> {
        self.0.signs.key_id()
    }
}

impl fmt::Debug for KeySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySigner")
            .field("email", &self.0.email)
            .finish_non_exhaustive()
    }
}
