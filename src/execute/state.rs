//! What a call does at the moment.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use super::hand_over::{Host, Trip};
use crate::{Error, ErrorKind, error::Repeat};

/// A step of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Step {
    /// It waits for its credentials.
    Credentials = 1,
    /// It reads what it uploads.
    Media,
    /// A request is on its way.
    Trip,
    /// It reads a response.
    Response,
    /// It waits before another attempt.
    Pause,
    /// It writes what has come to where the caller wants it.
    Sink,
}

/// What a call does, for the error that says that its time is over, and how many exchanges it has made.
#[derive(Debug, Default)]
pub(crate) struct State {
    exchanges: AtomicU32,
    step: AtomicU8,
    trip: Mutex<Option<Arc<Trip>>>,
    /// Whether a request before the last one may have been sent.
    sent: AtomicBool,
    /// The time of the call is over.
    over: AtomicBool,
}

impl State {
    /// Notes what comes next.
    pub(crate) fn enter(&self, step: Step) {
        self.step.store(step as u8, Ordering::Relaxed);
    }

    /// Counts an exchange that begins.
    pub(super) fn begin_exchange(&self) {
        self.exchanges.fetch_add(1, Ordering::Relaxed);
    }

    /// How many exchanges there were so far.
    pub(crate) fn exchanges(&self) -> u32 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Notes that a request begins its way.
    pub(super) fn travel(&self, trip: Arc<Trip>) {
        let mut held = self.trip.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|before| !before.is_unsent()) {
            self.sent.store(true, Ordering::Relaxed);
        }
        *held = Some(trip);
        self.enter(Step::Trip);
    }

    /// The last request's way.
    pub(super) fn trip(&self) -> Option<Arc<Trip>> {
        let held = self.trip.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    /// The host that the last request goes to.
    pub(crate) fn host(&self) -> Option<Arc<Host>> {
        self.trip().map(|trip| Arc::clone(trip.host()))
    }

    /// Whether nothing was sent, as far as is known.
    fn is_unsent(&self) -> bool {
        !self.sent.load(Ordering::Relaxed) && self.trip().is_none_or(|trip| trip.is_unsent())
    }

    fn doing(&self) -> Option<String> {
        const CREDENTIALS: u8 = Step::Credentials as u8;
        const MEDIA: u8 = Step::Media as u8;
        const TRIP: u8 = Step::Trip as u8;
        const RESPONSE: u8 = Step::Response as u8;
        const PAUSE: u8 = Step::Pause as u8;
        const SINK: u8 = Step::Sink as u8;
        let doing = match self.step.load(Ordering::Relaxed) {
            CREDENTIALS => "waiting for credentials",
            MEDIA => "reading the media",
            TRIP => return self.trip().map(|trip| trip.doing()),
            RESPONSE => return Some(format!("reading the response of {}", self.host()?.name())),
            PAUSE => "waiting to try again",
            SINK => "writing what had come",
            _ => return None,
        };
        Some(doing.to_owned())
    }

    /// The error for `what` ("the call took longer than its timeout"), a limit of `limit`, with what the call was doing.
    pub(crate) fn late(&self, what: &str, limit: Duration) -> Error {
        let mut message = format!("{what} of {} s", limit.as_secs_f64());
        if let Some(doing) = self.doing() {
            message.push_str(": it was ");
            message.push_str(&doing);
        }
        let error = |message| Error::new(ErrorKind::Timeout, message);
        if self.is_unsent() {
            message.push_str("; nothing was sent");
            return error(message).with_repeat(Repeat::Always);
        }
        error(message)
    }

    /// Notes that the time of the call is over: what is dropped from now on was cut.
    pub(super) fn cut(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether the time of the call is over.
    pub(super) fn is_cut(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}
