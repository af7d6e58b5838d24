//! Metrics of calls.

use std::{fmt, time::Duration};

use http::StatusCode;

use crate::ErrorKind;

/// Receives the metrics of all attempts and calls of a client. Set with [`ClientBuilder::observer`](crate::ClientBuilder::observer).
///
/// Its methods run within the call and must be fast. The metrics hold no secrets: methods, numbers and kinds.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use gapi::{AttemptMetrics, CallMetrics, Observer};
///
/// #[derive(Default)]
/// struct Counters { retries: AtomicU64, failures: AtomicU64 }
///
/// impl Observer for Counters {
///     fn call(&self, call: &CallMetrics) {
///         self.retries.fetch_add(u64::from(call.attempts.saturating_sub(1)), Ordering::Relaxed);
///         if call.error.is_some() {
///             self.failures.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Called at the end of an HTTP exchange: an attempt of a call with its redirects, or one request of an upload or a batch.
    fn attempt(&self, attempt: &AttemptMetrics) {
        let _ = attempt;
    }

    /// Called at the end of a call: with its response, its error, or when its future is dropped. A download ends with its last byte.
    fn call(&self, call: &CallMetrics) {
        let _ = call;
    }
}

/// A shared observer is an observer.
impl<T: Observer + ?Sized> Observer for std::sync::Arc<T> {
    fn attempt(&self, attempt: &AttemptMetrics) {
        (**self).attempt(attempt);
    }

    fn call(&self, call: &CallMetrics) {
        (**self).call(call);
    }
}

/// The metrics of one HTTP exchange.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttemptMetrics {
    /// The method's id in the Discovery document: `sql.instances.list`.
    pub method: &'static str,
    /// The number of the attempt, from 1.
    pub number: u32,
    /// The HTTP status of the response, if there is one.
    pub status: Option<StatusCode>,
    /// The kind of the failure, if it failed.
    pub error: Option<ErrorKind>,
    /// The time from fetching credentials to the end of the response, or of its head for a download.
    pub duration: Duration,
    /// The length of the request's body in bytes.
    pub sent: u64,
    /// The length of the decoded response body in bytes; 0 for a download.
    pub received: u64,
    /// The wait before the next attempt, if there is one.
    pub wait: Option<Duration>,
    /// Whether the future of the call was dropped during the attempt. An attempt that the call's `timeout` interrupts has
    /// [`ErrorKind::Timeout`].
    pub dropped: bool,
}

/// The metrics of one call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CallMetrics {
    /// The method's id in the Discovery document: `sql.instances.list`.
    pub method: &'static str,
    /// The number of attempts.
    pub attempts: u32,
    /// The HTTP status of the last response.
    pub status: Option<StatusCode>,
    /// The kind of the failure, if the call failed. Decoding the response is not a part of the call.
    pub error: Option<ErrorKind>,
    /// Whether the call's future, or the stream of a download, was dropped before its end.
    pub dropped: bool,
    /// The duration of the call with all waits.
    pub duration: Duration,
    /// The length of the decoded response body in bytes.
    pub received: u64,
}

/// The observer of a client.
#[derive(Clone)]
pub(crate) struct Observing(pub(crate) std::sync::Arc<dyn Observer>);

impl fmt::Debug for Observing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
