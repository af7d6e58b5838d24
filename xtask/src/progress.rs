//! Shows progress: a bar on a terminal, a few lines elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of one step.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts a step of `length` parts.
    pub(crate) fn new(what: &str, length: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(length as u64)
        } else {
            eprintln!("{what}: {length}");
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{prefix:12} {bar:40} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        Self { bar }
    }

    /// Shows what is worked on.
    pub(crate) fn working_on(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// One more part is done.
    pub(crate) fn done(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Locks `mutex`, poisoned or not: a panic of its last holder has been reported, and ends the scope.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
