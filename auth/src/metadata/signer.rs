//! Signatures of a machine's service account, whose key Google alone has.

use std::sync::Arc;

use gapi_transport::{BoxFuture, Transport};

use super::MetadataServer;
use crate::{AuthError, AuthErrorKind, Credentials, Impersonated, Signature, Signer};

/// Asks IAM to sign as the machine's own account, which takes the role *Service Account Token Creator* on itself.
#[derive(Debug)]
pub(super) struct MachineSigner {
    pub(super) machine: MetadataServer,
    pub(super) transport: Option<Arc<dyn Transport>>,
}

impl MachineSigner {
    /// The account as one that acts as itself: its address is known only to the metadata server.
    async fn signer(&self) -> Result<Arc<dyn Signer>, AuthError> {
        let email = self.machine.email().await?;
        let clock = self.machine.0.source().server.settings().clock.clone();
        let mut account = Impersonated::new(self.machine.clone(), email).clock(clock);
        if let Some(transport) = &self.transport {
            account = account.transport(transport.clone());
        }
        account.signer().ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Other,
                "a service account without a subject signs",
            )
        })
    }
}

impl Signer for MachineSigner {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
        Box::pin(async { self.signer().await?.sign(message).await })
    }

    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(self.machine.email())
    }
}
