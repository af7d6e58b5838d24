//! The progress of a transfer.

use std::{fmt, sync::Arc};

/// The progress of an upload or a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of bytes that were transferred. During an upload it decreases when the server turns out to have fewer.
    pub bytes: u64,
    /// The number of bytes in all, if known.
    pub total: Option<u64>,
}

impl Progress {
    /// Returns the transferred part, from 0 to 1; `None` if the total is not known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)] // Exact up to 2^53 bytes.
        self.total.map(|total| match total {
            0 => 1.0,
            total => self.bytes as f64 / total as f64,
        })
    }
}

/// The callback for progress, if there is one.
#[derive(Clone, Default)]
pub(crate) struct ProgressCallback(Option<Arc<dyn Fn(Progress) + Send + Sync>>);

impl ProgressCallback {
    pub(crate) fn new(callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(callback)))
    }

    pub(crate) fn report(&self, bytes: u64, total: Option<u64>) {
        if let Some(callback) = &self.0 {
            callback(Progress { bytes, total });
        }
    }
}

impl fmt::Debug for ProgressCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "ProgressCallback"
        } else {
            "no callback"
        })
    }
}
