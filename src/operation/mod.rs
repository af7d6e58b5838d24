//! Long-running operations: a method responds before its work is done, and another method reports the progress.
//!
//! Nothing here is specific to an API. The table of a method has the form of its operations, and the methods that poll and cancel
//! them; the generator finds these in the Discovery document.

mod poll_request;
mod poller;
mod snapshot;
mod stream;

use std::{fmt, future::IntoFuture, marker::PhantomData, sync::Arc, time::Duration};

use gapi_transport::BoxFuture;

use self::{
    poller::{Poller, StartOperation, WaitSettings},
    snapshot::{check_has_response, read_response},
};
pub use self::{snapshot::LongRunning, stream::OperationStream};
use crate::{
    Client, Error, Request,
    client::Prepared,
    outlined_box::OutlinedBox,
    request::{
        Call, from_response::FromResponse, option_setters::option_setters, options::CallOptions,
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

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.prepared.options
    }

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
        OperationStream::new(Poller::new(self.prepared, self.start, self.settings))
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

impl<R> fmt::Debug for Wait<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("call", &self.prepared.call)
            .field("options", &self.prepared.options)
            .field("deadline", &self.settings.deadline)
            .finish_non_exhaustive()
    }
}
