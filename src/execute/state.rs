//! The progress of a call, which errors and telemetry report.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use super::in_flight::InFlight;
use crate::{Error, ErrorKind, client::Host, error::Repeat};

/// A step of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CallStep {
    /// Waiting for credentials.
    Credentials = 1,
    /// Reading the media of an upload.
    Media,
    /// Sending a request.
    Request,
    /// Reading a response.
    Response,
    /// Waiting before a retry.
    Pause,
    /// Writing received bytes to the destination of the caller.
    Sink,
}

/// The current step of a call and the number of its exchanges.
#[derive(Debug, Default)]
pub(crate) struct CallState {
    exchanges: AtomicU32,
    step: AtomicU8,
    request: Mutex<Option<Arc<InFlight>>>,
    /// Whether a request before the last one may have been sent.
    sent: AtomicBool,
    /// Whether the time limit of the call has passed.
    over: AtomicBool,
}

impl CallState {
    /// Enters a step.
    pub(crate) fn enter(&self, step: CallStep) {
        self.step.store(step as u8, Ordering::Relaxed);
    }

    /// Counts a new exchange.
    pub(super) fn begin_exchange(&self) {
        self.exchanges.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of exchanges so far.
    pub(crate) fn exchanges(&self) -> u32 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Records that a request is being sent.
    pub(super) fn begin_request(&self, request: Arc<InFlight>) {
        let mut held = self.request.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|before| !before.is_unsent()) {
            self.sent.store(true, Ordering::Relaxed);
        }
        *held = Some(request);
        self.enter(CallStep::Request);
    }

    /// Returns the last request.
    pub(super) fn in_flight(&self) -> Option<Arc<InFlight>> {
        let held = self.request.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    /// Returns the host of the last request.
    pub(crate) fn host(&self) -> Option<Arc<Host>> {
        self.in_flight().map(|request| Arc::clone(request.host()))
    }

    /// Returns whether certainly nothing was sent.
    fn is_unsent(&self) -> bool {
        !self.sent.load(Ordering::Relaxed)
            && self.in_flight().is_none_or(|request| request.is_unsent())
    }

    fn description(&self) -> Option<String> {
        const CREDENTIALS: u8 = CallStep::Credentials as u8;
        const MEDIA: u8 = CallStep::Media as u8;
        const REQUEST: u8 = CallStep::Request as u8;
        const RESPONSE: u8 = CallStep::Response as u8;
        const PAUSE: u8 = CallStep::Pause as u8;
        const SINK: u8 = CallStep::Sink as u8;
        let description = match self.step.load(Ordering::Relaxed) {
            CREDENTIALS => "waiting for credentials",
            MEDIA => "reading the media",
            REQUEST => return self.in_flight().map(|request| request.description()),
            RESPONSE => return Some(format!("reading the response of {}", self.host()?.name())),
            PAUSE => "waiting to try again",
            SINK => "writing what had come",
            _ => return None,
        };
        Some(description.to_owned())
    }

    /// Returns the error of a time limit: `what` ("the call took longer than its timeout"), `limit`, and the current step.
    pub(crate) fn late(&self, what: &str, limit: Duration) -> Error {
        let mut message = format!("{what} of {} s", limit.as_secs_f64());
        if let Some(description) = self.description() {
            message.push_str(": it was ");
            message.push_str(&description);
        }
        let error = |message| Error::new(ErrorKind::Timeout, message);
        if self.is_unsent() {
            message.push_str("; nothing was sent");
            return error(message).with_repeat(Repeat::Always);
        }
        error(message)
    }

    /// Records that the time limit of the call has passed.
    pub(super) fn cut(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Returns whether the time limit of the call has passed.
    pub(super) fn is_cut(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}
