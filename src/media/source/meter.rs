//! Records the bytes of a transfer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::media::{checksum::Checksum, progress::ProgressCallback};

/// Records the bytes of a transfer: their checksum and the progress.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    checksum: Arc<Mutex<Checksum>>,
    callback: ProgressCallback,
}

impl Meter {
    pub(crate) fn new(checksum: Checksum, callback: ProgressCallback) -> Self {
        Self {
            checksum: Arc::new(Mutex::new(checksum)),
            callback,
        }
    }

    /// Returns a meter with the same checksum that reports no progress.
    pub(super) fn without_callback(&self) -> Self {
        Self {
            callback: ProgressCallback::default(),
            ..self.clone()
        }
    }

    /// Returns the checksum of the recorded bytes.
    pub(crate) fn checksum(&self) -> Checksum {
        self.lock().clone()
    }

    /// Reports the progress.
    pub(crate) fn report(&self, bytes: u64, total: Option<u64>) {
        self.callback.report(bytes, total);
    }

    /// Records bytes that begin at `at`.
    pub(crate) fn record(&self, at: u64, bytes: &[u8]) {
        self.lock().feed(at, bytes);
    }

    /// Returns the number of first bytes whose checksum another process computed.
    pub(crate) fn expected(&self) -> u64 {
        self.lock().expected()
    }

    /// Returns whether those bytes differ from the media of the other process.
    pub(crate) fn is_different(&self) -> bool {
        self.lock().is_different()
    }

    /// Records the bytes before `offset` that were not recorded.
    pub(super) fn catch_up(&self, all: &[u8], offset: u64) {
        let mut checksum = self.lock();
        let at = checksum.at();
        if at < offset {
            checksum.feed(at, &all[index(at)..index(offset)]);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Checksum> {
        self.checksum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Converts a position within memory.
pub(super) fn index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
