//! How often, and how far apart.

use std::time::Duration;

/// How a call that failed is tried again: how often, how long after each other, and for how long in all.
///
/// ```
/// use std::time::Duration;
/// use gapi::RetryPolicy;
/// let patient = RetryPolicy::new().max_attempts(8).deadline(Duration::from_secs(600));
/// ```
///
/// The wait before the attempt `n + 1` is a random part ("full jitter") of `initial_delay * multiplier^(n - 1)`, which never grows beyond `max_delay`. A server that says
/// how long to wait (`Retry-After`, `google.rpc.RetryInfo`) is left alone for that long in addition. When the deadline or the call's `timeout` would pass
/// during the wait, the error is given at once.
///
/// **What is tried again for every call**, because it had no effect: connections that were not made, and refusals for rate, which are status 429 and status 403 with
/// the reason `rateLimitExceeded`, `userRateLimitExceeded` or `RATE_LIMIT_EXCEEDED`. Quotas for a day or for storage (`dailyLimitExceeded`, `quotaExceeded` and their like) are not.
///
/// **What is tried again for calls that are safe to repeat**, because it may have had its effect: connections that broke, responses that ended early, attempts that
/// took too long, and statuses 408, 500, 502, 503 and 504. The docs of each generated method say in a line which of these rules holds for it; the first that fits decides:
///
/// - what [`CallOptions::idempotent`](crate::CallOptions::idempotent) says;
/// - what the service documents of the method, where the generator knows that (Cloud Storage), or an override file says;
/// - GET and HEAD, and lists that are paged, are safe;
/// - any call is safe that carries a `requestId`, an `if-match` header, or a precondition that the method offers (`ifGenerationMatch`, an `etag`);
/// - PUT and DELETE are safe, except of a method that offers a precondition, which is not safe without one.
///
/// Media from a reader or a stream that travels with the request can be sent once. What would be tried again then is the error.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a policy does nothing until it is given to a client or a call"]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) initial_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) multiplier: f64,
    pub(crate) deadline: Option<Duration>,
}

impl RetryPolicy {
    /// The policy of a client that was given none: at most 4 attempts, waits of up to 0.5, 1 and 2 s, none longer than 32 s, and no attempt later than
    /// 120 s after the first.
    pub const fn new() -> Self {
        Self {
            max_attempts: 4,
            initial_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(32),
            multiplier: 2.0,
            deadline: Some(Duration::from_secs(120)),
        }
    }

    /// One attempt. A token that the server rejects is still replaced once.
    pub const fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// The number of attempts, the first one included; 0 means 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait before the second attempt.
    pub const fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// The longest wait before any attempt, apart from what the server asks for.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// By what the longest wait grows with each attempt. Numbers below 1 count as 1.
    pub const fn multiplier(mut self, factor: f64) -> Self {
        self.multiplier = factor;
        self
    }

    /// No attempt begins later than this after the first; [`Duration::MAX`] stands for no deadline. What also limits an attempt that has
    /// begun is the call's [`timeout`](crate::CallOptions::timeout).
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = if deadline.as_nanos() == Duration::MAX.as_nanos() {
            None
        } else {
            Some(deadline)
        };
        self
    }

    /// The longest wait after the failure number `failures`, which counts from 1.
    pub(crate) fn longest_wait(&self, failures: u32) -> Duration {
        let factor = if self.multiplier >= 1.0 {
            self.multiplier
        } else {
            1.0
        };
        let exponent = i32::try_from(failures.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.initial_delay.as_secs_f64() * factor.powi(exponent);
        let grown = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        grown.min(self.max_delay)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
