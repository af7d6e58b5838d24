//! Limits in time.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::{Either, poll_fn, select};
use gapi_transport::{BoxFuture, Clock};

use crate::{Error, ErrorKind};

/// Nobody waits longer; clocks need not cope with more.
const LONGEST_WAIT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

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

    /// Ready when the time is over; not to be asked again then.
    pub(crate) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        self.sleep.as_mut().poll(cx).map(|()| {
            Error::new(
                ErrorKind::Timeout,
                format!("{} of {} s", self.late, self.limit.as_secs_f64()),
            )
        })
    }
}

/// `work`, or an error when `limit` passes first.
pub(crate) async fn within<T>(
    limit: Option<&mut Timer>,
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
