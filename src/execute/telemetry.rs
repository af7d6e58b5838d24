//! The span and the metrics of a call.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gapi_transport::{Clock, lock};
use http::StatusCode;
use tracing::{Span, field::Empty};

use super::{RawResponse, plan::Plan, state::CallState};
use crate::{AttemptMetrics, CallMetrics, Error, ErrorKind, Observer, client::Prepared};

/// The telemetry of one call. It dereferences to the span of the call, and reports to the client's observer when it is dropped.
pub(crate) struct Telemetry {
    span: Span,
    /// Boxed, because most clients have no observer.
    metrics: Option<Box<ObservedCall>>,
}

struct ObservedCall {
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    method: &'static str,
    started: Duration,
    attempts: AtomicU32,
    received: AtomicU64,
    end: Mutex<CallEnd>,
}

#[derive(Clone, Copy, Default)]
struct CallEnd {
    status: Option<StatusCode>,
    error: Option<ErrorKind>,
    reached: bool,
}

impl Telemetry {
    pub(crate) fn start(prepared: &Prepared) -> Self {
        let method = prepared.call.method.id;
        let client = &*prepared.client.inner;
        let metrics = client.observer.as_ref().map(|observer| {
            Box::new(ObservedCall {
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

    /// Records the result of a call, and adds the method to an error.
    pub(super) fn finish(
        &self,
        prepared: &Prepared,
        result: Result<RawResponse, Error>,
    ) -> Result<RawResponse, Error> {
        let result = result.map_err(|error| error.at(prepared.call.method.id, None));
        self.responded(result.as_ref(), true);
        result
    }

    /// Returns a guard that records the number of exchanges when it is dropped, also with the future of a call that is given up.
    pub(super) fn count<'a>(&'a self, state: &'a CallState) -> ExchangeCounter<'a> {
        ExchangeCounter {
            telemetry: self,
            state,
        }
    }

    /// Sets the number of exchanges of the call.
    pub(crate) fn attempted(&self, exchanges: u32) {
        if let Some(metrics) = &self.metrics {
            metrics.attempts.store(exchanges, Ordering::Relaxed);
        }
    }

    /// Records the response or the error. A call whose body is unread continues (`is_end` is false).
    pub(super) fn responded(&self, result: Result<&RawResponse, &Error>, is_end: bool) {
        let outcome = match result {
            Ok(response) => Some((response.status, response.body.len())),
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
            *lock(&metrics.end) = CallEnd {
                status: outcome.map(|(status, _)| status),
                error: result.err().map(Error::kind),
                reached: is_end || result.is_err(),
            };
        }
    }

    /// Sets the number of received bytes.
    pub(crate) fn bytes(&self, received: u64) {
        self.span.record("bytes", received);
        if let Some(metrics) = &self.metrics {
            metrics.received.store(received, Ordering::Relaxed);
        }
    }

    /// Records the end of a download.
    pub(crate) fn end(&self, error: Option<ErrorKind>) {
        if let Some(metrics) = &self.metrics {
            let mut end = lock(&metrics.end);
            (end.error, end.reached) = (error, true);
        }
    }
}

impl Drop for ObservedCall {
    fn drop(&mut self) {
        let end = *lock(&self.end);
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

/// Records the number of exchanges when it is dropped.
pub(super) struct ExchangeCounter<'a> {
    telemetry: &'a Telemetry,
    state: &'a CallState,
}

impl Drop for ExchangeCounter<'_> {
    fn drop(&mut self) {
        self.telemetry.attempted(self.state.exchanges());
    }
}

/// The telemetry of one attempt. Boxed, because most clients have no observer.
pub(super) struct AttemptTelemetry<'a>(Option<Box<ObservedAttempt<'a>>>);

struct ObservedAttempt<'a> {
    observer: &'a dyn Observer,
    clock: &'a dyn Clock,
    state: &'a CallState,
    started: Duration,
    /// `None` after the report.
    metrics: Option<AttemptMetrics>,
}

impl<'a> AttemptTelemetry<'a> {
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
            Box::new(ObservedAttempt {
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

    pub(super) fn succeeded(self, response: &RawResponse) {
        self.end(|metrics| {
            metrics.status = Some(response.status);
            metrics.received = response.body.len() as u64;
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

    /// Reports that the server rejected the token. An attempt with another one follows at once.
    pub(super) fn rejected(self) {
        self.end(|metrics| {
            metrics.status = Some(StatusCode::UNAUTHORIZED);
            metrics.error = Some(ErrorKind::Api);
            metrics.wait = Some(Duration::ZERO);
        });
    }
}

impl ObservedAttempt<'_> {
    fn end(&mut self, fill: impl FnOnce(&mut AttemptMetrics)) {
        if let Some(mut metrics) = self.metrics.take() {
            let now = self.clock.monotonic();
            metrics.duration = now.saturating_sub(self.started);
            fill(&mut metrics);
            self.observer.attempt(&metrics);
        }
    }
}

/// An attempt that is dropped was interrupted by the time limit of the call, or the call was dropped.
impl Drop for ObservedAttempt<'_> {
    fn drop(&mut self) {
        let is_cut = self.state.is_cut();
        self.end(|metrics| {
            metrics.error = is_cut.then_some(ErrorKind::Timeout);
            metrics.dropped = !is_cut;
        });
    }
}

impl Deref for Telemetry {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}
