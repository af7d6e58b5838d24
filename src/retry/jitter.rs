//! Jitter of retry delays.

use std::{fmt, sync::Arc, time::Duration};

use uuid::Uuid;

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
fn random() -> f64 {
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

#[cfg(test)]
mod tests {
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
