//! The settings of retries: policy, budget and jitter.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use gapi_transport::lock;
use uuid::Uuid;

/// The tokens of one retry; a call that the service completes adds one.
const RETRY: u64 = 10;

/// The time after which a token is added: one retry every second.
const TOKEN_EVERY: Duration = Duration::from_millis(100);

/// A token bucket of all calls of a client. While the service completes most calls it stays full, and all calls may be retried. When
/// the service fails all calls, one retry is left every second, and one for every ten calls that it completes.
#[derive(Debug)]
pub(crate) struct Budget {
    capacity: u64,
    tokens: AtomicU64,
    /// The time up to which tokens were added; `None` until the first retry.
    refilled: Mutex<Option<Duration>>,
}

impl Budget {
    /// Creates a full bucket for this many retries.
    pub(crate) fn new(retries: u32) -> Self {
        let capacity = u64::from(retries) * RETRY;
        Self {
            capacity,
            tokens: AtomicU64::new(capacity),
            refilled: Mutex::default(),
        }
    }

    /// Takes the tokens of one retry at `now`; returns whether there were enough.
    pub(crate) fn take(&self, now: Duration) -> bool {
        self.refill(now);
        let taken = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(RETRY)
            });
        taken.is_ok()
    }

    /// Restores the tokens of the `retries` of a call that the service completed.
    pub(crate) fn earn(&self, retries: u32) {
        // The usual case, without a write to shared memory.
        if self.tokens.load(Ordering::Relaxed) >= self.capacity {
            return;
        }
        self.add((u64::from(retries) * RETRY).max(1));
    }

    /// Adds the tokens of the time since the last call.
    fn refill(&self, now: Duration) {
        let mut refilled = lock(&self.refilled);
        let Some(since) = *refilled else {
            // Nothing was taken before, so there is nothing to add.
            *refilled = Some(now);
            return;
        };
        let passed = now.saturating_sub(since);
        let earned = u64::try_from(passed.as_millis() / TOKEN_EVERY.as_millis());
        let earned = earned.unwrap_or(u64::MAX).min(self.capacity);
        if earned == self.capacity {
            *refilled = Some(now.max(since));
        } else {
            // The rest of the time counts for the next token.
            *refilled = Some(since + TOKEN_EVERY * u32::try_from(earned).unwrap_or(0));
        }
        self.add(earned);
    }

    fn add(&self, earned: u64) {
        // The closure gives a value each time.
        let _ = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                Some(tokens.saturating_add(earned).min(self.capacity))
            });
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(100)
    }
}

/// Returns a number from 0 to 1 for each delay.
#[derive(Clone)]
pub(crate) struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    pub(crate) fn new(source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// Returns a part of `longest`.
    pub(crate) fn part_of(&self, longest: Duration) -> Duration {
        let part = (self.0)();
        let part = if part.is_finite() {
            part.clamp(0.0, 1.0)
        } else {
            1.0
        };
        longest.mul_f64(part)
    }
}

impl Default for Jitter {
    fn default() -> Self {
        Self::new(random)
    }
}

/// A random number from 0 to below 1. All of the last 62 bits of such an identifier are random (RFC 9562, section 5.4).
pub(crate) fn random() -> f64 {
    let bits = Uuid::new_v4().as_u64_pair().1 & ((1 << 53) - 1);
    // A float holds 53 bits.
    #[allow(clippy::cast_precision_loss)]
    let number = bits as f64;
    number / (1_u64 << 53) as f64
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_cost_and_settled_calls_earn() {
        let now = Duration::from_secs(7);
        let take = |budget: &Budget| budget.take(now);
        let budget = Budget::new(2);
        assert!(take(&budget) && take(&budget) && !take(&budget));
        for _ in 0..9 {
            budget.earn(0);
        }
        assert!(!take(&budget), "nine settled calls are no retry");
        budget.earn(0);
        assert!(take(&budget) && !take(&budget));
        budget.earn(2);
        assert!(take(&budget) && take(&budget) && !take(&budget));
        for _ in 0..1000 {
            budget.earn(1);
        }
        assert!(
            take(&budget) && take(&budget) && !take(&budget),
            "never more than its size"
        );
    }

    #[test]
    fn time_brings_retries_back() {
        let start = Duration::from_secs(7);
        let at = |millis| start + Duration::from_millis(millis);
        let budget = Budget::new(3);
        for _ in 0..3 {
            assert!(budget.take(at(0)));
        }
        assert!(!budget.take(at(999)));
        assert!(budget.take(at(1_000)) && !budget.take(at(1_050)));
        // No part of the time is lost, however often it is looked at.
        for millis in (1_100..2_000).step_by(30) {
            assert!(!budget.take(at(millis)), "{millis}");
        }
        assert!(budget.take(at(2_000)));
        // A clock that goes back gives nothing, and a long rest no more than there was.
        assert!(!budget.take(at(500)));
        for _ in 0..3 {
            assert!(budget.take(at(3_600_000)));
        }
        assert!(!budget.take(at(3_600_000)));
    }

    #[test]
    fn an_empty_budget_allows_nothing() {
        let now = Duration::from_secs(7);
        let budget = Budget::new(0);
        budget.earn(1);
        assert!(!budget.take(now) && !budget.take(now + Duration::from_secs(60)));
    }
}

#[cfg(test)]
mod jitter_tests {
    use super::*;

    #[test]
    fn random_numbers_fill_the_range() {
        let numbers: Vec<f64> = (0..1000).map(|_| random()).collect();
        assert!(numbers.iter().all(|n| (0.0..1.0).contains(n)));
        for tenth in 0..10 {
            let low = f64::from(tenth) / 10.0;
            let some = numbers.iter().any(|n| (low..low + 0.1).contains(n));
            assert!(some, "none from {low}");
        }
    }

    #[test]
    fn odd_sources_do_no_harm() {
        let longest = Duration::from_secs(10);
        for (number, seconds) in [(0.5, 5), (-1.0, 0), (7.0, 10), (f64::NAN, 10)] {
            let part = Jitter::new(move || number).part_of(longest);
            assert_eq!(part, Duration::from_secs(seconds), "{number}");
        }
    }
}
