//! Assertions and self-signed tokens: JSON web tokens (RFC 7519).

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};

use super::signing_key::SigningKey;
use crate::{AuthError, AuthErrorKind};

/// How long a token is valid: the longest that Google accepts.
const LIFETIME: Duration = Duration::from_secs(3600);
/// How far back tokens are dated, for servers whose clocks are behind ours.
const BACKDATED: Duration = Duration::from_secs(10);

/// The claims of an assertion (RFC 7523, section 3) or of a self-signed token (AIP-4111).
#[derive(Serialize)]
pub(super) struct Claims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_audience: Option<&'a str>,
    iat: u64,
    exp: u64,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// The claims that [`Claims`] has fields for.
const OWN: [&str; 6] = ["iss", "sub", "aud", "scope", "iat", "exp"];

impl<'a> Claims<'a> {
    pub(super) fn new(issuer: &'a str, now: SystemTime, more: &Map<String, Value>) -> Self {
        let iat = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_sub(BACKDATED)
            .as_secs();
        let more = more
            .iter()
            .filter(|(name, _)| !OWN.contains(&name.as_str()));
        Self {
            iss: issuer,
            sub: None,
            aud: None,
            scope: None,
            target_audience: None,
            iat,
            exp: iat + LIFETIME.as_secs(),
            more: more
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        }
    }

    pub(super) fn subject(mut self, subject: Option<&'a str>) -> Self {
        self.sub = subject;
        self
    }

    pub(super) fn audience(mut self, audience: Option<&'a str>) -> Self {
        self.aud = audience;
        self
    }

    pub(super) fn scopes(mut self, scopes: &[String]) -> Self {
        self.scope = Some(scopes.join(" ")).filter(|scope| !scope.is_empty());
        self
    }

    /// Whom the ID token is for that this is exchanged for.
    pub(super) fn target_audience(mut self, audience: &'a str) -> Self {
        self.more.remove("target_audience");
        self.target_audience = Some(audience);
        self
    }

    /// When the token expires.
    pub(super) fn expiry(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.exp)
    }

    /// The signed token, in its compact form (RFC 7515, section 7.1).
    pub(super) fn sign(
        &self,
        key: &SigningKey,
        key_id: Option<&str>,
    ) -> Result<SecretString, AuthError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = key_id.map(str::to_owned);
        let mut token = encode(&header)?;
        token.push('.');
        token.push_str(&encode(self)?);
        let signature = key.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(SecretString::from(token))
    }
}

fn encode(part: &impl Serialize) -> Result<String, AuthError> {
    let json = serde_json::to_vec(part).map_err(|error| {
        AuthError::new(AuthErrorKind::Crypto, "the assertion could not be written")
            .with_source(error)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}
