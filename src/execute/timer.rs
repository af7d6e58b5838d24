//! Limits in time.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::future::{Either, poll_fn, select};
use gapi_transport::{BoxFuture, Clock};

use super::{
    in_flight::{Limit, LimitCheck, STANDSTILL},
    state::CallState,
};
use crate::{Error, error::Repeat};

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
    limit: Option<AttemptTimer<'_>>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(mut limit) = limit else {
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
