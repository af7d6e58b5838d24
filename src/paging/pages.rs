//! The pages of a list.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, future::poll_fn};

use super::walk::Walk;
use crate::{
    Client, Error, ErrorKind, Fields,
    fields::Part,
    request::{
        Call,
        from_response::FromResponse,
        options::{CallOptions, option_setters},
    },
};

/// The pages of a list, one request each, fetched when they are asked for. Also a [`Stream`] of `Result<R, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse>(mut pages: gapi::Pages<R>) -> Result<(), gapi::Error> {
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
    walk: Walk,
    /// From an answer to a page and the token of the next one, where that is not how an `R` is read: a list of which a part is asked for
    /// does not bring the code that reads all of it.
    read: Option<Read<R>>,
}

/// Reads a page, and the text of the property that holds the next token.
pub(super) type Read<R> =
    Arc<dyn Fn(&[u8], &str) -> Result<(R, Option<String>), serde_json::Error> + Send + Sync>;

impl<R: FromResponse> Pages<R> {
    /// The pages of `call`. The request's own `pages` is the way to get here.
    pub fn new(client: &Client, call: Call) -> Self {
        Self {
            walk: Walk::new(client, call),
            read: None,
        }
    }

    option_setters!();

    pub(super) fn options_mut(&mut self) -> &mut CallOptions {
        self.walk.options_mut()
    }

    /// Sets all that `options` sets.
    pub fn with(mut self, options: CallOptions) -> Self {
        let earlier = std::mem::take(self.walk.options_mut());
        *self.walk.options_mut() = options.or(&earlier);
        self
    }

    /// Asks for at most `size` entries per page. Servers may answer fewer.
    pub fn page_size(mut self, size: u32) -> Self {
        self.walk.set_size(size);
        self
    }

    /// Begins at this page instead of the first one: with the [`page_token`](Self::page_token) of an earlier run.
    pub fn start_at(mut self, token: impl Into<String>) -> Self {
        self.walk.start_at(token.into());
        self
    }

    /// Asks for a part of each page only, and reads it as a type of your own. The token of the next page is asked for
    /// besides, and followed, whether the type has it or not.
    ///
    /// See [`Fields`](trait@Fields).
    pub fn select<T: Fields + FromResponse + Part<R>>(self) -> Pages<T> {
        self.reading(T::mask(), None)
    }

    /// The property of a page that holds its entries; empty where it is not known.
    pub(super) fn items_property(&self) -> &'static str {
        self.walk.items_property()
    }

    /// Refuses a page without entries whose entries are there, but not as the document says: the list would seem to have none.
    pub(super) fn check_items(&self, page: &R) -> Result<(), Error>
    where
        R: FromResponse,
    {
        let name = self.walk.items_property();
        if page.misfit(name).is_none() {
            return Ok(());
        }
        let message = format!("{name}: the entries of the page are not what the document says");
        let error = Error::new(ErrorKind::Decode, message).with_json_path(name.to_owned());
        Err(error.at(self.walk.call().method.id, None))
    }

    /// Notes a mistake, reported in place of the first page.
    pub(super) fn refuse(&mut self, why: &str) {
        self.walk.refuse(why);
    }

    /// The same list, of which `mask` is asked for, read by `read`, or else as a `T` is.
    pub(super) fn reading<T>(mut self, mask: String, read: Option<Read<T>>) -> Pages<T> {
        self.walk.options_mut().set_param("fields", mask);
        Pages {
            walk: self.walk,
            read,
        }
    }

    /// Fetches one page ahead, in a task of its own, while the caller works on the one before. Without a tokio runtime it changes nothing.
    ///
    /// Off unless asked for: whoever stops in the middle of a list has fetched a page for nothing.
    pub fn prefetch(mut self) -> Self {
        self.walk.prefetch();
        self
    }

    /// The token of the page that comes next: where to go on after an error. `None` before the first page and after the last.
    pub fn page_token(&self) -> Option<&str> {
        self.walk.token()
    }

    /// The next page; `None` after the last one. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// Whatever keeps the call from a success, and [`ErrorKind::Paging`](crate::ErrorKind::Paging) when the server repeats a token.
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
        let answer = ready!(self.walk.poll_answer(cx));
        Poll::Ready(answer.map(|answer| {
            let token = self.walk.next_property();
            let (page, next) = answer?.page(|body| match &self.read {
                Some(read) => read(body, token),
                None => R::decode_page(body, token),
            })?;
            self.walk.turn(next)?;
            Ok(page)
        }))
    }
}

impl<R: FromResponse> Stream for Pages<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(cx)
    }
}

impl<R> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", self.walk.call())
            .field("options", self.walk.options())
            .field("done", &self.walk.is_done())
            .finish_non_exhaustive()
    }
}
