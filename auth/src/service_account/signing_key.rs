//! RSA private keys.

use jsonwebtoken::{Algorithm, EncodingKey, crypto::aws_lc::DEFAULT_PROVIDER};

use crate::{
    AuthError, AuthErrorKind,
    pem::{self, Block},
};

/// An RSA private key that signs with RS256. Wiped from memory when dropped.
pub(super) struct SigningKey(EncodingKey);

const DAMAGED: (&str, &str) = (
    "is damaged, or is not an RSA key",
    "copy the key anew, or create another one",
);

impl SigningKey {
    /// Reads PEM text, PKCS#1 or PKCS#8; `place` is what errors call it.
    pub(super) fn from_pem(place: &str, pem: &str) -> Result<Self, AuthError> {
        Self::read(pem).map_err(|(message, hint)| {
            AuthError::new(
                AuthErrorKind::Crypto,
                format!("{place}: the field `private_key` {message}"),
            )
            .with_hint(hint)
        })
    }

    /// Reads PEM text, or else says what is wrong with it, and what to do.
    fn read(pem: &str) -> Result<Self, (&'static str, &'static str)> {
        let block = Block::find(pem).ok_or((
            "is not PEM text",
            "it begins with -----BEGIN PRIVATE KEY----- in a key that is whole",
        ))?;
        if block.is_encrypted() {
            return Err((
                "is encrypted",
                "decrypt it first, for example with `openssl pkcs8`",
            ));
        }
        match block.label {
            "PRIVATE KEY" | "RSA PRIVATE KEY" => {}
            "EC PRIVATE KEY" => {
                return Err((
                    "is an elliptic-curve key",
                    "service accounts sign with RSA keys",
                ));
            }
            _ => {
                return Err((
                    "is PEM text, but no private key",
                    "the private half of the key pair is needed",
                ));
            }
        }
        let der = block.der().ok_or(DAMAGED)?;
        let pem = pem::text(block.label, &der);
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| DAMAGED)?;
        let key = Self(key);
        // The key is looked at only when it signs: find out now.
        key.sign(b"").map_err(|_| DAMAGED)?;
        Ok(key)
    }

    /// The RS256 signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AuthError> {
        // The provider is named: the process-wide one panics when another crate turns on a second backend.
        let failed = || AuthError::new(AuthErrorKind::Crypto, "the assertion could not be signed");
        let signer =
            (DEFAULT_PROVIDER.signer_factory)(&Algorithm::RS256, &self.0).map_err(|_| failed())?;
        signer.try_sign(message).map_err(|_| failed())
    }
}
