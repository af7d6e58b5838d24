//! JWTs signed by service accounts: parsed and verified strictly, by RFC 7515, RFC 7519 and what Google adds.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::keys::ServiceAccount;

/// How far a client's clock may be ahead.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// The longest validity that Google accepts.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// A verified JWT.
#[derive(Debug)]
pub(super) struct Assertion {
    pub(super) issuer: String,
    pub(super) claims: Value,
}

/// Why a JWT was refused: the text of `error_description`.
pub(super) type Refusal = String;

impl Assertion {
    /// Verifies everything but the audience and the scope.
    pub(super) fn verify(
        jwt: &str,
        accounts: &BTreeMap<String, Vec<ServiceAccount>>,
        now: SystemTime,
    ) -> Result<Self, Refusal> {
        let mut parts = jwt.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("Invalid JWT: a JWS has three parts.".to_owned());
        };
        let signed = &jwt[..header.len() + 1 + claims.len()];
        let header = object(header, "header")?;
        let claims = object(claims, "claims")?;
        if header["alg"] != "RS256" {
            return Err("Invalid JWT: alg must be RS256.".to_owned());
        }
        if header.get("typ").is_some_and(|kind| kind != "JWT") {
            return Err("Invalid JWT: typ must be JWT.".to_owned());
        }
        let issuer = claims["iss"].as_str().unwrap_or_default();
        let keys = accounts
            .get(issuer)
            .ok_or("Invalid grant: account not found")?;
        let signature = decode(signature, "signature")?;
        let kid = header.get("kid").and_then(Value::as_str);
        let signed_by_one = keys
            .iter()
            .filter(|account| kid.is_none_or(|kid| kid == account.key_id()))
            .any(|account| {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, account.public_key())
                    .verify(signed.as_bytes(), &signature)
                    .is_ok()
            });
        if !signed_by_one {
            return Err("Invalid JWT Signature.".to_owned());
        }
        check_times(&claims, now)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            claims,
        })
    }

    /// A claim's text.
    pub(super) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// The scopes of the `scope` claim.
    pub(super) fn scopes(&self) -> Vec<String> {
        self.text("scope")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect()
    }
}

fn check_times(claims: &Value, now: SystemTime) -> Result<(), Refusal> {
    let time = |claim: &str| {
        claims[claim]
            .as_u64()
            .map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
            .ok_or_else(|| format!("Invalid JWT: {claim} must be a number of seconds."))
    };
    let (issued, expires) = (time("iat")?, time("exp")?);
    let short = expires
        .duration_since(issued)
        .is_ok_and(|validity| validity <= LONGEST);
    if !short || issued > now + SKEW || expires <= now {
        return Err(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
             Check your iat and exp values in the JWT claim."
                .to_owned(),
        );
    }
    Ok(())
}

fn object(part: &str, name: &str) -> Result<Value, Refusal> {
    serde_json::from_slice(&decode(part, name)?)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| format!("Invalid JWT: the {name} is not a JSON object."))
}

fn decode(part: &str, name: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| format!("Invalid JWT: the {name} is not base64url without padding."))
}
