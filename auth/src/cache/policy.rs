//! The numbers of the cache, and chance.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

/// How many sets of scopes are cached at once.
pub(super) const SLOTS: usize = 64;
/// How often a caller looks again after a token that it waited for was gone when it came.
pub(super) const TURNS: usize = 8;
/// The longest wait before an attempt, whatever a program says.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// A token that is rejected within this time was not too old.
pub(super) const YOUNG: Duration = Duration::from_secs(10);
/// How many young tokens in a row may be rejected before rejection is taken for an answer.
pub(super) const YOUNG_REJECTIONS: u32 = 3;

/// How long callers wait for a fetch that may take `fetch` before they take it for lost.
pub(super) fn patience(fetch: Duration) -> Duration {
    fetch.saturating_add(Duration::from_secs(15))
}

/// How long before its expiry a token with `lifetime` left is refreshed. Metadata servers give the same token until four
/// minutes before its expiry, so asking earlier than 225 s before is of no use.
pub(super) fn refresh_margin(lifetime: Duration) -> Duration {
    jittered(Duration::from_secs(225).min(lifetime / 10), 0.1)
}

/// How long before its expiry a token is no longer used, so that it does not expire under way.
pub(super) fn safety_margin(lifetime: Duration) -> Duration {
    Duration::from_secs(10).min(lifetime / 20)
}

/// When to ask again after being given a token that is already known.
pub(super) fn same_again(remaining: Duration) -> Duration {
    (remaining / 4).max(Duration::from_secs(2))
}

/// The wait before attempt number `attempt` + 1 of one fetch, which is `first` before the second one.
pub(super) fn between_attempts(first: Duration, attempt: u32) -> Duration {
    let wait = first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
    jittered(wait.min(LONGEST_WAIT), 0.25)
}

/// How long the background leaves a source alone after `failures` failures, while there is a valid token.
pub(super) fn background_backoff(failures: u32) -> Duration {
    exponential(Duration::from_secs(10), failures, Duration::from_secs(300))
}

/// How long callers are given the last error after `failures` failures, while there is no token.
pub(super) fn foreground_backoff(failures: u32) -> Duration {
    exponential(
        Duration::from_millis(500),
        failures,
        Duration::from_secs(10),
    )
}

/// A server's wish to be left alone, within reason.
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

/// `duration` give or take `share` of it.
fn jittered(duration: Duration, share: f64) -> Duration {
    duration.mul_f64(1.0 - share + 2.0 * share * chance())
}

/// A number from 0 to 1. The standard library's hash keys are random enough to keep clients from acting in step.
fn chance() -> f64 {
    let random = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    f64::from(random) / f64::from(u32::MAX)
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
