//! A batch that is not sent yet.

use std::{fmt, future::IntoFuture};

use gapi_transport::BoxFuture;

use super::{Batch, BatchResponses, run};
use crate::{
    Client, Error,
    request::{option_setters::option_setters, options::CallOptions},
};

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

    /// Sets all options that `options` sets.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options.or(&self.options);
        self
    }

    /// Sets the maximum number of calls in one HTTP request. Some services allow up to 1,000. 0 means 1.
    pub fn limit(mut self, calls: usize) -> Self {
        self.limit = Some(calls.max(1));
        self
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
