//! A clock that tests move.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::FutureExt;
use tokio::sync::oneshot;

use crate::{BoxFuture, Clock};

/// A [`Clock`] for tests, which only moves when a test moves it. Its wall clock and monotonic clock can be moved apart, as when
/// the time is set or a machine is suspended. It ignores a move to a time that cannot be represented.
///
/// Clones share one clock.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use gapi_transport::{Clock, ManualClock};
///
/// let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

struct State {
    wall: SystemTime,
    monotonic: Duration,
    sleepers: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
    slept: u64,
}

impl ManualClock {
    /// Creates a clock whose wall time is `wall`.
    pub fn new(wall: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(State {
            wall,
            monotonic: Duration::from_secs(366 * 24 * 60 * 60),
            sleepers: BTreeMap::new(),
            slept: 0,
        })))
    }

    /// Moves both clocks, and wakes the sleepers whose time has come.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.wall = state.wall.checked_add(by).unwrap_or(state.wall);
        state.monotonic = state.monotonic.checked_add(by).unwrap_or(state.monotonic);
        let now = state.monotonic;
        while let Some(sleeper) = state
            .sleepers
            .first_entry()
            .filter(|first| first.key().0 <= now)
        {
            // A dropped sleeper needs no waking.
            let _ = sleeper.remove().send(());
        }
    }

    /// Moves the wall clock alone, as when the machine is suspended: sleepers do not wake.
    pub fn suspend(&self, duration: Duration) {
        let mut state = self.state();
        state.wall = state.wall.checked_add(duration).unwrap_or(state.wall);
    }

    /// Sets the wall clock.
    pub fn set_wall(&self, wall: SystemTime) {
        self.state().wall = wall;
    }

    /// Returns the number of waiting sleepers, so that a test can wait for them before it advances the clock.
    pub fn sleepers(&self) -> usize {
        self.state()
            .sleepers
            .values()
            .filter(|sleeper| !sleeper.is_closed())
            .count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        self.state().wall
    }

    fn monotonic(&self) -> Duration {
        self.state().monotonic
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration.is_zero() {
            return Box::pin(async {});
        }
        let mut state = self.state();
        let (wake, woken) = oneshot::channel();
        let Some(wakes) = state.monotonic.checked_add(duration) else {
            return Box::pin(std::future::pending());
        };
        let key = (wakes, state.slept);
        state.slept += 1;
        state.sleepers.insert(key, wake);
        // The sender is dropped after it has woken this sleeper, or with the clock.
        Box::pin(woken.map(|_| ()))
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualClock")
            .field("wall", &self.state().wall)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleepers_wake_when_monotonic_time_has_passed() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let (mut short, mut long) = (
            clock.sleep(Duration::from_secs(5)),
            clock.sleep(Duration::from_secs(10)),
        );
        clock.suspend(Duration::from_secs(100));
        assert!((&mut short).now_or_never().is_none());
        clock.advance(Duration::from_secs(5));
        assert!((&mut short).now_or_never().is_some());
        assert!((&mut long).now_or_never().is_none());
        assert_eq!(clock.sleepers(), 1);
        assert_eq!(
            clock.now(),
            SystemTime::UNIX_EPOCH + Duration::from_secs(105)
        );
    }
}
