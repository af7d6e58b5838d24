//! What a token source works with, and what a fetch waits for, so that the error of one that takes too long can name it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::{Either, select};
use gapi_transport::{Body, BoxFuture, Clock, Transport, TransportError};
use http::{Request, Response, Uri};

use crate::{AuthError, AuthErrorKind, request::ScopeSet};

/// What a [`TokenSource`] works with.
#[derive(Clone)]
pub struct FetchContext {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scopes: ScopeSet,
    pub(crate) audience: Option<String>,
    pub(crate) steps: Steps,
}

impl FetchContext {
    /// What requests work with that are no fetches of a cache.
    pub(crate) fn outside(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut cx = Self {
            transport,
            clock,
            scopes: ScopeSet::default(),
            audience: None,
            steps: Steps::default(),
        };
        cx.transport = cx.watch(cx.transport.clone());
        cx
    }

    /// How to reach a token endpoint.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// What time it is.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The scopes to ask for: sorted, each once.
    pub fn scopes(&self) -> &[String] {
        self.scopes.as_slice()
    }

    /// What [`TokenSource::audience`] gave.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// Says what is waited for, as long as the returned value lives: a clause such as "the signer gave no signature".
    pub(crate) fn waits(&self, what: impl Into<String>) -> StepGuard {
        self.waits_for(AuthErrorKind::Transport, what, None)
    }

    /// The same, with the kind of the error that it is if nothing comes, and a way out.
    pub(crate) fn waits_for(
        &self,
        kind: AuthErrorKind,
        what: impl Into<String>,
        hint: Option<&'static str>,
    ) -> StepGuard {
        let what = what.into();
        let step = Step { what, kind, hint };
        self.steps
            .enter(|known, number| known.steps.push((number, step)))
    }

    /// `transport`, whose requests are steps of this fetch.
    pub(crate) fn watch(&self, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(Watched {
            transport,
            steps: self.steps.clone(),
        })
    }

    /// What `work` gives within `limit`. The error names what was waited for; `message` says what did not come.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        message: &str,
        work: impl Future<Output = Result<T, AuthError>>,
    ) -> Result<T, AuthError> {
        let work = std::pin::pin!(work);
        match select(work, self.clock.sleep(limit)).await {
            Either::Left((outcome, _)) => outcome,
            // Its steps last as long as the work does, which is until this function ends.
            Either::Right(_) => Err(self.steps.timed_out(message, limit)),
        }
    }
}

impl fmt::Debug for FetchContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchContext")
            .field("scopes", &self.scopes())
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// What a fetch waits for now.
#[derive(Clone, Default)]
pub(crate) struct Steps(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    last: u64,
    /// The innermost one is the last.
    steps: Vec<(u64, Step)>,
    /// Requests whose responses have not begun.
    requests: Vec<(u64, String)>,
    /// Who has begun to respond.
    responding: Option<String>,
}

#[derive(Clone)]
struct Step {
    what: String,
    kind: AuthErrorKind,
    hint: Option<&'static str>,
}

/// A step lasts as long as this value.
pub(crate) struct StepGuard {
    steps: Steps,
    number: u64,
}

impl Steps {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, add: impl FnOnce(&mut Known, u64)) -> StepGuard {
        let mut known = self.known();
        known.last += 1;
        let number = known.last;
        add(&mut known, number);
        drop(known);
        StepGuard {
            steps: self.clone(),
            number,
        }
    }

    /// Why nothing came within `limit`; `message` says what did not come.
    fn timed_out(&self, message: &str, limit: Duration) -> AuthError {
        let known = self.known();
        let silent = match (known.requests.last(), &known.responding) {
            (Some((_, host)), _) => Some(format!("{host} did not respond")),
            (None, Some(host)) => Some(format!("the response of {host} did not end")),
            (None, None) => None,
        };
        let step = known.steps.last().map(|(_, step)| step.clone());
        let what = step.as_ref().map(|step| step.what.clone());
        let why: Vec<_> = [what, silent].into_iter().flatten().collect();
        let mut text = format!("{message} within {} s", limit.as_secs_f64());
        if !why.is_empty() {
            text = format!("{text}: {}", why.join(": "));
        }
        let kind = step
            .as_ref()
            .map_or(AuthErrorKind::Transport, |step| step.kind);
        let error = AuthError::new(kind, text).with_transient(true);
        match step.and_then(|step| step.hint) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

impl Drop for StepGuard {
    fn drop(&mut self) {
        let mut known = self.steps.known();
        known.steps.retain(|(number, _)| *number != self.number);
        known.requests.retain(|(number, _)| *number != self.number);
    }
}

/// A transport whose requests are steps.
#[derive(Debug)]
struct Watched {
    transport: Arc<dyn Transport>,
    steps: Steps,
}

impl Transport for Watched {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let host = host(request.uri());
        let name = host.clone();
        let waiting = self
            .steps
            .enter(|known, number| known.requests.push((number, name)));
        Box::pin(async move {
            let response = self.transport.send(request).await;
            drop(waiting);
            self.steps.known().responding = response.is_ok().then_some(host);
            response
        })
    }

    fn reads_extensions(&self) -> bool {
        self.transport.reads_extensions()
    }

    fn tells_hand_over(&self) -> bool {
        self.transport.tells_hand_over()
    }
}

fn host(uri: &Uri) -> String {
    let host = uri.host().unwrap_or("the server");
    match uri.port_u16() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steps")
    }
}
