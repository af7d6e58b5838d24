//! Starts an operation and polls it.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::BoxFuture;

use super::{
    poll_request,
    snapshot::{LongRunning, Snapshot},
};
use crate::{
    Error, ErrorKind,
    client::Prepared,
    execute::{self, RawResponse},
    method::{Operation, OperationShape},
    outlined_box::OutlinedBox,
    paging::with_field,
    request::Call,
    retry::random,
};

/// How many consecutive polls may fail for a temporary reason before the wait fails.
const TOLERATED: u32 = 4;

/// The properties that a field mask must include, if the schema has them.
const NEEDED: [&str; 10] = [
    "name",
    "done",
    "response",
    "status",
    "error",
    "httpErrorStatusCode",
    "httpErrorMessage",
    "selfLink",
    "zone",
    "region",
];

/// The settings of a wait.
#[derive(Clone, Default)]
pub(super) struct WaitSettings {
    pub(super) delay: PollDelay,
    pub(super) deadline: Option<Duration>,
    pub(super) poll_with: Option<PollWith>,
}

/// Makes the call that polls, from the last known state of the operation.
pub(super) type PollWith = Arc<dyn Fn(&Snapshot) -> Call + Send + Sync>;

/// Sends the call that starts an operation.
pub(crate) type StartOperation = Box<
    dyn FnOnce(OutlinedBox<Prepared>) -> BoxFuture<'static, Result<RawResponse, Error>>
        + Send
        + Sync,
>;

/// An operation in progress.
pub(super) struct Poller {
    /// The call that starts the operation, or polls one that was started before.
    pub(super) prepared: OutlinedBox<Prepared>,
    /// Sends the call that starts the operation, if it is not a plain call.
    start: Option<StartOperation>,
    settings: WaitSettings,
    /// The last known state.
    last: Option<Arc<Snapshot>>,
    /// The number of polls so far.
    polls: u32,
    /// The call that polls, made when it is first needed.
    poll: Option<Call>,
    started: Option<Duration>,
}

impl Poller {
    pub(super) fn new(
        prepared: OutlinedBox<Prepared>,
        start: Option<StartOperation>,
        settings: WaitSettings,
    ) -> Self {
        Self {
            prepared,
            start,
            settings,
            last: None,
            polls: 0,
            poll: None,
            started: None,
        }
    }

    /// Starts the operation, or polls it after the delay, and returns its state.
    pub(super) async fn step<R: LongRunning>(&mut self) -> Result<Arc<Snapshot>, Error> {
        let shape = self.operation()?.shape;
        match self.within_deadline::<R>(shape).await {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                self.last = Some(Arc::clone(&snapshot));
                Ok(snapshot)
            }
            Err(error) => Err(match self.name() {
                Some(name) => error.of_operation(name),
                None => error,
            }),
        }
    }

    /// Returns the name of the operation, once it is known.
    fn name(&self) -> Option<&str> {
        self.last.as_ref()?.name()
    }

    /// Returns the call that cancels the operation, or why there is none.
    pub(super) fn cancel(&self, snapshot: &Snapshot) -> Result<Prepared, String> {
        let operation = self.prepared.call.method.operation;
        let cancel = operation
            .and_then(|operation| operation.poll()?.operation?.cancel())
            .ok_or("the API has no method that cancels this operation")?;
        let call =
            poll_request::make(&self.prepared.call, cancel, snapshot).map_err(|e| e.to_string())?;
        Ok(self.prepared(call))
    }

    fn operation(&self) -> Result<Operation, Error> {
        let method = self.prepared.call.method;
        let why = match method.operation {
            None => "the method starts no operation, so there is nothing to wait for",
            Some(operation) if operation.poll().is_some() || self.settings.poll_with.is_some() => {
                return Ok(operation);
            }
            Some(_) => {
                "no method of the document polls the operation; set the request with `poll_with`"
            }
        };
        Err(Error::usage(why).at(method.id, None))
    }

    async fn within_deadline<R: LongRunning>(
        &mut self,
        shape: OperationShape,
    ) -> Result<Snapshot, Error> {
        let Some(deadline) = self.settings.deadline else {
            return self.next::<R>(shape).await;
        };
        let clock = Arc::clone(&self.prepared.client.inner.clock);
        let started = *self.started.get_or_insert_with(|| clock.monotonic());
        let left = deadline.saturating_sub(clock.monotonic().saturating_sub(started));
        let late = self.late(deadline);
        let next = pin!(self.next::<R>(shape));
        match select(next, clock.sleep(left)).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(late),
        }
    }

    fn late(&self, deadline: Duration) -> Error {
        let what = match self.name() {
            Some(name) => format!("the operation {name} is not done"),
            None => "the operation has not begun".to_owned(),
        };
        let message = format!("{what} after the deadline of {} s", deadline.as_secs_f64());
        Error::new(ErrorKind::Timeout, message).at(self.prepared.call.method.id, None)
    }

    async fn next<R: LongRunning>(&mut self, shape: OperationShape) -> Result<Snapshot, Error> {
        let Some(last) = self.last.clone() else {
            let mut first = self.prepared.clone();
            include_needed::<R>(&mut first, shape);
            let response = match self.start.take() {
                Some(start) => start(first).await?,
                None => execute::execute(&first).await?,
            };
            return Snapshot::read::<R>(response, shape);
        };
        let poll = match self.poll.take() {
            Some(poll) => poll,
            None => self.poll_request(&last)?,
        };
        let mut prepared = self.prepared(poll.clone());
        include_needed::<R>(&mut prepared, shape);
        self.poll = Some(poll);
        let mut failures = 0;
        loop {
            let delay = self.settings.delay.after(self.polls);
            self.prepared.client.inner.clock.sleep(delay).await;
            self.polls = self.polls.saturating_add(1);
            match execute::execute(&prepared).await {
                Ok(response) => return Snapshot::read::<R>(response, shape),
                Err(error) if failures < TOLERATED && is_temporary(&error) => {
                    failures += 1;
                    tracing::debug!(kind = %error.kind(), failures, "a poll failed; the operation continues");
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn poll_request(&self, last: &Snapshot) -> Result<Call, Error> {
        match (&self.settings.poll_with, self.operation()?.poll()) {
            (Some(make), _) => Ok(make(last)),
            (None, Some(poll)) => poll_request::make(&self.prepared.call, poll, last),
            (None, None) => Ok(self.prepared.call.clone()),
        }
    }

    /// Returns a further call for the operation.
    fn prepared(&self, call: Call) -> Prepared {
        Prepared {
            client: self.prepared.client.clone(),
            call,
            options: self.prepared.options.clone().for_polls(),
        }
    }
}

/// Adds to a field mask the properties that a wait needs, if the schema has them.
fn include_needed<R: LongRunning>(prepared: &mut Prepared, shape: OperationShape) {
    let method = prepared.call.method;
    let (options, defaults) = (&mut prepared.options, &prepared.client.defaults);
    let mask = options
        .get_param("fields")
        .or_else(|| defaults.get_param("fields"));
    let Some(mask) = mask else {
        return;
    };
    let mut mask = mask.to_owned();
    let needed = match shape {
        OperationShape::Job(job) => {
            let paths = [job.state, job.error, job.name];
            let all = paths
                .into_iter()
                .chain(job.parameters.iter().map(|(_, path)| *path));
            all.filter_map(|path| path.split('.').next()).collect()
        }
        _ => NEEDED.to_vec(),
    };
    for field in needed {
        if R::has(method, field)
            && let Some(more) = with_field(&mask, field)
        {
            mask = more;
        }
    }
    options.set_param("fields", mask);
}

/// Returns whether the next poll may succeed. A failed poll has no effect on the operation.
fn is_temporary(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport
    ) || error.is_rate_limited()
        || error
            .status()
            .is_some_and(|status| status.is_server_error() || status.as_u16() == 408)
}

/// The delay before a poll. It grows by half each time, up to a limit, and is shortened by up to a quarter at random, so that
/// programs that began together do not poll together.
#[derive(Clone, Copy, Debug)]
pub(super) struct PollDelay {
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

impl Default for PollDelay {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(20),
        }
    }
}

impl PollDelay {
    /// Returns the delay after `polls` polls.
    fn after(self, polls: u32) -> Duration {
        self.shortened(polls, random())
    }

    /// Returns the delay after `polls` polls, shortened by `part`, from 0 to 1, of the maximum.
    fn shortened(self, polls: u32, part: f64) -> Duration {
        let factor = 1.5_f64.powi(i32::try_from(polls).unwrap_or(i32::MAX));
        let grown = self.first.as_secs_f64() * factor;
        let limit = self.longest.max(self.first).as_secs_f64();
        Duration::try_from_secs_f64(grown.min(limit) * (1.0 - part / 4.0)).unwrap_or(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_limit_and_vary() {
        let delay = PollDelay::default();
        let full = |polls| delay.shortened(polls, 0.0);
        assert_eq!(full(0), Duration::from_secs(1));
        assert_eq!(full(1), Duration::from_millis(1500));
        assert_eq!(full(8), Duration::from_secs(20));
        assert_eq!(full(u32::MAX), Duration::from_secs(20));
        assert_eq!(delay.shortened(0, 1.0), Duration::from_millis(750));
        for _ in 0..100 {
            assert!((0.0..=1.0).contains(&random()));
        }
        // A first delay above the limit is used as it is.
        let slow = PollDelay {
            first: Duration::from_secs(60),
            longest: Duration::from_secs(1),
        };
        assert_eq!(slow.shortened(3, 0.0), Duration::from_secs(60));
    }
}
