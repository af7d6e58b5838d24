//! The retry policy.

use std::time::Duration;

/// How often and when a failed call is retried, and for how long in total.
///
/// ```
/// use std::time::Duration;
/// use gapi::RetryPolicy;
/// let patient = RetryPolicy::new().max_attempts(8).deadline(Duration::from_secs(600));
/// ```
///
/// The delay before attempt `n + 1` is a random part ("full jitter") of `initial_delay * multiplier^(n - 1)`, at most of `max_delay`.
/// The delay that a server requests (`Retry-After`, `google.rpc.RetryInfo`) is added. If the deadline or the call's `timeout` would
/// pass during the delay, the error is returned at once.
///
/// **Retried for all calls**, because the failed attempt had no effect: failed connections, and rate limits, which are status 429 and
/// status 403 with the reason `rateLimitExceeded`, `userRateLimitExceeded` or `RATE_LIMIT_EXCEEDED`. Daily quotas and storage quotas
/// (such as `dailyLimitExceeded` and `quotaExceeded`) are not retried.
///
/// **Retried for calls that are safe to repeat**, because the failed attempt may have had its effect: broken connections, responses
/// that ended early, timeouts of attempts, and statuses 408, 500, 502, 503 and 504. The docs of each generated method name its rule;
/// the first that matches applies:
///
/// - [`CallOptions::idempotent`](crate::CallOptions::idempotent);
/// - the documentation of the service, if the generator has it (Cloud Storage), or an override file;
/// - GET, HEAD and paged lists are safe;
/// - calls with a `requestId`, an `if-match` header, or a precondition of the method (`ifGenerationMatch`, an `etag`) are safe;
/// - PUT and DELETE are safe, unless the method has preconditions and the call sets none.
///
/// A request with media from a reader or a stream can be sent only once, and is not retried.
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
    /// Creates the default policy: at most 4 attempts, delays of at most 0.5, 1 and 2 s, none longer than 32 s, and no attempt later
    /// than 120 s after the first.
    pub const fn new() -> Self {
        Self {
            max_attempts: 4,
            initial_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(32),
            multiplier: 2.0,
            deadline: Some(Duration::from_secs(120)),
        }
    }

    /// Creates a policy of one attempt. A token that the server rejects is still replaced once.
    pub const fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets the number of attempts, including the first; 0 means 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the maximum delay before the second attempt.
    pub const fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// Sets the maximum delay before any attempt, without that requested by the server.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets the factor by which the maximum delay grows with each attempt. Numbers below 1 count as 1.
    pub const fn multiplier(mut self, factor: f64) -> Self {
        self.multiplier = factor;
        self
    }

    /// Sets the time after the first attempt within which all others begin; [`Duration::MAX`] means no deadline. The call's
    /// [`timeout`](crate::CallOptions::timeout) also limits attempts that have begun.
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
