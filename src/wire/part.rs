//! Which types of a program can hold which types of a document: what `#[derive(Fields)]` checks.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::{Object, OpenEnum};
use crate::value::{Date, DateTime, Duration, FieldMask};

/// A type that stands for itself: a generated struct or enum, or a scalar.
#[doc(hidden)]
pub trait Leaf {}

impl<T: Object> Leaf for T {}

macro_rules! leaf {
    ($($type:ty)*) => { $(impl Leaf for $type {})* };
}

leaf!(bool i32 u32 i64 u64 f32 f64 String Bytes Date DateTime Duration FieldMask);

/// Can hold a value, or a part of a value, that the document declares as a `Whole`.
///
/// Every type holds itself; a type with `#[derive(Fields)]` holds the schema that it is a part of; lists and maps hold lists and maps of
/// what their items hold; a `String` holds an enum, and a [`Value`] anything.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold `{Whole}`, which the document declares here",
    label = "the document has `{Whole}`",
    note = "use that type, or one with `#[derive(gapi::Fields)] #[fields(of = {Whole})]`; lists stay lists, and any of them may be an `Option`"
)]
pub trait Part<Whole> {}

impl<T: Leaf> Part<T> for T {}
impl<T> Part<T> for Value {}
impl<E: OpenEnum> Part<E> for String {}
impl<T, U: Part<T>> Part<Vec<T>> for Vec<U> {}
impl<T, U: Part<T>> Part<BTreeMap<String, T>> for BTreeMap<String, U> {}
impl<T, U: Part<T>> Part<T> for Option<U> {}
// An entry of a map.
impl<T, U: Part<T>> Part<(String, T)> for (String, U) {}
