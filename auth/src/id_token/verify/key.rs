//! An issuer's public keys: a JSON Web Key Set (RFC 7517).

use jsonwebtoken::{DecodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use serde_json::Value;

use crate::json;

/// What ID tokens are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

/// A public key, for one algorithm.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    key: DecodingKey,
}

impl Key {
    /// `None` for keys of other kinds and for other uses: a set may hold them.
    fn from_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let (algorithm, key) = match text("kty")? {
            "RSA" => (
                Algorithm::Rs256,
                DecodingKey::from_rsa_components(text("n")?, text("e")?),
            ),
            "EC" if text("crv") == Some("P-256") => (
                Algorithm::Es256,
                DecodingKey::from_ec_components(text("x")?, text("y")?),
            ),
            _ => return None,
        };
        if text("alg").is_some_and(|name| Algorithm::named(name) != Some(algorithm)) {
            return None;
        }
        Some(Self {
            id: text("kid").map(str::to_owned),
            algorithm,
            key: key.ok()?,
        })
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match self.algorithm {
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        };
        // The provider is named: the process-wide one panics when another crate turns on a second backend.
        (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &self.key)
            .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }
}

/// The usable keys of a set; `None` when it is no set, or has none.
pub(super) fn read_set(set: &[u8]) -> Option<Vec<Key>> {
    let keys: Vec<_> = json::value(set)?
        .get("keys")?
        .as_array()?
        .iter()
        .filter_map(Key::from_jwk)
        .collect();
    (!keys.is_empty()).then_some(keys)
}
