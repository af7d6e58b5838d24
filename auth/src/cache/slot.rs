//! The token of one set of scopes, and what is under way for it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{moment::Moment, policy};
use crate::{AuthError, AuthErrorKind, AuthHeaders, Token};

pub(super) type Outcome = Result<AuthHeaders, AuthError>;

/// The token of one set of scopes. Its lock is held for moments only, never across an await.
pub(super) struct Slot {
    state: Mutex<State>,
    /// How long callers wait for a fetch before they take it for lost.
    patience: Duration,
}

#[derive(Default)]
struct State {
    token: Option<Held>,
    flight: Option<Waiting>,
    failure: Option<Failure>,
    flights: u64,
    young_rejections: u32,
}

struct Held {
    token: Token,
    headers: AuthHeaders,
    issued: Instant,
    expiry: Option<Moment>,
    refresh: Option<Moment>,
}

struct Failure {
    error: AuthError,
    count: u32,
    /// Until when callers without a token get `error`.
    foreground: Instant,
    /// Until when a valid token is not refreshed.
    background: Instant,
}

/// What a caller has to do next.
pub(super) enum Step {
    /// Use these headers.
    Ready(AuthHeaders),
    /// Use these headers, and see that the ticket is flown.
    Refresh(AuthHeaders, Ticket),
    /// Fly the ticket, and wait.
    Fetch(Ticket, Waiting),
    /// Somebody flies.
    Wait(Waiting),
    /// A fetch has just failed.
    Failed(AuthError),
}

/// The right, and the duty, to fetch one token. Dropping it lets somebody else fetch.
pub(super) struct Ticket {
    slot: Arc<Slot>,
    flight: u64,
    outcome: watch::Sender<Option<Outcome>>,
}

/// A fetch that somebody else does.
#[derive(Clone)]
pub(super) struct Waiting {
    flight: u64,
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    pub(super) gives_up: Instant,
}

impl Waiting {
    /// A flight whose ticket was dropped never lands, and neither does one on a runtime that nobody drives.
    fn may_land(&self, now: &Moment) -> bool {
        self.outcome.has_changed().is_ok() && now.monotonic < self.gives_up
    }
}

impl Slot {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            state: Mutex::default(),
            patience,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn step(self: &Arc<Self>, now: &Moment) -> Step {
        let mut state = self.state();
        let flying = state.flight.clone().filter(|flight| flight.may_land(now));
        if let Some(held) = state.token.as_ref().filter(|held| held.is_valid(now)) {
            let headers = held.headers.clone();
            let resting = state
                .failure
                .as_ref()
                .is_some_and(|f| now.monotonic < f.background);
            if !held.is_due(now) || resting || flying.is_some() {
                return Step::Ready(headers);
            }
            return Step::Refresh(headers, self.ticket(&mut state, now).0);
        }
        if let Some(flying) = flying {
            return Step::Wait(flying);
        }
        match &state.failure {
            Some(failure) if now.monotonic < failure.foreground => {
                Step::Failed(failure.error.clone())
            }
            _ => {
                let (ticket, waiting) = self.ticket(&mut state, now);
                Step::Fetch(ticket, waiting)
            }
        }
    }

    fn ticket(self: &Arc<Self>, state: &mut State, now: &Moment) -> (Ticket, Waiting) {
        state.flights += 1;
        let (sender, outcome) = watch::channel(None);
        let flight = state.flights;
        let waiting = Waiting {
            flight,
            outcome,
            gives_up: now.monotonic + self.patience,
        };
        state.flight = Some(waiting.clone());
        (
            Ticket {
                slot: self.clone(),
                flight,
                outcome: sender,
            },
            waiting,
        )
    }

    /// The token's headers, if it is valid and needs no refresh yet.
    pub(super) fn fresh(&self, now: &Moment) -> Option<AuthHeaders> {
        let state = self.state();
        let held = state.token.as_ref()?;
        (held.is_valid(now) && !held.is_due(now)).then(|| held.headers.clone())
    }

    /// The token's headers, if it is valid.
    pub(super) fn ready(&self, now: &Moment) -> Option<AuthHeaders> {
        self.state()
            .token
            .as_ref()
            .filter(|held| held.is_valid(now))
            .map(|held| held.headers.clone())
    }

    /// Discards the token if it is of this `generation`. `None` when it is not; else whether another try can succeed.
    pub(super) fn reject(&self, generation: u64, now: &Moment) -> Option<bool> {
        let mut state = self.state();
        let held = state
            .token
            .as_ref()
            .filter(|held| held.headers.generation() == generation)?;
        let young = now.monotonic.saturating_duration_since(held.issued) < policy::YOUNG;
        if young && state.young_rejections >= policy::YOUNG_REJECTIONS {
            // New tokens are refused again and again: it is not their age.
            return Some(false);
        }
        state.young_rejections = if young { state.young_rejections + 1 } else { 0 };
        state.token = None;
        Some(true)
    }

    fn land(
        &self,
        flight: u64,
        fetched: Result<(Token, AuthHeaders), AuthError>,
        now: &Moment,
    ) -> Outcome {
        let mut state = self.state();
        let current = state
            .flight
            .as_ref()
            .is_some_and(|current| current.flight == flight);
        if current {
            state.flight = None;
        }
        match fetched
            .and_then(|(token, headers)| Held::new(token, headers, state.token.as_ref(), now))
        {
            Ok(held) => {
                let headers = held.headers.clone();
                // A flight that was given up may land late, with an older token than the one that replaced it.
                if current || !state.token.as_ref().is_some_and(|held| held.is_valid(now)) {
                    state.token = Some(held);
                    state.failure = None;
                }
                Ok(headers)
            }
            Err(error) => {
                if current {
                    let count = state
                        .failure
                        .as_ref()
                        .map_or(0, |failure| failure.count)
                        .saturating_add(1);
                    let wished = policy::bounded(error.retry_after());
                    let until = |backoff: Duration| now.monotonic + backoff.max(wished);
                    state.failure = Some(Failure {
                        error: error.clone(),
                        count,
                        foreground: until(policy::foreground_backoff(count)),
                        background: until(policy::background_backoff(count)),
                    });
                }
                Err(error)
            }
        }
    }
}

impl Held {
    fn new(
        token: Token,
        headers: AuthHeaders,
        previous: Option<&Self>,
        now: &Moment,
    ) -> Result<Self, AuthError> {
        let same = previous.filter(|previous| previous.token.secret() == token.secret());
        let generation = same.map_or_else(next_generation, |same| same.headers.generation());
        let (mut expiry, mut refresh) = (None, None);
        if let Some(expires_at) = token.expiry() {
            let lifetime = expires_at.duration_since(now.wall).unwrap_or_default();
            if lifetime.is_zero() {
                return Err(expired_on_arrival());
            }
            let safety = policy::safety_margin(lifetime);
            expiry = now.after(lifetime - safety);
            let wait = if same.is_some() {
                policy::same_again(lifetime)
            } else {
                lifetime.saturating_sub(policy::refresh_margin(lifetime).max(safety))
            };
            refresh = now.after(wait);
        }
        let issued = same.map_or(now.monotonic, |same| same.issued);
        Ok(Self {
            token,
            headers: headers.with_generation(generation),
            issued,
            expiry,
            refresh,
        })
    }

    /// Whether it is time to fetch the next one.
    fn is_due(&self, now: &Moment) -> bool {
        self.refresh.is_some_and(|refresh| refresh.has_come(now))
    }

    fn is_valid(&self, now: &Moment) -> bool {
        !self.expiry.is_some_and(|expiry| expiry.has_come(now))
    }
}

fn expired_on_arrival() -> AuthError {
    AuthError::new(
        AuthErrorKind::Other,
        "the token that was fetched has already expired",
    )
    .with_transient(true)
    .with_hint(
        "if its expiry is given as a point in time, compare this machine's clock with its issuer's",
    )
}

/// Numbers that no two tokens of the process share, so that headers of one cache mean nothing to another.
fn next_generation() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Ticket {
    /// Ends the flight and tells everybody who waits for it.
    pub(super) fn land(self, fetched: Result<(Token, AuthHeaders), AuthError>, now: &Moment) {
        let outcome = self.slot.land(self.flight, fetched, now);
        self.outcome.send_replace(Some(outcome));
    }
}
