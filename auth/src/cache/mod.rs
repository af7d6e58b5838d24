//! The cache of all tokens.

mod slot;
mod timing;

use std::{
    fmt, future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{
    FutureExt,
    future::{Either, select},
};
use gapi_transport::{BoxFuture, Clock, SystemClock, Transport};
use tokio::runtime::Handle;

pub(crate) use self::timing::DualInstant;

use self::slot::{FetchOutcome, KeyParts, PendingRefresh, RefreshGuard, Slot, SlotStep, Slots};
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, FetchContext, Token,
    TokenRetryPolicy, TokenSource, facade::setters, request::ScopeList, token_retry::Limits,
};
#[cfg(feature = "oauth")]
use crate::{configured::Configured, reach::Reach};

/// Credentials that cache the tokens of a [`TokenSource`]. Clones share the cache.
///
/// - **One fetch at a time** for each set of scopes, for any number of callers. A caller that is dropped neither cancels nor repeats it.
/// - **Early refresh in the background**: it begins 225 s before a token expires, or a tenth of its lifetime if that is shorter. Callers
///   use the token until it is replaced.
/// - **A failed refresh never discards a valid token.** The next attempt follows after 10 s, then 20 s, up to 5 min. After the token has
///   expired, callers wait for a fetch and get its error. Errors are cached for 0.5 s at first and for 10 s at most, unless the
///   server requests more, so that many callers do not overload a token endpoint that is down.
/// - **Transient errors are retried** within a fetch: three attempts of at most 30 s each, within 60 s, with `Retry-After` honoured. The source or
///   [`retry`](Self::retry) may change that. The error of a time limit names what was waited for.
/// - **Rejection is exact**: [`reject`](Credentials::reject) discards only the token of the headers.
/// - **Both clocks count**: a token expires by the wall clock or by the monotonic clock, the earlier of the two, so neither a suspended
///   machine nor a changed clock extends its lifetime.
///
/// Fetches run as tasks on the tokio runtime of the caller that started them. If that runtime is shut down, another caller takes over.
pub struct Cached<S> {
    core: Arc<Core<S>>,
}

struct Core<S> {
    source: Arc<S>,
    settings: FetchSettings,
    slots: Mutex<Slots>,
}

/// How tokens are fetched.
#[derive(Clone)]
pub(crate) struct FetchSettings {
    pub(crate) transport: Option<Arc<dyn Transport>>,
    fallback: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry: TokenRetryPolicy,
}

impl<S: TokenSource> Cached<S> {
    /// Returns credentials that cache the tokens of `source`.
    pub fn new(source: S) -> Self {
        let settings = FetchSettings {
            transport: None,
            fallback: Arc::new(gapi_transport::LazyTransport::default()),
            clock: Arc::new(SystemClock),
            retry: TokenRetryPolicy::new(),
        };
        Self::assemble(Arc::new(source), settings)
    }

    fn assemble(source: Arc<S>, settings: FetchSettings) -> Self {
        let slots = Mutex::default();
        Self {
            core: Arc::new(Core {
                source,
                settings,
                slots,
            }),
        }
    }

    /// Returns the same credentials with other settings and an empty cache.
    pub(crate) fn configure(self, change: impl FnOnce(&mut FetchSettings)) -> Self {
        let mut settings = self.core.settings.clone();
        change(&mut settings);
        Self::assemble(self.core.source.clone(), settings)
    }

    setters!(transport, clock, retry);

    /// Returns the same credentials with a changed source and an empty cache.
    #[cfg(feature = "oauth")]
    pub(crate) fn change_source(self, change: impl FnOnce(&mut S)) -> Self
    where
        S: Clone,
    {
        let mut source = self.source().clone();
        change(&mut source);
        self.with_source(source)
    }

    /// Returns the same settings with another source and an empty cache.
    #[cfg(feature = "oauth")]
    pub(crate) fn with_source(self, source: S) -> Self {
        Self::assemble(Arc::new(source), self.core.settings.clone())
    }

    /// Returns credentials of a source that a file describes, with the settings of its [`Reach`].
    #[cfg(feature = "oauth")]
    pub(crate) fn of_file(source: S) -> Self
    where
        S: Configured,
    {
        let reach = source.reach().clone();
        Self::new(source).reaching(|own| *own = reach)
    }

    /// Returns the same credentials with another [`Reach`] and an empty cache.
    #[cfg(feature = "oauth")]
    pub(crate) fn reaching(self, change: impl FnOnce(&mut Reach)) -> Self
    where
        S: Configured,
    {
        let mut source = self.source().clone();
        let mut reach = source.reach().clone();
        change(&mut reach);
        let mut settings = self.core.settings.clone();
        settings.transport = reach.transport.clone().or(settings.transport);
        settings.clock = reach.clock.clone().unwrap_or(settings.clock);
        settings.retry = reach.retry.clone().unwrap_or(settings.retry);
        source.set_reach(reach);
        Self::assemble(Arc::new(source), settings)
    }

    /// Returns credentials of another source with the same settings, so that both use one connection pool.
    #[cfg(all(feature = "service-account", feature = "id-token"))]
    pub(crate) fn beside<T: TokenSource>(&self, source: T) -> Cached<T> {
        Cached::assemble(Arc::new(source), self.core.settings.clone())
    }

    /// Removes all tokens, so that the next request fetches one.
    #[cfg(any(feature = "authorized-user", feature = "external-account"))]
    pub(crate) fn forget(&self) {
        self.core.slots().clear();
    }

    /// Returns the context of a request that is not a fetch, such as a revocation.
    #[cfg(feature = "oauth")]
    pub(crate) fn outside_fetch(&self) -> FetchContext {
        let settings = &self.core.settings;
        let transport = settings.transport.as_ref().unwrap_or(&settings.fallback);
        FetchContext::outside(transport.clone(), settings.clock.clone())
    }

    /// Returns the source of the tokens.
    pub fn source(&self) -> &S {
        &self.core.source
    }

    async fn get(&self, request: &AuthRequest<'_>) -> Result<AuthHeaders, AuthError> {
        let core = &self.core;
        core.source.check(request)?;
        let slot = core.slot(request);
        let mut lost = 0;
        // A further turn is needed if the token was rejected or the runtime was shut down in the meantime.
        for _ in 0..timing::TURNS {
            let pending = match slot.step(&core.now()) {
                SlotStep::Ready(headers) => return Ok(headers),
                SlotStep::Failed(error) => return Err(error),
                SlotStep::Refresh(headers, guard) => {
                    // Without a runtime there is no background; the token is then fetched when it has expired.
                    if let Ok(runtime) = Handle::try_current() {
                        runtime.spawn(core.clone().refresh(guard, core.context(request)));
                    }
                    return Ok(headers);
                }
                SlotStep::Fetch(guard, pending) => {
                    let refresh = core.clone().refresh(guard, core.context(request));
                    match Handle::try_current() {
                        // A runtime that loses tasks is being shut down.
                        Ok(runtime) if lost < 2 => drop(runtime.spawn(refresh)),
                        _ => refresh.await,
                    }
                    pending
                }
                SlotStep::Wait(pending) => pending,
            };
            match core.wait(pending).await {
                // A token that another refresh brought in the meantime beats an error.
                Some(Err(error)) => return slot.valid(&core.now()).ok_or(error),
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
    fn now(&self) -> DualInstant {
        DualInstant::now(&*self.settings.clock)
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key<'a>(&'a self, request: &AuthRequest<'a>) -> KeyParts<'a> {
        let scopes = if self.source.is_scoped() {
            ScopeList::effective(self.source.scopes(), request.scopes)
        } else {
            ScopeList::default()
        };
        KeyParts {
            scopes,
            audience: self.source.audience(request),
        }
    }

    fn slot(&self, request: &AuthRequest<'_>) -> Arc<Slot> {
        let patience = timing::patience(self.limits().deadline);
        self.slots().find_or_add(self.key(request), patience)
    }

    /// Returns the headers of a token that is valid and needs no refresh.
    fn fresh(&self, request: &AuthRequest<'_>) -> Option<AuthHeaders> {
        self.source.check(request).ok()?;
        let slot = self.slots().find(&self.key(request))?;
        slot.fresh(&self.now())
    }

    fn context(&self, request: &AuthRequest<'_>) -> FetchContext {
        let key = self.key(request).into_key();
        let settings = &self.settings;
        let transport = settings.transport.as_ref().or(request.transport);
        FetchContext {
            scopes: key.scopes,
            audience: key.audience,
            ..FetchContext::outside(
                transport.unwrap_or(&settings.fallback).clone(),
                settings.clock.clone(),
            )
        }
    }

    fn limits(&self) -> Limits {
        let source = &self.source;
        self.settings
            .retry
            .limits(source.attempts(), source.attempt_limit())
    }

    /// Not an `async fn`, so that the guard is dropped even if the future is dropped before its first poll.
    fn refresh(
        self: Arc<Self>,
        guard: RefreshGuard,
        cx: FetchContext,
    ) -> impl Future<Output = ()> + Send {
        let (source, limits) = (self.source.clone(), self.limits());
        async move { refresh(&*source, guard, &cx, limits).await }
    }

    /// Returns the outcome of a refresh; `None` if it is lost.
    async fn wait(&self, mut pending: PendingRefresh) -> Option<FetchOutcome> {
        let patience = pending
            .lost_at()
            .saturating_sub(self.settings.clock.monotonic());
        let completed = std::pin::pin!(pending.outcome.wait_for(Option::is_some));
        match select(completed, self.settings.clock.sleep(patience)).await {
            Either::Left((Ok(outcome), _)) => outcome.clone(),
            Either::Left((Err(_), _)) | Either::Right(_) => None,
        }
    }
}

/// Fetches a token and completes the refresh with it or with the error.
async fn refresh<S: TokenSource>(
    source: &S,
    guard: RefreshGuard,
    cx: &FetchContext,
    limits: Limits,
) {
    // A source that panics must not block its callers.
    let fetched = AssertUnwindSafe(fetch(source, cx, limits))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            Err(AuthError::new(
                AuthErrorKind::Other,
                "the source of the tokens panicked",
            ))
        });
    let fetched = fetched.and_then(|token| {
        let headers =
            AuthHeaders::authorization(token.scheme(), token.secret(), source.quota_project())?
                .with_expiry(token.expiry());
        Ok((token, headers))
    });
    match &fetched {
        Ok((token, _)) => {
            tracing::debug!(credentials = source.describe(), expires_at = ?token.expiry(), "fetched a token");
        }
        Err(error) => {
            tracing::warn!(credentials = source.describe(), %error, "no token could be fetched");
        }
    }
    guard.complete(fetched, &DualInstant::now(&*cx.clock));
}

async fn fetch<S: TokenSource>(
    source: &S,
    cx: &FetchContext,
    limits: Limits,
) -> Result<Token, AuthError> {
    let deadline = cx.clock.monotonic() + limits.deadline;
    let left = || deadline.saturating_sub(cx.clock.monotonic());
    let mut attempt = 1;
    loop {
        let timeout = left().min(limits.attempt_timeout);
        let fetched = cx.within(timeout, "no token came", source.fetch(cx)).await;
        let error = match fetched {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let wait = timing::between_attempts(limits.initial_delay, attempt)
            .max(error.retry_after().unwrap_or_default());
        if !error.is_transient() || attempt >= limits.attempts || wait >= left() {
            return Err(error);
        }
        tracing::debug!(credentials = source.describe(), %error, attempt, ?wait, "trying again to fetch a token");
        cx.clock.sleep(wait).await;
        attempt += 1;
    }
}

impl<S: TokenSource> Credentials for Cached<S> {
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        // The usual case: nothing has to wait.
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
        // A generation that no slot holds was replaced already.
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

    fn has_time_limit(&self) -> bool {
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
