//! The cache that every token goes through.

mod flight;
mod lazy;
mod moment;
mod policy;
mod retry;
mod slot;
mod slots;
mod steps;

use std::{
    fmt, future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{Either, select};
use gapi_transport::{BoxFuture, Clock, SystemClock, Transport};
use tokio::runtime::Handle;

pub(crate) use self::lazy::LazyTransport;
#[cfg(any(feature = "user-flows", feature = "id-token-verification"))]
pub(crate) use self::lazy::LazyTransport as DefaultTransport;
pub(crate) use self::moment::Moment;
pub(crate) use self::policy::ATTEMPT;
pub use self::retry::TokenRetryPolicy;
pub(crate) use self::steps::Steps;

use self::{
    flight::fly,
    retry::Limits,
    slot::{Outcome, Slot, Step, Ticket, Waiting},
    slots::{Key, Slots},
};
#[cfg(feature = "oauth")]
use crate::reach::{Configured, Reach};
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, FetchContext, TokenSource,
    scopes::ScopeSet,
};

/// Credentials made of a [`TokenSource`] and a cache of its tokens. Clones share the cache.
///
/// - **One fetch at a time** for each set of scopes, however many callers wait. A caller who goes away neither cancels nor
///   repeats it.
/// - **Early refresh in the background**: from 225 s, or a tenth of the lifetime if that is shorter, before a token expires
///   one fetch is under way while callers keep using the token.
/// - **A failed refresh never costs a valid token.** The next one is tried after 10 s, then 20 s, up to 5 min; when the token
///   has expired, callers wait for a fetch and see its error. Errors are remembered for half a second at first and never
///   longer than 10 s, unless the server asks for more, so that a crowd of callers does not storm a token endpoint that is down.
/// - **Transient errors are retried** within a fetch: three attempts (or what the source says) of at most 30 s each, 60 s in all, with
///   `Retry-After` honoured, unless [`retry`](Self::retry) says otherwise. An error of time says what was waited for.
/// - **Rejection is exact**: [`reject`](Credentials::reject) discards only the token that the headers came from.
/// - **Both clocks count**: a token is expired when the wall clock or the monotonic clock says so, whichever is first, so
///   neither a suspended machine nor a clock that was set keeps a dead token alive.
///
/// Fetches run as tasks on the tokio runtime of the caller who started them; if that runtime is shut down, another caller takes over.
pub struct Cached<S> {
    core: Arc<Core<S>>,
}

struct Core<S> {
    source: Arc<S>,
    way: Way,
    slots: Mutex<Slots>,
}

/// How tokens are fetched, whatever the source.
#[derive(Clone)]
struct Way {
    transport: Option<Arc<dyn Transport>>,
    fallback: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    retry: TokenRetryPolicy,
}

impl<S: TokenSource> Cached<S> {
    /// Caches the tokens of `source`.
    pub fn new(source: S) -> Self {
        let way = Way {
            transport: None,
            fallback: Arc::new(LazyTransport::default()),
            clock: Arc::new(SystemClock),
            retry: TokenRetryPolicy::new(),
        };
        Self::assemble(Arc::new(source), way)
    }

    fn assemble(source: Arc<S>, way: Way) -> Self {
        let slots = Mutex::default();
        Self {
            core: Arc::new(Core { source, way, slots }),
        }
    }

    fn set(self, change: impl FnOnce(&mut Way)) -> Self {
        let mut way = self.core.way.clone();
        change(&mut way);
        Self::assemble(self.core.source.clone(), way)
    }

    /// Fetches tokens through `transport`, whatever transport requests offer. The cache starts empty.
    #[must_use]
    pub fn transport(self, transport: Arc<dyn Transport>) -> Self {
        self.set(|way| way.transport = Some(transport))
    }

    /// Reads the time from `clock`. The cache starts empty.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        self.set(|way| way.clock = clock)
    }

    /// How fetches are retried after transient errors. The cache starts empty.
    #[must_use]
    pub fn retry(self, policy: TokenRetryPolicy) -> Self {
        self.set(|way| way.retry = policy)
    }

    /// The same way with another source, and an empty cache.
    #[cfg(feature = "oauth")]
    pub(crate) fn with_source(self, source: S) -> Self {
        Self::assemble(Arc::new(source), self.core.way.clone())
    }

    /// The tokens of a source that a file describes, through what its reach names.
    #[cfg(feature = "oauth")]
    pub(crate) fn of_file(source: S) -> Self
    where
        S: Configured,
    {
        let reach = source.reach().clone();
        Self::new(source).reaching(|own| *own = reach)
    }

    /// The same with another reach, and an empty cache.
    #[cfg(feature = "oauth")]
    pub(crate) fn reaching(self, change: impl FnOnce(&mut Reach)) -> Self
    where
        S: Configured,
    {
        let mut source = self.source().clone();
        let mut reach = source.reach().clone();
        change(&mut reach);
        let mut way = self.core.way.clone();
        way.transport = reach.transport().cloned().or(way.transport);
        way.clock = reach.clock().unwrap_or(&way.clock).clone();
        way.retry = reach.retry().cloned().unwrap_or(way.retry);
        source.set_reach(reach);
        Self::assemble(Arc::new(source), way)
    }

    /// The same transport and clock, and one pool, with tokens of another kind.
    #[cfg(feature = "service-account")]
    pub(crate) fn beside<T: TokenSource>(&self, source: T) -> Cached<T> {
        Cached::assemble(Arc::new(source), self.core.way.clone())
    }

    /// Forgets every token, so that the next request fetches one.
    #[cfg(any(feature = "authorized-user", feature = "external-account"))]
    pub(crate) fn forget(&self) {
        self.core.slots().clear();
    }

    /// What requests that are no fetches, such as a revocation, work with.
    #[cfg(feature = "oauth")]
    pub(crate) fn outside_fetch(&self) -> FetchContext {
        let way = &self.core.way;
        let transport = way.transport.as_ref().unwrap_or(&way.fallback);
        FetchContext::outside(transport.clone(), way.clock.clone())
    }

    /// Where the tokens come from.
    pub fn source(&self) -> &S {
        &self.core.source
    }

    async fn get(&self, request: &AuthRequest<'_>) -> Result<AuthHeaders, AuthError> {
        let core = &self.core;
        core.source.check(request)?;
        let slot = core.slot(request);
        let mut lost = 0;
        // Each further turn needs a token that was rejected or a runtime that was shut down while we waited.
        for _ in 0..policy::TURNS {
            let waiting = match slot.step(&core.now()) {
                Step::Ready(headers) => return Ok(headers),
                Step::Failed(error) => return Err(error),
                Step::Refresh(headers, ticket) => {
                    // Without a runtime there is no background; the token is then fetched when it has expired.
                    if let Ok(runtime) = Handle::try_current() {
                        runtime.spawn(core.clone().launch(ticket, core.context(request)));
                    }
                    return Ok(headers);
                }
                Step::Fetch(ticket, waiting) => {
                    let flight = core.clone().launch(ticket, core.context(request));
                    match Handle::try_current() {
                        // A runtime that loses tasks is being shut down.
                        Ok(runtime) if lost < 2 => drop(runtime.spawn(flight)),
                        _ => flight.await,
                    }
                    waiting
                }
                Step::Wait(waiting) => waiting,
            };
            match core.wait(waiting).await {
                // Whoever landed meanwhile, a token beats an error.
                Some(Err(error)) => return slot.ready(&core.now()).ok_or(error),
                Some(Ok(_)) => {}
                None => lost += 1,
            }
        }
        Err(AuthError::new(
            AuthErrorKind::Other,
            "tokens were discarded as fast as they came",
        )
        .with_transient(true))
    }
}

impl<S: TokenSource> Core<S> {
    fn now(&self) -> Moment {
        Moment::now(&*self.way.clock)
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, request: &AuthRequest<'_>) -> Key {
        let scopes = if self.source.is_scoped() {
            ScopeSet::effective(self.source.scopes(), request.scopes)
        } else {
            ScopeSet::default()
        };
        Key {
            scopes,
            audience: self.source.audience(request),
        }
    }

    /// The slot of `request`, if there is one already.
    fn find(&self, request: &AuthRequest<'_>) -> Option<Arc<Slot>> {
        let is_scoped = self.source.is_scoped();
        let own = self.source.scopes();
        let audience = self.source.audience(request);
        self.slots().find(|key| {
            let has_scopes = !is_scoped || key.scopes.is_effective(own, request.scopes);
            has_scopes && key.audience == audience
        })
    }

    fn slot(&self, request: &AuthRequest<'_>) -> Arc<Slot> {
        self.find(request).unwrap_or_else(|| {
            let patience = policy::patience(self.limits().fetch);
            let key = self.key(request);
            self.slots().find_or_add(key, || Slot::new(patience))
        })
    }

    /// The headers of a token that nobody has to wait for, nor to refresh.
    fn fresh(&self, request: &AuthRequest<'_>) -> Option<AuthHeaders> {
        self.source.check(request).ok()?;
        self.find(request)?.fresh(&self.now())
    }

    fn context(&self, request: &AuthRequest<'_>) -> FetchContext {
        let key = self.key(request);
        let way = &self.way;
        let transport = way.transport.as_ref().or(request.transport);
        FetchContext {
            scopes: key.scopes,
            audience: key.audience,
            ..FetchContext::outside(
                transport.unwrap_or(&way.fallback).clone(),
                way.clock.clone(),
            )
        }
    }

    fn limits(&self) -> Limits {
        self.way.retry.limits(&*self.source)
    }

    /// Not an `async fn`, so that the ticket is handed back even if the future is dropped before its first poll.
    fn launch(
        self: Arc<Self>,
        ticket: Ticket,
        cx: FetchContext,
    ) -> impl Future<Output = ()> + Send {
        let (source, limits) = (self.source.clone(), self.limits());
        async move { fly(&*source, ticket, &cx, limits).await }
    }

    /// The outcome of a flight, or nothing if it is lost.
    async fn wait(&self, mut waiting: Waiting) -> Option<Outcome> {
        let patience = waiting
            .gives_up
            .saturating_duration_since(self.way.clock.instant());
        let landing = std::pin::pin!(waiting.outcome.wait_for(Option::is_some));
        match select(landing, self.way.clock.sleep(patience)).await {
            Either::Left((Ok(outcome), _)) => outcome.clone(),
            Either::Left((Err(_), _)) | Either::Right(_) => None,
        }
    }
}

impl<S: TokenSource> Credentials for Cached<S> {
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        // Almost always, and then there is nothing that could wait.
        if let Some(headers) = self.core.fresh(request) {
            return Box::pin(future::ready(Ok(headers)));
        }
        Box::pin(async move {
            self.get(request)
                .await
                .map_err(|error| error.with_credential(|| self.core.source.describe()))
        })
    }

    fn reject(&self, used: &AuthHeaders) -> bool {
        if used.generation() == 0 {
            return false;
        }
        let now = self.core.now();
        let held = self
            .core
            .slots()
            .iter()
            .find_map(|slot| slot.reject(used.generation(), &now));
        // A generation that no slot holds has been replaced already.
        held.unwrap_or(true)
    }

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(self.core.source.universe_domain().to_owned()) })
    }

    fn quota_project(&self) -> Option<&str> {
        self.core.source.quota_project()
    }

    fn describe(&self) -> String {
        self.core.source.describe()
    }

    fn metrics(&self) -> Option<&'static str> {
        self.core.source.metrics()
    }

    fn keeps_time(&self) -> bool {
        true
    }
}

impl<S> Clone for Cached<S> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Cached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("source", &self.core.source)
            .finish_non_exhaustive()
    }
}
