//! What a program can be told of its calls: numbers, for its metrics.

use std::{fmt, time::Duration};

use http::StatusCode;

use crate::ErrorKind;

/// Is told of every attempt and every call of a client: where a program counts and measures them. Given to
/// [`ClientBuilder::observer`](crate::ClientBuilder::observer).
///
/// It is told within the call: what takes long belongs elsewhere. Nothing that it is told is secret: methods, numbers and kinds.
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
    /// One HTTP exchange has ended: an attempt of a call, with the redirects that it followed, or one request of several that an upload or a batch makes.
    fn attempt(&self, attempt: &AttemptMetrics) {
        let _ = attempt;
    }

    /// A call has ended: with an answer, with an error, or because its future was dropped. A download ends with its last byte.
    fn call(&self, call: &CallMetrics) {
        let _ = call;
    }
}

/// A shared observer is one too.
impl<T: Observer + ?Sized> Observer for std::sync::Arc<T> {
    fn attempt(&self, attempt: &AttemptMetrics) {
        (**self).attempt(attempt);
    }

    fn call(&self, call: &CallMetrics) {
        (**self).call(call);
    }
}

/// One HTTP exchange.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttemptMetrics {
    /// The method's id in the Discovery document: `sql.instances.list`.
    pub method: &'static str,
    /// Which attempt of the request it is, from 1.
    pub number: u32,
    /// The HTTP status, where an answer came.
    pub status: Option<StatusCode>,
    /// How it failed, if it did.
    pub error: Option<ErrorKind>,
    /// From the fetching of credentials to the end of the answer; to its head for a download.
    pub duration: Duration,
    /// The bytes of the request's body.
    pub sent: u64,
    /// The bytes of the answer's body, decompressed; 0 for a download.
    pub received: u64,
    /// How long the call waits for its next attempt, where there is one.
    pub wait: Option<Duration>,
    /// Whether the call's future was dropped before the attempt ended. An attempt that the call's `timeout` cuts ends with [`ErrorKind::Timeout`].
    pub dropped: bool,
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CallMetrics {
    /// The method's id in the Discovery document: `sql.instances.list`.
    pub method: &'static str,
    /// How many attempts there were.
    pub attempts: u32,
    /// The HTTP status of the last answer.
    pub status: Option<StatusCode>,
    /// How the call failed, if it did. What follows the answer (decoding it) is not a part of the call.
    pub error: Option<ErrorKind>,
    /// Whether the call's future, or the stream of a download, was dropped before its end.
    pub dropped: bool,
    /// All of it, waits included.
    pub duration: Duration,
    /// The bytes of the answer's body, decompressed.
    pub received: u64,
}

/// A client's observer.
#[derive(Clone)]
pub(crate) struct Observing(pub(crate) std::sync::Arc<dyn Observer>);

impl fmt::Debug for Observing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
