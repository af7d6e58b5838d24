//! The pages of a list.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, future::poll_fn};
use gapi_transport::BoxFuture;

use super::{ahead, cycle::Cycle, mask, slot};
use crate::{
    Client, Error, ErrorKind, Fields,
    call::{
        Call,
        answer::Answer,
        options::{CallOptions, option_setters},
        sending::Prepared,
    },
    execute,
    wire::Part,
};

/// The pages of a list, one request each, fetched when they are asked for. Also a [`Stream`] of `Result<R, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::Answer>(mut pages: gapi::Pages<R>) -> Result<(), gapi::Error> {
/// while let Some(page) = pages.try_next().await? {
///     let _ = page;
/// }
/// # Ok(()) }
/// ```
///
/// It ends at an answer without a token, and after an error; [`page_token`](Self::page_token) then says where to go on. A server that
/// repeats a token causes an error instead of a loop without end.
#[must_use = "no page is fetched until it is asked for"]
pub struct Pages<R> {
    prepared: Box<Prepared>,
    /// Of the page to fetch next.
    token: Option<String>,
    cycle: Cycle,
    /// A mistake in the setup, reported in place of the first page.
    mistake: Option<Error>,
    /// From an answer to a page and the token of the next one, where that is not how an `R` is read: a list of which a part is asked for
    /// does not bring the code that reads all of it.
    read: Option<Read<R>>,
    /// The next page is fetched while the caller works on the one before.
    prefetch: bool,
    state: State<R>,
}

/// Reads a page, and the text of the property that holds the next token.
pub(super) type Read<R> =
    Arc<dyn Fn(&[u8], &str) -> Result<(R, Option<String>), serde_json::Error> + Send + Sync>;

enum State<R> {
    Idle,
    Fetching(BoxFuture<'static, Result<(R, Option<String>), Error>>),
    /// There is no request for the next page.
    Failed(Error),
    Done,
}

impl<R: Answer> Pages<R> {
    /// The pages of `call`. The request's own `pages` is the way to get here.
    pub fn new(client: &Client, call: Call) -> Self {
        let prepared = Prepared {
            client: client.clone(),
            call,
            options: CallOptions::default(),
        };
        Self {
            prepared: Box::new(prepared),
            token: None,
            cycle: Cycle::default(),
            mistake: None,
            read: None,
            prefetch: false,
            state: State::Idle,
        }
    }

    option_setters!();

    pub(super) fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.prepared.options
    }

    /// Sets all that `options` sets.
    pub fn with(mut self, options: CallOptions) -> Self {
        let earlier = std::mem::take(&mut self.prepared.options);
        self.prepared.options = options.or(&earlier);
        self
    }

    /// Asks for at most `size` entries per page. Servers may answer fewer.
    pub fn page_size(mut self, size: u32) -> Self {
        let method = self.prepared.call.method;
        let put = match method.paging.and_then(|paging| paging.size) {
            Some(size_slot) => slot::put(&mut self.prepared.call, size_slot, &size.into()),
            None => Err(
                Error::usage("this list has no parameter for the size of a page")
                    .at(method.id, None),
            ),
        };
        self.mistake = self.mistake.or(put.err());
        self
    }

    /// Begins at this page instead of the first one: with the [`page_token`](Self::page_token) of an earlier run.
    pub fn start_at(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Asks for a part of each page only, and reads it as a type of your own. The token of the next page is asked for
    /// besides, and followed, whether the type has it or not.
    ///
    /// See [`Fields`](trait@Fields).
    pub fn select<T: Fields + Answer + Part<R>>(self) -> Pages<T> {
        self.reading(T::mask(), None)
    }

    /// Notes a mistake, reported in place of the first page.
    pub(super) fn refuse(&mut self, why: &str) {
        let method = self.prepared.call.method.id;
        self.mistake
            .get_or_insert_with(|| Error::usage(why).at(method, None));
    }

    /// The same list, of which `mask` is asked for, read by `read`, or else as a `T` is.
    pub(super) fn reading<T>(mut self, mask: String, read: Option<Read<T>>) -> Pages<T> {
        self.prepared.options.set_param("fields", mask);
        Pages {
            prepared: self.prepared,
            token: self.token,
            cycle: self.cycle,
            mistake: self.mistake,
            read,
            prefetch: self.prefetch,
            state: State::Idle,
        }
    }

    /// Fetches one page ahead, in a task of its own, while the caller works on the one before. Without a tokio runtime it changes nothing.
    ///
    /// Off unless asked for: whoever stops in the middle of a list has fetched a page for nothing.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    /// The token of the page that comes next: where to go on after an error. `None` before the first page and after the last.
    pub fn page_token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The next page; `None` after the last one. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// Whatever keeps the call from a success, and [`ErrorKind::Paging`] when the server repeats a token.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        self.next().await.transpose()
    }

    /// All remaining pages.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next); pages that came before the error are lost.
    pub async fn try_collect(mut self) -> Result<Vec<R>, Error> {
        let mut all = Vec::new();
        while let Some(page) = self.try_next().await? {
            all.push(page);
        }
        Ok(all)
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Failed(_) => {
                    let State::Failed(error) = std::mem::replace(&mut self.state, State::Done)
                    else {
                        return Poll::Ready(None);
                    };
                    return Poll::Ready(Some(Err(error)));
                }
                State::Idle => match self.fetch() {
                    Ok(fetch) => self.state = State::Fetching(fetch),
                    Err(error) => {
                        self.state = State::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                State::Fetching(fetch) => {
                    let page = ready!(fetch.as_mut().poll(cx)).and_then(|(page, next)| {
                        self.turn(next)?;
                        Ok(page)
                    });
                    self.state = match (&page, &self.token) {
                        (Ok(_), Some(_)) if self.prefetch => {
                            self.fetch().map_or_else(State::Failed, |fetch| {
                                State::Fetching(ahead::start(fetch))
                            })
                        }
                        (Ok(_), Some(_)) => State::Idle,
                        _ => State::Done,
                    };
                    return Poll::Ready(Some(page));
                }
            }
        }
    }

    /// The request for the page at hand.
    #[allow(clippy::type_complexity)] // It is spelled out once, here.
    fn fetch(&mut self) -> Result<BoxFuture<'static, Result<(R, Option<String>), Error>>, Error> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        let mut prepared = self.prepared.clone();
        if let Some(paging) = prepared.call.method.paging {
            if let Some(token) = &self.token {
                slot::put(&mut prepared.call, paging.token, &token.as_str().into())?;
            }
            prepared.options = prepared.options.or(&prepared.client.defaults);
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
        let read = self.read.clone();
        Ok(Box::pin(async move {
            let token = prepared.call.method.paging.map_or("", |paging| paging.next);
            let answer = execute::execute(&prepared).await?;
            answer.page(|body| match &read {
                Some(read) => read(body, token),
                None => R::decode_page(body, token),
            })
        }))
    }

    /// Moves on to the page of the token `next`.
    fn turn(&mut self, next: Option<String>) -> Result<(), Error> {
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
        Ok(())
    }
}

impl<R: Answer> Stream for Pages<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(cx)
    }
}

impl<R> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", &self.prepared.call)
            .field("options", &self.prepared.options)
            .field("done", &matches!(self.state, State::Done))
            .finish_non_exhaustive()
    }
}
