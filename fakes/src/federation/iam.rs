//! The IAM Service Account Credentials API.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};

use crate::{
    Reply, Request, Service, keys::ServiceAccount, lock::lock, oauth::TokenEndpoint, rpc::RpcError,
    time::Civil,
};

const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/iam",
    "https://www.googleapis.com/auth/cloud-platform",
];
const LIFETIME: Duration = Duration::from_secs(3600);

/// Makes tokens and signatures of service accounts for those who may impersonate them. Its access tokens are tokens of the
/// [`TokenEndpoint`] that it is made with. Clones are the same API.
#[derive(Clone)]
pub struct IamCredentials {
    tokens: TokenEndpoint,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    accounts: Vec<ServiceAccount>,
    /// Who may impersonate whom.
    creators: BTreeSet<(String, String)>,
}

impl IamCredentials {
    /// The path that all of its methods begin with.
    pub const PATH: &str = "/v1/projects/-/serviceAccounts/";

    /// An API without accounts.
    pub fn new(tokens: &TokenEndpoint) -> Self {
        Self {
            tokens: tokens.clone(),
            state: Arc::default(),
        }
    }

    /// Makes an account known. To let its signed assertions through, register it at the token endpoint too.
    pub fn add(&self, account: &ServiceAccount) {
        lock(&self.state).accounts.push(account.clone());
    }

    /// Grants *Service Account Token Creator* on the account `target` to `principal`: an account's address, or what the Security Token
    /// Service takes a federated identity for.
    pub fn allow(&self, principal: &str, target: &str) {
        lock(&self.state)
            .creators
            .insert((principal.to_owned(), target.to_owned()));
    }

    fn respond(&self, request: &Request) -> Result<Value, RpcError> {
        let not_found =
            || RpcError::new(404, "NOT_FOUND", "Not found; Gaia id not found for email");
        let invalid = |text: &str| RpcError::new(400, "INVALID_ARGUMENT", text);
        let (email, method) = request
            .path
            .strip_prefix(Self::PATH)
            .and_then(|rest| rest.split_once(':'))
            .filter(|_| request.method == Method::POST)
            .ok_or_else(not_found)?;
        let caller = self.caller(request)?;
        let body = request
            .json()
            .map_err(|_| invalid("Invalid JSON payload received."))?;
        let account = {
            let state = lock(&self.state);
            let delegates = body["delegates"].as_array().into_iter().flatten();
            let mut from = caller;
            for to in delegates.filter_map(Value::as_str).chain([email]) {
                let to = to.trim_start_matches("projects/-/serviceAccounts/");
                if !state.creators.contains(&(from, to.to_owned())) {
                    let text = format!(
                        "Permission 'iam.serviceAccounts.{}' denied on resource (or it may not exist).",
                        permission(method)
                    );
                    return Err(RpcError::new(403, "PERMISSION_DENIED", text));
                }
                from = to.to_owned();
            }
            let found = state
                .accounts
                .iter()
                .find(|account| account.email() == email);
            found.cloned().ok_or_else(not_found)?
        };
        let failed = |_| RpcError::new(500, "INTERNAL", "Internal error encountered.");
        match method {
            "generateAccessToken" => {
                let scopes: Vec<_> = body["scope"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                if scopes.is_empty() {
                    return Err(invalid("At least one scope is required."));
                }
                let lifetime = lifetime(&body).ok_or_else(|| {
                    invalid("The lifetime must be a duration of at most 3600s for this account.")
                })?;
                let token = self.tokens.issue(email, &scopes).map_err(failed)?;
                let expires = SystemTime::now() + lifetime;
                Ok(json!({"accessToken": token, "expireTime": Civil::from(expires).rfc3339()}))
            }
            "signJwt" => {
                let claims = body["payload"]
                    .as_str()
                    .and_then(|text| serde_json::from_str::<Value>(text).ok())
                    .filter(Value::is_object)
                    .ok_or_else(|| invalid("The payload is no JSON object."))?;
                let header = json!({"alg": "RS256", "typ": "JWT", "kid": account.key_id()});
                let signed = account.sign(&header, &claims).map_err(failed)?;
                Ok(json!({"keyId": account.key_id(), "signedJwt": signed}))
            }
            "signBlob" => {
                let bytes = body["payload"]
                    .as_str()
                    .and_then(|text| STANDARD.decode(text).ok())
                    .ok_or_else(|| invalid("The payload is no base64."))?;
                let signature = account.sign_bytes(&bytes).map_err(failed)?;
                Ok(json!({"keyId": account.key_id(), "signedBlob": STANDARD.encode(signature)}))
            }
            "generateIdToken" => {
                let audience = body["audience"]
                    .as_str()
                    .ok_or_else(|| invalid("The audience is missing."))?;
                let now = SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default()
                    .as_secs();
                let mut claims = json!({
                    "iss": "https://accounts.google.com", "aud": audience, "sub": "112233445566778899002", "iat": now, "exp": now + 3600,
                });
                if body["includeEmail"] == true {
                    claims["email"] = email.into();
                    claims["email_verified"] = true.into();
                }
                let header = json!({"alg": "RS256", "typ": "JWT", "kid": account.key_id()});
                Ok(json!({"token": account.sign(&header, &claims).map_err(failed)?}))
            }
            _ => Err(not_found()),
        }
    }

    /// Whose token it is.
    fn caller(&self, request: &Request) -> Result<String, RpcError> {
        let grant = request
            .bearer()
            .and_then(|token| self.tokens.grant(token))
            .filter(|grant| !grant.revoked && grant.expires > SystemTime::now())
            .ok_or_else(|| {
                let text = "Request had invalid authentication credentials.";
                RpcError::new(401, "UNAUTHENTICATED", text)
            })?;
        if !grant
            .scopes
            .iter()
            .any(|scope| SCOPES.contains(&scope.as_str()))
        {
            let text = "Request had insufficient authentication scopes.";
            return Err(RpcError::new(403, "PERMISSION_DENIED", text));
        }
        Ok(grant.account)
    }
}

fn permission(method: &str) -> &str {
    match method {
        "generateAccessToken" => "getAccessToken",
        "generateIdToken" => "getOpenIdToken",
        other => other,
    }
}

/// An hour unless something shorter is asked for.
fn lifetime(body: &Value) -> Option<Duration> {
    let Some(text) = body["lifetime"].as_str() else {
        return body["lifetime"].is_null().then_some(LIFETIME);
    };
    let lifetime = Duration::from_secs(text.strip_suffix('s')?.parse().ok()?);
    (!lifetime.is_zero() && lifetime <= LIFETIME).then_some(lifetime)
}

impl Service for IamCredentials {
    fn respond(&self, request: &Request) -> Reply {
        self.respond(request).into()
    }
}

impl fmt::Debug for IamCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IamCredentials").finish_non_exhaustive()
    }
}
