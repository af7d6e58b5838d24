//! The states of an operation.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, future::poll_fn};
use gapi_transport::BoxFuture;

use super::{
    poller::Poller,
    snapshot::{LongRunning, OperationStatus, Snapshot, read_response},
};
use crate::{
    Error, client::Prepared, execute, method::Method, outlined_box::OutlinedBox,
    request::from_response::FromResponse,
};

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
    pub(super) fn new(poller: Poller) -> Self {
        Self {
            method: poller.prepared.call.method,
            name: None,
            cancel: None,
            state: PollState::Idle(Box::new(poller)),
            operation: PhantomData,
        }
    }

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
    pub(super) async fn end(mut self) -> Result<Arc<Snapshot>, Error> {
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
