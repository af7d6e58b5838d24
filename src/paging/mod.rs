//! Lists whose entries the server returns page by page.

mod items;
mod paginator;
mod unread;

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, future::poll_fn};

pub use self::items::Items;
use self::paginator::Paginator;
pub(crate) use self::paginator::with_field;
use crate::{
    Client, Error, ErrorKind, Fields,
    fields::Part,
    request::{
        Call, argument::Argument, from_response::FromResponse, option_setters::option_setters,
    },
    wire::{Selection, Wire},
};

/// Defines the setters of options and pages in a type whose [`Paginator`] is the field `$field`.
macro_rules! list_setters {
    ($($field:ident).+) => {
        option_setters!($($field).+.prepared.options);

        /// Asks for at most `size` entries per page. Servers may return fewer.
        pub fn page_size(mut self, size: u32) -> Self {
            self.$($field).+.set_size(size);
            self
        }

        /// Begins at this page instead of the first one. `token` is the [`resume_token`](Self::resume_token) of an earlier run.
        pub fn page_token<M>(mut self, token: impl Argument<String, M>) -> Self {
            self.$($field).+.token = token.into_option();
            self
        }

        /// Fetches one page ahead, in a task of its own, while the caller works on the current one.
        ///
        /// Off by default, because a caller that stops early has fetched a page too many. Has no effect without a tokio runtime.
        pub fn prefetch(mut self) -> Self {
            self.$($field).+.prefetch = true;
            self
        }
    };
}
use list_setters;

/// The pages of a list. Also a [`Stream`] of `Result<R, Error>`.
///
/// Each page is fetched by one request, when it is asked for.
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse>(mut pages: gapi::Pages<R>) -> Result<(), gapi::Error> {
/// while let Some(page) = pages.try_next().await? {
///     let _ = page;
/// }
/// # Ok(()) }
/// ```
///
/// The list ends at a response without a token for the next page, and after an error. After an error,
/// [`resume_token`](Self::resume_token) returns where to continue. A server that repeats a token causes an error.
#[must_use = "no page is fetched until it is asked for"]
pub struct Pages<R> {
    paginator: Paginator,
    /// Reads a page of which a part was asked for. `None` for a whole `R`: a program that reads parts
    /// only does not contain the code that reads all of it.
    read: Option<PageReader<R>>,
}

/// Returns a page and the token of the next one, from a body and the name of the property of the token.
type PageReader<R> =
    Arc<dyn Fn(&[u8], &str) -> Result<(R, Option<String>), serde_json::Error> + Send + Sync>;

impl<R: FromResponse> Pages<R> {
    /// Returns the pages of `call`. Usually called by the request's `pages`.
    pub fn new(client: &Client, call: Call) -> Self {
        Self {
            paginator: Paginator::new(client, call),
            read: None,
        }
    }

    list_setters!(paginator);

    /// Asks for a part of each page only, and reads it as a type of your own: see [`Fields`](trait@Fields).
    ///
    /// The token of the next page is also asked for; the type need not have a field for it.
    pub fn select<T: Part<R, Itself: Fields + FromResponse>>(self) -> Pages<T::Itself> {
        self.reading(T::Itself::mask(), None)
    }

    /// Refuses a page whose entries are not of the declared type: the list would seem to be empty.
    fn check_items(&self, page: &R) -> Result<(), Error> {
        let name = self.paginator.items_property();
        if !page.misfits(name) {
            return Ok(());
        }
        let message = format!("{name}: the entries of the page do not have the declared type");
        let error = Error::new(ErrorKind::Decode, message).with_json_path(name.to_owned());
        Err(error.at(self.paginator.prepared.call.method.id, None))
    }

    /// Returns the same list with the field mask `mask`, whose pages are read by `read`, or else as a `T` is.
    fn reading<T>(mut self, mask: String, read: Option<PageReader<T>>) -> Pages<T> {
        let options = &mut self.paginator.prepared.options;
        options.set_param("fields", mask);
        Pages {
            paginator: self.paginator,
            read,
        }
    }

    /// Returns the token of the next page, with which a list can be continued after an error.
    ///
    /// `None` before the first page and after the last.
    pub fn resume_token(&self) -> Option<&str> {
        self.paginator.token.as_deref()
    }

    /// Returns the next page; `None` after the last one.
    ///
    /// The future may be dropped: the next call continues with the same request.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// Returns the next page; `None` after the last one.
    ///
    /// # Errors
    /// Any error of a call, and [`ErrorKind::Paging`](crate::ErrorKind::Paging) when the server repeats a token.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        self.next().await.transpose()
    }

    /// Returns all remaining pages in a collection: `try_collect::<Vec<_>>()`.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next); pages that came before the error are lost.
    pub async fn try_collect<C: FromIterator<R>>(mut self) -> Result<C, Error> {
        let mut all = Vec::new();
        while let Some(page) = self.try_next().await? {
            all.push(page);
        }
        Ok(all.into_iter().collect())
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        let response = ready!(self.paginator.poll_response(cx));
        Poll::Ready(response.map(|response| {
            let token = self.paginator.next_property();
            let (page, next) = response?.page(|body| match &self.read {
                Some(read) => read(body, token),
                None => R::decode_page(body, token),
            })?;
            self.paginator.turn(next)?;
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
            .field("call", &self.paginator.prepared.call)
            .field("options", &self.paginator.prepared.options)
            .field("done", &self.paginator.is_done())
            .finish_non_exhaustive()
    }
}

/// A type that `select` of [`Items`](crate::Items) can read an entry as: one with `#[derive(Fields)]`, or `(String, T)` with such a `T` for
/// the entries of a map.
pub trait Listed: Sized + Send + 'static {
    /// The list or map that one page has its entries in.
    type Page: Wire + FromResponse + Default;

    /// Returns the entries of a page.
    #[doc(hidden)]
    fn entries(page: Self::Page) -> Vec<Self>;

    /// Adds the parts of an entry to a mask.
    #[doc(hidden)]
    fn select(selection: &mut Selection);
}

impl<T: Fields> Listed for T {
    type Page = Vec<T>;

    fn entries(page: Vec<T>) -> Vec<T> {
        page
    }

    fn select(selection: &mut Selection) {
        <Vec<T> as Wire>::select(selection);
    }
}

impl<T: Fields> Listed for (String, T) {
    type Page = BTreeMap<String, T>;

    fn entries(page: BTreeMap<String, T>) -> Vec<Self> {
        page.into_iter().collect()
    }

    fn select(selection: &mut Selection) {
        <BTreeMap<String, T> as Wire>::select(selection);
    }
}
