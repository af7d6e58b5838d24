//! The Security Token Service (RFC 8693).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::AwsKeys;
use crate::{
    Reply, Request, Service,
    keys::random_hex,
    lock::lock,
    oauth::{Refused, TokenEndpoint, reply},
};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const AWS_REQUEST: &str = "urn:ietf:params:aws:token-type:aws4_request";

/// Exchanges tokens of other providers, and its own for more limited ones; refreshes what workforce users have. Its tokens are
/// tokens of the [`TokenEndpoint`] that it is made with. Clones are the same service.
///
/// It wants what the real one wants: a known audience, a subject token that it knows or a request that is signed with a known key of
/// AWS, and, for workforce pools, a client or a user project.
#[derive(Clone)]
pub struct SecurityTokenService {
    tokens: TokenEndpoint,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    audiences: BTreeSet<String>,
    /// Subject tokens, and whose they are.
    subjects: BTreeMap<String, String>,
    aws: Vec<AwsKeys>,
    /// Client IDs and their secrets.
    clients: BTreeMap<String, String>,
    /// Refresh tokens that are good, and whose they are.
    refresh_tokens: BTreeMap<String, String>,
    boundaries: Vec<Value>,
    rotated: usize,
}

impl SecurityTokenService {
    /// The provider that it knows from the start.
    pub const AUDIENCE: &str = "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/provider";

    /// Returns a service that has one provider and no tokens.
    pub fn new(tokens: &TokenEndpoint) -> Self {
        let state = State {
            audiences: BTreeSet::from([Self::AUDIENCE.to_owned()]),
            ..State::default()
        };
        Self {
            tokens: tokens.clone(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Makes a provider known, such as one of a workforce pool.
    pub fn add_provider(&self, audience: &str) {
        lock(&self.state).audiences.insert(audience.to_owned());
    }

    /// Takes `subject_token` for one of `principal`'s.
    pub fn accept(&self, subject_token: &str, principal: &str) {
        lock(&self.state)
            .subjects
            .insert(subject_token.to_owned(), principal.to_owned());
    }

    /// Takes requests that are signed with these keys.
    pub fn accept_aws(&self, keys: AwsKeys) {
        lock(&self.state).aws.push(keys);
    }

    /// Makes an OAuth client known.
    pub fn add_client(&self, id: &str, secret: &str) {
        lock(&self.state)
            .clients
            .insert(id.to_owned(), secret.to_owned());
    }

    /// Takes `refresh_token` for one of the workforce user `principal`. It is valid once: each response has another one.
    pub fn accept_refresh_token(&self, refresh_token: &str, principal: &str) {
        lock(&self.state)
            .refresh_tokens
            .insert(refresh_token.to_owned(), principal.to_owned());
    }

    /// The access boundaries of all exchanges that had one, in order.
    pub fn boundaries(&self) -> Vec<Value> {
        lock(&self.state).boundaries.clone()
    }

    /// How many refresh tokens were replaced.
    pub fn rotated(&self) -> usize {
        lock(&self.state).rotated
    }

    fn respond(&self, request: &Request) -> Result<Value, Refused> {
        let invalid = |text: &str| (400, "invalid_request", text.to_owned());
        if request.method != Method::POST {
            return Err((405, "invalid_request", String::from("Use POST.")));
        }
        let form: BTreeMap<String, String> = request.form().into_iter().collect();
        let field = |name: &str| {
            form.get(name)
                .map(String::as_str)
                .filter(|text| !text.is_empty())
        };
        let client = self.client(request)?;
        if request.path.ends_with("/oauthtoken") {
            return match (field("grant_type"), field("refresh_token"), client) {
                (Some("refresh_token"), Some(token), Some(_)) => self.refresh(token),
                (_, _, None) => Err((
                    401,
                    "invalid_client",
                    String::from("The client has to name itself."),
                )),
                _ => Err(invalid("A refresh token is needed.")),
            };
        }
        if request.path.ends_with("/revoke") {
            let token = field("token").ok_or_else(|| invalid("Missing parameter: token"))?;
            lock(&self.state).refresh_tokens.remove(token);
            return Ok(Value::Null);
        }
        if field("grant_type") != Some(EXCHANGE) {
            return Err((
                400,
                "unsupported_grant_type",
                String::from("Unsupported grant type."),
            ));
        }
        if field("requested_token_type") != Some(ACCESS_TOKEN) {
            return Err(invalid("Invalid requested_token_type."));
        }
        let token =
            field("subject_token").ok_or_else(|| invalid("Missing parameter: subject_token"))?;
        let options = match field("options") {
            Some(text) => options(text).ok_or_else(|| invalid("Malformed options."))?,
            None => json!({}),
        };
        if field("subject_token_type") == Some(ACCESS_TOKEN) {
            return self.limit(token, &options);
        }
        let audience = field("audience").unwrap_or_default();
        if !lock(&self.state).audiences.contains(audience) {
            let text = "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or \
                 provider is disabled or deleted or because it doesn't exist.";
            return Err((400, "invalid_target", text.to_owned()));
        }
        if audience.contains("/workforcePools/")
            && client.is_none()
            && !options["userProject"].is_string()
        {
            return Err(invalid(
                "A workforce pool needs a user project or a client.",
            ));
        }
        let principal = match field("subject_token_type") {
            Some(AWS_REQUEST) => self.aws_principal(token, audience)?,
            Some(_) => lock(&self.state)
                .subjects
                .get(token)
                .cloned()
                .ok_or_else(|| {
                    (
                        400,
                        "invalid_grant",
                        String::from("The subject token is not known here."),
                    )
                })?,
            None => return Err(invalid("Missing parameter: subject_token_type")),
        };
        let scopes: Vec<_> = field("scope")
            .unwrap_or_default()
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .collect();
        if scopes.is_empty() {
            return Err((400, "invalid_scope", String::from("Scope is missing.")));
        }
        self.grant(&principal, &scopes)
    }

    fn aws_principal(&self, token: &str, audience: &str) -> Result<String, Refused> {
        let state = lock(&self.state);
        AwsKeys::verify(&state.aws, token, audience).map_err(|text| (400, "invalid_grant", text))
    }

    fn client(&self, request: &Request) -> Result<Option<String>, Refused> {
        let Some(header) = request.header("authorization") else {
            return Ok(None);
        };
        let pair = header
            .strip_prefix("Basic ")
            .and_then(|text| STANDARD.decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let state = lock(&self.state);
        pair.as_deref()
            .and_then(|pair| pair.split_once(':'))
            .filter(|(id, secret)| state.clients.get(*id).is_some_and(|own| own == secret))
            .map(|(id, _)| Some(id.to_owned()))
            .ok_or_else(|| {
                (
                    401,
                    "invalid_client",
                    String::from("The OAuth client was not found."),
                )
            })
    }

    fn refresh(&self, token: &str) -> Result<Value, Refused> {
        let mut state = lock(&self.state);
        let principal = state.refresh_tokens.remove(token).ok_or_else(|| {
            (
                400,
                "invalid_grant",
                String::from("Session expired or invalid."),
            )
        })?;
        let next = random_hex::<16>().map_err(|error| (500, "server_error", error.to_string()))?;
        state.refresh_tokens.insert(next.clone(), principal.clone());
        state.rotated += 1;
        drop(state);
        let mut response = self.grant(
            &principal,
            &["https://www.googleapis.com/auth/cloud-platform"],
        )?;
        response["refresh_token"] = next.into();
        Ok(response)
    }

    /// A token for part of what another one is good for.
    fn limit(&self, token: &str, options: &Value) -> Result<Value, Refused> {
        let invalid = |text: &str| (400, "invalid_request", text.to_owned());
        let rules = options["accessBoundary"]["accessBoundaryRules"]
            .as_array()
            .filter(|rules| (1..=10).contains(&rules.len()))
            .ok_or_else(|| invalid("An access boundary has one to ten rules."))?;
        let is_rule = |rule: &Value| {
            rule["availableResource"].is_string()
                && rule["availablePermissions"].as_array().is_some_and(|all| {
                    all.iter()
                        .all(|one| one.as_str().is_some_and(|one| one.starts_with("inRole:")))
                })
        };
        if !rules.iter().all(is_rule) {
            return Err(invalid("Malformed access boundary rule."));
        }
        let grant = self
            .tokens
            .grant(token)
            .filter(|grant| !grant.revoked)
            .ok_or_else(|| {
                (
                    400,
                    "invalid_grant",
                    String::from("The subject token is not valid."),
                )
            })?;
        lock(&self.state)
            .boundaries
            .push(options["accessBoundary"].clone());
        let scopes: Vec<_> = grant.scopes.iter().map(String::as_str).collect();
        self.grant(&grant.account, &scopes)
    }

    fn grant(&self, principal: &str, scopes: &[&str]) -> Result<Value, Refused> {
        let token = self
            .tokens
            .issue(principal, scopes)
            .map_err(|error| (500, "server_error", error.to_string()))?;
        Ok(json!({
            "access_token": token, "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3599,
        }))
    }
}

/// Options are percent-encoded within the form, and JSON below that.
fn options(text: &str) -> Option<Value> {
    let plain = percent_decode_str(text).decode_utf8().ok()?;
    serde_json::from_str(&plain).ok()
}

impl Service for SecurityTokenService {
    fn respond(&self, request: &Request) -> Reply {
        match self.respond(request) {
            Ok(Value::Null) => Reply::new(200),
            outcome => reply(outcome),
        }
    }
}

impl fmt::Debug for SecurityTokenService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityTokenService")
            .finish_non_exhaustive()
    }
}
