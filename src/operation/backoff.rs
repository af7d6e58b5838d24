//! How long to wait before an operation is asked after again.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
    time::Duration,
};

/// Delays that grow by half each time, up to a limit, each shortened by up to a quarter, so that programs that began together
/// do not ask together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(20),
        }
    }
}

impl Backoff {
    /// The delay after `polls` polls.
    pub(super) fn delay(self, polls: u32) -> Duration {
        self.shortened(polls, random())
    }

    /// `part` of the jitter, from 0 to 1.
    fn shortened(self, polls: u32, part: f64) -> Duration {
        let factor = 1.5_f64.powi(i32::try_from(polls).unwrap_or(i32::MAX));
        let grown = self.first.as_secs_f64() * factor;
        let limit = self.longest.max(self.first).as_secs_f64();
        Duration::try_from_secs_f64(grown.min(limit) * (1.0 - part / 4.0)).unwrap_or(self.longest)
    }
}

/// A number from 0 to 1; good enough to spread polls.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    // 53 bits are exact in a double.
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_limit_and_vary() {
        let backoff = Backoff::default();
        let full = |polls| backoff.shortened(polls, 0.0);
        assert_eq!(full(0), Duration::from_secs(1));
        assert_eq!(full(1), Duration::from_millis(1500));
        assert_eq!(full(8), Duration::from_secs(20));
        assert_eq!(full(u32::MAX), Duration::from_secs(20));
        assert_eq!(backoff.shortened(0, 1.0), Duration::from_millis(750));
        for _ in 0..100 {
            assert!((0.0..=1.0).contains(&random()));
        }
        // A first delay beyond the limit is taken at its word.
        let slow = Backoff {
            first: Duration::from_secs(60),
            longest: Duration::from_secs(1),
        };
        assert_eq!(slow.shortened(3, 0.0), Duration::from_secs(60));
    }
}
