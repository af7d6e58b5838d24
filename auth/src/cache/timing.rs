//! The times of the cache: points in time, limits and delays with their jitter.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, SystemTime},
};

use gapi_transport::Clock;

/// The number of tokens that one cache holds.
pub(super) const SLOTS: usize = 64;
/// How often a caller repeats if the token that it waited for was rejected in the meantime.
pub(super) const TURNS: usize = 8;
/// How long a caller waits for a fetch on another runtime before it fetches on its own.
pub(super) const ELSEWHERE: Duration = Duration::from_secs(5);
/// The longest wait before an attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// A token that is rejected within this time is not rejected for its age.
pub(super) const YOUNG: Duration = Duration::from_secs(10);
/// How many young tokens in a row may be rejected before rejection is final.
pub(super) const YOUNG_REJECTIONS: u32 = 3;

/// A point in time on the wall clock and on the monotonic clock. It is reached when either clock reaches it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DualInstant {
    pub(crate) wall: SystemTime,
    pub(crate) monotonic: Duration,
}

impl DualInstant {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        let (wall, monotonic) = clock.both();
        Self { wall, monotonic }
    }

    /// Returns this time plus `duration`; `None` beyond the range of the clocks.
    pub(crate) fn after(self, duration: Duration) -> Option<Self> {
        Some(Self {
            wall: self.wall.checked_add(duration)?,
            monotonic: self.monotonic.checked_add(duration)?,
        })
    }

    pub(crate) fn is_reached(&self, now: &Self) -> bool {
        now.wall >= self.wall || now.monotonic >= self.monotonic
    }
}

/// Returns how long callers wait for a fetch with the time limit `fetch` before they consider it lost.
pub(super) fn patience(fetch: Duration) -> Duration {
    fetch.saturating_add(Duration::from_secs(15))
}

/// Returns how long before its expiry a token with this remaining lifetime is refreshed. A metadata server returns the same token until
/// four minutes before its expiry, so a refresh more than 225 s before the expiry would be useless.
pub(super) fn refresh_margin(lifetime: Duration) -> Duration {
    jittered(Duration::from_secs(225).min(lifetime / 10), 0.1)
}

/// Returns how long before its expiry a token is no longer used, so that it does not expire while a request is sent.
pub(super) fn safety_margin(lifetime: Duration) -> Duration {
    Duration::from_secs(10).min(lifetime / 20)
}

/// Returns when to fetch again after a fetch returned the cached token.
pub(super) fn same_again(remaining: Duration) -> Duration {
    (remaining / 4).max(Duration::from_secs(2))
}

/// Returns the wait after attempt number `attempt` of one fetch. The wait after the first one is `first`.
pub(super) fn between_attempts(first: Duration, attempt: u32) -> Duration {
    let wait = first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
    jittered(wait.min(LONGEST_WAIT), 0.25)
}

/// Returns the pause between background refreshes after this number of failures, while there is a valid token.
pub(super) fn background_backoff(failures: u32) -> Duration {
    exponential(Duration::from_secs(10), failures, Duration::from_secs(300))
}

/// Returns how long the last error is cached after this number of failures, while there is no token.
pub(super) fn foreground_backoff(failures: u32) -> Duration {
    exponential(
        Duration::from_millis(500),
        failures,
        Duration::from_secs(10),
    )
}

/// Returns the `Retry-After` of a server, at most 5 min.
pub(super) fn bounded(retry_after: Option<Duration>) -> Duration {
    retry_after
        .unwrap_or_default()
        .min(Duration::from_secs(300))
}

fn exponential(first: Duration, failures: u32, most: Duration) -> Duration {
    first
        .saturating_mul(2u32.saturating_pow(failures.saturating_sub(1)))
        .min(most)
}

/// Returns `duration`, changed at random by at most `share` of it.
fn jittered(duration: Duration, share: f64) -> Duration {
    duration.mul_f64(1.0 - share + 2.0 * share * random())
}

/// Returns a number from 0 to 1. The hash keys of the standard library are random enough for jitter.
fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_begins_225_seconds_or_a_tenth_before_expiry() {
        let within = |lifetime: u64, from: f64, to: f64| {
            let margin = refresh_margin(Duration::from_secs(lifetime)).as_secs_f64();
            assert!((from..=to).contains(&margin), "{lifetime}: {margin}");
        };
        for _ in 0..100 {
            within(3600, 202.5, 247.5);
            within(600, 54.0, 66.0);
            within(0, 0.0, 0.0);
        }
    }

    #[test]
    fn backoff_doubles_up_to_its_limit() {
        let seconds: Vec<_> = (1..8).map(|n| background_backoff(n).as_secs()).collect();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 300, 300]);
        let millis: Vec<_> = (1..8).map(|n| foreground_backoff(n).as_millis()).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 8000, 10000, 10000]);
        assert_eq!(background_backoff(u32::MAX), Duration::from_secs(300));
    }
}
