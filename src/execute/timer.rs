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
    hand_over::{Limit, Standing},
    state::State,
};
use crate::{Error, error::Repeat};

/// Nobody waits longer; clocks need not cope with more.
const LONGEST_WAIT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// What comes before a request is sent takes no longer than this without getting on, whatever the caller says of time.
pub(crate) const STANDSTILL: Duration = Duration::from_secs(60);

/// What ended by [`STANDSTILL`].
const STOOD_STILL: &str = "the call stood still for its limit";

/// A limit that runs.
pub(crate) struct Timer {
    limit: Duration,
    late: &'static str,
    sleep: BoxFuture<'static, ()>,
}

impl Timer {
    /// Begins a limit, if there is one; `late` says in an error what took too long.
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

    /// Ready when the time is over, with the error that says so of a call in this state; not to be asked again then.
    pub(crate) fn poll_late(&mut self, state: &State, cx: &mut Context<'_>) -> Poll<Error> {
        let passed = self.sleep.as_mut().poll(cx);
        passed.map(|()| state.late(self.late, self.limit))
    }
}

/// `work` of a call in this state, or an error when `limit` passes first.
pub(crate) async fn within<T>(
    limit: Option<&mut Timer>,
    state: &State,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(limit) = limit else {
        return work.await;
    };
    match select(pin!(work), poll_fn(|cx| limit.poll_late(state, cx))).await {
        Either::Left((result, _)) => result,
        Either::Right((late, _)) => {
            // Before what is cut is dropped.
            state.cut();
            Err(late)
        }
    }
}

/// An attempt, or an error when its limit passes first.
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

/// `work` that comes before a request is sent, or an error when it takes longer than `limit`, which is asked for when there is something to wait for.
pub(crate) async fn patiently<T>(
    clock: &dyn Clock,
    limit: impl FnOnce() -> Option<Duration>,
    state: &State,
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
            timer = Timer::start(clock, limit(), STOOD_STILL);
        }
        match &mut timer {
            Some(timer) => timer.poll_late(state, cx).map(Err),
            None => Poll::Pending,
        }
    })
    .await
}

/// The limit of an attempt.
pub(super) struct AttemptTimer<'a> {
    clock: &'a dyn Clock,
    state: &'a State,
    limit: Limit,
    sleep: BoxFuture<'static, ()>,
}

impl<'a> AttemptTimer<'a> {
    /// The limit of an attempt that begins. `None` where there is none, because the transport does not tell what goes on.
    pub(super) fn start(
        clock: &'a dyn Clock,
        state: &'a State,
        limit: Limit,
        tells: bool,
    ) -> Option<Self> {
        let first = match limit {
            Limit::Whole(limit) if tells => limit.min(STANDSTILL),
            Limit::Whole(Duration::MAX) => return None,
            Limit::Whole(limit) => limit.min(LONGEST_WAIT),
            Limit::Between(limit) if tells => limit.min(STANDSTILL),
            Limit::Between(_) => return None,
        };
        Some(Self {
            clock,
            state,
            limit,
            sleep: clock.sleep(first),
        })
    }

    /// Ready when the attempt has taken too long, or got nowhere; not to be asked again then.
    pub(super) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let Some(trip) = self.state.trip() else {
                return Poll::Pending;
            };
            let (Limit::Whole(limit) | Limit::Between(limit)) = self.limit;
            match trip.standing(self.limit) {
                Standing::Fine(left) => self.sleep = self.clock.sleep(left.min(LONGEST_WAIT)),
                Standing::Late => {
                    let late = match self.limit {
                        Limit::Whole(_) => "the attempt took longer than its timeout",
                        Limit::Between(_) => STOOD_STILL,
                    };
                    return Poll::Ready(self.state.late(late, limit));
                }
                Standing::Stuck { unsent } => {
                    let error = self.state.late(STOOD_STILL, STANDSTILL);
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
