//! The way through the pages of a list, whatever their type.

use std::task::{Context, Poll, ready};

use gapi_transport::BoxFuture;

use super::{ahead, cycle::Cycle, mask, slot::Setting};
use crate::{
    Client, Error, ErrorKind,
    client::prepared::Prepared,
    execute::{self, Answered},
    outlined_box::OutlinedBox,
    request::{Call, options::CallOptions},
};

/// Fetches answer after answer. Pages are decoded elsewhere, so that this code is the same for all lists.
pub(super) struct Walk {
    prepared: OutlinedBox<Prepared>,
    /// Of the page to fetch next.
    token: Option<String>,
    cycle: Cycle,
    /// A mistake in the setup, reported in place of the first page.
    mistake: Option<Error>,
    /// Begins to fetch the next page while the caller works on the one before.
    ahead: Option<fn(Fetch) -> Fetch>,
    state: State,
}

/// A page that is being fetched.
pub(super) type Fetch = BoxFuture<'static, Result<Answered, Error>>;

enum State {
    Idle,
    Fetching(Fetch),
    /// There is no request for the next page.
    Failed(Error),
    Done,
}

impl Walk {
    pub(super) fn new(client: &Client, call: Call) -> Self {
        Self {
            prepared: Prepared::new(client, call),
            token: None,
            cycle: Cycle::default(),
            mistake: None,
            ahead: None,
            state: State::Idle,
        }
    }

    pub(super) fn call(&self) -> &Call {
        &self.prepared.call
    }

    pub(super) fn options(&self) -> &CallOptions {
        &self.prepared.options
    }

    pub(super) fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.prepared.options
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Asks for at most `size` entries per page.
    pub(super) fn set_size(&mut self, size: u32) {
        let method = self.prepared.call.method;
        let put = match method.paging.and_then(|paging| paging.size) {
            Some(size_slot) => size_slot.put(&mut self.prepared.call, &Setting::Size(size)),
            None => Err(
                Error::usage("this list has no parameter for the size of a page")
                    .at(method.id, None),
            ),
        };
        if let Err(mistake) = put {
            self.mistake.get_or_insert(mistake);
        }
    }

    /// Notes a mistake, reported in place of the first page.
    pub(super) fn refuse(&mut self, why: &str) {
        let method = self.prepared.call.method.id;
        self.mistake
            .get_or_insert_with(|| Error::usage(why).at(method, None));
    }

    /// Begins at the page of this token.
    pub(super) fn start_at(&mut self, token: String) {
        self.token = Some(token);
    }

    /// Fetches one page ahead.
    pub(super) fn prefetch(&mut self) {
        // The code that spawns tasks comes with who asks for it.
        self.ahead = Some(ahead::start);
    }

    /// The token of the page that comes next.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The property of a page that holds the token of the next one.
    pub(super) fn next_property(&self) -> &'static str {
        let paging = self.prepared.call.method.paging;
        paging.map_or("", |paging| paging.next)
    }

    /// The property of a page that holds its entries.
    pub(super) fn items_property(&self) -> &'static str {
        let paging = self.prepared.call.method.paging;
        paging.and_then(|paging| paging.items).unwrap_or("")
    }

    /// The next page, not yet decoded; `None` after the last one. It was the last one unless a
    /// [`turn`](Self::turn) follows.
    pub(super) fn poll_answer(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Answered, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Failed(error) => return Poll::Ready(Some(Err(error))),
                State::Idle => match self.fetch() {
                    Ok(fetch) => self.state = State::Fetching(fetch),
                    Err(error) => return Poll::Ready(Some(Err(error))),
                },
                State::Fetching(mut fetch) => {
                    let answer = fetch.as_mut().poll(cx);
                    if answer.is_pending() {
                        self.state = State::Fetching(fetch);
                    }
                    return Poll::Ready(Some(ready!(answer)));
                }
            }
        }
    }

    /// The request for the page at hand.
    fn fetch(&mut self) -> Result<Fetch, Error> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        let mut prepared = self.prepared.clone();
        if let Some(paging) = prepared.call.method.paging {
            if let Some(token) = &self.token {
                paging
                    .token
                    .put(&mut prepared.call, &Setting::Token(token))?;
            }
            let options = std::mem::take(&mut prepared.options);
            prepared.options = options.or(&prepared.client.defaults);
            let mask = prepared.options.get_param("fields").or_else(|| {
                prepared
                    .call
                    .query()
                    .find_map(|(name, value)| (name == "fields").then_some(value))
            });
            if let Some(mask) = mask.and_then(|mask| mask::with_field(mask, paging.next)) {
                prepared.options.set_param("fields", mask);
            }
        }
        Ok(Box::pin(async move { execute::execute(&prepared).await }))
    }

    /// Moves on to the page of the token `next`.
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
        self.state = match (&self.token, self.ahead) {
            (None, _) => State::Done,
            (Some(_), None) => State::Idle,
            (Some(_), Some(start)) => self
                .fetch()
                .map_or_else(State::Failed, |fetch| State::Fetching(start(fetch))),
        };
        Ok(())
    }
}
