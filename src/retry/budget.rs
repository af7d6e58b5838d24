//! The retry budget of a client, which protects a failing service.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

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
        let mut refilled = self.refilled.lock().unwrap_or_else(PoisonError::into_inner);
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
