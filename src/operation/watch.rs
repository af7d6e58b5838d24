//! An operation as it proceeds.

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
    LongRunning,
    poller::Poller,
    response,
    snapshot::{Progress, Snapshot},
};
use crate::{
    Error, client::prepared::Prepared, execute, method::Method, outlined_box::OutlinedBox,
    request::from_response::FromResponse,
};

/// An operation as it proceeds: what the method that starts it answers, then what each poll tells, up to the end. Also a [`Stream`] of `Result<R, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::LongRunning + std::fmt::Debug>(mut watch: gapi::OperationStream<R>) -> Result<(), gapi::Error> {
/// while let Some(operation) = watch.try_next().await? {
///     println!("{:?}: {operation:?}", watch.name());
/// }
/// # Ok(()) }
/// ```
///
/// It ends after the finished operation, and after an error. An operation that failed is an error.
#[must_use = "nothing is sent until the first step is asked for"]
pub struct OperationStream<R> {
    /// The method that starts the operation, or gets one that was started.
    method: &'static Method,
    name: Option<String>,
    /// What cancels the operation, or why nothing does; known once it has begun.
    cancel: Option<Result<OutlinedBox<Prepared>, String>>,
    state: State,
    operation: PhantomData<fn() -> R>,
}

enum State {
    Idle(Box<Poller>),
    Stepping(BoxFuture<'static, Stepped>),
    Done,
}

/// A poller after a step, and what it was told.
type Stepped = (Box<Poller>, Result<Arc<Snapshot>, Error>);

impl<R: LongRunning> OperationStream<R> {
    pub(super) fn new(poller: Poller) -> Self {
        Self {
            method: poller.prepared.call.method,
            name: None,
            cancel: None,
            state: State::Idle(Box::new(poller)),
            operation: PhantomData,
        }
    }

    /// The operation's name, once it has begun: what it is resumed by.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What is told next; `None` after the end. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_step(cx)).await
    }

    /// What is told next; `None` after the end.
    ///
    /// # Errors
    /// [`ErrorKind::Operation`](crate::ErrorKind::Operation) when the operation has failed, [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) at the
    /// deadline, and whatever keeps a request from a success.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        self.next().await.transpose()
    }

    /// Waits for the end, and gives the finished operation.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next).
    pub fn finish(self) -> BoxFuture<'static, Result<R, Error>> {
        Box::pin(async move { Ok(self.end().await?.operation()) })
    }

    /// Waits for the end, and gives what the operation made: its `response` (AIP-151), whose type is compared with `T`.
    ///
    /// # Errors
    /// As for [`Wait::response`](crate::Wait::response).
    pub fn response<T: FromResponse>(self) -> BoxFuture<'static, Result<T, Error>> {
        Box::pin(async move { response::read(&*self.end().await?) })
    }

    /// Asks the server to cancel the operation. It need not: go on watching to see how the operation ends. One that was cancelled ends with an
    /// error whose code is `CANCELLED`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) before the operation has begun, and where the document has no method for it; else whatever keeps
    /// the request from a success.
    pub fn cancel(&self) -> BoxFuture<'static, Result<(), Error>> {
        let prepared = match &self.cancel {
            None => Err(Error::usage(
                "there is no operation to cancel: nothing is known of it yet",
            )
            .at(self.method.id, None)),
            Some(Ok(prepared)) => Ok(prepared.clone()),
            Some(Err(why)) => Err(Error::usage(why.clone()).at(self.method.id, None)),
        };
        Box::pin(async move { execute::execute(&*prepared?).await.map(|_| ()) })
    }

    /// What is told last of an operation that succeeds.
    pub(super) async fn end(mut self) -> Result<Arc<Snapshot>, Error> {
        let mut last = None;
        while let Some(told) = poll_fn(|cx| self.poll_told(cx)).await {
            last = Some(told?);
        }
        last.ok_or_else(|| {
            Error::usage("the operation was watched to its end before").at(self.method.id, None)
        })
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        let told = ready!(self.poll_told(cx));
        Poll::Ready(told.map(|told| told.map(|told| told.operation())))
    }

    /// One step further.
    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Arc<Snapshot>, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Idle(mut poller) => {
                    self.state = State::Stepping(Box::pin(async move {
                        let told = poller.step::<R>().await;
                        (poller, told)
                    }));
                }
                State::Stepping(mut step) => match step.as_mut().poll(cx) {
                    Poll::Pending => {
                        self.state = State::Stepping(step);
                        return Poll::Pending;
                    }
                    Poll::Ready((poller, told)) => {
                        return Poll::Ready(Some(told.and_then(|told| self.judge(poller, told))));
                    }
                },
            }
        }
    }

    /// Whether it goes on after this.
    fn judge(&mut self, poller: Box<Poller>, told: Arc<Snapshot>) -> Result<Arc<Snapshot>, Error> {
        if self.name.is_none() {
            self.name = told.name().map(String::from);
            self.cancel = Some(poller.cancel(&told).map(OutlinedBox::new));
        }
        match told.progress()? {
            Progress::Running => self.state = State::Idle(poller),
            Progress::Succeeded => {}
            Progress::Failed => return Err(told.failure(self.method)),
        }
        Ok(told)
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
            .field("done", &matches!(self.state, State::Done))
            .finish_non_exhaustive()
    }
}
