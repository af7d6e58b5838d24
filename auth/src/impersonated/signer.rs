//! Signatures with a key of the target that only IAM has.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use gapi_transport::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::source::Source;
use crate::{AuthError, AuthErrorKind, FetchContext, Signature, Signer, iam};

/// The delays between attempts.
const DELAYS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// Signs as the target with the IAM API.
pub(super) struct IamSigner {
    pub(super) source: Source,
    pub(super) cx: FetchContext,
}

impl IamSigner {
    /// Retries transient errors itself, because signatures are not cached.
    async fn sign(&self, message: &[u8]) -> Result<Signature, AuthError> {
        for delay in DELAYS {
            match self.attempt(message).await {
                Err(error) if error.is_transient() => {
                    let delay = delay.max(error.retry_after().unwrap_or_default());
                    self.cx
                        .clock()
                        .sleep(delay.min(Duration::from_secs(30)))
                        .await;
                }
                done => return done,
            }
        }
        self.attempt(message).await
    }

    async fn attempt(&self, message: &[u8]) -> Result<Signature, AuthError> {
        let body = json!({"payload": STANDARD.encode(message)});
        let metrics = self.source.source.metrics().map(str::to_owned);
        let mut response = self
            .source
            .call("signBlob", body, metrics, &self.cx)
            .await?;
        let signature = iam::text(&mut response, "signedBlob")?;
        let bytes = STANDARD.decode(signature.expose_secret()).map_err(|_| {
            AuthError::new(
                AuthErrorKind::Http,
                "IAM gave a signature that is not base64",
            )
        })?;
        let key_id = response
            .get("keyId")
            .and_then(Value::as_str)
            .map(str::to_owned);
        Ok(Signature::new(bytes, key_id))
    }
}

impl Signer for IamSigner {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
        Box::pin(async move {
            self.sign(message).await.map_err(|error| {
                error.with_credential(|| crate::TokenSource::describe(&self.source))
            })
        })
    }

    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(self.source.target.clone()) })
    }
}

impl fmt::Debug for IamSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IamSigner").field(&self.source).finish()
    }
}
