//! Sends the calls of a batch: groups them into HTTP requests, and retries the calls that fail.

use http::{StatusCode, Uri};
use tracing::Instrument as _;

use super::{exchange::exchange, mixed::BatchMessage};
use crate::{
    Client, Error,
    client::Prepared,
    error::Repeat,
    execute::{self, Backoff, BatchPart, CallState, CallStep, Next, RawResponse, Why, retry_note},
    method::Api,
    outlined_box::OutlinedBox,
    request::{
        Call,
        options::{CallOptions, InBatch},
    },
};

/// A call of a batch, and its own options.
#[derive(Clone)]
pub(super) struct BatchEntry {
    pub(super) call: Call,
    pub(super) options: CallOptions,
}

/// The number of calls in one HTTP request.
const USUAL: usize = 100;

/// Calls in one HTTP request to APIs with another limit, by their documentation. That of Calendar had 50, and later 1,000; the lower
/// number is always valid.
const OTHERS: [(&str, usize); 1] = [("calendar", 50)];

fn limit_of(api: &Api) -> usize {
    let other = OTHERS.iter().find(|(name, _)| *name == api.name);
    other.map_or(USUAL, |(_, limit)| *limit)
}

/// A call of a batch, and its result.
struct BatchCall {
    part: BatchPart,
    prepared: OutlinedBox<Prepared>,
    /// The URL of the batch request, and the part of URLs before the paths of the API.
    uri: Uri,
    root: String,
    attempts: u32,
    /// Whether the service ever responded to this call.
    has_response: bool,
    /// Whether a failed attempt may have had an effect.
    is_uncertain: bool,
    result: Option<Result<RawResponse, Error>>,
}

/// Sends all calls, and returns their responses in order.
pub(super) async fn run(
    client: &Client,
    entries: Vec<BatchEntry>,
    options: &CallOptions,
    limit: Option<usize>,
) -> Result<Vec<Result<RawResponse, Error>>, Error> {
    let items = entries
        .into_iter()
        .map(|entry| item(client, entry, options))
        .collect::<Result<Vec<_>, Error>>();
    let mut items = items?;
    let span = tracing::debug_span!("gapi", method = "batch", calls = items.len());
    let mut outer = None;
    let mut time = execute::batch_limit(client, options);
    let state = CallState::default();
    let work = async {
        for chunk in chunks(&items, limit) {
            outer = BatchRequest::new(client, options, &state, &mut items, chunk)
                .run()
                .await
                .or(outer.take());
        }
        Ok(())
    };
    let done = execute::within(time.as_mut(), &state, work.instrument(span)).await;
    let has_no_response = !items.iter().any(|item| item.has_response);
    match (done, outer) {
        (Err(late), _) if has_no_response && !items.is_empty() => {
            Err(late.counting(state.exchanges()))
        }
        (Ok(()), Some(outer)) if has_no_response => Err(outer.counting(state.exchanges())),
        (done, _) => {
            let late = done.err();
            let results = items.into_iter().map(|item| {
                item.result.unwrap_or_else(|| {
                    let method = item.prepared.call.method.id;
                    Err(late
                        .as_ref()
                        .map_or_else(|| Error::usage("the call was not sent"), Error::clone)
                        .at(method, None)
                        .counting(item.attempts))
                })
            });
            Ok(results.collect())
        }
    }
}

fn item(client: &Client, entry: BatchEntry, options: &CallOptions) -> Result<BatchCall, Error> {
    let BatchEntry { call, options: own } = entry;
    let api = call.method.api;
    let usage = |message: &str| Error::usage(message).at(call.method.id, None);
    if api.batch_path.is_empty() {
        return Err(usage(
            "the API has no endpoint for batches; send its calls one by one",
        ));
    }
    let mut prepared = Prepared::new(client, call.clone());
    prepared.options = own.or(options);
    let part = execute::batch_part(&prepared)?;
    let root = part.root.clone();
    let uri = format!("{root}{}", api.batch_path).parse();
    Ok(BatchCall {
        part,
        prepared,
        uri: uri.map_err(|_| usage("the URL for batches cannot be used"))?,
        root,
        attempts: 0,
        has_response: false,
        is_uncertain: false,
        result: None,
    })
}

/// Returns the positions of the calls of each HTTP request, which have the same URL and are not too many.
fn chunks(items: &[BatchCall], limit: Option<usize>) -> Vec<Vec<usize>> {
    let mut groups: Vec<(&Uri, Vec<usize>)> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match groups.iter_mut().find(|(uri, _)| *uri == &item.uri) {
            Some((_, group)) => group.push(index),
            None => groups.push((&item.uri, vec![index])),
        }
    }
    let split = |(_, group): (&Uri, Vec<usize>)| {
        let api = items[group[0]].prepared.call.method.api;
        let size = limit.unwrap_or_else(|| limit_of(api));
        group
            .chunks(size)
            .map(<[usize]>::to_vec)
            .collect::<Vec<_>>()
    };
    groups.into_iter().flat_map(split).collect()
}

/// The calls of one HTTP request, until each has a response.
struct BatchRequest<'a> {
    state: &'a CallState,
    items: &'a mut [BatchCall],
    pending: Vec<usize>,
    whole: Prepared,
    /// The options of the whole and the defaults of the client.
    options: CallOptions,
    backoff: Backoff,
    /// Whether a rejected token was replaced before.
    replaced: bool,
}

impl<'a> BatchRequest<'a> {
    fn new(
        client: &Client,
        options: &CallOptions,
        state: &'a CallState,
        items: &'a mut [BatchCall],
        pending: Vec<usize>,
    ) -> Self {
        let whole = Prepared {
            client: client.clone(),
            // The credentials are asked on behalf of the first call; all are of one API.
            call: Call::new(items[pending[0]].prepared.call.method),
            options: options.clone(),
        };
        let options = whole.merged_options();
        Self {
            backoff: Backoff::new(&client.inner, &options),
            whole,
            options,
            state,
            items,
            pending,
            replaced: false,
        }
    }

    /// Sends until each call has a final result. Returns the error of the last request as a whole, if it failed.
    async fn run(mut self) -> Option<Error> {
        loop {
            let outer = self.round().await;
            let failed = self.failed();
            if failed.is_empty() {
                self.backoff.succeeded();
                return None;
            }
            let rejected = self.rejected(&failed).await;
            if !rejected.is_empty() {
                self.pending = rejected;
                continue;
            }
            let mut again = Vec::new();
            for index in failed {
                match self.items[index].obstacle() {
                    None => again.push(index),
                    Some(why) => self.note(index, why),
                }
            }
            // The next request waits as long as the error that requires the longest wait.
            let errors = again.iter().filter_map(|index| self.items[*index].error());
            let Some(error) = errors.max_by_key(|error| self.backoff.asked(error)) else {
                return outer;
            };
            match self.backoff.after(error, |_| None) {
                Next::Wait(wait) => {
                    tracing::debug!(calls = again.len(), ?wait, "sending parts of a batch again");
                    for index in &again {
                        let item = &mut self.items[*index];
                        item.is_uncertain |=
                            item.error().map(Error::repeat) == Some(Repeat::IfSafe);
                    }
                    self.pending = again;
                    self.state.enter(CallStep::Pause);
                    self.backoff.sleep(wait).await;
                }
                Next::GiveUp(why) => {
                    for index in again {
                        self.note(index, why);
                    }
                    return outer;
                }
            }
        }
    }

    /// Adds to the error of a call why it is not retried.
    fn note(&mut self, index: usize, why: Why) {
        let item = &mut self.items[index];
        let Some(Err(error)) = item.result.take() else {
            return;
        };
        let why = if self.backoff.tries_again() {
            why
        } else {
            Why::Attempts
        };
        let call = (&item.prepared.call, item.part.options());
        let note = retry_note(why, &error, call, item.is_uncertain);
        item.result = Some(Err(error.after(item.attempts, note)));
    }

    /// Sends one HTTP request with all pending calls.
    async fn round(&mut self) -> Option<Error> {
        let methods = self
            .pending
            .iter()
            .map(|index| self.items[*index].prepared.call.method);
        self.whole.options.get_mut().batch = InBatch::Whole(methods.collect());
        let first = &self.items[self.pending[0]];
        let requests: Vec<_> = self
            .pending
            .iter()
            .map(|index| &self.items[*index].part.request)
            .collect();
        let before = self.state.exchanges();
        let responses = exchange(
            &self.whole,
            &self.options,
            self.state,
            &first.uri,
            &first.root,
            &requests,
        )
        .await;
        let exchanges = self.state.exchanges() - before;
        let (responses, outer) = match responses {
            Ok(responses) => (responses, None),
            Err(error) => (
                self.pending.iter().map(|_| Err(error.clone())).collect(),
                Some(error),
            ),
        };
        for (index, response) in self.pending.iter().zip(responses) {
            let item = &mut self.items[*index];
            item.attempts += exchanges;
            item.has_response |= response.is_ok();
            let method = item.prepared.call.method.id;
            let result =
                response.and_then(|part| item.part.check(&item.prepared, raw_response(item, part)));
            item.result = Some(result.map_err(|error| {
                error
                    .at(method, Some(item.part.redacted_url.text()))
                    .after(item.attempts, None)
            }));
        }
        outer
    }

    /// Returns the pending calls that have an error.
    fn failed(&self) -> Vec<usize> {
        let mut failed = self.pending.clone();
        failed.retain(|index| matches!(self.items[*index].result, Some(Err(_))));
        failed
    }

    /// Returns the calls whose token was rejected, if there is another token.
    async fn rejected(&mut self, failed: &[usize]) -> Vec<usize> {
        let mut rejected = failed.to_vec();
        rejected.retain(|index| {
            let result = self.items[*index].result.as_ref();
            result.is_some_and(|result| result.as_ref().is_err_and(Error::is_unauthenticated))
        });
        if rejected.is_empty() || self.replaced {
            return Vec::new();
        }
        self.replaced = true;
        let uri = &self.items[rejected[0]].uri;
        if execute::reject_token(&self.whole, &self.options, self.state, uri).await {
            rejected
        } else {
            Vec::new()
        }
    }
}

impl BatchCall {
    /// Returns its error.
    fn error(&self) -> Option<&Error> {
        self.result.as_ref()?.as_ref().err()
    }

    /// Returns why it is not retried, if it is not.
    fn obstacle(&self) -> Option<Why> {
        match self.error()?.repeat() {
            Repeat::Never => Some(Why::Permanent),
            Repeat::IfSafe if !self.part.is_safe => Some(Why::NotSafe),
            Repeat::IfSafe | Repeat::Always => None,
        }
    }
}

fn raw_response(item: &BatchCall, part: BatchMessage) -> RawResponse {
    RawResponse::of_part(
        item.prepared.call.method,
        part.status().unwrap_or(StatusCode::BAD_GATEWAY),
        part.headers,
        part.body,
        item.attempts,
    )
}
