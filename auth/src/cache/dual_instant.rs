//! A point in time on both clocks.

use std::time::{Duration, SystemTime};

use gapi_transport::Clock;

/// A point in time on the wall clock and on the monotonic clock. It is reached when either clock reaches it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DualInstant {
    pub(crate) wall: SystemTime,
    pub(crate) monotonic: Duration,
}

impl DualInstant {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        let (wall, monotonic) = clock.both();
        Self { wall, monotonic }
    }

    /// Returns this time plus `duration`; `None` beyond the range of the clocks.
    pub(crate) fn after(self, duration: Duration) -> Option<Self> {
        Some(Self {
            wall: self.wall.checked_add(duration)?,
            monotonic: self.monotonic.checked_add(duration)?,
        })
    }

    pub(crate) fn is_reached(&self, now: &Self) -> bool {
        now.wall >= self.wall || now.monotonic >= self.monotonic
    }
}
