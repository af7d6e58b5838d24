//! The tokens of one cache: a slot for each key, with its token, its running refresh and its last failure.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    runtime::{Handle, Id},
    sync::watch,
};

use super::timing::{self, DualInstant};
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, Token,
    request::{ScopeList, ScopeSet},
};

pub(super) type FetchOutcome = Result<AuthHeaders, AuthError>;

/// What tokens of one source differ by.
#[derive(PartialEq, Eq)]
pub(super) struct SlotKey {
    pub(super) scopes: ScopeSet,
    pub(super) audience: Option<String>,
}

/// What the key of a request is made of. Searching by it needs no key, so a call with a cached token makes none.
pub(super) struct KeyParts<'a> {
    pub(super) scopes: ScopeList<'a>,
    pub(super) audience: Option<String>,
}

impl KeyParts<'_> {
    fn is_of(&self, key: &SlotKey) -> bool {
        key.scopes == self.scopes && key.audience == self.audience
    }

    pub(super) fn into_key(self) -> SlotKey {
        SlotKey {
            scopes: self.scopes.to_set(),
            audience: self.audience,
        }
    }
}

/// A slot for each key. The list is short, so it is searched linearly.
#[derive(Default)]
pub(super) struct Slots {
    entries: Vec<Entry>,
    uses: u64,
}

struct Entry {
    key: SlotKey,
    slot: Arc<Slot>,
    used: u64,
}

impl Slots {
    /// Returns the slot of `parts`, if there is one.
    pub(super) fn find(&mut self, parts: &KeyParts<'_>) -> Option<Arc<Slot>> {
        let entry = self.entries.iter_mut().find(|e| parts.is_of(&e.key))?;
        self.uses += 1;
        entry.used = self.uses;
        Some(entry.slot.clone())
    }

    /// Returns the slot of `parts`, adding one if there is none.
    pub(super) fn find_or_add(&mut self, parts: KeyParts<'_>, patience: Duration) -> Arc<Slot> {
        if let Some(slot) = self.find(&parts) {
            return slot;
        }
        if self.entries.len() >= timing::SLOTS {
            // Slots that a caller holds are in use; of the others the least recently used one is replaced.
            let age = |entry: &Entry| (Arc::strong_count(&entry.slot) > 1, entry.used);
            let indices = 0..self.entries.len();
            if let Some(oldest) = indices.min_by_key(|index| age(&self.entries[*index])) {
                self.entries.swap_remove(oldest);
            }
        }
        let slot = Arc::new(Slot::new(patience));
        self.uses += 1;
        self.entries.push(Entry {
            key: parts.into_key(),
            slot: slot.clone(),
            used: self.uses,
        });
        slot
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Slot>> {
        self.entries.iter().map(|entry| &entry.slot)
    }

    #[cfg(any(feature = "authorized-user", feature = "external-account"))]
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// The token of one key. Its lock is never held across an await.
pub(super) struct Slot {
    state: Mutex<SlotState>,
    /// How long callers wait for a fetch before they consider it lost.
    patience: Duration,
}

#[derive(Default)]
struct SlotState {
    token: Option<CachedToken>,
    refresh: Option<PendingRefresh>,
    failure: Option<Failure>,
    refreshes: u64,
    young_rejections: u32,
}

struct CachedToken {
    token: Token,
    headers: AuthHeaders,
    issued: Duration,
    expiry: Option<DualInstant>,
    refresh: Option<DualInstant>,
}

struct Failure {
    error: AuthError,
    count: u32,
    /// Callers without a token get `error` until then.
    foreground: Duration,
    /// A valid token is not refreshed until then.
    background: Duration,
}

/// The next step of a caller.
pub(super) enum SlotStep {
    /// Use these headers.
    Ready(AuthHeaders),
    /// Use these headers, and refresh the token in the background.
    Refresh(AuthHeaders, RefreshGuard),
    /// Fetch a token, and wait for it.
    Fetch(RefreshGuard, PendingRefresh),
    /// Wait for a fetch of another caller.
    Wait(PendingRefresh),
    /// A fetch has just failed.
    Failed(AuthError),
}

/// The right to fetch one token. Dropping it lets another caller fetch.
pub(super) struct RefreshGuard {
    slot: Arc<Slot>,
    number: u64,
    outcome: watch::Sender<Option<FetchOutcome>>,
}

/// A running fetch, as its waiting callers see it.
#[derive(Clone)]
pub(super) struct PendingRefresh {
    number: u64,
    pub(super) outcome: watch::Receiver<Option<FetchOutcome>>,
    begun: Duration,
    lost_at: Duration,
    /// The runtime that fetches.
    runtime: Option<Id>,
}

impl PendingRefresh {
    /// Returns when a caller considers the fetch lost. Another runtime than the caller's may be idle, so that its fetch makes no progress.
    pub(super) fn lost_at(&self) -> Duration {
        if self.runtime == current_runtime() {
            return self.lost_at;
        }
        self.lost_at
            .min(self.begun.saturating_add(timing::ELSEWHERE))
    }

    /// A refresh whose guard was dropped never completes, and neither does one on a runtime that was shut down.
    fn may_complete(&self, now: &DualInstant) -> bool {
        self.outcome.has_changed().is_ok() && now.monotonic < self.lost_at()
    }
}

impl Slot {
    fn new(patience: Duration) -> Self {
        Self {
            state: Mutex::default(),
            patience,
        }
    }

    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn step(self: &Arc<Self>, now: &DualInstant) -> SlotStep {
        let mut state = self.state();
        let pending = state
            .refresh
            .clone()
            .filter(|refresh| refresh.may_complete(now));
        if let Some(held) = state.token.as_ref().filter(|held| held.is_valid(now)) {
            let headers = held.headers.clone();
            let resting = state
                .failure
                .as_ref()
                .is_some_and(|f| now.monotonic < f.background);
            if !held.is_due(now) || resting || pending.is_some() {
                return SlotStep::Ready(headers);
            }
            return SlotStep::Refresh(headers, self.start(&mut state, now).0);
        }
        if let Some(pending) = pending {
            return SlotStep::Wait(pending);
        }
        match &state.failure {
            Some(failure) if now.monotonic < failure.foreground => {
                SlotStep::Failed(failure.error.clone())
            }
            _ => {
                let (guard, pending) = self.start(&mut state, now);
                SlotStep::Fetch(guard, pending)
            }
        }
    }

    fn start(
        self: &Arc<Self>,
        state: &mut SlotState,
        now: &DualInstant,
    ) -> (RefreshGuard, PendingRefresh) {
        state.refreshes += 1;
        let number = state.refreshes;
        let (sender, outcome) = watch::channel(None);
        let pending = PendingRefresh {
            number,
            outcome,
            begun: now.monotonic,
            lost_at: now.monotonic + self.patience,
            runtime: current_runtime(),
        };
        state.refresh = Some(pending.clone());
        let guard = RefreshGuard {
            slot: self.clone(),
            number,
            outcome: sender,
        };
        (guard, pending)
    }

    /// Returns the token's headers, if it is valid and needs no refresh yet.
    pub(super) fn fresh(&self, now: &DualInstant) -> Option<AuthHeaders> {
        let state = self.state();
        let held = state.token.as_ref()?;
        (held.is_valid(now) && !held.is_due(now)).then(|| held.headers.clone())
    }

    /// Returns the token's headers, if it is valid.
    pub(super) fn valid(&self, now: &DualInstant) -> Option<AuthHeaders> {
        let state = self.state();
        let held = state.token.as_ref()?;
        held.is_valid(now).then(|| held.headers.clone())
    }

    /// Discards the token if it is of this `generation`. Returns whether another attempt can succeed; `None` for another generation.
    pub(super) fn reject(&self, generation: u64, now: &DualInstant) -> Option<bool> {
        let mut state = self.state();
        let held = state
            .token
            .as_ref()
            .filter(|held| held.headers.generation() == generation)?;
        let young = now.monotonic.saturating_sub(held.issued) < timing::YOUNG;
        if young && state.young_rejections >= timing::YOUNG_REJECTIONS {
            // New tokens are refused repeatedly, so their age is not the reason.
            return Some(false);
        }
        state.young_rejections = if young { state.young_rejections + 1 } else { 0 };
        state.token = None;
        Some(true)
    }

    fn complete(
        &self,
        number: u64,
        fetched: Result<(Token, AuthHeaders), AuthError>,
        now: &DualInstant,
    ) -> FetchOutcome {
        let mut state = self.state();
        let current = state
            .refresh
            .as_ref()
            .is_some_and(|current| current.number == number);
        if current {
            state.refresh = None;
        }
        match fetched.and_then(|(token, headers)| {
            CachedToken::new(token, headers, state.token.as_ref(), now)
        }) {
            Ok(held) => {
                let headers = held.headers.clone();
                // A refresh that was considered lost may complete late, with an older token than the one that replaced it.
                if current || !state.token.as_ref().is_some_and(|held| held.is_valid(now)) {
                    state.token = Some(held);
                    state.failure = None;
                }
                Ok(headers)
            }
            Err(error) => {
                // A program without a transport reached no server that repeated calls could overload.
                if current && !error.is_without_client() {
                    let count = state
                        .failure
                        .as_ref()
                        .map_or(0, |failure| failure.count)
                        .saturating_add(1);
                    let retry_after = timing::bounded(error.retry_after());
                    let until = |backoff: Duration| now.monotonic + backoff.max(retry_after);
                    state.failure = Some(Failure {
                        error: error.clone(),
                        count,
                        foreground: until(timing::foreground_backoff(count)),
                        background: until(timing::background_backoff(count)),
                    });
                }
                Err(error)
            }
        }
    }
}

impl CachedToken {
    fn new(
        token: Token,
        headers: AuthHeaders,
        previous: Option<&Self>,
        now: &DualInstant,
    ) -> Result<Self, AuthError> {
        let same = previous.filter(|previous| previous.token.secret() == token.secret());
        let generation = same.map_or_else(next_generation, |same| same.headers.generation());
        let (mut expiry, mut refresh) = (None, None);
        if let Some(expires_at) = token.expiry() {
            let lifetime = expires_at.duration_since(now.wall).unwrap_or_default();
            if lifetime.is_zero() {
                return Err(expired_on_arrival());
            }
            let safety = timing::safety_margin(lifetime);
            expiry = now.after(lifetime - safety);
            let wait = if same.is_some() {
                timing::same_again(lifetime)
            } else {
                lifetime.saturating_sub(timing::refresh_margin(lifetime).max(safety))
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

    /// Returns whether it is time to fetch the next token.
    fn is_due(&self, now: &DualInstant) -> bool {
        self.refresh.is_some_and(|refresh| refresh.is_reached(now))
    }

    fn is_valid(&self, now: &DualInstant) -> bool {
        !self.expiry.is_some_and(|expiry| expiry.is_reached(now))
    }
}

fn current_runtime() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
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

/// Returns a number that no other token of the process has, so that headers of one cache mean nothing to another.
fn next_generation() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl RefreshGuard {
    /// Stores the outcome, and hands it to all callers that wait.
    pub(super) fn complete(
        self,
        fetched: Result<(Token, AuthHeaders), AuthError>,
        now: &DualInstant,
    ) {
        let outcome = self.slot.complete(self.number, fetched, now);
        self.outcome.send_replace(Some(outcome));
    }
}
