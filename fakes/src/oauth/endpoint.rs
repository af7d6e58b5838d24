//! The token endpoint.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use http::Method;
use serde_json::{Value, json};

use super::{
    Refused,
    assertion::Assertion,
    reply,
    tokens::{Grant, Tokens},
};
use crate::{
    Reply, Request, Service,
    id_tokens::IdTokenIssuer,
    keys::ServiceAccount,
    lock::lock,
    time::{Civil, shifted},
};

/// The audience that assertions may always name, wherever the endpoint listens.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
/// The grant type of RFC 7523.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// A token endpoint that verifies what it is given and remembers what it issued. Clones are the same endpoint.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    pub(super) state: Arc<Mutex<State>>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) accounts: BTreeMap<String, Vec<ServiceAccount>>,
    /// Users that accounts may act for, and with which scopes.
    subjects: BTreeMap<String, BTreeSet<String>>,
    pub(super) tokens: Tokens,
    lifetime: Duration,
    /// Seconds that the endpoint's clock is ahead of the machine's.
    offset: i64,
    /// Who gives ID tokens to service accounts.
    id_tokens: Option<IdTokenIssuer>,
    requests: usize,
    claims: Vec<Value>,
}

impl TokenEndpoint {
    /// An endpoint that knows no accounts. Its tokens live for 3599 seconds, as Google's do.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                accounts: BTreeMap::new(),
                subjects: BTreeMap::new(),
                tokens: Tokens::default(),
                lifetime: Duration::from_secs(3599),
                offset: 0,
                id_tokens: None,
                requests: 0,
                claims: Vec::new(),
            })),
        }
    }

    /// Accepts assertions signed with `account`'s key.
    pub fn register(&self, account: &ServiceAccount) {
        let mut state = lock(&self.state);
        let keys = state
            .accounts
            .entry(account.email().to_owned())
            .or_default();
        keys.push(account.clone());
    }

    /// Lets service accounts act for `subject` with these scopes (domain-wide delegation).
    pub fn allow_subject<S: Into<String>>(
        &self,
        subject: &str,
        scopes: impl IntoIterator<Item = S>,
    ) {
        let mut state = lock(&self.state);
        let allowed = state.subjects.entry(subject.to_owned()).or_default();
        allowed.extend(scopes.into_iter().map(Into::into));
    }

    /// Gives service accounts ID tokens of `issuer`, if they ask for them with `target_audience`.
    pub fn set_id_tokens(&self, issuer: &IdTokenIssuer) {
        lock(&self.state).id_tokens = Some(issuer.clone());
    }

    /// How long tokens live that are issued from now on.
    pub fn set_lifetime(&self, lifetime: Duration) {
        lock(&self.state).lifetime = lifetime;
    }

    /// Sets the endpoint's clock this many seconds ahead of the machine's, or behind if negative.
    pub fn set_clock(&self, offset: i64) {
        lock(&self.state).offset = offset;
    }

    /// Ends all tokens issued so far: their next use gets a 401.
    pub fn revoke_all(&self) {
        lock(&self.state).tokens.revoke_all();
    }

    /// Ends one token; false where it is not known or has ended already.
    pub fn revoke(&self, token: &str) -> bool {
        lock(&self.state).tokens.revoke(token)
    }

    /// Returns the number of token requests, refused ones included, without those that a fault replaced.
    pub fn requests(&self) -> usize {
        lock(&self.state).requests
    }

    /// How many tokens were issued.
    pub fn issued(&self) -> usize {
        lock(&self.state).tokens.len()
    }

    /// The claims of every assertion with a good signature and good times, in order.
    pub fn claims(&self) -> Vec<Value> {
        lock(&self.state).claims.clone()
    }

    /// Issues a token to `account` without an assertion.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn issue(&self, account: &str, scopes: &[&str]) -> io::Result<String> {
        let mut state = lock(&self.state);
        let (now, lifetime) = (state.now(), state.lifetime);
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        state.tokens.issue(account, None, scopes, now, lifetime)
    }

    /// Returns the grant of `token`, if it was issued here.
    pub fn grant(&self, token: &str) -> Option<Grant> {
        lock(&self.state).tokens.get(token).cloned()
    }

    fn exchange(&self, request: &Request) -> Result<Value, Refused> {
        let invalid = |text: &str| (400, "invalid_request", text.to_owned());
        if request.method != Method::POST {
            return Err((405, "invalid_request", "Use POST.".to_owned()));
        }
        let form_type = request
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !form_type {
            return Err(invalid("The body must be a form."));
        }
        let form = request.form();
        let field = |name: &str| -> Result<Option<&str>, Refused> {
            let mut values = form.iter().filter(|(key, _)| key == name);
            let first = values.next().map(|(_, value)| value.as_str());
            match values.next() {
                None => Ok(first),
                Some(_) => Err((400, "invalid_request", format!("{name} is given twice."))),
            }
        };
        match field("grant_type")? {
            Some(JWT_BEARER) => {}
            None => return Err(invalid("Required parameter is missing: grant_type")),
            Some(other) => {
                return Err((
                    400,
                    "unsupported_grant_type",
                    format!("Invalid grant_type: {other}"),
                ));
            }
        }
        let assertion =
            field("assertion")?.ok_or(invalid("Required parameter is missing: assertion"))?;
        self.jwt_bearer(assertion, &request.url())
    }

    fn jwt_bearer(&self, assertion: &str, own_url: &str) -> Result<Value, Refused> {
        let mut state = lock(&self.state);
        let now = state.now();
        let invalid = |text: String| (400, "invalid_grant", text);
        let assertion = Assertion::verify(assertion, &state.accounts, now).map_err(invalid)?;
        state.claims.push(assertion.claims.clone());
        let audience = assertion.text("aud").unwrap_or_default();
        if audience != AUDIENCE && audience != own_url {
            return Err(invalid("Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token".to_owned()));
        }
        if let (Some(target), Some(issuer)) = (assertion.text("target_audience"), &state.id_tokens)
        {
            let token = issuer
                .issue(target, &assertion.issuer)
                .map_err(|error| (500, "server_error", error.to_string()))?;
            return Ok(json!({ "id_token": token }));
        }
        let scopes = assertion.scopes();
        if scopes.is_empty() || !scopes.iter().all(|scope| is_scope(scope)) {
            return Err((
                400,
                "invalid_scope",
                "Invalid OAuth scope or ID token audience provided.".to_owned(),
            ));
        }
        // An account may name itself.
        let subject = assertion
            .text("sub")
            .filter(|subject| *subject != assertion.issuer);
        if let Some(subject) = subject {
            let allowed = state.subjects.get(subject);
            if !allowed.is_some_and(|allowed| scopes.iter().all(|scope| allowed.contains(scope))) {
                return Err((
                    401,
                    "unauthorized_client",
                    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.".to_owned(),
                ));
            }
        }
        let lifetime = state.lifetime;
        let token = state
            .tokens
            .issue(&assertion.issuer, subject, scopes, now, lifetime)
            .map_err(|error: io::Error| (500, "server_error", error.to_string()))?;
        Ok(json!({"access_token": token, "expires_in": lifetime.as_secs(), "token_type": "Bearer"}))
    }
}

impl Default for TokenEndpoint {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    /// The endpoint's time.
    pub(super) fn now(&self) -> SystemTime {
        shifted(self.offset)
    }
}

impl Service for TokenEndpoint {
    fn respond(&self, request: &Request) -> Reply {
        lock(&self.state).requests += 1;
        reply(self.exchange(request))
            .header(
                "cache-control",
                "no-cache, no-store, max-age=0, must-revalidate",
            )
            .header("date", &Civil::from(lock(&self.state).now()).http())
    }
}

/// Google's scopes are URLs, but for the three of OpenID Connect.
fn is_scope(scope: &str) -> bool {
    matches!(scope, "openid" | "email" | "profile")
        || scope
            .strip_prefix("https://")
            .is_some_and(|rest| rest.contains('/'))
}
