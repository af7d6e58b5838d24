//! Time, as a seam: tests move it.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crate::BoxFuture;

/// Wall time, monotonic time and sleep.
///
/// Two clocks, because each lies in its own way: the wall clock can be set, and the monotonic one stands still
/// while a machine is suspended.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// The wall clock.
    fn now(&self) -> SystemTime;
    /// The monotonic clock.
    fn instant(&self) -> Instant;
    /// Both at one moment.
    fn both(&self) -> (SystemTime, Instant) {
        (self.now(), self.instant())
    }
    /// Waits for `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A shared clock is a clock.
impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }

    fn instant(&self) -> Instant {
        (**self).instant()
    }

    fn both(&self) -> (SystemTime, Instant) {
        (**self).both()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}

/// The machine's clocks, with tokio's timer. Under tokio's paused time both clocks follow the paused one.
///
/// All of it works without a tokio runtime too; [`sleep`](Clock::sleep) then costs a thread. A runtime must have its timer enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        self.both().0
    }

    fn instant(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn both(&self) -> (SystemTime, Instant) {
        let wall = SystemTime::now();
        let real = Instant::now();
        let tokio = self.instant();
        // The two monotonic readings differ only while tokio's time is paused or was moved.
        let moved = match tokio.checked_duration_since(real) {
            Some(ahead) => wall.checked_add(ahead),
            None => wall.checked_sub(real.duration_since(tokio)),
        };
        (moved.unwrap_or(wall), tokio)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // Not before it is waited for: a runtime without a timer serves whoever never has to.
            if tokio::runtime::Handle::try_current().is_ok() {
                return tokio::time::sleep(duration).await;
            }
            let (wake, woken) = tokio::sync::oneshot::channel();
            std::thread::spawn(move || {
                std::thread::sleep(duration);
                // Whoever slept may be gone.
                let _ = wake.send(());
            });
            let _ = woken.await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn both_clocks_follow_paused_time() {
        let (wall, monotonic) = (SystemClock.now(), SystemClock.instant());
        SystemClock.sleep(Duration::from_secs(3600)).await;
        assert!(SystemClock.instant() - monotonic >= Duration::from_secs(3600));
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
        assert!(SystemClock.instant().elapsed() < Duration::from_secs(60));
    }
}
