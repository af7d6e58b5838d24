//! What keeps a client from hammering a broken service.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a retry takes out; a success puts one in.
const RETRY: u64 = 10;

/// A bucket of tokens that all calls of a client share. While most calls succeed it stays full, and every call may be tried again; when a service fails all of
/// them, what is left is one retry for every ten successes.
#[derive(Debug)]
pub(crate) struct Budget {
    capacity: u64,
    tokens: AtomicU64,
}

impl Budget {
    /// A full bucket for this many retries.
    pub(crate) fn new(retries: u32) -> Self {
        let capacity = u64::from(retries) * RETRY;
        Self {
            capacity,
            tokens: AtomicU64::new(capacity),
        }
    }

    /// Takes what one retry costs, if it is there.
    pub(super) fn take(&self) -> bool {
        let taken = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(RETRY)
            });
        taken.is_ok()
    }

    /// A call succeeded. Where a retry did that, it gets back what it cost.
    pub(crate) fn earn(&self, by_retry: bool) {
        // Almost always: no write to what all threads share.
        if self.tokens.load(Ordering::Relaxed) >= self.capacity {
            return;
        }
        let earned = if by_retry { RETRY } else { 1 };
        // The closure gives a value each time.
        let _ = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                Some((tokens + earned).min(self.capacity))
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
    fn retries_cost_and_successes_earn() {
        let budget = Budget::new(2);
        assert!(budget.take() && budget.take() && !budget.take());
        for _ in 0..9 {
            budget.earn(false);
        }
        assert!(!budget.take(), "nine successes are no retry");
        budget.earn(false);
        assert!(budget.take() && !budget.take());
        budget.earn(true);
        assert!(budget.take() && !budget.take());
        for _ in 0..1000 {
            budget.earn(true);
        }
        assert!(
            budget.take() && budget.take() && !budget.take(),
            "never more than its size"
        );
    }

    #[test]
    fn an_empty_budget_allows_nothing() {
        let budget = Budget::new(0);
        budget.earn(true);
        assert!(!budget.take());
    }
}
