//! Assertions and self-signed tokens: JSON web tokens (RFC 7519), and the exchange of assertions for tokens.

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_transport::{BoxFuture, Clock};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{
    AuthError, FetchContext, json,
    oauth::{Reader, Refusal, metrics_header, post_for, shifted},
};

/// The lifetime of a token: the longest that Google accepts.
const LIFETIME: Duration = Duration::from_secs(3600);
/// Tokens are dated back by this much, for servers whose clocks are behind.
const BACKDATED: Duration = Duration::from_secs(10);
/// The JWT bearer grant (RFC 7523, section 2.1).
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Claims that a program cannot add.
const RESERVED: [&str; 6] = ["iss", "sub", "aud", "scope", "iat", "exp"];

/// The claims of an assertion (RFC 7523, section 3) or of a self-signed token (AIP-4111).
pub(crate) struct Claims {
    claims: Value,
    /// Seconds since 1970.
    exp: u64,
}

impl Claims {
    /// Claims of `issuer`, dated `now`.
    pub(crate) fn new(issuer: &str, now: SystemTime) -> Self {
        let iat = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_sub(BACKDATED)
            .as_secs();
        let exp = iat + LIFETIME.as_secs();
        let mut claims = Value::Object(Map::new());
        claims["iss"] = issuer.into();
        claims["iat"] = iat.into();
        claims["exp"] = exp.into();
        Self { claims, exp }
    }

    /// Adds claims of the program, except reserved ones.
    pub(crate) fn with(mut self, more: &Map<String, Value>) -> Self {
        for (name, value) in more {
            if !RESERVED.contains(&name.as_str()) {
                self.claims[name] = value.clone();
            }
        }
        self
    }

    pub(crate) fn subject(self, subject: Option<&str>) -> Self {
        self.set("sub", subject)
    }

    pub(crate) fn audience(self, audience: &str) -> Self {
        self.set("aud", Some(audience))
    }

    pub(crate) fn scopes(self, scopes: &[String]) -> Self {
        let scopes = scopes.join(" ");
        self.set("scope", Some(&*scopes).filter(|scopes| !scopes.is_empty()))
    }

    /// The audience of the ID token that the assertion is exchanged for.
    pub(crate) fn target_audience(self, audience: &str) -> Self {
        self.set("target_audience", Some(audience))
    }

    fn set(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.claims[name] = value.into();
        }
        self
    }

    /// Returns when the token expires.
    pub(crate) fn expiry(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.exp)
    }

    /// Returns the claims as JSON.
    pub(crate) fn to_json(&self) -> String {
        json::text(&self.claims)
    }

    /// Returns the input of the signature: header and claims (RFC 7515, section 5.1).
    pub(crate) fn unsigned(&self, algorithm: &str, key_id: Option<&str>) -> String {
        let mut header = Value::Object(Map::new());
        header["alg"] = algorithm.into();
        header["typ"] = "JWT".into();
        if let Some(key_id) = key_id {
            header["kid"] = key_id.into();
        }
        let mut token = URL_SAFE_NO_PAD.encode(json::text(&header));
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(self.to_json(), &mut token);
        token
    }
}

/// Returns the compact form of a token (RFC 7515, section 7.1).
pub(crate) fn signed(mut unsigned: String, signature: &[u8]) -> SecretString {
    unsigned.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut unsigned);
    SecretString::from(unsigned)
}

/// Sends an assertion dated now. If the server refuses it and its clock differs, sends another one, dated by the server's clock.
///
/// Returns the response, and when it was requested by this machine's clock. `diagnose` adds a hint to a refusal. It gets the
/// server's clock minus this machine's, in seconds, if a second assertion was refused.
pub(crate) async fn exchange<'a, T>(
    clock: &dyn Clock,
    send: impl Fn(SystemTime) -> BoxFuture<'a, Result<Result<T, Refusal>, AuthError>> + Send + Sync,
    diagnose: impl FnOnce(AuthError, Option<i64>) -> AuthError + Send,
) -> Result<(T, SystemTime), AuthError> {
    let now = clock.now();
    let refusal = match send(now).await? {
        Ok(response) => return Ok((response, now)),
        Err(refusal) => refusal,
    };
    let Some(skew) = refusal.clock_skew() else {
        return Err(diagnose(refusal.error, None));
    };
    let now = clock.now();
    match send(shifted(now, skew)).await? {
        Ok(response) => {
            tracing::warn!(
                seconds = -skew,
                "this machine's clock differs from the token endpoint's: positive is ahead"
            );
            Ok((response, now))
        }
        Err(refusal) => Err(diagnose(refusal.error, Some(skew))),
    }
}

/// Sends an assertion with the JWT bearer grant.
pub(crate) async fn jwt_bearer<T>(
    token_uri: &str,
    assertion: &SecretString,
    metrics: &str,
    cx: &FetchContext,
    read: Reader<T>,
) -> Result<Result<T, Refusal>, AuthError> {
    let fields = [
        ("grant_type", JWT_BEARER),
        ("assertion", assertion.expose_secret()),
    ];
    let metrics = metrics_header(metrics);
    let (transport, clock) = (cx.transport(), cx.clock());
    post_for(token_uri, &fields, Some(&metrics), transport, clock, read).await
}

/// Returns what an administrator has to do if domain-wide delegation to `subject` is refused. `client` names the client ID.
pub(crate) fn delegation_hint(subject: &str, client: &str, scopes: &[String]) -> String {
    let domain = subject.rsplit('@').next().unwrap_or(subject);
    format!(
        "in the Admin console of {domain}, under Security > API controls > Domain-wide delegation, an administrator has to authorize {client} for exactly these scopes: {}",
        scopes.join(",")
    )
}

/// Returns the hint for a subject that is not a user.
pub(crate) fn subject_hint(subject: &str) -> String {
    format!(
        "{subject} has to be the primary address of an active user; aliases and groups do not work"
    )
}
