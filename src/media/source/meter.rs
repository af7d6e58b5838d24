//! What is known of the bytes that have passed.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    super::{checksum::Checksum, progress::Watcher},
    index,
};

/// What looks at bytes as they pass.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    checksum: Arc<Mutex<Checksum>>,
    watcher: Watcher,
}

impl Meter {
    pub(crate) fn new(checksum: Checksum, watcher: Watcher) -> Self {
        Self {
            checksum: Arc::new(Mutex::new(checksum)),
            watcher,
        }
    }

    /// The same without anybody who is told.
    pub(super) fn silent(&self) -> Self {
        Self {
            watcher: Watcher::default(),
            ..self.clone()
        }
    }

    /// The checksum of what has passed.
    pub(crate) fn checksum(&self) -> Checksum {
        self.lock().clone()
    }

    /// Tells how far the transfer has come.
    pub(crate) fn tell(&self, bytes: u64, total: Option<u64>) {
        self.watcher.tell(bytes, total);
    }

    /// Takes note of bytes that stand at `at`.
    pub(crate) fn seen(&self, at: u64, bytes: &[u8]) {
        self.lock().feed(at, bytes);
    }

    /// How many of the first bytes another process told the checksum of.
    pub(crate) fn expected(&self) -> u64 {
        self.lock().expected()
    }

    /// Whether they are not those of the media that another process began with.
    pub(crate) fn is_other(&self) -> bool {
        self.lock().is_other()
    }

    /// Closes a gap before `offset`.
    pub(super) fn catch_up(&self, all: &[u8], offset: u64) {
        let mut checksum = self.lock();
        let at = checksum.at();
        if at < offset {
            checksum.feed(at, &all[index(at)..index(offset)]);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Checksum> {
        self.checksum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
