//! The progress of a call, which errors and telemetry report.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::future::{Either, poll_fn, select};
use gapi_transport::{BoxFuture, Clock, lock};

use crate::{
    Error, ErrorKind,
    client::Host,
    error::Repeat,
    execute::in_flight::{InFlight, Limit, LimitCheck, STANDSTILL},
};

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
        let mut held = lock(&self.request);
        if held.as_ref().is_some_and(|before| !before.is_unsent()) {
            self.sent.store(true, Ordering::Relaxed);
        }
        *held = Some(request);
        self.enter(CallStep::Request);
    }

    /// Returns the last request.
    pub(super) fn in_flight(&self) -> Option<Arc<InFlight>> {
        lock(&self.request).clone()
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

/// The longest wait that clocks are asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The text of the error after [`STANDSTILL`].
const NO_PROGRESS: &str = "the call made no progress within its limit";

/// A running time limit.
pub(crate) struct Timer {
    limit: Duration,
    late: &'static str,
    sleep: BoxFuture<'static, ()>,
}

impl Timer {
    /// Starts a limit, if there is one; `late` is the text of its error.
    pub(crate) fn start(
        clock: &dyn Clock,
        limit: Option<Duration>,
        late: &'static str,
    ) -> Option<Self> {
        let limit = limit.filter(|limit| *limit != Duration::MAX)?;
        Some(Self {
            limit,
            late,
            sleep: clock.sleep(limit.min(LONGEST_WAIT)),
        })
    }

    /// Returns the error of the limit when it has passed. It must not be polled again then.
    pub(crate) fn poll_late(&mut self, state: &CallState, cx: &mut Context<'_>) -> Poll<Error> {
        let passed = self.sleep.as_mut().poll(cx);
        passed.map(|()| state.late(self.late, self.limit))
    }
}

/// Runs `work` of a call, or returns an error when `limit` passes first.
pub(crate) async fn within<T>(
    limit: Option<&mut Timer>,
    state: &CallState,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(limit) = limit else {
        return work.await;
    };
    match select(pin!(work), poll_fn(|cx| limit.poll_late(state, cx))).await {
        Either::Left((result, _)) => result,
        Either::Right((late, _)) => {
            // Before the work is dropped.
            state.cut();
            Err(late)
        }
    }
}

/// Runs an attempt, or returns an error when its limit passes first.
pub(super) async fn within_attempt<T>(
    limit: Option<&mut AttemptTimer<'_>>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(limit) = limit else {
        return work.await;
    };
    match select(pin!(work), poll_fn(|cx| limit.poll_late(cx))).await {
        Either::Left((result, _)) => result,
        Either::Right((late, _)) => Err(late),
    }
}

/// Runs `work` that precedes a request, or returns an error when `limit` passes first. `limit` is called when the work has to wait.
pub(crate) async fn patiently<T>(
    clock: &dyn Clock,
    limit: impl FnOnce() -> Option<Duration>,
    state: &CallState,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let mut work = pin!(work);
    let mut limit = Some(limit);
    let mut timer = None;
    poll_fn(|cx| {
        if let Poll::Ready(result) = work.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        if let Some(limit) = limit.take() {
            timer = Timer::start(clock, limit(), NO_PROGRESS);
        }
        match &mut timer {
            Some(timer) => timer.poll_late(state, cx).map(Err),
            None => Poll::Pending,
        }
    })
    .await
}

/// The time limit of an attempt.
pub(super) struct AttemptTimer<'a> {
    clock: &'a dyn Clock,
    state: &'a CallState,
    limit: Limit,
    sleep: BoxFuture<'static, ()>,
}

impl<'a> AttemptTimer<'a> {
    /// Starts the limit of an attempt. `None` if there is no limit without events of the transport.
    pub(super) fn start(
        clock: &'a dyn Clock,
        state: &'a CallState,
        limit: Limit,
        reports_events: bool,
    ) -> Option<Self> {
        let first = match limit {
            Limit::Whole(limit) if reports_events => limit.min(STANDSTILL),
            Limit::Whole(Duration::MAX) => return None,
            Limit::Whole(limit) => limit.min(LONGEST_WAIT),
            Limit::Between(limit) if reports_events => limit.min(STANDSTILL),
            Limit::Between(_) => return None,
        };
        Some(Self {
            clock,
            state,
            limit,
            sleep: clock.sleep(first),
        })
    }

    /// Returns an error when the attempt took too long or made no progress. It must not be polled again then.
    pub(super) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let Some(request) = self.state.in_flight() else {
                return Poll::Pending;
            };
            let (Limit::Whole(limit) | Limit::Between(limit)) = self.limit;
            match request.check(self.limit) {
                LimitCheck::Within(left) => self.sleep = self.clock.sleep(left.min(LONGEST_WAIT)),
                LimitCheck::Exceeded => {
                    let late = match self.limit {
                        Limit::Whole(_) => "the attempt took longer than its timeout",
                        Limit::Between(_) => NO_PROGRESS,
                    };
                    return Poll::Ready(self.state.late(late, limit));
                }
                LimitCheck::Stuck { unsent } => {
                    let error = self.state.late(NO_PROGRESS, STANDSTILL);
                    let repeat = if unsent {
                        Repeat::Always
                    } else {
                        Repeat::IfSafe
                    };
                    return Poll::Ready(error.with_repeat(repeat));
                }
            }
        }
    }
}
