//! A clock that moves only when told.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use futures_util::FutureExt;
use tokio::sync::oneshot;

use crate::{BoxFuture, Clock};

/// A [`Clock`] for tests: it stands still until it is moved, and its wall clock and monotonic clock can be moved apart, as
/// they are when somebody sets the time or a machine is suspended. It does not move to a time that cannot be told.
///
/// Clones share one clock.
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

struct State {
    wall: SystemTime,
    monotonic: Instant,
    sleepers: BTreeMap<(Instant, u64), oneshot::Sender<()>>,
    slept: u64,
}

impl ManualClock {
    /// A clock whose wall time is `wall`.
    pub fn new(wall: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(State {
            wall,
            monotonic: Instant::now(),
            sleepers: BTreeMap::new(),
            slept: 0,
        })))
    }

    /// Time passes: both clocks move, and sleepers whose time has come wake.
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
            // A sleeper that is gone needs no waking.
            let _ = sleeper.remove().send(());
        }
    }

    /// The machine sleeps: the wall clock moves, the monotonic one and its sleepers do not.
    pub fn suspend(&self, duration: Duration) {
        let mut state = self.state();
        state.wall = state.wall.checked_add(duration).unwrap_or(state.wall);
    }

    /// Somebody sets the wall clock.
    pub fn set_wall(&self, wall: SystemTime) {
        self.state().wall = wall;
    }

    /// How many sleepers wait: a test that is about to advance the clock can wait until others sleep.
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

    fn instant(&self) -> Instant {
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
        // The sender goes only when it has woken us, or with the clock itself.
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
