//! Starts an operation, and asks after it.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::BoxFuture;

use super::{LongRunning, backoff::Backoff, locate, snapshot::Snapshot};
use crate::{
    Error, ErrorKind,
    client::prepared::Prepared,
    execute::{self, RawResponse},
    method::{Operation, OperationShape},
    outlined_box::OutlinedBox,
    paging::with_field,
    request::{Call, options::CallOptions},
};

/// How many polls in a row may fail in passing before the wait fails.
const TOLERATED: u32 = 4;

/// What a mask must keep, as far as the schema has it.
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

/// How an operation is waited for.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) backoff: Backoff,
    pub(super) deadline: Option<Duration>,
    pub(super) poll_with: Option<PollWith>,
}

/// Makes the call that polls, of what was told of the operation.
pub(super) type PollWith = Arc<dyn Fn(&Snapshot) -> Call + Send + Sync>;

/// Sends the call that starts an operation.
pub(crate) type StartOperation = Box<
    dyn FnOnce(OutlinedBox<Prepared>) -> BoxFuture<'static, Result<RawResponse, Error>>
        + Send
        + Sync,
>;

/// An operation under way.
pub(super) struct Poller {
    /// The call that starts the operation, or gets one that was started.
    pub(super) prepared: OutlinedBox<Prepared>,
    /// Sends the call that starts the operation, if it is not a plain call.
    start: Option<StartOperation>,
    settings: Settings,
    /// What was told last.
    last: Option<Arc<Snapshot>>,
    /// How often the operation was asked after.
    polls: u32,
    /// The call that polls, made when it is first needed.
    poll: Option<Call>,
    started: Option<Duration>,
}

impl Poller {
    pub(super) fn new(
        prepared: OutlinedBox<Prepared>,
        start: Option<StartOperation>,
        settings: Settings,
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

    /// Starts the operation, or asks after it once more when it is time, and gives what is told of it.
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

    /// The name of the operation, once it is known.
    fn name(&self) -> Option<&str> {
        self.last.as_ref()?.name()
    }

    /// The call that asks the server to cancel the operation that `told` tells of, or why there is none.
    pub(super) fn cancel(&self, told: &Snapshot) -> Result<Prepared, String> {
        let operation = self.prepared.call.method.operation;
        let cancel = operation
            .and_then(|operation| operation.poll?.operation?.cancel)
            .ok_or("the API has no method that cancels this operation")?;
        let call = locate::call(&self.prepared.call, cancel, told).map_err(|e| e.to_string())?;
        Ok(self.prepared(call))
    }

    fn operation(&self) -> Result<Operation, Error> {
        let method = self.prepared.call.method;
        let why = match method.operation {
            None => "the method starts no operation, so there is nothing to wait for",
            Some(operation) if operation.poll.is_some() || self.settings.poll_with.is_some() => {
                return Ok(operation);
            }
            Some(_) => {
                "no method of the document polls the operation; say with `poll_with` how to do it"
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
            let Prepared {
                client, options, ..
            } = &mut *first;
            keep_fields::<R>(options, &client.defaults, shape);
            let answered = match self.start.take() {
                Some(start) => start(first).await?,
                None => execute::execute(&first).await?,
            };
            return Snapshot::read::<R>(answered, shape);
        };
        let poll = match self.poll.take() {
            Some(poll) => poll,
            None => self.locate(&last)?,
        };
        let mut prepared = self.prepared(poll.clone());
        keep_fields::<R>(&mut prepared.options, &prepared.client.defaults, shape);
        self.poll = Some(poll);
        let mut failures = 0;
        loop {
            let delay = self.settings.backoff.delay(self.polls);
            self.prepared.client.inner.clock.sleep(delay).await;
            self.polls = self.polls.saturating_add(1);
            match execute::execute(&prepared).await {
                Ok(answered) => return Snapshot::read::<R>(answered, shape),
                Err(error) if failures < TOLERATED && is_passing(&error) => {
                    failures += 1;
                    tracing::debug!(kind = %error.kind(), failures, "a poll failed; the operation goes on");
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn locate(&self, last: &Snapshot) -> Result<Call, Error> {
        match (&self.settings.poll_with, self.operation()?.poll) {
            (Some(make), _) => Ok(make(last)),
            (None, Some(poll)) => locate::call(&self.prepared.call, poll, last),
            (None, None) => Ok(self.prepared.call.clone()),
        }
    }

    /// A further call about the operation.
    fn prepared(&self, call: Call) -> Prepared {
        Prepared {
            client: self.prepared.client.clone(),
            call,
            options: self.prepared.options.clone().for_polls(),
        }
    }
}

/// Adds to a mask what waiting needs, as far as the schema has it.
fn keep_fields<R: LongRunning>(
    options: &mut CallOptions,
    defaults: &CallOptions,
    shape: OperationShape,
) {
    let mask = options
        .get_param("fields")
        .or_else(|| defaults.get_param("fields"));
    let Some(mask) = mask else {
        return;
    };
    let mut mask = mask.to_owned();
    let told = match shape {
        OperationShape::Job(job) => {
            let paths = [job.state, job.error, job.name];
            let all = paths
                .into_iter()
                .chain(job.parameters.iter().map(|(_, path)| *path));
            all.filter_map(|path| path.split('.').next()).collect()
        }
        _ => NEEDED.to_vec(),
    };
    for field in told {
        if R::PROPERTIES.contains(&field)
            && let Some(more) = with_field(&mask, field)
        {
            mask = more;
        }
    }
    options.set_param("fields", mask);
}

/// Whether the next poll may succeed. The operation itself knows nothing of a poll that failed.
fn is_passing(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport
    ) || error.is_rate_limited()
        || error
            .status()
            .is_some_and(|status| status.is_server_error() || status.as_u16() == 408)
}
