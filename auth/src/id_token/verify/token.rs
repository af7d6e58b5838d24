//! A token in parts (RFC 7515, section 7.1), and its signature.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    IdTokenCheck, IdTokenError,
    error::{failed, shown},
    key::{Algorithm, Key},
};
use crate::json;

/// No ID token comes near this size.
const LONGEST: usize = 32 * 1024;

/// A token whose signature nobody has looked at yet.
pub(super) struct Parts<'a> {
    algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) claims: Vec<u8>,
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
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
            .ok_or_else(|| form("its header is no JSON object"))?;
        if header.contains_key("crit") {
            return Err(form(
                "its header has critical extensions, which are not known here",
            ));
        }
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok(Self {
            algorithm: Algorithm::named(algorithm).ok_or_else(|| {
                failed(
                    IdTokenCheck::Algorithm,
                    format!(
                        "it is signed with {}; RS256 and ES256 are accepted",
                        shown(algorithm)
                    ),
                )
            })?,
            key_id: header.get("kid").and_then(Value::as_str).map(str::to_owned),
            claims: decode(claims, "body")?,
            signed,
            signature: decode(signature, "signature")?,
        })
    }

    /// Whether one of `keys` made the signature. The algorithm is the key's own; the token only says which one it claims to be of.
    pub(super) fn check_signature(&self, keys: &[Key]) -> Result<(), IdTokenError> {
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
        if fit.any(|key| key.verifies(self.signed, &self.signature)) {
            return Ok(());
        }
        Err(failed(IdTokenCheck::Signature, "its signature is wrong"))
    }
}
