//! Time, as a seam: tests move it.

use std::time::{Duration, Instant, SystemTime};

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
    /// Waits for `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's clocks, with tokio's timer. Under tokio's paused time both clocks follow the paused one.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;
