//! The metadata server that machines of Google Cloud have.

mod identity;
mod responses;
mod tokens;
mod tree;

use std::{
    fmt, io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use serde_json::json;

use self::tokens::Tokens;
use crate::{keys::ServiceAccount, lock::lock, oauth::TokenEndpoint, time::shifted};

/// What kind of machine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Platform {
    /// A virtual machine: the scopes that it was made with count, and those of a request are ignored.
    ComputeEngine,
    /// A container of Cloud Run, whose requests choose their scopes; it has a region, and no zone of Compute Engine.
    CloudRun,
}

/// A metadata server. It refuses requests without `Metadata-Flavor: Google` and those that came through a proxy
/// (`X-Forwarded-For`), sends directories without a slash to those with one, knows `recursive=true` and `alt=json|text`, and gives the same
/// token again until shortly before its end. Clones are the same server.
#[derive(Clone)]
pub struct MetadataServer {
    state: Arc<Mutex<State>>,
}

struct State {
    platform: Platform,
    project: String,
    account: Option<ServiceAccount>,
    scopes: Vec<String>,
    universe: Option<String>,
    tokens: Tokens,
    issuer: Option<TokenEndpoint>,
    /// Seconds that the server's clock is ahead of the machine's.
    offset: i64,
    requests: usize,
}

impl MetadataServer {
    /// The project's number.
    pub const PROJECT_NUMBER: u64 = 123_456_789_012;
    /// The zone of Compute Engine's machines.
    pub const ZONE: &'static str = "europe-west1-b";

    /// A machine of a project with a service account whose tokens are for `cloud-platform`, on Compute Engine.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new(project: &str) -> io::Result<Self> {
        let account = ServiceAccount::new("machine", project)?;
        Ok(Self {
            state: Arc::new(Mutex::new(State {
                platform: Platform::ComputeEngine,
                project: project.to_owned(),
                account: Some(account),
                scopes: vec!["https://www.googleapis.com/auth/cloud-platform".to_owned()],
                universe: Some("googleapis.com".to_owned()),
                tokens: Tokens::new(),
                issuer: None,
                offset: 0,
                requests: 0,
            })),
        })
    }

    /// On another kind of machine.
    #[must_use]
    pub fn on(self, platform: Platform) -> Self {
        lock(&self.state).platform = platform;
        self
    }

    /// In another universe; `None` for servers that do not know universes yet.
    #[must_use]
    pub fn universe(self, domain: Option<&str>) -> Self {
        lock(&self.state).universe = domain.map(str::to_owned);
        self
    }

    /// Without a service account.
    #[must_use]
    pub fn without_account(self) -> Self {
        lock(&self.state).account = None;
        self
    }

    /// Gives out tokens of `endpoint`, so that the APIs which ask it take them.
    #[must_use]
    pub fn issuing_from(self, endpoint: &TokenEndpoint) -> Self {
        lock(&self.state).issuer = Some(endpoint.clone());
        self
    }

    /// How long new tokens live, and how long before their end they are no longer given out again. 3599 s and 300 s unless set.
    pub fn set_lifetime(&self, lifetime: Duration, last: Duration) {
        lock(&self.state).tokens.set_lifetime(lifetime, last);
    }

    /// Moves the server's clock: before a token is issued that makes a wrong clock, after it, time passes.
    pub fn shift_clock(&self, seconds: i64) {
        lock(&self.state).offset += seconds;
    }

    /// The service account's address.
    pub fn email(&self) -> Option<String> {
        let state = lock(&self.state);
        Some(state.account.as_ref()?.email().to_owned())
    }

    /// Returns the number of requests with a response of the server, refused ones included, without those that a fault replaced.
    pub fn requests(&self) -> usize {
        lock(&self.state).requests
    }

    /// How many different access tokens were given out.
    pub fn issued(&self) -> usize {
        lock(&self.state).tokens.issued()
    }

    /// Whether `token` was given out here and has not ended.
    pub fn accepts(&self, token: &str) -> bool {
        let state = lock(&self.state);
        state.tokens.is_alive(token, state.now())
    }

    /// The scopes that `token` was given for.
    pub fn scopes_of(&self, token: &str) -> Option<Vec<String>> {
        lock(&self.state).tokens.scopes(token)
    }
}

impl State {
    /// The server's time.
    fn now(&self) -> SystemTime {
        shifted(self.offset)
    }
}

impl fmt::Debug for MetadataServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        f.debug_struct("MetadataServer")
            .field("platform", &state.platform)
            .field("account", &state.account)
            .field("tokens", &json!(state.tokens.issued()))
            .finish_non_exhaustive()
    }
}
