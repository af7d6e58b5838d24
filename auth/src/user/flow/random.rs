//! Values that nobody can guess, and the comparison that does not help to guess them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};
use sha2::{Digest, Sha256};

use crate::{AuthError, AuthErrorKind};

/// `BYTES` random bytes as base64url text.
pub(crate) fn random<const BYTES: usize>() -> Result<SecretString, AuthError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        AuthError::new(
            AuthErrorKind::Crypto,
            format!("the system gives no randomness: {error}"),
        )
    })?;
    let text = SecretString::from(URL_SAFE_NO_PAD.encode(bytes));
    bytes.zeroize();
    Ok(text)
}

/// The code challenge of a verifier by the method S256 (RFC 7636, section 4.2).
pub(crate) fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()))
}

/// Compares in a time that depends on the lengths only.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    // Digests of equal length hide even where the first difference is.
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
