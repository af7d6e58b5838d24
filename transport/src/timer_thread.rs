//! Sleep without a timer of tokio: one thread wakes all sleepers, and ends when there are none.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

/// A wait, which ends early when it is dropped.
pub(crate) struct ThreadSleep {
    key: WakeTime,
    woken: oneshot::Receiver<()>,
}

/// When a sleeper wakes, and its number.
type WakeTime = (Instant, u64);

static TIMERS: Mutex<Timers> = Mutex::new(Timers {
    sleepers: BTreeMap::new(),
    started: 0,
    is_running: false,
});
/// Notified when the thread has to look at the sleepers again.
static CHANGED: Condvar = Condvar::new();

struct Timers {
    sleepers: BTreeMap<WakeTime, oneshot::Sender<()>>,
    started: u64,
    is_running: bool,
}

/// Longer than any program runs.
const LONGEST: Duration = Duration::from_secs(30 * 366 * 24 * 60 * 60);

fn timers() -> MutexGuard<'static, Timers> {
    TIMERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ThreadSleep {
    /// Begins a wait of `duration`.
    pub(crate) fn new(duration: Duration) -> Self {
        let (wake, woken) = oneshot::channel();
        let mut timers = timers();
        timers.started += 1;
        let key = (Instant::now() + duration.min(LONGEST), timers.started);
        timers.sleepers.insert(key, wake);
        if !timers.is_running {
            let thread = thread::Builder::new().name(String::from("gapi-timer"));
            // If the system has no thread to spare, the next sleeper tries again.
            timers.is_running = thread.spawn(wake_sleepers).is_ok();
        } else if timers.sleepers.first_key_value().map(|(first, _)| *first) == Some(key) {
            CHANGED.notify_one();
        }
        Self { key, woken }
    }
}

impl Future for ThreadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // The sender is dropped after it has woken this sleeper.
        let _ = ready!(Pin::new(&mut self.woken).poll(cx));
        Poll::Ready(())
    }
}

impl Drop for ThreadSleep {
    fn drop(&mut self) {
        let mut timers = timers();
        let removed = timers.sleepers.remove(&self.key);
        if removed.is_some() && timers.sleepers.is_empty() {
            CHANGED.notify_one();
        }
    }
}

/// Wakes sleepers until there are none.
fn wake_sleepers() {
    let mut all = timers();
    loop {
        let now = Instant::now();
        let later = all.sleepers.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut all.sleepers, later);
        if !due.is_empty() {
            // Wakers are code of others, which may sleep or drop sleepers.
            drop(all);
            for wake in due.into_values() {
                // A sleeper may have been dropped in the meantime.
                let _ = wake.send(());
            }
            all = timers();
            continue;
        }
        let Some((&(wakes, _), _)) = all.sleepers.first_key_value() else {
            all.is_running = false;
            return;
        };
        let waited = CHANGED.wait_timeout(all, wakes - now);
        all = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_thread_ends_with_the_last_wait() {
        let waits: Vec<_> = (1..=1_000)
            .map(|hours| ThreadSleep::new(HOUR * hours))
            .collect();
        assert!(timers().is_running);
        let mut short = ThreadSleep::new(Duration::from_millis(1));
        while (&mut short).now_or_never().is_none() {
            thread::yield_now();
        }
        assert_eq!(timers().sleepers.len(), 1_000, "the others wait");
        drop(waits);
        while timers().is_running {
            thread::yield_now();
        }
        // The next wait starts it again.
        let mut short = ThreadSleep::new(Duration::ZERO);
        while (&mut short).now_or_never().is_none() {
            thread::yield_now();
        }
        drop(ThreadSleep::new(Duration::MAX));
        while timers().is_running {
            thread::yield_now();
        }
    }
}
