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

/// What a [`TokenSource`](crate::TokenSource) needs to fetch a token.
#[derive(Clone)]
pub struct FetchContext {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scopes: ScopeSet,
    pub(crate) audience: Option<String>,
    pub(crate) steps: Steps,
}

impl FetchContext {
    /// Returns the context of a request that is not a fetch of a cache.
    pub(crate) fn outside(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut cx = Self {
            transport,
            clock,
            scopes: ScopeSet::default(),
            audience: None,
            steps: Steps::default(),
        };
        cx.transport = cx.record(cx.transport.clone());
        cx
    }

    /// Returns the transport for token requests.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// Returns the clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Returns the scopes to request: sorted, each once.
    pub fn scopes(&self) -> &[String] {
        self.scopes.as_slice()
    }

    /// Returns the result of [`TokenSource::audience`](crate::TokenSource::audience).
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// Names what is waited for while the returned value lives: a clause such as "the signer gave no signature".
    pub(crate) fn waits(&self, what: impl Into<String>) -> StepGuard {
        self.waits_for(AuthErrorKind::Transport, what, None)
    }

    /// Names what is waited for, and the kind and the hint of the error if it does not come.
    pub(crate) fn waits_for(
        &self,
        kind: AuthErrorKind,
        what: impl Into<String>,
        hint: Option<&'static str>,
    ) -> StepGuard {
        let what = what.into();
        let step = FetchStep { what, kind, hint };
        self.steps
            .enter(|current, number| current.steps.push((number, step)))
    }

    /// Returns `transport` with its requests recorded as steps of this fetch.
    pub(crate) fn record(&self, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(RecordedTransport {
            transport,
            steps: self.steps.clone(),
        })
    }

    /// Returns the result of `work` if it comes within `limit`. The error begins with `message` and names what was waited for.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        message: &str,
        work: impl Future<Output = Result<T, AuthError>>,
    ) -> Result<T, AuthError> {
        let work = std::pin::pin!(work);
        match select(work, self.clock.sleep(limit)).await {
            Either::Left((outcome, _)) => outcome,
            // The work is dropped when this function ends, and its steps with it.
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

/// What a fetch is waiting for.
#[derive(Clone, Default)]
pub(crate) struct Steps(Arc<Mutex<CurrentSteps>>);

#[derive(Default)]
struct CurrentSteps {
    last: u64,
    /// The innermost one is the last.
    steps: Vec<(u64, FetchStep)>,
    /// Requests without a response head, with their hosts.
    requests: Vec<(u64, String)>,
    /// The host of the last response.
    responding: Option<String>,
}

#[derive(Clone)]
struct FetchStep {
    what: String,
    kind: AuthErrorKind,
    hint: Option<&'static str>,
}

/// A step, which ends when this is dropped.
pub(crate) struct StepGuard {
    steps: Steps,
    number: u64,
}

impl Steps {
    fn current(&self) -> MutexGuard<'_, CurrentSteps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, add: impl FnOnce(&mut CurrentSteps, u64)) -> StepGuard {
        let mut current = self.current();
        current.last += 1;
        let number = current.last;
        add(&mut current, number);
        drop(current);
        StepGuard {
            steps: self.clone(),
            number,
        }
    }

    /// Returns the error of a time limit. It begins with `message`.
    fn timed_out(&self, message: &str, limit: Duration) -> AuthError {
        let current = self.current();
        let host = match (current.requests.last(), &current.responding) {
            (Some((_, host)), _) => Some(format!("{host} did not respond")),
            (None, Some(host)) => Some(format!("the response of {host} did not end")),
            (None, None) => None,
        };
        let step = current.steps.last().map(|(_, step)| step.clone());
        let what = step.as_ref().map(|step| step.what.clone());
        let why: Vec<_> = [what, host].into_iter().flatten().collect();
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
        let mut current = self.steps.current();
        current.steps.retain(|(number, _)| *number != self.number);
        current
            .requests
            .retain(|(number, _)| *number != self.number);
    }
}

/// A transport whose requests are recorded as steps.
#[derive(Debug)]
struct RecordedTransport {
    transport: Arc<dyn Transport>,
    steps: Steps,
}

impl Transport for RecordedTransport {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let host = host(request.uri());
        let name = host.clone();
        let waiting = self
            .steps
            .enter(|current, number| current.requests.push((number, name)));
        Box::pin(async move {
            let response = self.transport.send(request).await;
            drop(waiting);
            self.steps.current().responding = response.is_ok().then_some(host);
            response
        })
    }

    fn reports_send_events(&self) -> bool {
        self.transport.reports_send_events()
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
