//! How often a token is requested, and for how long.

use std::time::Duration;

/// The time limit of one attempt, unless its source needs more.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// The time limit of a fetch, unless one attempt may take most of it.
const DEADLINE: Duration = Duration::from_secs(60);
/// The wait before the second attempt of a fetch.
const INITIAL_DELAY: Duration = Duration::from_secs(1);

/// How a token request is retried after transient errors: the number of attempts, their time limits and the waits between them.
///
/// The defaults are three attempts (five for the metadata server) of at most 30 s each, 1 and 2 s apart, within 60 s in all. A `Retry-After`
/// of the server extends a wait.
///
/// ```
/// use std::time::Duration;
/// use gapi_auth::{AuthorizedUser, TokenRetryPolicy};
///
/// // For an interactive program: a token or an error within ten seconds.
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
    /// Returns a policy with the defaults.
    pub const fn new() -> Self {
        Self {
            max_attempts: None,
            attempt_timeout: None,
            deadline: None,
            initial_delay: None,
        }
    }

    /// Returns a policy of one attempt.
    pub const fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets the number of attempts, including the first one. 0 means 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Sets the time limit of one attempt.
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the time limit of all attempts and waits together.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the wait before the second attempt. It doubles before each further attempt, and varies by a quarter so that clients do not retry in step.
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
