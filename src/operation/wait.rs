//! A request whose operation is waited for.

use std::{fmt, future::IntoFuture, marker::PhantomData, sync::Arc, time::Duration};

use gapi_transport::BoxFuture;

use super::{
    LongRunning, OperationStream,
    poller::{Poller, Settings, StartOperation},
    response,
};
use crate::{
    Client, Error, Request,
    client::prepared::Prepared,
    outlined_box::OutlinedBox,
    request::{
        Call, from_response::FromResponse, option_setters::option_setters, options::CallOptions,
    },
};

/// A request that starts a long-running operation, and waits for its end. Await it for the finished operation.
///
/// ```no_run
/// # async fn example<R: gapi::LongRunning>(wait: gapi::Wait<R>) -> Result<(), gapi::Error> {
/// use std::time::Duration;
/// let operation = wait.deadline(Duration::from_secs(600)).await?;
/// # let _ = operation; Ok(()) }
/// ```
///
/// An operation that fails is an error of the kind [`Operation`](crate::ErrorKind::Operation), with the code, the reason, the message and the
/// details that the operation tells. Dropping the future stops the waiting, never the operation.
///
/// **Going on later.** [`Error::operation`] and [`OperationStream::name`] give the operation's name. With it, in the same or in another process, the method that
/// polls (`operations().get(..)`) can be waited for like the one that started it.
///
/// **Options** are for all requests: the one that starts the operation, and those that ask after it; the headers `if-match` and `if-none-match`, and query
/// parameters that not every API knows, go with the first one only. A poll that fails in passing (no connection, status 429 or 5xx, after the call's own retries) is repeated; after five in
/// a row, the wait fails.
///
/// **An odd property hides nothing.** Where a property of the operation is not of its declared type, it stays in `extra` as it came; [`send`](crate::PendingCall) is strict.
#[must_use = "nothing is sent until this is awaited or watched"]
pub struct Wait<R> {
    prepared: OutlinedBox<Prepared>,
    start: Option<StartOperation>,
    settings: Settings,
    operation: PhantomData<fn() -> R>,
}

impl<R: LongRunning> Wait<R> {
    /// `call` through `client`. The request's own `wait` is the way to get here.
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
            settings: Settings::default(),
            operation: PhantomData,
        }
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.prepared.options
    }

    /// Sets all that `options` sets.
    pub fn options(mut self, options: CallOptions) -> Self {
        let earlier = std::mem::take(&mut self.prepared.options);
        self.prepared.options = options.or(&earlier);
        self
    }

    /// Limits the whole wait, from the first request on. No limit unless set: some operations take hours. (`timeout` limits each request.)
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.settings.deadline = Some(limit);
        self
    }

    /// Waits this long before the operation is asked after, half as long again before each further time, and never longer than
    /// `longest`; each delay is shortened by up to a quarter, by chance. From 1 s to 20 s unless set.
    pub fn poll_delay(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.backoff.first = first;
        self.settings.backoff.longest = longest;
        self
    }

    /// Polls with the request that `make` makes of the operation, instead of what the document offers. A few documents start operations and
    /// have no method that gets one; another version of the API may have it.
    ///
    /// The answer has to have the form of the operation that the method starts.
    pub fn poll_with<P: Request>(mut self, make: impl Fn(&R) -> P + Send + Sync + 'static) -> Self {
        self.settings.poll_with = Some(Arc::new(move |told| make(&told.operation()).into_call()));
        self
    }

    /// The operation as it proceeds, instead of its end alone.
    pub fn watch(self) -> OperationStream<R> {
        OperationStream::new(Poller::new(self.prepared, self.start, self.settings))
    }

    /// Waits, and gives what the operation made: its `response` (AIP-151), whose type is compared with `T`.
    ///
    /// # Errors
    /// As for awaiting it; [`ErrorKind::Usage`](crate::ErrorKind::Usage), before anything is sent, where operations have no response;
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) when the response is no `T`.
    pub fn response<T: FromResponse>(self) -> BoxFuture<'static, Result<T, Error>> {
        Box::pin(async move {
            response::check(self.prepared.call.method)?;
            response::read(&*self.watch().end().await?)
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

impl<R> fmt::Debug for Wait<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("call", &self.prepared.call)
            .field("options", &self.prepared.options)
            .field("deadline", &self.settings.deadline)
            .finish_non_exhaustive()
    }
}
