//! How far a transfer has come.

use std::{fmt, sync::Arc};

/// How far a transfer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes that have gone through. Of an upload this falls back when the server turns out to have fewer.
    pub bytes: u64,
    /// How many there will be, where that is known.
    pub total: Option<u64>,
}

impl Progress {
    /// From 0 to 1, where the total is known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)] // Nobody sees the difference.
        self.total.map(|total| match total {
            0 => 1.0,
            total => self.bytes as f64 / total as f64,
        })
    }
}

/// Who wants to know.
#[derive(Clone, Default)]
pub(crate) struct Watcher(Option<Arc<dyn Fn(Progress) + Send + Sync>>);

impl Watcher {
    pub(crate) fn new(callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(callback)))
    }

    pub(crate) fn tell(&self, bytes: u64, total: Option<u64>) {
        if let Some(callback) = &self.0 {
            callback(Progress { bytes, total });
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Watcher"
        } else {
            "nobody"
        })
    }
}
