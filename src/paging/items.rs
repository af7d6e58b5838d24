//! The entries of a list, whatever page they come on.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, future::poll_fn};

use super::Pages;
use crate::{
    Client, Error,
    fields::{Part, page_from_slice},
    paging::Listed,
    request::{
        Call,
        from_response::FromResponse,
        options::{CallOptions, option_setters},
    },
    wire::Selection,
};

/// The entries of a list, across its pages. Also a [`Stream`] of `Result<T, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse, T: Send + 'static>(mut items: gapi::Items<R, T>) -> Result<(), gapi::Error> {
/// while let Some(item) = items.try_next().await? {
///     let _ = item;
/// }
/// # Ok(()) }
/// ```
///
/// A page without entries is no end: some servers send empty pages in between.
#[must_use = "nothing is fetched until an entry is asked for"]
pub struct Items<R, T> {
    pages: Pages<R>,
    take: Take<R, T>,
    /// What is left of the page at hand. Of no known type before there is one: a list of which only a part is asked for does not bring the code that
    /// drops a whole entry, and where there are whole ones, it is not copied to wherever a list may be dropped.
    rest: Option<Box<dyn Rest<T> + Send>>,
    /// The token of the page at hand.
    current: Option<String>,
}

/// Takes the entries out of a page.
type Take<R, T> = Box<dyn Fn(&mut R) -> Option<Vec<T>> + Send + Sync>;

/// What is left of a page. Not an iterator: those can skip entries.
trait Rest<T> {
    fn pop(&mut self) -> Option<T>;

    fn len(&self) -> usize;

    fn move_to(&mut self, all: &mut Vec<T>);
}

/// The next one last.
impl<T> Rest<T> for Vec<T> {
    fn pop(&mut self) -> Option<T> {
        self.pop()
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn move_to(&mut self, all: &mut Vec<T>) {
        all.extend(self.drain(..).rev());
    }
}

impl<R: FromResponse, T: Send + 'static> Items<R, T> {
    /// The entries that `take` finds in each page of `call`. The request's own `items` is the way to get here.
    pub fn list(client: &Client, call: Call, take: fn(&mut R) -> Option<Vec<T>>) -> Self {
        Self::new(client, call, Box::new(take))
    }

    fn new(client: &Client, call: Call, take: Take<R, T>) -> Self {
        Self {
            pages: Pages::new(client, call),
            take,
            rest: None,
            current: None,
        }
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.pages.options_mut()
    }

    /// Sets all that `options` sets.
    pub fn with(mut self, options: CallOptions) -> Self {
        self.pages = self.pages.with(options);
        self
    }

    /// Asks for at most `size` entries per request. Servers may answer fewer.
    pub fn page_size(mut self, size: u32) -> Self {
        self.pages = self.pages.page_size(size);
        self
    }

    /// Begins at this page instead of the first one: with the [`page_token`](Self::page_token) of an earlier run.
    pub fn start_at(mut self, token: impl Into<String>) -> Self {
        self.pages = self.pages.start_at(token);
        self
    }

    /// Fetches one page ahead, in a task of its own, while the caller works on the entries of the one before. Without a tokio runtime it
    /// changes nothing. Off unless asked for.
    pub fn prefetch(mut self) -> Self {
        self.pages = self.pages.prefetch();
        self
    }

    /// The token of the page that holds the next entry: where to go on after an error. Beginning there gives the entries
    /// of that page once more that were read already. `None` on the first page and after the last.
    pub fn page_token(&self) -> Option<&str> {
        if self.left() == 0 {
            self.pages.page_token()
        } else {
            self.current.as_deref()
        }
    }

    /// Asks for a part of each entry only, and reads it as a type of your own: `U` for entries of a list, `(String, U)` for those of
    /// a map. The token of the next page is asked for besides.
    ///
    /// See [`Fields`](trait@crate::Fields).
    pub fn select<U: Listed + Part<T>>(self) -> Items<U::Page, U> {
        let name = self.pages.items_property();
        let mut selection = Selection::default();
        selection.part(name, U::select);
        let read = move |body: &[u8], token: &str| {
            let (page, token) = page_from_slice::<U::Page>(body, name, token)?;
            // Servers leave out what is empty.
            Ok((page.unwrap_or_default(), token))
        };
        let mut pages = self
            .pages
            .reading(selection.into_text(), Some(Arc::new(read)));
        if name.is_empty() {
            pages.refuse(
                "the entries of this list are no property of its pages; select from `pages`",
            );
        }
        Items {
            pages,
            take: Box::new(|page| Some(U::entries(std::mem::take(page)))),
            rest: None,
            current: None,
        }
    }

    /// The next entry; `None` after the last one. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// The next entry; `None` after the last one.
    ///
    /// # Errors
    /// As for [`Pages::try_next`].
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        loop {
            {
                // Entries are large: this way they are moved once, and no future holds one while it waits.
                let item = self.pop();
                if item.is_some() {
                    return Ok(item);
                }
            }
            match poll_fn(|cx| self.poll_page(cx)).await {
                Some(page) => page?,
                None => return Ok(None),
            }
        }
    }

    /// All remaining entries.
    ///
    /// # Errors
    /// As for [`Pages::try_next`]; entries that came before the error are lost.
    pub async fn try_collect(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        loop {
            if let Some(rest) = &mut self.rest {
                rest.move_to(&mut all);
            }
            match poll_fn(|cx| self.poll_page(cx)).await {
                Some(page) => page?,
                None => return Ok(all),
            }
        }
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(item) = self.pop() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(())) => {}
            }
        }
    }

    /// Makes the next page the one at hand.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let token = self.pages.page_token().map(String::from);
        let page = ready!(Pin::new(&mut self.pages).poll_next(cx));
        Poll::Ready(page.map(|page| {
            let mut page = page?;
            self.current = token;
            let mut rest = match (self.take)(&mut page) {
                Some(rest) => rest,
                None => self.pages.check_items(&page).map(|()| Vec::new())?,
            };
            rest.reverse();
            self.rest = Some(Box::new(rest));
            Ok(())
        }))
    }
}

impl<R: FromResponse, V: Send + 'static> Items<R, (String, V)> {
    /// The entries of the map that `take` finds in each page of `call`, with their keys.
    pub fn map(
        client: &Client,
        call: Call,
        take: fn(&mut R) -> Option<BTreeMap<String, V>>,
    ) -> Self {
        Self::new(
            client,
            call,
            Box::new(move |page| take(page).map(|entries| entries.into_iter().collect())),
        )
    }
}

impl<R: FromResponse, T: Send + 'static> Stream for Items<R, T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<R, T> Items<R, T> {
    /// How many entries of the page at hand are left.
    fn left(&self) -> usize {
        self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    fn pop(&mut self) -> Option<T> {
        self.rest.as_mut()?.pop()
    }
}

// All parts are owned, and none is pinned.
impl<R, T> Unpin for Items<R, T> {}

impl<R, T> fmt::Debug for Items<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("left", &self.left())
            .finish_non_exhaustive()
    }
}
