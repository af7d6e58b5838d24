//! A batch on its way.

use std::{fmt, future::IntoFuture};

use gapi_transport::BoxFuture;

use super::{Batch, BatchResponses, run};
use crate::{
    Client, Error,
    request::{option_setters::option_setters, options::CallOptions},
};

/// A [`Batch`] together with the client that will send it. Await it for the [`BatchResponses`]; options can be set before.
///
/// Time limits, retries and scopes are those of the HTTP requests that carry the calls. Headers and query parameters are defaults of each call.
#[must_use = "nothing is sent until this is awaited"]
pub struct PendingBatch {
    client: Client,
    batch: Batch,
    options: CallOptions,
    limit: Option<usize>,
}

impl PendingBatch {
    pub(super) fn new(client: &Client, batch: Batch) -> Self {
        Self {
            client: client.clone(),
            batch,
            options: CallOptions::default(),
            limit: None,
        }
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    /// Sets all that `options` sets.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options.or(&self.options);
        self
    }

    /// The most calls in one HTTP request: some services allow up to 1,000. 0 means 1.
    pub fn limit(mut self, calls: usize) -> Self {
        self.limit = Some(calls.max(1));
        self
    }
}

impl IntoFuture for PendingBatch {
    type Output = Result<BatchResponses, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when a call cannot be sent, in which case none is. Whatever kept all calls from an answer: a
    /// connection, credentials. When some have answers, every error is that of its call.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let id = self.batch.id;
            let entries = self.batch.entries;
            let results = run::run(&self.client, entries, &self.options, self.limit).await?;
            Ok(BatchResponses::new(id, results))
        })
    }
}

impl fmt::Debug for PendingBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingBatch")
            .field("batch", &self.batch)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
