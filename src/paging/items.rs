//! The entries of a list.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, future::poll_fn};

use super::{Listed, Pages, list_setters};
use crate::{
    Client, Error,
    fields::{Part, page_from_slice},
    request::{
        Call, argument::Argument, from_response::FromResponse, option_setters::option_setters,
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
/// An empty page does not end the list: some servers send empty pages in between.
#[must_use = "nothing is fetched until an entry is asked for"]
pub struct Items<R, T> {
    pages: Pages<R>,
    take: TakeEntries<R, T>,
    /// The remaining entries of the current page, as a trait object: a program that reads parts of entries only
    /// does not contain the code that drops a whole entry, and others contain it once.
    rest: Option<Box<dyn RemainingEntries<T> + Send>>,
    /// The token of the current page.
    current: Option<String>,
}

/// Takes the entries out of a page.
pub(crate) type TakeEntries<R, T> = Box<dyn Fn(&mut R) -> Option<Vec<T>> + Send + Sync>;

/// The remaining entries of a page. Not an iterator, because the methods of one drop entries.
trait RemainingEntries<T> {
    fn pop(&mut self) -> Option<T>;

    fn len(&self) -> usize;

    fn move_to(&mut self, all: &mut Vec<T>);
}

/// In reverse order.
impl<T> RemainingEntries<T> for Vec<T> {
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
    /// Returns the entries that `take` finds in each page of `call`. Usually called by the request's `items`.
    pub fn list(client: &Client, call: Call, take: fn(&mut R) -> Option<Vec<T>>) -> Self {
        Self::new(client, call, Box::new(take))
    }

    /// Returns the entries that `take`, which may hold data, finds in each page of `call`.
    #[doc(hidden)]
    pub fn new(client: &Client, call: Call, take: TakeEntries<R, T>) -> Self {
        Self {
            pages: Pages::new(client, call),
            take,
            rest: None,
            current: None,
        }
    }

    list_setters!(pages.paginator);

    /// Returns the token of the page that holds the next entry, with which a list can be continued after an error.
    ///
    /// A list that begins there returns all entries of that page, including those that were read already.
    /// `None` on the first page and after the last.
    pub fn resume_token(&self) -> Option<&str> {
        if self.left() == 0 {
            self.pages.resume_token()
        } else {
            self.current.as_deref()
        }
    }

    /// Asks for a part of each entry only, and reads it as a type of your own: see [`Fields`](trait@crate::Fields).
    ///
    /// `U` is the type of an entry of a list, `(String, U)` that of an entry of a map. The token of the next page is also asked for.
    pub fn select<U: Part<T, Itself: Listed>>(
        self,
    ) -> Items<<U::Itself as Listed>::Page, U::Itself> {
        self.listed()
    }

    fn listed<U: Listed>(self) -> Items<U::Page, U> {
        let name = self.pages.paginator.items_property();
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
            pages.paginator.refuse(
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

    /// Returns the next entry; `None` after the last one.
    ///
    /// The future may be dropped: the next call continues with the same request.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns the next entry; `None` after the last one.
    ///
    /// # Errors
    /// As for [`Pages::try_next`].
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        loop {
            {
                // Entries are large: in this block they are moved once, and the future does not hold one while it waits.
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

    /// Returns all remaining entries in a collection: `try_collect::<Vec<_>>()`. The entries of a map fit into a `BTreeMap` or `HashMap`.
    ///
    /// # Errors
    /// As for [`Pages::try_next`]; entries that came before the error are lost.
    pub async fn try_collect<C: FromIterator<T>>(self) -> Result<C, Error> {
        Ok(self.all().await?.into_iter().collect())
    }

    async fn all(mut self) -> Result<Vec<T>, Error> {
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

    /// Fetches the next page, which becomes the current one.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let token = self.pages.resume_token().map(String::from);
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
    /// Returns the entries of the map that `take` finds in each page of `call`, with their keys.
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
    /// Returns the number of remaining entries of the current page.
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
