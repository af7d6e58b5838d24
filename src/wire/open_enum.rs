//! Open enums: the values that the document knows, and any other text.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Serializer;

pub use super::property::{Expected, View};
pub use super::scalar::Found;
use super::show;

/// What an enum is read from.
pub const EXPECTED: Expected = Expected::scalar("a string");

/// The variant for what is a text.
#[inline]
pub fn from_scalar<T: OpenEnum>(found: Found<'_>) -> Option<T> {
    match found {
        Found::Text(text) => Some(T::from(text)),
        _ => None,
    }
}

/// How a value travels.
#[inline]
pub fn view<T: OpenEnum>(value: &T) -> View<'_> {
    View::Symbol(value.as_ref())
}

/// An enum of a Discovery document. The service may add values at any time, so each has a variant for other texts.
///
/// Generated code implements it; programs use the variants, `Display` and `From`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a text nor an enum",
    label = "text belongs to a property that is text or an enum"
)]
pub trait OpenEnum: Clone + AsRef<str> + for<'a> From<&'a str> {}

/// The variant for a text: the known one, or `Unrecognized`.
#[inline]
pub fn from_text<T: OpenEnum>(text: &str) -> T {
    T::from(text)
}

/// Whether two values have the same text.
#[inline]
pub fn eq<T: OpenEnum>(left: &T, right: &T) -> bool {
    left.as_ref() == right.as_ref()
}

/// Hashes the text.
#[inline]
pub fn hash<T: OpenEnum, H: Hasher>(value: &T, state: &mut H) {
    value.as_ref().hash(state);
}

/// Shows the text, as wide as asked for.
///
/// # Errors
/// Only the formatter's own.
#[inline]
pub fn display<T: OpenEnum>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.pad(value.as_ref())
}

/// Shows the text, without quotes: a variant's name has none either.
///
/// # Errors
/// Only the formatter's own.
#[inline]
pub fn debug<T: OpenEnum>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    show::symbol(value.as_ref(), f)
}

/// Writes the text.
///
/// # Errors
/// Only the serializer's own.
#[inline]
pub fn serialize<T: OpenEnum, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_ref())
}

/// Implements what follows from the text of an [`OpenEnum`]: equality and hash, what shows it, and the codecs.
///
/// Each line costs every enum of every module, so there is no order among them, and no `FromStr` beside `From`.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_open_enum {
    ($($name:ident)*) => {$(
        impl $crate::generated::v1::OpenEnum for $name {}
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::v1::open_enum_code::eq(self, other)
            }
        }
        impl ::core::cmp::Eq for $name {}
        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                $crate::generated::v1::open_enum_code::hash(self, state);
            }
        }
        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::open_enum_code::display(self, f)
            }
        }
        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::open_enum_code::debug(self, f)
            }
        }
        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::generated::v1::open_enum_code::from_text(text.as_str())
            }
        }
        impl $crate::generated::v1::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::v1::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::generated::v1::open_enum_code::serialize(self, serializer)
            }
        }
        impl<'de> $crate::generated::v1::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::v1::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::generated::v1::Wire::read(deserializer)
            }
        }
        impl $crate::generated::v1::Wire for $name {
            const EXPECTED: $crate::generated::v1::open_enum_code::Expected =
                $crate::generated::v1::open_enum_code::EXPECTED;
            #[inline]
            fn from_scalar(
                found: $crate::generated::v1::open_enum_code::Found<'_>,
            ) -> ::core::option::Option<Self> {
                $crate::generated::v1::open_enum_code::from_scalar(found)
            }
            #[inline]
            fn view(&self) -> $crate::generated::v1::open_enum_code::View<'_> {
                $crate::generated::v1::open_enum_code::view(self)
            }
        }
        impl $crate::generated::v1::Leaf for $name {}
    )*};
}
