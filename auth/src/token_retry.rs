//! How often a token is asked for, and for how long.

use std::time::Duration;

/// How long one attempt may take, unless its source needs more.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a fetch may take, attempts and waits together, unless one attempt may take most of it.
const DEADLINE: Duration = Duration::from_secs(60);
/// The wait before the second attempt of a fetch.
const INITIAL_DELAY: Duration = Duration::from_secs(1);

/// How a fetch of a token is retried after transient errors: how often, how long after each other, and for how long in all.
///
/// What is not set is as [`Cached`](crate::Cached) describes: three attempts (five of the metadata server's) of at most 30 s each, 1 and 2 s apart, and
/// 60 s in all. A server that says how long to wait (`Retry-After`) is left alone for that long.
///
/// ```
/// use std::time::Duration;
/// use gapi_auth::{AuthorizedUser, TokenRetryPolicy};
///
/// // For a program that somebody waits for: an answer within ten seconds, whatever it is.
/// let quick = TokenRetryPolicy::new().max_attempts(2).attempt_timeout(Duration::from_secs(4)).deadline(Duration::from_secs(10));
/// let user = AuthorizedUser::from_parts("client", "secret", "refresh token").retry(quick);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a policy does nothing until it is given to credentials"]
pub struct TokenRetryPolicy {
    max_attempts: Option<u32>,
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    initial_delay: Option<Duration>,
}

impl TokenRetryPolicy {
    /// Nothing different.
    pub const fn new() -> Self {
        Self {
            max_attempts: None,
            attempt_timeout: None,
            deadline: None,
            initial_delay: None,
        }
    }

    /// One attempt.
    pub const fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// The number of attempts of one fetch, the first one included; 0 means 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// How long one attempt may take.
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long a fetch may take, attempts and waits together.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The wait before the second attempt, which doubles before each further one. It varies by a quarter, so that clients do not act in step.
    pub const fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = Some(delay);
        self
    }

    /// Returns the limits of one fetch, taking unset values from the source: its number of attempts and the time of each.
    pub(crate) fn limits(&self, attempts: u32, attempt_timeout: Duration) -> Limits {
        let attempt_timeout = self.attempt_timeout.unwrap_or(attempt_timeout);
        Limits {
            attempts: self.max_attempts.unwrap_or(attempts).max(1),
            attempt_timeout,
            deadline: self
                .deadline
                .unwrap_or_else(|| DEADLINE.max(attempt_timeout.saturating_mul(2))),
            initial_delay: self.initial_delay.unwrap_or(INITIAL_DELAY),
        }
    }
}

/// The limits of one fetch.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) attempts: u32,
    pub(crate) attempt_timeout: Duration,
    /// Attempts and waits together.
    pub(crate) deadline: Duration,
    /// Before the second attempt.
    pub(crate) initial_delay: Duration,
}
