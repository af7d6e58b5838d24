//! Access tokens that are given out more than once.

use std::{
    collections::HashMap,
    io,
    time::{Duration, SystemTime},
};

pub(super) struct Tokens {
    lifetime: Duration,
    last: Duration,
    /// By scopes, as asked for.
    current: HashMap<Vec<String>, String>,
    all: HashMap<String, (Vec<String>, SystemTime)>,
}

impl Tokens {
    pub(super) fn new() -> Self {
        Self {
            lifetime: Duration::from_secs(3599),
            last: Duration::from_secs(300),
            current: HashMap::new(),
            all: HashMap::new(),
        }
    }

    pub(super) fn set_lifetime(&mut self, lifetime: Duration, last: Duration) {
        (self.lifetime, self.last) = (lifetime, last);
    }

    /// A token, and how many seconds it has left. `make` makes one where the last one is too near its end.
    pub(super) fn give(
        &mut self,
        scopes: Vec<String>,
        now: SystemTime,
        make: impl FnOnce(&[String]) -> io::Result<String>,
    ) -> io::Result<(String, u64)> {
        if let Some(token) = self.current.get(&scopes)
            && let Some((_, end)) = self.all.get(token)
            && let Ok(left) = end.duration_since(now)
            && left > self.last
        {
            return Ok((token.clone(), left.as_secs()));
        }
        let token = make(&scopes)?;
        self.all
            .insert(token.clone(), (scopes.clone(), now + self.lifetime));
        self.current.insert(scopes, token.clone());
        Ok((token, self.lifetime.as_secs()))
    }

    pub(super) fn issued(&self) -> usize {
        self.all.len()
    }

    pub(super) fn is_alive(&self, token: &str, now: SystemTime) -> bool {
        self.all.get(token).is_some_and(|(_, end)| now < *end)
    }

    pub(super) fn scopes(&self, token: &str) -> Option<Vec<String>> {
        Some(self.all.get(token)?.0.clone())
    }
}
