//! Many calls in one HTTP request.

mod exchange;
pub(crate) mod mixed;
mod pending;
mod responses;
mod run;

use std::{
    fmt,
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};

pub use self::{pending::PendingBatch, responses::BatchResponses};
use crate::{
    Client, Fields, Request,
    fields::Part,
    request::{Call, from_response::FromResponse, options::CallOptions},
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

#[derive(Clone)]
struct BatchEntry {
    call: Call,
    options: CallOptions,
}

/// Identifies a call of a [`Batch`]. [`BatchResponses::take`] returns its response.
#[must_use = "pass it to `take` of the batch's responses"]
pub struct BatchHandle<R> {
    batch: u64,
    index: usize,
    response: PhantomData<fn() -> R>,
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
    pub fn add_select<T, R>(&mut self, request: R) -> BatchHandle<T>
    where
        T: Fields + FromResponse + Part<R::Response>,
        R: Request,
    {
        let options = CallOptions::new().fields(T::mask());
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
        PendingBatch::new(client, self)
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

impl<R> fmt::Debug for BatchHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchHandle({})", self.index)
    }
}
