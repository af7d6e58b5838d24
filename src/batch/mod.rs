//! Many calls in one HTTP request.

mod exchange;
pub(crate) mod mixed;
mod run;

use std::{
    fmt,
    future::IntoFuture,
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};

use gapi_transport::BoxFuture;

use self::run::BatchEntry;
use crate::{
    Client, Error, Fields, Request, Response,
    execute::RawResponse,
    fields::Part,
    request::{
        Call, from_response::FromResponse, option_setters::option_setters, options::CallOptions,
        unsent::is_no_future,
    },
};

/// Calls that are sent together: up to 100 in one HTTP request, or 50 to Calendar, and the rest in further ones.
///
#[cfg_attr(all(feature = "macros", feature = "auth"), doc = "```no_run")]
#[cfg_attr(not(all(feature = "macros", feature = "auth")), doc = "```ignore")]
/// gapi::api! { mod calendar = "calendar:v3" { events.{get, delete} }; }
///
/// # async fn example(client: gapi::Client) -> Result<(), gapi::Error> {
/// let mut batch = gapi::Batch::new();
/// let event = batch.add(calendar::events().get("primary", "e1"));
/// let gone = batch.add(calendar::events().delete("primary", "e2"));
/// let mut responses = batch.send(&client).await?;
/// println!("{:?}", responses.take(event)?.summary);
/// if let Err(error) = responses.take(gone) {
///     println!("e2 is still there: {error}");
/// }
/// # Ok(()) }
/// # fn main() {}
/// ```
///
/// **Each call has its own response or error.** Calls that fail for a temporary reason (429, 500, 502, 503, 504, a missing response) are
/// retried together by the [`RetryPolicy`](crate::RetryPolicy) of the client, if that is safe. A rejected token is replaced once.
///
/// **One API per request.** A batch may have calls of several APIs. Those of each API are sent in requests of their own, to the batch path
/// of the API below the endpoint or universe of the client.
///
/// The server may do the calls in any order. The client's credentials are sent with the batch; a call has others only if it has a header
/// `authorization` ([`add_with`](Self::add_with)). A batch cannot upload or download media.
#[derive(Clone)]
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    id: u64,
    entries: Vec<BatchEntry>,
}

impl Batch {
    /// Returns a batch without calls.
    pub fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self {
            id: LAST.fetch_add(1, Ordering::Relaxed),
            entries: Vec::new(),
        }
    }

    /// Adds a call.
    pub fn add<R: Request>(&mut self, request: R) -> BatchHandle<R::Response> {
        self.add_with(request, CallOptions::new())
    }

    /// Adds a call with options of its own: headers, `fields` and other query parameters, `quota_project`, `idempotent`, `request_id`.
    /// Time limits, retries and scopes are options of the batch.
    pub fn add_with<R: Request>(
        &mut self,
        request: R,
        options: CallOptions,
    ) -> BatchHandle<R::Response> {
        self.push(request.into_call(), options)
    }

    /// Adds a call that asks for a part of the response only, read as a type of your own: see [`Fields`](trait@Fields).
    pub fn add_select<T, R>(&mut self, request: R) -> BatchHandle<T::Itself>
    where
        T: Part<R::Response, Itself: Fields + FromResponse>,
        R: Request,
    {
        let options = CallOptions::new().fields(T::Itself::mask());
        self.push(request.into_call(), options)
    }

    /// Adds many calls of one method.
    pub fn add_all<R: Request>(
        &mut self,
        requests: impl IntoIterator<Item = R>,
    ) -> Vec<BatchHandle<R::Response>> {
        requests
            .into_iter()
            .map(|request| self.add(request))
            .collect()
    }

    fn push<R>(&mut self, call: Call, options: CallOptions) -> BatchHandle<R> {
        self.entries.push(BatchEntry { call, options });
        BatchHandle {
            batch: self.id,
            index: self.entries.len() - 1,
            response: PhantomData,
        }
    }

    /// Returns the number of calls.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no call.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sends the batch: await it, or set options first.
    pub fn send(self, client: &Client) -> PendingBatch {
        PendingBatch {
            client: client.clone(),
            batch: self,
            options: CallOptions::default(),
            limit: None,
        }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows methods and names of parameters, never a value.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.entries.iter().map(|entry| &entry.call))
            .finish()
    }
}

/// A [`Batch`] together with the client that sends it. Await it for the [`BatchResponses`]; options can be set before.
///
/// Time limits, retries and scopes apply to the HTTP requests of the batch. Headers and query parameters are defaults of each call.
#[must_use = "nothing is sent until this is awaited"]
pub struct PendingBatch {
    client: Client,
    batch: Batch,
    options: CallOptions,
    limit: Option<usize>,
}

impl PendingBatch {
    option_setters!(options);

    /// Sets the maximum number of calls in one HTTP request. Some services allow up to 1,000. 0 means 1.
    pub fn limit(mut self, calls: usize) -> Self {
        self.limit = Some(calls.max(1));
        self
    }
}

/// The compiler's error for responses of a batch that is not awaited. No type implements it.
#[diagnostic::on_unimplemented(
    message = "this batch is not awaited yet",
    label = "the responses are there after `.await?`"
)]
pub trait Awaited<'a> {
    /// Returns a value of any type.
    fn returns<R>() -> R;
}

impl PendingBatch {
    #[allow(missing_docs)]
    #[doc(hidden)]
    pub fn take<R>(&mut self, _: BatchHandle<R>) -> Result<R, Error>
    where
        for<'a> Self: Awaited<'a>,
    {
        Self::returns()
    }

    #[allow(missing_docs)]
    #[doc(hidden)]
    pub fn take_all<R>(&mut self, _: Vec<BatchHandle<R>>) -> Vec<Result<R, Error>>
    where
        for<'a> Self: Awaited<'a>,
    {
        Self::returns()
    }
}

impl IntoFuture for PendingBatch {
    type Output = Result<BatchResponses, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if a call cannot be sent; then none is. An error of connection or credentials, if no call
    /// has a response. If some have one, each error belongs to its call.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let id = self.batch.id;
            let entries = self.batch.entries;
            let results = run::run(&self.client, entries, &self.options, self.limit).await?;
            Ok(BatchResponses {
                batch: id,
                results: results.into_iter().map(Some).collect(),
            })
        })
    }
}

is_no_future!(() PendingBatch: BatchResponses);

impl fmt::Debug for PendingBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingBatch")
            .field("batch", &self.batch)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Identifies a call of a [`Batch`]. [`BatchResponses::take`] returns its response.
#[must_use = "pass it to `take` of the batch's responses"]
pub struct BatchHandle<R> {
    batch: u64,
    index: usize,
    response: PhantomData<fn() -> R>,
}

/// The handle of one call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the handle of one call",
    label = "expected a `BatchHandle`",
    note = "`take_all` takes the handles that `add_all` returns"
)]
pub trait OneCall {
    /// The response to the call.
    type Response: FromResponse;

    /// Returns the handle.
    #[doc(hidden)]
    fn handle(self) -> BatchHandle<Self::Response>;
}

impl<R: FromResponse> OneCall for BatchHandle<R> {
    type Response = R;

    fn handle(self) -> Self {
        self
    }
}

/// The responses of a [`Batch`](Batch), each to be taken once with its handle.
///
/// `Debug` shows the number of calls and of errors.
#[must_use = "the errors of calls are in here"]
pub struct BatchResponses {
    batch: u64,
    results: Vec<Option<Result<RawResponse, Error>>>,
}

impl BatchResponses {
    /// Returns the response to a call.
    ///
    /// # Errors
    /// Any error of this call, and [`ErrorKind::Usage`](crate::ErrorKind::Usage) for the handle of another batch.
    pub fn take<H: OneCall>(&mut self, handle: H) -> Result<H::Response, Error> {
        self.take_with_meta(handle.handle())
            .map(Response::into_inner)
    }

    /// Returns the response to a call, with status and headers.
    ///
    /// # Errors
    /// As for [`take`](Self::take).
    pub fn take_with_meta<R: FromResponse>(
        &mut self,
        handle: BatchHandle<R>,
    ) -> Result<Response<R>, Error> {
        let result = match self.results.get_mut(handle.index) {
            Some(result) if self.batch == handle.batch => result.take(),
            _ => None,
        };
        match result {
            Some(result) => result?.decode(),
            None => Err(Error::usage(
                "these are not the responses of the batch that returned this handle",
            )),
        }
    }

    /// Returns the responses to many calls, in the order of the handles.
    pub fn take_all<R: FromResponse>(
        &mut self,
        handles: impl IntoIterator<Item = BatchHandle<R>>,
    ) -> Vec<Result<R, Error>> {
        handles
            .into_iter()
            .map(|handle| self.take(handle))
            .collect()
    }

    /// Returns the errors that were not taken yet, each with the position of its call in the batch.
    pub fn errors(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.results
            .iter()
            .enumerate()
            .filter_map(|(index, result)| Some((index, result.as_ref()?.as_ref().err()?)))
    }
}

impl fmt::Debug for BatchResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchResponses")
            .field("calls", &self.results.len())
            .field("errors", &self.errors().count())
            .finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for BatchHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchHandle({})", self.index)
    }
}
