//! What is told of a call: its span, and its metrics.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gapi_transport::Clock;
use http::StatusCode;
use tracing::{Span, field::Empty};

use super::{Answered, retry_loop::Plan, state::State};
use crate::{AttemptMetrics, CallMetrics, Error, ErrorKind, Observer, client::prepared::Prepared};

/// A call that runs. Its span is what it dereferences to; when it is dropped, the client's observer is told what became of it.
pub(crate) struct Watch {
    span: Span,
    /// Apart, because most calls have none.
    metrics: Option<Box<Metrics>>,
}

struct Metrics {
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    method: &'static str,
    started: Duration,
    attempts: AtomicU32,
    received: AtomicU64,
    end: Mutex<End>,
}

#[derive(Clone, Copy, Default)]
struct End {
    status: Option<StatusCode>,
    error: Option<ErrorKind>,
    reached: bool,
}

impl Watch {
    pub(crate) fn start(prepared: &Prepared) -> Self {
        let method = prepared.call.method.id;
        let client = &*prepared.client.inner;
        let metrics = client.observer.as_ref().map(|observer| {
            Box::new(Metrics {
                observer: Arc::clone(&observer.0),
                clock: Arc::clone(&client.clock),
                method,
                started: client.clock.monotonic(),
                attempts: AtomicU32::new(0),
                received: AtomicU64::new(0),
                end: Mutex::default(),
            })
        });
        let span = tracing::debug_span!(
            "gapi",
            method,
            attempts = Empty,
            status = Empty,
            bytes = Empty
        );
        Self { span, metrics }
    }

    /// Counts what the call in `state` exchanges, until what this gives is dropped: with the call's future, for one that is given up.
    pub(super) fn counting<'a>(&'a self, state: &'a State) -> Counting<'a> {
        Counting { watch: self, state }
    }

    /// The call has made so many exchanges in all.
    pub(crate) fn attempted(&self, exchanges: u32) {
        if let Some(metrics) = &self.metrics {
            metrics.attempts.store(exchanges, Ordering::Relaxed);
        }
    }

    /// There is an answer, or there will be none. Where only the head was `read`, the call goes on.
    pub(super) fn answered(&self, result: Result<&Answered, &Error>, is_end: bool) {
        let outcome = match result {
            Ok(answered) => Some((answered.status, answered.body.len())),
            Err(error) => error.status().zip(error.body().map(Bytes::len)),
        };
        if let Some((status, bytes)) = outcome {
            self.span.record("status", status.as_u16());
            self.bytes(bytes as u64);
        }
        if let Err(error) = result {
            tracing::debug!(parent: &self.span, kind = %error.kind(), "the call failed");
        }
        if let Some(metrics) = &self.metrics {
            metrics.set_end(End {
                status: outcome.map(|(status, _)| status),
                error: result.err().map(Error::kind),
                reached: is_end || result.is_err(),
            });
        }
    }

    /// So many bytes came in all.
    pub(crate) fn bytes(&self, received: u64) {
        self.span.record("bytes", received);
        if let Some(metrics) = &self.metrics {
            metrics.received.store(received, Ordering::Relaxed);
        }
    }

    /// The last byte of a download came, or reading it failed.
    pub(crate) fn end(&self, error: Option<ErrorKind>) {
        if let Some(metrics) = &self.metrics {
            let end = metrics.end();
            metrics.set_end(End {
                error,
                reached: true,
                ..end
            });
        }
    }
}

impl Metrics {
    fn end(&self) -> End {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_end(&self, end: End) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        let end = self.end();
        self.observer.call(&CallMetrics {
            method: self.method,
            attempts: *self.attempts.get_mut(),
            status: end.status,
            error: end.error,
            dropped: !end.reached,
            duration: self.clock.monotonic().saturating_sub(self.started),
            received: *self.received.get_mut(),
        });
    }
}

/// Tells how many exchanges there were.
pub(super) struct Counting<'a> {
    watch: &'a Watch,
    state: &'a State,
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        self.watch.attempted(self.state.exchanges());
    }
}

/// One attempt of a request. What is told of it stands apart, because most clients have no observer.
pub(super) struct Attempt<'a>(Option<Box<Observed<'a>>>);

struct Observed<'a> {
    observer: &'a dyn Observer,
    clock: &'a dyn Clock,
    state: &'a State,
    started: Duration,
    /// What is told; `None` once it was.
    metrics: Option<AttemptMetrics>,
}

impl<'a> Attempt<'a> {
    pub(super) fn start(plan: &Plan<'a>, number: u32) -> Self {
        let client = &*plan.prepared.client.inner;
        let observer = client.observer.as_ref();
        Self(observer.map(|observer| {
            let metrics = AttemptMetrics {
                method: plan.prepared.call.method.id,
                number,
                status: None,
                error: None,
                duration: Duration::ZERO,
                sent: plan.len.unwrap_or(0),
                received: 0,
                wait: None,
                dropped: false,
            };
            Box::new(Observed {
                observer: &*observer.0,
                clock: &*client.clock,
                state: plan.state,
                started: client.clock.monotonic(),
                metrics: Some(metrics),
            })
        }))
    }

    fn end(self, fill: impl FnOnce(&mut AttemptMetrics)) {
        if let Some(mut observed) = self.0 {
            observed.end(fill);
        }
    }

    pub(super) fn answered(self, answered: &Answered) {
        self.end(|metrics| {
            metrics.status = Some(answered.status);
            metrics.received = answered.body.len() as u64;
        });
    }

    pub(super) fn failed(self, error: &Error, wait: Option<Duration>) {
        self.end(|metrics| {
            metrics.status = error.status();
            metrics.received = error.body().map_or(0, Bytes::len) as u64;
            metrics.error = Some(error.kind());
            metrics.wait = wait;
        });
    }

    /// The server rejected the token; the next attempt, with another one, follows at once.
    pub(super) fn rejected(self) {
        self.end(|metrics| {
            metrics.status = Some(StatusCode::UNAUTHORIZED);
            metrics.error = Some(ErrorKind::Api);
            metrics.wait = Some(Duration::ZERO);
        });
    }
}

impl Observed<'_> {
    fn end(&mut self, fill: impl FnOnce(&mut AttemptMetrics)) {
        if let Some(mut metrics) = self.metrics.take() {
            let now = self.clock.monotonic();
            metrics.duration = now.saturating_sub(self.started);
            fill(&mut metrics);
            self.observer.attempt(&metrics);
        }
    }
}

/// The call's time is over, or the call was given up.
impl Drop for Observed<'_> {
    fn drop(&mut self) {
        let is_cut = self.state.is_cut();
        self.end(|metrics| {
            metrics.error = is_cut.then_some(ErrorKind::Timeout);
            metrics.dropped = !is_cut;
        });
    }
}

impl Deref for Watch {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}
