//! Fetches page after page, without decoding them, so that this code is the same for all lists.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use gapi_transport::BoxFuture;
use serde_json::{Map, Value};
use tokio::{runtime::Handle, task::JoinHandle};

use crate::{
    Client, Error, ErrorKind,
    client::Prepared,
    execute::{self, RawResponse},
    method::Slot,
    outlined_box::OutlinedBox,
    request::{Call, body::encode},
};

/// A list, and how far it was read.
pub(super) struct Paginator {
    pub(super) prepared: OutlinedBox<Prepared>,
    /// The token of the page to fetch next.
    pub(super) token: Option<String>,
    cycle: CycleDetector,
    /// A mistake in the setup, reported in place of the first page.
    mistake: Option<Error>,
    /// Whether the next page is fetched while the caller works on the current one.
    pub(super) prefetch: bool,
    state: FetchState,
}

/// A page that is being fetched.
type PageFetch = BoxFuture<'static, Result<RawResponse, Error>>;

enum FetchState {
    Idle,
    Fetching(PageFetch),
    /// The request for the next page could not be made.
    Failed(Error),
    Done,
}

impl Paginator {
    pub(super) fn new(client: &Client, call: Call) -> Self {
        Self {
            prepared: Prepared::new(client, call),
            token: None,
            cycle: CycleDetector::default(),
            mistake: None,
            prefetch: false,
            state: FetchState::Idle,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, FetchState::Done)
    }

    /// Asks for at most `size` entries per page.
    pub(super) fn set_size(&mut self, size: u32) {
        let method = self.prepared.call.method;
        let set = match method.paging.and_then(|paging| paging.size) {
            Some(slot) => set_parameter(&mut self.prepared.call, slot, size.into()),
            None => Err(
                Error::usage("this list has no parameter for the size of a page")
                    .at(method.id, None),
            ),
        };
        if let Err(mistake) = set {
            self.mistake.get_or_insert(mistake);
        }
    }

    /// Records a mistake, reported in place of the first page.
    pub(super) fn refuse(&mut self, why: &str) {
        let method = self.prepared.call.method.id;
        self.mistake
            .get_or_insert_with(|| Error::usage(why).at(method, None));
    }

    /// Returns the name of the property of a page that holds the token of the next page.
    pub(super) fn next_property(&self) -> &'static str {
        let paging = self.prepared.call.method.paging;
        paging.map_or("", |paging| paging.next)
    }

    /// Returns the name of the property of a page that holds its entries; empty if it is not known.
    pub(super) fn items_property(&self) -> &'static str {
        let paging = self.prepared.call.method.paging;
        paging.and_then(|paging| paging.items).unwrap_or("")
    }

    /// Returns the response with the next page, or `None` after the last page.
    ///
    /// The list ends with this page unless [`turn`](Self::turn) is called.
    pub(super) fn poll_response(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<RawResponse, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, FetchState::Done) {
                FetchState::Done => return Poll::Ready(None),
                FetchState::Failed(error) => return Poll::Ready(Some(Err(error))),
                FetchState::Idle => match self.fetch() {
                    Ok(fetch) => self.state = FetchState::Fetching(fetch),
                    Err(error) => return Poll::Ready(Some(Err(error))),
                },
                FetchState::Fetching(mut fetch) => {
                    let response = fetch.as_mut().poll(cx);
                    if response.is_pending() {
                        self.state = FetchState::Fetching(fetch);
                    }
                    return Poll::Ready(Some(ready!(response)));
                }
            }
        }
    }

    /// Makes the request for the page with the current token.
    fn fetch(&mut self) -> Result<PageFetch, Error> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        let mut prepared = self.prepared.clone();
        if let Some(paging) = prepared.call.method.paging {
            if let Some(token) = &self.token {
                set_parameter(&mut prepared.call, paging.token, token.as_str().into())?;
            }
            let options = std::mem::take(&mut prepared.options);
            prepared.options = options.or(&prepared.client.defaults);
            let mask = prepared.options.get_param("fields").or_else(|| {
                prepared
                    .call
                    .query()
                    .find_map(|(name, value)| (name == "fields").then_some(value))
            });
            if let Some(mask) = mask.and_then(|mask| with_field(mask, paging.next)) {
                prepared.options.set_param("fields", mask);
            }
        }
        Ok(Box::pin(async move { execute::execute(&prepared).await }))
    }

    /// Continues with the page with the token `next`; the list ends if there is none.
    pub(super) fn turn(&mut self, next: Option<String>) -> Result<(), Error> {
        let method = self.prepared.call.method;
        let next = next.filter(|token| !token.is_empty());
        let repeated = next.as_deref().is_some_and(|next| {
            self.token.as_deref() == Some(next) || self.cycle.is_repeated(next)
        });
        if repeated {
            return Err(Error::new(
                ErrorKind::Paging,
                "the server repeats a page token, so the list has no end; the pages before this one are complete",
            )
            .at(method.id, None));
        }
        self.token = next;
        self.state = match &self.token {
            None => FetchState::Done,
            Some(_) if self.prefetch => self.fetch().map_or_else(FetchState::Failed, |fetch| {
                FetchState::Fetching(in_background(fetch))
            }),
            Some(_) => FetchState::Idle,
        };
        Ok(())
    }
}

/// Sets a parameter in the query or in the JSON body of a call.
///
/// # Errors
/// When the parameter belongs to the body, and the body is not a JSON object.
fn set_parameter(call: &mut Call, slot: Slot, value: Value) -> Result<(), Error> {
    let name = match slot {
        Slot::Query(name) => {
            let value = match value {
                Value::String(text) => text,
                number => number.to_string(),
            };
            call.set(name, value);
            return Ok(());
        }
        Slot::Body(name) => name,
    };
    let mut body = match &call.body {
        None => Map::new().into(),
        // Reported when the request is built.
        Some(Err(_)) => return Ok(()),
        Some(Ok(body)) => serde_json::from_slice(body).unwrap_or(Value::Null),
    };
    if !body.is_object() {
        let message =
            format!("the body must be a JSON object, because {name:?} of the next page goes there");
        return Err(Error::usage(message).at(call.method.id, None));
    }
    body[name] = value;
    call.body = Some(encode(serde_json::to_vec(&body)));
    Ok(())
}

/// Runs `fetch` in a task of its own, if there is a tokio runtime.
fn in_background(fetch: PageFetch) -> PageFetch {
    match Handle::try_current() {
        Ok(runtime) => Box::pin(BackgroundFetch(runtime.spawn(fetch))),
        Err(_) => fetch,
    }
}

/// A task that is aborted when this is dropped.
struct BackgroundFetch(JoinHandle<Result<RawResponse, Error>>);

impl Future for BackgroundFetch {
    type Output = Result<RawResponse, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(Pin::new(&mut self.0).poll(cx)) {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(cancelled) => {
                    let message = "the runtime ended while the page was fetched";
                    Err(Error::new(ErrorKind::Transport, message).with_source(cancelled))
                }
            },
        })
    }
}

impl Drop for BackgroundFetch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Finds a cycle in a sequence of tokens, each of which follows from the one before, in constant memory (Brent's method).
#[derive(Debug, Default)]
struct CycleDetector {
    /// The token that later ones are compared with.
    reference: Option<String>,
    /// After how many tokens the reference is replaced.
    power: u64,
    length: u64,
}

impl CycleDetector {
    /// Adds a token; returns whether it came before.
    fn is_repeated(&mut self, token: &str) -> bool {
        if self.reference.as_deref() == Some(token) {
            return true;
        }
        if self.length == self.power {
            self.reference = Some(token.to_owned());
            self.power = (self.power * 2).max(1);
            self.length = 0;
        }
        self.length += 1;
        false
    }
}

/// Returns the field mask with `field` added; `None` if it has the field, or is not valid.
pub(crate) fn with_field(mask: &str, field: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in mask.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&mask[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&mask[start..]);
    if depth != 0 || parts.iter().any(|part| part.trim().is_empty()) {
        return None;
    }
    let has = parts
        .iter()
        .any(|part| matches!(part.trim(), "*") || part.trim() == field);
    (!has).then(|| format!("{mask},{field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns after how many tokens a list is stopped that goes from `tail` tokens into a cycle of `length`.
    fn stopped_after(tail: usize, length: usize) -> Option<usize> {
        let mut cycle = CycleDetector::default();
        (0..4 * (tail + length) + 16).position(|index| {
            let token = if index < tail {
                index
            } else {
                tail + (index - tail) % length
            };
            cycle.is_repeated(&token.to_string())
        })
    }

    #[test]
    fn cycles_are_found_and_long_lists_are_not() {
        assert_eq!(
            stopped_after(0, 1),
            Some(1),
            "the same token again is noticed at once"
        );
        for (tail, length) in [(0, 2), (1, 1), (3, 5), (10, 7), (100, 1)] {
            let stopped = stopped_after(tail, length).expect("stopped");
            assert!(
                stopped >= tail + length && stopped <= 3 * (tail + length) + 1,
                "{tail} {length}: {stopped}"
            );
        }
        let mut cycle = CycleDetector::default();
        assert!((0..10_000).all(|token| !cycle.is_repeated(&token.to_string())));
    }

    #[test]
    fn the_token_is_added_where_it_is_missing() {
        let add = |mask| with_field(mask, "nextPageToken");
        assert_eq!(
            add("items(name,state)").as_deref(),
            Some("items(name,state),nextPageToken")
        );
        assert_eq!(
            add("items/name,kind").as_deref(),
            Some("items/name,kind,nextPageToken")
        );
        // A nested field of that name is another field.
        assert_eq!(
            add("items(nextPageToken)").as_deref(),
            Some("items(nextPageToken),nextPageToken")
        );
        for whole in ["*", "kind,*", "nextPageToken", "items, nextPageToken "] {
            assert_eq!(add(whole), None, "{whole}");
        }
        for odd in ["", "items(", "items)", "a,,b", "a)(b"] {
            assert_eq!(add(odd), None, "{odd}");
        }
    }
}
