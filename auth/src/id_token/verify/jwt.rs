//! An issuer's public keys (a JSON Web Key Set, RFC 7517), and the signature of a token in parts (RFC 7515, section 7.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use super::error::{IdTokenCheck, IdTokenError, displayed, failed};
use crate::{crypto, json};

/// More than the length of any ID token.
const LONGEST: usize = 32 * 1024;

/// Returns the algorithm of ID tokens with this name.
fn algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RS256),
        "ES256" => Some(Algorithm::ES256),
        _ => None,
    }
}

/// A public key, for one algorithm.
#[derive(Clone)]
pub(super) struct PublicKey {
    pub(super) id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl PublicKey {
    /// Returns `None` for keys of other types and uses, which a set may contain.
    fn from_jwk(jwk: &Value) -> Option<Self> {
        let jwk = Jwk::deserialize(jwk).ok()?;
        let (algorithm, name) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
                (Algorithm::ES256, KeyAlgorithm::ES256)
            }
            _ => return None,
        };
        let for_signatures = PublicKeyUse::Signature;
        if jwk
            .common
            .public_key_use
            .as_ref()
            .is_some_and(|purpose| *purpose != for_signatures)
            || jwk.common.key_algorithm.is_some_and(|named| named != name)
        {
            return None;
        }
        Some(Self {
            algorithm,
            key: DecodingKey::from_jwk(&jwk).ok()?,
            id: jwk.common.key_id,
        })
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, IdTokenError> {
        crypto::verifies(self.algorithm, &self.key, message, signature)
            .map_err(|error| failed(IdTokenCheck::Config, error.to_string()))
    }
}

/// Returns the usable keys of a set; `None` if this is not a set or has no usable keys.
pub(super) fn read_set(set: &[u8]) -> Option<Vec<PublicKey>> {
    let keys: Vec<_> = json::value(set)?
        .get("keys")?
        .as_array()?
        .iter()
        .filter_map(PublicKey::from_jwk)
        .collect();
    (!keys.is_empty()).then_some(keys)
}

/// A token whose signature is not checked yet.
pub(super) struct JwtParts<'a> {
    algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) claims: Vec<u8>,
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> JwtParts<'a> {
    pub(super) fn read(token: &'a str) -> Result<Self, IdTokenError> {
        let form = |message: &str| failed(IdTokenCheck::Form, message);
        if token.len() > LONGEST {
            return Err(form("it is longer than 32 KiB"));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(form("it does not have the three parts of a JSON web token"));
        };
        let decode = |part: &str, what: &str| {
            URL_SAFE_NO_PAD
                .decode(part)
                .map_err(|_| form(&format!("its {what} is not base64url")))
        };
        let signed = &token.as_bytes()[..header.len() + 1 + claims.len()];
        let header = json::object(&decode(header, "header")?)
            .ok_or_else(|| form("its header is not a JSON object"))?;
        if header.contains_key("crit") {
            return Err(form(
                "its header has critical extensions, which are not known here",
            ));
        }
        let name = header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok(Self {
            algorithm: algorithm(name).ok_or_else(|| {
                failed(
                    IdTokenCheck::Algorithm,
                    format!(
                        "it is signed with {}; RS256 and ES256 are accepted",
                        displayed(name)
                    ),
                )
            })?,
            key_id: header.get("kid").and_then(Value::as_str).map(str::to_owned),
            claims: decode(claims, "body")?,
            signed,
            signature: decode(signature, "signature")?,
        })
    }

    /// Checks that one of `keys` made the signature. The algorithm is that of the key, and the token must name the same one.
    pub(super) fn check_signature(&self, keys: &[PublicKey]) -> Result<(), IdTokenError> {
        let mut fit = keys
            .iter()
            .filter(|key| key.algorithm == self.algorithm)
            .peekable();
        if fit.peek().is_none() {
            return Err(failed(
                IdTokenCheck::Algorithm,
                "it names an algorithm that its key is not for",
            ));
        }
        for key in fit {
            if key.verifies(self.signed, &self.signature)? {
                return Ok(());
            }
        }
        Err(failed(IdTokenCheck::Signature, "its signature is wrong"))
    }
}
