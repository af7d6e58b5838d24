//! Notices that a server repeats its page tokens.

/// Finds any cycle in a sequence in which each token follows from the one before, in constant memory (Brent's method).
#[derive(Debug, Default)]
pub(super) struct Cycle {
    /// A token that was seen; the tokens after it are compared with it.
    kept: Option<String>,
    /// After how many tokens the kept one is replaced.
    power: u64,
    length: u64,
}

impl Cycle {
    /// Takes note of `token`; `true` when it was seen before.
    pub(super) fn is_repeated(&mut self, token: &str) -> bool {
        if self.kept.as_deref() == Some(token) {
            return true;
        }
        if self.length == self.power {
            self.kept = Some(token.to_owned());
            self.power = (self.power * 2).max(1);
            self.length = 0;
        }
        self.length += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many tokens a list that goes from `tail` tokens into a cycle of `length` is stopped.
    fn stopped_after(tail: usize, length: usize) -> Option<usize> {
        let mut cycle = Cycle::default();
        (0..4 * (tail + length) + 16).position(|index| {
            let token = if index < tail {
                index
            } else {
                tail + (index - tail) % length
            };
            cycle.is_repeated(&token.to_string())
        })
    }

    #[test]
    fn cycles_are_found_and_long_lists_are_not() {
        assert_eq!(
            stopped_after(0, 1),
            Some(1),
            "the same token again is noticed at once"
        );
        for (tail, length) in [(0, 2), (1, 1), (3, 5), (10, 7), (100, 1)] {
            let stopped = stopped_after(tail, length).expect("stopped");
            assert!(
                stopped >= tail + length && stopped <= 3 * (tail + length) + 1,
                "{tail} {length}: {stopped}"
            );
        }
        let mut cycle = Cycle::default();
        assert!((0..10_000).all(|token| !cycle.is_repeated(&token.to_string())));
    }
}
