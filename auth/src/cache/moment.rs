//! A point in time, on both clocks.

use std::time::{Duration, Instant, SystemTime};

use gapi_transport::Clock;

/// A point in time, on both clocks. It has come when either clock says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) wall: SystemTime,
    pub(crate) monotonic: Instant,
}

impl Moment {
    pub(crate) fn now(clock: &dyn Clock) -> Self {
        let (wall, monotonic) = clock.both();
        Self { wall, monotonic }
    }

    /// `None` when that is later than the clocks can tell.
    pub(crate) fn after(self, duration: Duration) -> Option<Self> {
        Some(Self {
            wall: self.wall.checked_add(duration)?,
            monotonic: self.monotonic.checked_add(duration)?,
        })
    }

    pub(crate) fn has_come(&self, now: &Self) -> bool {
        now.wall >= self.wall || now.monotonic >= self.monotonic
    }
}
