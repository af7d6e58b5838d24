//! The keys of an issuer: fetched when they are needed, once for all callers, and cached as long as the issuer allows.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gapi_transport::{Body, Clock, Transport};
use http::{HeaderMap, Request, header};
use tokio::{
    runtime::Handle,
    sync::{Mutex as Gate, OwnedMutexGuard},
};

use super::{
    error::{IdTokenCheck, IdTokenError, failed},
    jwt::{PublicKey, read_set},
};
use crate::{AuthError, AuthErrorKind, FetchContext, cache::DualInstant};

/// The shortest lifetime of keys, and the lifetime if the response does not contain one.
const SHORTEST: Duration = Duration::from_secs(60);
const DEFAULT: Duration = Duration::from_secs(60 * 60);
/// The longest lifetime of keys.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The pause between fetches for unknown keys, so that arbitrary tokens do not cause requests.
const BETWEEN_FETCHES: Duration = Duration::from_secs(60);
/// How long the last error is cached while there are no keys.
const REST: Duration = Duration::from_secs(1);
/// The time limit of one fetch.
const FETCH: Duration = Duration::from_secs(15);
/// The maximum length of a response.
const RESPONSE_LIMIT: usize = 1024 * 1024;

/// The keys at one URL.
pub(super) struct IssuerKeys {
    url: String,
    state: Mutex<KeyState>,
    /// Held during a fetch.
    gate: Arc<Gate<()>>,
}

#[derive(Default)]
struct KeyState {
    held: Option<CachedKeys>,
    failure: Option<(AuthError, Duration)>,
    /// The number of completed fetches.
    fetches: u64,
    last: Option<Duration>,
}

struct CachedKeys {
    keys: Arc<[PublicKey]>,
    /// When to refresh the keys in the background.
    stale: Option<DualInstant>,
    /// When the keys expire.
    expiry: Option<DualInstant>,
}

/// The next step for a key.
enum KeyStep {
    Use(Vec<PublicKey>),
    /// Use these keys, and refresh them in the background.
    Refresh(Vec<PublicKey>),
    Fetch,
    Fail(IdTokenError),
}

impl IssuerKeys {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            state: Mutex::default(),
            gate: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, KeyState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the keys that may have signed a token: the one with this ID, or all if the token does not name one.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        transport: &Arc<dyn Transport>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Vec<PublicKey>, IdTokenError> {
        loop {
            let fetches = match self.step(id, &**clock) {
                (KeyStep::Use(keys), _) => return Ok(keys),
                (KeyStep::Fail(error), _) => return Err(error),
                (KeyStep::Refresh(keys), _) => {
                    if let (Ok(runtime), Ok(turn)) =
                        (Handle::try_current(), self.gate.clone().try_lock_owned())
                    {
                        runtime.spawn(self.clone().fetch(turn, transport.clone(), clock.clone()));
                    }
                    return Ok(keys);
                }
                (KeyStep::Fetch, fetches) => fetches,
            };
            let turn = self.gate.clone().lock_owned().await;
            // Another caller may have fetched while this one waited for its turn.
            if self.state().fetches != fetches {
                continue;
            }
            let fetch = self.clone().fetch(turn, transport.clone(), clock.clone());
            match Handle::try_current() {
                // A caller that is dropped neither cancels nor repeats the fetch.
                Ok(runtime) => drop(runtime.spawn(fetch).await),
                Err(_) => fetch.await,
            }
        }
    }

    fn step(&self, id: Option<&str>, clock: &dyn Clock) -> (KeyStep, u64) {
        let now = DualInstant::now(clock);
        let state = self.state();
        let rested = |since: Option<Duration>, wait| {
            since.is_none_or(|since| now.monotonic.saturating_sub(since) >= wait)
        };
        let valid = state
            .held
            .as_ref()
            .filter(|held| !held.expiry.is_some_and(|expiry| expiry.is_reached(&now)));
        let step = match valid {
            Some(held) => {
                let keys: Vec<_> = held
                    .keys
                    .iter()
                    .filter(|key| id.is_none() || key.id.as_deref() == id)
                    .cloned()
                    .collect();
                let stale = held.stale.is_some_and(|stale| stale.is_reached(&now));
                match (keys.is_empty(), rested(state.last, BETWEEN_FETCHES)) {
                    (false, true) if stale => KeyStep::Refresh(keys),
                    (false, _) => KeyStep::Use(keys),
                    (true, true) => KeyStep::Fetch,
                    (true, false) => KeyStep::Fail(failed(
                        IdTokenCheck::Key,
                        "it is signed with a key that its issuer does not have",
                    )),
                }
            }
            None => match &state.failure {
                Some((error, since)) if !rested(Some(*since), REST) => {
                    KeyStep::Fail(IdTokenError::no_keys(error.clone()))
                }
                _ => KeyStep::Fetch,
            },
        };
        (step, state.fetches)
    }

    async fn fetch(
        self: Arc<Self>,
        _turn: OwnedMutexGuard<()>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) {
        let cx = FetchContext::outside(transport, clock.clone());
        let request = self.request(cx.transport());
        let fetched = cx
            .within(FETCH, "the issuer's keys did not come", request)
            .await;
        let now = DualInstant::now(&*clock);
        let mut state = self.state();
        state.fetches += 1;
        state.last = Some(now.monotonic);
        match fetched {
            Ok((keys, lifetime)) => {
                tracing::debug!(keys = keys.len(), ?lifetime, "fetched an issuer's keys");
                state.failure = None;
                state.held = Some(CachedKeys {
                    keys: keys.into(),
                    stale: now.after(lifetime - lifetime / 10),
                    expiry: now.after(lifetime),
                });
            }
            Err(error) => {
                tracing::warn!(%error, "an issuer's keys could not be fetched");
                state.failure = Some((error, now.monotonic));
            }
        }
    }

    async fn request(
        &self,
        transport: &Arc<dyn Transport>,
    ) -> Result<(Vec<PublicKey>, Duration), AuthError> {
        crate::reach::check_endpoint("the URL of the issuer's keys", &self.url)?;
        let request = Request::get(&self.url)
            .header(header::ACCEPT, "application/json")
            .body(Body::empty())
            .map_err(|error| {
                AuthError::new(
                    AuthErrorKind::Config,
                    "the URL of the issuer's keys cannot be used",
                )
                .with_source(error)
            })?;
        let response = transport.send(request).await.map_err(unreachable)?;
        let (head, body) = response.into_parts();
        let body = body.collect(RESPONSE_LIMIT).await.map_err(unreachable)?;
        let unusable = |what: &str| {
            AuthError::new(AuthErrorKind::Http, format!("the issuer's keys: {what}"))
                .with_status(head.status)
                .with_transient(true)
        };
        if !head.status.is_success() {
            return Err(unusable(&format!("HTTP {}", head.status.as_u16())));
        }
        let keys = read_set(&body).ok_or_else(|| {
            unusable("the response is not a JSON Web Key Set with RSA or P-256 keys")
        })?;
        Ok((keys, lifetime(&head.headers)))
    }
}

fn unreachable(error: gapi_transport::TransportError) -> AuthError {
    AuthError::unreachable("the server of the issuer's keys", error)
}

/// Returns `max-age` less `Age` (RFC 9111, section 4.2), within the limits.
fn lifetime(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(header::CACHE_CONTROL).iter();
    let directives = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase());
    let mut longest = None;
    for directive in directives {
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            longest = seconds.trim_matches('"').parse().ok();
        } else if matches!(&*directive, "no-store" | "no-cache") {
            longest = Some(0);
            break;
        }
    }
    let age = headers
        .get(header::AGE)
        .and_then(|age| age.to_str().ok()?.trim().parse().ok())
        .map_or(Duration::ZERO, Duration::from_secs);
    longest
        .map_or(DEFAULT, Duration::from_secs)
        .saturating_sub(age)
        .clamp(SHORTEST, LONGEST)
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerKeys")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
