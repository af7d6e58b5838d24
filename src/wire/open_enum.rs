//! Open enums: the values of the document, and any other text.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde::Serializer;

use super::debug::symbol;
pub use super::{
    place::{Expected, View},
    scalar::Scalar,
};

/// The JSON type of an enum.
pub const EXPECTED: Expected = Expected::scalar("a string");

/// Returns the variant of a text, and `None` for other scalars.
#[inline]
pub fn from_scalar<T: OpenEnum>(scalar: Scalar<'_>) -> Option<T> {
    match scalar {
        Scalar::Text(text) => Some(T::from(text)),
        _ => None,
    }
}

/// Returns a value as it is written.
#[inline]
pub fn view<T: OpenEnum>(value: &T) -> View<'_> {
    View::Symbol(value.as_ref())
}

/// An enum of a Discovery document. Services may add values at any time, so each enum has a variant for other texts.
///
/// Generated code implements it; programs use the variants, `Display` and `From`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a text nor an enum",
    label = "text belongs to a property that is text or an enum"
)]
pub trait OpenEnum: Clone + AsRef<str> + for<'a> From<&'a str> {}

/// Returns the variant of a text: a known one, or `Unrecognized`.
#[inline]
pub fn from_text<T: OpenEnum>(text: &str) -> T {
    T::from(text)
}

/// Returns whether two values have the same text.
#[inline]
pub fn eq<T: OpenEnum>(left: &T, right: &T) -> bool {
    left.as_ref() == right.as_ref()
}

/// Hashes the text.
#[inline]
pub fn hash<T: OpenEnum, H: Hasher>(value: &T, state: &mut H) {
    value.as_ref().hash(state);
}

/// Formats the text for `Display`, with the width of the formatter.
///
/// # Errors
/// Only the formatter's own.
#[inline]
pub fn display<T: OpenEnum>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.pad(value.as_ref())
}

/// Formats the text for `Debug`, without quotes, as the name of a variant.
///
/// # Errors
/// Only the formatter's own.
#[inline]
pub fn debug<T: OpenEnum>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    symbol(value.as_ref(), f)
}

/// Writes the text.
///
/// # Errors
/// Only the serializer's own.
#[inline]
pub fn serialize<T: OpenEnum, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_ref())
}
