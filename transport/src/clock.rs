//! Time, which tests replace.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime},
};

use crate::{BoxFuture, runtime::has_timer, timer_thread::ThreadSleep};

/// Wall time, monotonic time and sleep.
///
/// Both clocks are needed: the wall clock can be set, and the monotonic clock stops while a machine is suspended.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// Returns the time of the wall clock.
    fn now(&self) -> SystemTime;
    /// Returns the time of the monotonic clock since a start that is arbitrary, but the same for all clones.
    fn monotonic(&self) -> Duration;
    /// Returns the time of both clocks.
    fn both(&self) -> (SystemTime, Duration) {
        (self.now(), self.monotonic())
    }
    /// Waits for `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A shared clock is a clock.
impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }

    fn both(&self) -> (SystemTime, Duration) {
        (**self).both()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}

/// The system's clocks, with tokio's timer. Under tokio's paused time both clocks follow the paused one.
///
/// Works without a tokio runtime too, and on one without a timer: [`sleep`](Clock::sleep) then uses one thread for all waits of the process,
/// which ends with the last of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// The monotonic time at the first use, which leaves room for runtimes whose paused time is earlier.
const AT_START: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        self.both().0
    }

    fn monotonic(&self) -> Duration {
        since_start(tokio::time::Instant::now().into_std())
    }

    fn both(&self) -> (SystemTime, Duration) {
        let wall = SystemTime::now();
        let real = Instant::now();
        let tokio = tokio::time::Instant::now().into_std();
        // The two monotonic readings differ only while tokio's time is paused or was moved.
        let moved = match tokio.checked_duration_since(real) {
            Some(ahead) => wall.checked_add(ahead),
            None => wall.checked_sub(real.duration_since(tokio)),
        };
        (moved.unwrap_or(wall), since_start(tokio))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // Decided when the future is polled, because that may happen on another runtime.
            if has_timer() {
                tokio::time::sleep(duration).await;
            } else {
                ThreadSleep::new(duration).await;
            }
        })
    }
}

fn since_start(now: Instant) -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    match now.checked_duration_since(*START) {
        Some(passed) => AT_START.saturating_add(passed),
        None => AT_START.saturating_sub(START.duration_since(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn both_clocks_follow_paused_time() {
        let (wall, monotonic) = (SystemClock.now(), SystemClock.monotonic());
        SystemClock.sleep(Duration::from_secs(3600)).await;
        assert!(SystemClock.monotonic() - monotonic >= Duration::from_secs(3600));
        let moved = SystemClock.now().duration_since(wall).expect("forwards");
        // Paused wall time is read through three clocks, so it is right to within their skew.
        assert!(
            moved.abs_diff(Duration::from_secs(3600)) < Duration::from_secs(60),
            "{moved:?}"
        );
    }

    #[test]
    fn both_clocks_work_without_a_runtime() {
        let skew = SystemClock
            .now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970");
        assert!(skew > Duration::from_secs(1_700_000_000));
        let start = SystemClock.monotonic();
        std::thread::sleep(Duration::from_millis(2));
        let passed = SystemClock.monotonic() - start;
        assert!((Duration::from_millis(2)..Duration::from_secs(60)).contains(&passed));
    }

    #[test]
    fn monotonic_time_before_the_start_is_not_lost() {
        let now = Instant::now();
        let later = now + Duration::from_secs(5);
        assert_eq!(
            since_start(later) - since_start(now),
            Duration::from_secs(5)
        );
        if let Some(earlier) = now.checked_sub(Duration::from_secs(5)) {
            assert_eq!(
                since_start(now) - since_start(earlier),
                Duration::from_secs(5)
            );
        }
    }
}
