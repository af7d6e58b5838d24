//! Elliptic-curve private keys.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};

use crate::{AuthError, AuthErrorKind, pem::Block};

/// A private key on the curve P-256, which signs with ES256.
pub(super) struct SigningKey(EcdsaKeyPair);

impl SigningKey {
    /// Reads PEM text, SEC 1 or PKCS#8; `place` is what errors call it.
    pub(super) fn from_pem(place: &str, pem: &str) -> Result<Self, AuthError> {
        let bad = |message: &str| {
            AuthError::new(
                AuthErrorKind::Crypto,
                format!("{place}: the field `private_key` {message}"),
            )
            .with_hint("it begins with -----BEGIN EC PRIVATE KEY----- in a key that is whole")
        };
        let block = Block::find(pem)
            .filter(|block| matches!(block.label, "EC PRIVATE KEY" | "PRIVATE KEY"))
            .ok_or_else(|| bad("is not the PEM text of a private key"))?;
        let der = block.der().ok_or_else(|| bad("is damaged"))?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        EcdsaKeyPair::from_private_key_der(algorithm, &der)
            .or_else(|_| EcdsaKeyPair::from_pkcs8(algorithm, &der))
            .map(Self)
            .map_err(|_| bad("is damaged, or is no key on the curve P-256"))
    }

    /// The ES256 signature of `message`: r and s, 32 bytes each (RFC 7518, section 3.4).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AuthError> {
        self.0
            .sign(&SystemRandom::new(), message)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| AuthError::new(AuthErrorKind::Crypto, "the assertion could not be signed"))
    }
}
