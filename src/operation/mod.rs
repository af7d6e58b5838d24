//! Long-running operations: a method responds before its work is done, and another method reports the progress.
//!
//! Nothing here is specific to an API. The table of a method has the form of its operations, and the methods that poll and cancel
//! them; the generator finds these in the Discovery document.

mod poll_request;
mod poller;
mod snapshot;

use std::{
    fmt,
    future::IntoFuture,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{Stream, future::poll_fn};
use gapi_transport::BoxFuture;

pub use self::snapshot::LongRunning;
use self::{
    poller::{Poller, StartOperation, WaitSettings},
    snapshot::{OperationStatus, Snapshot, check_has_response, read_response},
};
use crate::{
    Client, Error, Request,
    client::Prepared,
    execute,
    method::Method,
    outlined_box::OutlinedBox,
    request::{
        Call, from_response::FromResponse, option_setters::option_setters, unsent::is_no_future,
    },
};

/// A request that starts a long-running operation, and waits until it ends. Await it for the finished operation.
///
/// ```no_run
/// # async fn example<R: gapi::LongRunning>(wait: gapi::Wait<R>) -> Result<(), gapi::Error> {
/// use std::time::Duration;
/// let operation = wait.deadline(Duration::from_secs(600)).await?;
/// # let _ = operation; Ok(()) }
/// ```
///
/// A failed operation is an error of the kind [`Operation`](crate::ErrorKind::Operation), with the code, the reason, the message and the
/// details of the operation. Dropping the future stops the wait, not the operation.
///
/// **Resuming.** [`Error::operation`] and [`OperationStream::name`] return the name of the operation. With it, the request of the
/// method that polls (`operations().get(..)`) can be waited for in the same way, also by another process.
///
/// **Options** apply to all requests. The headers `if-match` and `if-none-match`, and query parameters that are not common to all APIs,
/// apply only to the first. A poll that fails for a temporary reason (no connection, status 429 or 5xx, after the retries of the call)
/// is repeated; after five consecutive failures, the wait fails.
///
/// **Unexpected values.** A property of the operation that does not have its declared type is in `extra`, as the server sent it, instead of
/// causing an error as in a [`PendingCall`](crate::PendingCall).
#[must_use = "nothing is sent until this is awaited or watched"]
pub struct Wait<R> {
    prepared: OutlinedBox<Prepared>,
    start: Option<StartOperation>,
    settings: WaitSettings,
    operation: PhantomData<fn() -> R>,
}

impl<R: LongRunning> Wait<R> {
    /// Returns the wait for the operation that `call` starts.
    pub fn new(client: &Client, call: Call) -> Self {
        Self::started_by(Prepared::new(client, call), None)
    }

    /// Returns the wait for the operation that `prepared` starts. `start` sends it, if it is not a plain call.
    pub(crate) fn started_by(
        prepared: OutlinedBox<Prepared>,
        start: Option<StartOperation>,
    ) -> Self {
        Self {
            prepared,
            start,
            settings: WaitSettings::default(),
            operation: PhantomData,
        }
    }

    option_setters!(prepared.options);

    /// Limits the whole wait, from the first request on. No limit by default, because some operations take hours.
    /// (`timeout` limits each request.)
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.settings.deadline = Some(limit);
        self
    }

    /// Sets the delay before the first poll. It grows by half before each further poll, up to `longest`, and is shortened by up to a
    /// quarter at random. The default is 1 s to 20 s.
    pub fn poll_delay(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.delay.first = first;
        self.settings.delay.longest = longest;
        self
    }

    /// Polls with the request that `make` returns, instead of a method of the document. Needed for the few documents without a method
    /// that polls; another version of the API may have one.
    ///
    /// Its response must have the form of the operation that the method starts.
    pub fn poll_with<P: Request>(mut self, make: impl Fn(&R) -> P + Send + Sync + 'static) -> Self {
        self.settings.poll_with = Some(Arc::new(move |last| make(&last.operation()).into_call()));
        self
    }

    /// Returns each state of the operation, instead of the last one only.
    pub fn watch(self) -> OperationStream<R> {
        let method = self.prepared.call.method;
        let poller = Poller::new(self.prepared, self.start, self.settings);
        OperationStream {
            method,
            name: None,
            cancel: None,
            state: PollState::Idle(Box::new(poller)),
            operation: PhantomData,
        }
    }

    /// Waits, and returns the `response` of the operation (AIP-151), which must be of the type `T`.
    ///
    /// # Errors
    /// Any error of a wait; [`ErrorKind::Usage`](crate::ErrorKind::Usage), before anything is sent, if operations have no response;
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the response is not a `T`.
    pub fn response<T: FromResponse>(self) -> BoxFuture<'static, Result<T, Error>> {
        Box::pin(async move {
            check_has_response(self.prepared.call.method)?;
            read_response(&*self.watch().end().await?)
        })
    }
}

impl<R: LongRunning> IntoFuture for Wait<R> {
    type Output = Result<R, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.watch().finish()
    }
}

is_no_future!((R: LongRunning) Wait<R>: R);

impl<R> fmt::Debug for Wait<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("call", &self.prepared.call)
            .field("options", &self.prepared.options)
            .field("deadline", &self.settings.deadline)
            .finish_non_exhaustive()
    }
}

/// The states of an operation: the response of the method that starts it, then the response of each poll, until the end. Also a
/// [`Stream`] of `Result<R, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::LongRunning + std::fmt::Debug>(mut states: gapi::OperationStream<R>) -> Result<(), gapi::Error> {
/// while let Some(operation) = states.try_next().await? {
///     println!("{:?}: {operation:?}", states.name());
/// }
/// # Ok(()) }
/// ```
///
/// It ends after the finished operation, and after an error. A failed operation is an error.
#[must_use = "nothing is sent until the first step is asked for"]
pub struct OperationStream<R> {
    /// The method that starts the operation, or polls one that was started before.
    method: &'static Method,
    name: Option<String>,
    /// The call that cancels the operation, or why there is none; known once the operation has begun.
    cancel: Option<Result<OutlinedBox<Prepared>, String>>,
    state: PollState,
    operation: PhantomData<fn() -> R>,
}

enum PollState {
    Idle(Box<Poller>),
    Polling(BoxFuture<'static, PollResult>),
    Done,
}

/// A poller, and the state that it has received.
type PollResult = (Box<Poller>, Result<Arc<Snapshot>, Error>);

impl<R: LongRunning> OperationStream<R> {
    /// Returns the name of the operation, once it has begun. The wait can be resumed with it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the next state; `None` after the end.
    ///
    /// The future may be dropped: the next call continues with the same request.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_step(cx)).await
    }

    /// Returns the next state; `None` after the end.
    ///
    /// # Errors
    /// [`ErrorKind::Operation`](crate::ErrorKind::Operation) when the operation has failed, [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) at the
    /// deadline, and any error of a call.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        self.next().await.transpose()
    }

    /// Waits for the end, and returns the finished operation.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next).
    pub fn finish(self) -> BoxFuture<'static, Result<R, Error>> {
        Box::pin(async move { Ok(self.end().await?.operation()) })
    }

    /// Waits for the end, and returns the `response` of the operation (AIP-151), which must be of the type `T`.
    ///
    /// # Errors
    /// As for [`Wait::response`](crate::Wait::response).
    pub fn response<T: FromResponse>(self) -> BoxFuture<'static, Result<T, Error>> {
        Box::pin(async move { read_response(&*self.end().await?) })
    }

    /// Asks the server to cancel the operation.
    ///
    /// The server need not do so: read the next states to know how the operation ends. A cancelled operation ends with an error whose
    /// code is `CANCELLED`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) before the operation has begun, and if the document has no method that cancels it; any
    /// error of a call.
    pub fn cancel(&self) -> BoxFuture<'static, Result<(), Error>> {
        let prepared = match &self.cancel {
            None => Err(
                Error::usage("there is no operation to cancel: it has not begun")
                    .at(self.method.id, None),
            ),
            Some(Ok(prepared)) => Ok(prepared.clone()),
            Some(Err(why)) => Err(Error::usage(why.clone()).at(self.method.id, None)),
        };
        Box::pin(async move { execute::execute(&*prepared?).await.map(|_| ()) })
    }

    /// Returns the last state of an operation that succeeds.
    async fn end(mut self) -> Result<Arc<Snapshot>, Error> {
        let mut last = None;
        while let Some(snapshot) = poll_fn(|cx| self.poll_snapshot(cx)).await {
            last = Some(snapshot?);
        }
        last.ok_or_else(|| {
            Error::usage("the states of the operation were read to the end before")
                .at(self.method.id, None)
        })
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        let snapshot = ready!(self.poll_snapshot(cx));
        Poll::Ready(snapshot.map(|snapshot| snapshot.map(|snapshot| snapshot.operation())))
    }

    /// Polls the operation once.
    fn poll_snapshot(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Arc<Snapshot>, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, PollState::Done) {
                PollState::Done => return Poll::Ready(None),
                PollState::Idle(mut poller) => {
                    self.state = PollState::Polling(Box::pin(async move {
                        let snapshot = poller.step::<R>().await;
                        (poller, snapshot)
                    }));
                }
                PollState::Polling(mut step) => match step.as_mut().poll(cx) {
                    Poll::Pending => {
                        self.state = PollState::Polling(step);
                        return Poll::Pending;
                    }
                    Poll::Ready((poller, snapshot)) => {
                        return Poll::Ready(Some(
                            snapshot.and_then(|snapshot| self.advance(poller, snapshot)),
                        ));
                    }
                },
            }
        }
    }

    /// Continues after this state, unless it is the last one.
    fn advance(
        &mut self,
        poller: Box<Poller>,
        snapshot: Arc<Snapshot>,
    ) -> Result<Arc<Snapshot>, Error> {
        if self.name.is_none() {
            self.name = snapshot.name().map(String::from);
            self.cancel = Some(poller.cancel(&snapshot).map(OutlinedBox::new));
        }
        match snapshot.status()? {
            OperationStatus::Running => self.state = PollState::Idle(poller),
            OperationStatus::Succeeded => {}
            OperationStatus::Failed => return Err(snapshot.failure(self.method)),
        }
        Ok(snapshot)
    }
}

impl<R: LongRunning> Stream for OperationStream<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_step(cx)
    }
}

impl<R> fmt::Debug for OperationStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperationStream")
            .field("method", &self.method.id)
            .field("name", &self.name)
            .field("done", &matches!(self.state, PollState::Done))
            .finish_non_exhaustive()
    }
}
