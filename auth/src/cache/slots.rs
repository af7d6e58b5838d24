//! All tokens of one cache.

use std::sync::Arc;

use super::{policy, slot::Slot};
use crate::scopes::ScopeSet;

/// What tokens differ by.
#[derive(PartialEq, Eq)]
pub(super) struct Key {
    pub(super) scopes: ScopeSet,
    pub(super) audience: Option<String>,
}

/// A slot for each key: a list, because it is short, and searching one needs no key.
#[derive(Default)]
pub(super) struct Slots {
    entries: Vec<Entry>,
    uses: u64,
}

struct Entry {
    key: Key,
    slot: Arc<Slot>,
    used: u64,
}

impl Slots {
    /// The slot whose key `is_wanted`.
    pub(super) fn find(&mut self, is_wanted: impl Fn(&Key) -> bool) -> Option<Arc<Slot>> {
        let entry = self.entries.iter_mut().find(|e| is_wanted(&e.key))?;
        self.uses += 1;
        entry.used = self.uses;
        Some(entry.slot.clone())
    }

    /// The slot of `key`, which is made where there is none.
    pub(super) fn find_or_add(&mut self, key: Key, make: impl FnOnce() -> Slot) -> Arc<Slot> {
        if let Some(slot) = self.find(|other| *other == key) {
            return slot;
        }
        if self.entries.len() >= policy::SLOTS {
            // Slots that somebody holds are in use; the others go in the order of their last use.
            let age = |entry: &Entry| (Arc::strong_count(&entry.slot) > 1, entry.used);
            let places = 0..self.entries.len();
            if let Some(oldest) = places.min_by_key(|place| age(&self.entries[*place])) {
                self.entries.swap_remove(oldest);
            }
        }
        let slot = Arc::new(make());
        self.uses += 1;
        self.entries.push(Entry {
            key,
            slot: slot.clone(),
            used: self.uses,
        });
        slot
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Slot>> {
        self.entries.iter().map(|entry| &entry.slot)
    }

    #[cfg(any(feature = "authorized-user", feature = "external-account"))]
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}
