//! Progress: a bar on a terminal, nothing elsewhere.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of one step.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A step of `length` parts. One part needs no bar.
    pub(super) fn new(what: &'static str, length: usize) -> Self {
        let bar = if length > 1 && std::io::stderr().is_terminal() {
            ProgressBar::new(length as u64)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:20} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self(bar)
    }

    /// Shows the current part.
    pub(super) fn working_on(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// One more part is done.
    pub(super) fn done(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
