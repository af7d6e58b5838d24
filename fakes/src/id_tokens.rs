//! An issuer of ID tokens, with its public keys, and a service that wants to see them.

use std::{
    collections::HashMap,
    fmt, io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{Reply, Request, Service, keys::ServiceAccount, lock::lock};

/// Issues ID tokens as Google's accounts server does, and serves its public keys (a JSON Web Key Set) with a `Cache-Control`. Clones are the
/// same issuer.
#[derive(Clone, Debug)]
pub struct IdTokenIssuer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// The keys that are shown; the last one signs.
    keys: Vec<ServiceAccount>,
    max_age: u64,
    issued: Issued,
}

/// Tokens and their claims. `Debug` shows their number.
#[derive(Default)]
struct Issued(HashMap<String, Value>);

impl IdTokenIssuer {
    /// Who issues.
    pub const ISSUER: &str = "https://accounts.google.com";
    /// Where the keys are.
    pub const KEYS_PATH: &str = "/oauth2/v3/certs";

    /// An issuer with one key.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            state: Arc::new(Mutex::new(State {
                keys: vec![ServiceAccount::new("issuer", "google")?],
                max_age: 6 * 60 * 60,
                issued: Issued::default(),
            })),
        })
    }

    /// Signs with a new key from now on, and publishes the old ones too if `retain` is set.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn rotate(&self, retain: bool) -> io::Result<()> {
        let key = ServiceAccount::with_own_key("issuer", "google")?;
        let mut state = lock(&self.state);
        if !retain {
            state.keys.clear();
        }
        state.keys.push(key);
        Ok(())
    }

    /// How long the keys may be cached, in seconds.
    pub fn set_max_age(&self, seconds: u64) {
        lock(&self.state).max_age = seconds;
    }

    /// An ID token of `email` for `audience`, valid for an hour from now.
    ///
    /// # Errors
    /// When signing fails.
    pub fn issue(&self, audience: &str, email: &str) -> io::Result<String> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs();
        let claims = json!({
            "iss": Self::ISSUER, "aud": audience, "azp": email, "sub": "100000000000000000001",
            "email": email, "email_verified": true, "iat": now, "exp": now + 3600,
        });
        let token = self.sign(&claims)?;
        lock(&self.state).issued.0.insert(token.clone(), claims);
        Ok(token)
    }

    /// A token with any claims.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, claims: &Value) -> io::Result<String> {
        let kid = self.key_id();
        self.sign_with(&json!({"alg": "RS256", "kid": kid, "typ": "JWT"}), claims)
    }

    /// A token with any header and claims, signed with RS256 under any header.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> io::Result<String> {
        let key = lock(&self.state).keys.last().cloned();
        key.ok_or_else(|| io::Error::other("the issuer has no key"))?
            .sign(header, claims)
    }

    /// The id of the key that signs.
    pub fn key_id(&self) -> String {
        let state = lock(&self.state);
        state
            .keys
            .last()
            .map_or_else(String::new, |key| key.key_id().to_owned())
    }

    /// The public keys.
    pub fn keys(&self) -> Value {
        let keys: Vec<_> = lock(&self.state)
            .keys
            .iter()
            .map(ServiceAccount::jwk)
            .collect();
        json!({ "keys": keys })
    }

    /// Returns the claims of a token that [`issue`](Self::issue) made, while it is valid.
    fn claims(&self, token: &str) -> Option<Value> {
        let claims = lock(&self.state).issued.0.get(token).cloned()?;
        let expiry = UNIX_EPOCH + Duration::from_secs(claims["exp"].as_u64()?);
        (SystemTime::now() < expiry).then_some(claims)
    }
}

impl Service for IdTokenIssuer {
    fn respond(&self, _: &Request) -> Reply {
        let max_age = lock(&self.state).max_age;
        Reply::json(200, &self.keys()).header(
            "cache-control",
            &format!("public, max-age={max_age}, must-revalidate, no-transform"),
        )
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Issued").field(&self.0.len()).finish()
    }
}

/// A service on Cloud Run that may be called by service accounts only: it greets callers with an ID token for its own URL.
#[derive(Clone, Debug)]
pub struct CloudRunService {
    issuer: IdTokenIssuer,
}

impl CloudRunService {
    /// A service that believes `issuer`.
    pub fn new(issuer: &IdTokenIssuer) -> Self {
        Self {
            issuer: issuer.clone(),
        }
    }
}

impl Service for CloudRunService {
    fn respond(&self, request: &Request) -> Reply {
        let Some(token) = request.bearer() else {
            return Reply::html(
                403,
                "<html><title>403 Forbidden</title><h1>Error: Forbidden</h1><h2>Your client does not have permission to get URL <code>/</code> from this server.</h2></html>",
            );
        };
        let own = format!("http://{}", request.header("host").unwrap_or_default());
        match self.issuer.claims(token) {
            Some(claims) if claims["aud"] == *own => {
                let email = claims["email"].as_str().unwrap_or_default();
                Reply::text(200, format!("Hello, {email}!\n"))
            }
            _ => Reply::html(401, "<html><title>401 Unauthorized</title><h1>Error: Unauthorized</h1></html>").header(
                "www-authenticate",
                "Bearer error=\"invalid_token\" error_description=\"The access token could not be verified\"",
            ),
        }
    }
}

/// A P-256 key, as Identity-Aware Proxy signs with. `Debug` shows no key.
pub struct EcKey {
    pair: EcdsaKeyPair,
}

impl EcKey {
    /// A new key.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn generate() -> io::Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| io::Error::other("cannot make a P-256 key"))?;
        Ok(Self { pair })
    }

    /// The public key as a JSON Web Key with this id.
    pub fn jwk(&self, id: &str) -> Value {
        // An uncompressed point: a 4, then x and y.
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// A JWS in compact form, signed with ES256.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, header: &Value, claims: &Value) -> io::Result<String> {
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self
            .pair
            .sign(&SystemRandom::new(), text.as_bytes())
            .map_err(|_| io::Error::other("cannot sign"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for EcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EcKey")
    }
}
