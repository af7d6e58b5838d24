//! Assertions and self-signed tokens: JSON web tokens (RFC 7519).

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::json;

/// How long a token is valid: the longest that Google accepts.
const LIFETIME: Duration = Duration::from_secs(3600);
/// How far back tokens are dated, for servers whose clocks are behind ours.
const BACKDATED: Duration = Duration::from_secs(10);

/// The claims of an assertion (RFC 7523, section 3) or of a self-signed token (AIP-4111).
pub(super) struct Claims {
    all: Value,
    /// In seconds since 1970.
    exp: u64,
}

/// The claims that are never somebody else's.
const OWN: [&str; 6] = ["iss", "sub", "aud", "scope", "iat", "exp"];

impl Claims {
    /// With `more`, which the program adds.
    pub(super) fn new(issuer: &str, now: SystemTime, more: &Map<String, Value>) -> Self {
        let iat = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_sub(BACKDATED)
            .as_secs();
        let exp = iat + LIFETIME.as_secs();
        let mut claims = Self {
            all: Map::new().into(),
            exp,
        };
        for (name, value) in more {
            if !OWN.contains(&name.as_str()) {
                claims.set(name, value.clone());
            }
        }
        claims.set("iss", issuer);
        claims.set("iat", iat);
        claims.set("exp", exp);
        claims
    }

    pub(super) fn subject(self, subject: Option<&str>) -> Self {
        self.with("sub", subject)
    }

    pub(super) fn audience(self, audience: Option<&str>) -> Self {
        self.with("aud", audience)
    }

    pub(super) fn scopes(self, scopes: &[String]) -> Self {
        let scopes = scopes.join(" ");
        self.with("scope", Some(&*scopes).filter(|scopes| !scopes.is_empty()))
    }

    /// Whom the ID token is for that this is exchanged for.
    pub(super) fn target_audience(self, audience: &str) -> Self {
        self.with("target_audience", Some(audience))
    }

    fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.all[name] = value.into();
    }

    /// When the token expires.
    pub(super) fn expiry(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.exp)
    }

    /// What is signed: header and claims (RFC 7515, section 5.1).
    pub(super) fn unsigned(&self, key_id: Option<&str>) -> String {
        let mut header = Value::Object(Map::new());
        header["alg"] = "RS256".into();
        header["typ"] = "JWT".into();
        if let Some(key_id) = key_id {
            header["kid"] = key_id.into();
        }
        let mut token = encode(&header);
        token.push('.');
        token.push_str(&encode(&self.all));
        token
    }
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json::text(part))
}
