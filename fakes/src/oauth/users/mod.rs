//! An authorization server for users: sign-in, consent, codes, refresh tokens, devices, revocation.
//!
//! It has Google's paths and habits: a refresh token with the first consent only (or with `prompt=consent`), `scope` in the response,
//! an ID token where `openid` was asked for, and `verification_url` for devices. It is strict where a client can be wrong: redirect URIs,
//! PKCE, codes that are used twice.

mod authorize;
mod device;
mod grants;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use http::Method;
use serde_json::{Value, json};

use super::{Refused, TokenEndpoint, reply};
use crate::{Reply, Request, Service, keys::random_hex, lock::lock};

/// The server. Put it at [`PATHS`](Self::PATHS) of a [`Routes`](crate::Routes). Clones are the same server.
#[derive(Clone, Debug)]
pub struct AuthorizationServer {
    tokens: TokenEndpoint,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    clients: BTreeMap<String, Client>,
    user: String,
    decision: Decision,
    /// Scopes that the user does not grant.
    withheld: Vec<String>,
    rotates: bool,
    codes: BTreeMap<String, Code>,
    refresh_tokens: BTreeMap<String, Consent>,
    devices: BTreeMap<String, Device>,
    /// Access tokens by the refresh token that they came with.
    issued: Vec<(String, String)>,
    refreshes: usize,
}

/// What the user does with a consent page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Looks at it: the page is shown, and a button decides.
    #[default]
    Asked,
    /// Agrees to everything, without a page.
    Yes,
    /// Refuses, without a page.
    No,
}

#[derive(Clone)]
struct Client {
    secret: String,
    redirect_uris: Vec<String>,
    /// Whether the user has consented before.
    known: bool,
}

/// What a user agreed to.
#[derive(Clone)]
struct Consent {
    client: String,
    user: String,
    scopes: Vec<String>,
}

/// A code that was not used yet, or was.
struct Code {
    consent: Consent,
    redirect_uri: String,
    challenge: Option<String>,
    nonce: Option<String>,
    offline: bool,
    used: bool,
}

/// A device that waits.
struct Device {
    user_code: String,
    consent: Consent,
    decision: Option<bool>,
}

impl AuthorizationServer {
    /// The paths that it serves.
    pub const PATHS: [&str; 5] = [
        "/o/oauth2/",
        "/token",
        "/revoke",
        "/device",
        "/oauth2/v2/userinfo",
    ];
    /// The user who signs in unless another one is named.
    pub const USER: &str = "ann@example.com";

    /// A server whose access tokens are `tokens`' own, which also serves every grant that is not a user's.
    #[must_use]
    pub fn new(tokens: &TokenEndpoint) -> Self {
        Self {
            tokens: tokens.clone(),
            state: Arc::new(Mutex::new(State {
                user: Self::USER.to_owned(),
                ..State::default()
            })),
        }
    }

    /// Registers a client. Its redirect URIs are exact; loopback ones are good for every port.
    pub fn register(&self, id: &str, secret: &str, redirect_uris: &[&str]) {
        let client = Client {
            secret: secret.to_owned(),
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            known: false,
        };
        lock(&self.state).clients.insert(id.to_owned(), client);
    }

    /// What the user does with consent pages from now on.
    pub fn set_decision(&self, decision: Decision) {
        lock(&self.state).decision = decision;
    }

    /// Who signs in from now on.
    pub fn set_user(&self, user: &str) {
        lock(&self.state).user = user.to_owned();
    }

    /// Scopes that the user does not grant from now on.
    pub fn withhold<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) {
        lock(&self.state).withheld = scopes.into_iter().map(Into::into).collect();
    }

    /// Whether each refresh gives a new refresh token, which Google's server does not do.
    pub fn set_rotation(&self, rotates: bool) {
        lock(&self.state).rotates = rotates;
    }

    /// The user enters a device's code, and agrees. False where there is no such code.
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.decide_device(user_code, true)
    }

    /// How many refresh requests were granted.
    pub fn refreshes(&self) -> usize {
        lock(&self.state).refreshes
    }

    /// How many refresh tokens are good.
    pub fn live_grants(&self) -> usize {
        lock(&self.state).refresh_tokens.len()
    }

    /// A client's `client_secret.json` for the server at `url`. `kind` is `web` or `installed`.
    pub fn client_secret_json(&self, url: &str, kind: &str, id: &str) -> String {
        let client = lock(&self.state).clients.get(id).cloned();
        let client = client.unwrap_or(Client {
            secret: String::new(),
            redirect_uris: Vec::new(),
            known: false,
        });
        let fields = json!({
            "client_id": id,
            "client_secret": client.secret,
            "project_id": "example-123",
            "auth_uri": format!("{url}/o/oauth2/v2/auth"),
            "token_uri": format!("{url}/token"),
            "device_authorization_uri": format!("{url}/device/code"),
            "revoke_uri": format!("{url}/revoke"),
            "redirect_uris": client.redirect_uris,
        });
        json!({ kind: fields }).to_string()
    }

    /// Who `request`'s token belongs to: the `userinfo` method of the API oauth2 v2.
    fn userinfo(&self, request: &Request) -> Reply {
        let grant = request.bearer().and_then(|token| self.tokens.grant(token));
        match grant {
            Some(grant) if !grant.revoked && grant.scopes.iter().any(|scope| is_email(scope)) => {
                let name = grant.account.split('@').next().unwrap_or_default();
                Reply::json(
                    200,
                    &json!({"id": "100000000000000000001", "email": grant.account, "verified_email": true, "given_name": name}),
                )
            }
            Some(grant) if !grant.revoked => Reply::json(
                403,
                &json!({"error": {"code": 403, "message": "Request had insufficient authentication scopes.", "status": "PERMISSION_DENIED"}}),
            ),
            _ => Reply::json(
                401,
                &json!({"error": {"code": 401, "message": "Request had invalid authentication credentials.", "status": "UNAUTHENTICATED"}}),
            ),
        }
    }
}

fn is_email(scope: &str) -> bool {
    matches!(
        scope,
        "email" | "https://www.googleapis.com/auth/userinfo.email"
    )
}

/// Returns an opaque text that cannot be guessed.
fn opaque(prefix: &str) -> Result<String, Refused> {
    let random =
        random_hex::<24>().map_err(|error| refused(500, "server_error", &error.to_string()))?;
    Ok(format!("{prefix}{random}"))
}

fn refused(status: u16, error: &'static str, description: &str) -> Refused {
    (status, error, description.to_owned())
}

fn json_reply(outcome: Result<Value, Refused>) -> Reply {
    reply(outcome).header("cache-control", "no-store")
}

impl Service for AuthorizationServer {
    fn respond(&self, request: &Request) -> Reply {
        match (&request.method, request.path.as_str()) {
            (&Method::GET, "/o/oauth2/v2/auth" | "/o/oauth2/auth") => self.authorize(request),
            (&Method::POST, "/o/oauth2/consent") => self.consent(request),
            (&Method::POST, "/token") => self.token(request),
            (&Method::POST, "/revoke") => json_reply(self.revoke(request)),
            (&Method::POST, "/device/code") => json_reply(self.device_code(request)),
            (&Method::GET, "/device") => self.device_page(request),
            (&Method::POST, "/device") => self.device_decision(request),
            (&Method::GET, "/oauth2/v2/userinfo") => self.userinfo(request),
            _ => Reply::not_found(),
        }
    }
}

/// Numbers only: what is kept is secret.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("clients", &self.clients.len())
            .field("codes", &self.codes.len())
            .field("refresh_tokens", &self.refresh_tokens.len())
            .finish_non_exhaustive()
    }
}
