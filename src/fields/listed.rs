//! Entries of lists and of maps, as parts.

use std::collections::BTreeMap;

use super::Fields;
use crate::{
    request::from_response::FromResponse,
    wire::{Selection, Wire},
};

/// What `select` of [`Items`](crate::Items) can make of an entry: a type with `#[derive(Fields)]`, or for the entries of a map, a `(String, T)` of one.
pub trait Listed: Sized + Send + 'static {
    /// What the entries of one page are in.
    type Page: Wire + FromResponse + Default;

    /// The entries of a page.
    #[doc(hidden)]
    fn entries(page: Self::Page) -> Vec<Self>;

    /// Adds what is asked for below the list.
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
