//! Many calls in one HTTP request.

mod answers;
mod exchange;
pub(crate) mod mixed;
mod run;
mod sending;

use std::{
    fmt,
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};

pub use self::{answers::BatchResponses, sending::PendingBatch};
use crate::{
    Client, Fields, Request,
    fields::Part,
    request::{Call, from_response::FromResponse, options::CallOptions},
};

/// Calls that travel together: one HTTP request for up to 100 of them (50 for Calendar, whose own limit has been that low), and further ones for the rest.
///
#[cfg_attr(all(feature = "macros", feature = "auth"), doc = "```no_run")]
#[cfg_attr(not(all(feature = "macros", feature = "auth")), doc = "```ignore")]
/// gapi::api! { mod calendar = "calendar:v3" { events.{get, delete} }; }
///
/// # async fn example(client: gapi::Client) -> Result<(), gapi::Error> {
/// let mut batch = gapi::Batch::new();
/// let event = batch.add(calendar::events().get("primary", "e1"));
/// let gone = batch.add(calendar::events().delete("primary", "e2"));
/// let mut answers = batch.send(&client).await?;
/// println!("{:?}", answers.take(event)?.summary);
/// if let Err(error) = answers.take(gone) {
///     println!("e2 is still there: {error}");
/// }
/// # Ok(()) }
/// # fn main() {}
/// ```
///
/// **Each call has its own answer or its own error.** Parts that fail in a way that may pass (429, 500, 502, 503, 504, an answer that is missing) are sent again by the
/// client's [`RetryPolicy`](crate::RetryPolicy), where that is safe, together and without the others. A rejected token is replaced once.
///
/// **One host per request.** Calls of several APIs may be in one batch; those of each API travel in requests of their own, to the API's batch path below the client's
/// endpoint or universe.
///
/// The order in which the server does the calls is not defined. The client's credentials are sent with the whole; a part has others only if it is given an `authorization` header
/// ([`add_with`](Self::add_with)). Media cannot travel in a batch.
#[derive(Clone)]
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    id: u64,
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    call: Call,
    options: CallOptions,
}

/// Stands for the answer of one call of a [`Batch`]; [`BatchResponses::take`] exchanges it for that.
#[must_use = "give it to `take` of the batch's answers"]
pub struct BatchHandle<R> {
    batch: u64,
    index: usize,
    answer: PhantomData<fn() -> R>,
}

impl Batch {
    /// A batch without calls.
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

    /// Adds a call with options of its own: headers, `fields` and other query parameters, `quota_project`, `idempotent`, `request_id`. Time limits, retries and scopes
    /// are said of the whole.
    pub fn add_with<R: Request>(
        &mut self,
        request: R,
        options: CallOptions,
    ) -> BatchHandle<R::Response> {
        self.push(request.into_call(), options)
    }

    /// Adds a call of which a part of the answer is asked for, and read as a type of your own: see [`Fields`](trait@Fields).
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
        self.entries.push(Entry { call, options });
        BatchHandle {
            batch: self.id,
            index: self.entries.len() - 1,
            answer: PhantomData,
        }
    }

    /// How many calls there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no call.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The batch on its way: await it, or set options first.
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
