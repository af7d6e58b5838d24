//! Entries of lists and of maps as types of a program.

use std::collections::BTreeMap;

use crate::{
    fields::Fields,
    request::from_response::FromResponse,
    wire::{Selection, Wire},
};

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
