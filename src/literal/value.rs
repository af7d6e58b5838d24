//! What a program may write where a body has a value.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use crate::{
    value::{Date, DateTime, Duration, FieldMask},
    wire::{Object, OpenEnum},
};

/// Can be written as a value of type `T`, as an item of a list or an entry of a map.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for `{T}`",
    label = "a value for `{T}` belongs here"
)]
#[doc(hidden)]
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> T;
}

/// Can be written as a property of type `T`: what is a value of it, or an option of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a property of type `{T}`",
    label = "a value for `{T}` belongs here"
)]
#[doc(hidden)]
pub trait IntoProperty<T> {
    /// The value, if there is one.
    fn into_property(self) -> Option<T>;
}

/// A value for a property.
pub fn property<T, V: IntoProperty<T>>(value: V) -> Option<T> {
    value.into_property()
}

impl<T> IntoValue<T> for T {
    fn into_value(self) -> T {
        self
    }
}

impl<T> IntoProperty<T> for T {
    fn into_property(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoProperty<T> for Option<T> {
    fn into_property(self) -> Option<T> {
        self
    }
}

/// Implements both traits. There is one implementation for integers of each type, its own, so that a literal takes the type of its place.
macro_rules! values {
    ($([$($generics:tt)*] $from:ty => $to:ty, |$value:ident| $into:expr;)*) => {$(
        impl<$($generics)*> IntoValue<$to> for $from {
            #[inline]
            fn into_value(self) -> $to {
                let $value = self;
                $into
            }
        }
        impl<$($generics)*> IntoProperty<$to> for $from {
            #[inline]
            fn into_property(self) -> Option<$to> {
                Some(self.into_value())
            }
        }
    )*};
}

values! {
    [] &str => String, |text| text.to_owned();
    [] &String => String, |text| text.clone();
    [] Cow<'_, str> => String, |text| text.into_owned();
    [E: OpenEnum] &str => E, |text| text.into();
    [] &str => DateTime, |text| text.into();
    [] jiff::Timestamp => DateTime, |time| time.into();
    [] &str => Date, |text| text.into();
    [] jiff::civil::Date => Date, |date| date.into();
    [] &str => Duration, |text| text.into();
    [] std::time::Duration => Duration, |duration| duration.into();
    [] &str => FieldMask, |text| text.into();
    [] i32 => f64, |number| f64::from(number);
    [] i16 => f32, |number| f32::from(number);
    [] Vec<u8> => Bytes, |bytes| bytes.into();
    [] &[u8] => Bytes, |bytes| Bytes::copy_from_slice(bytes);
    [const N: usize] &[u8; N] => Bytes, |bytes| Bytes::copy_from_slice(bytes);
    [T: Object] T => Box<T>, |value| Box::new(value);
    [] bool => Value, |value| value.into();
    [] i64 => Value, |value| value.into();
    [] f64 => Value, |value| value.into();
    [] &str => Value, |value| value.into();
    [] String => Value, |value| value.into();
}

/// Can stand behind `..`: a message, or an option of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no base for `{T}`",
    label = "a `{T}`, or an option of one, belongs behind `..`"
)]
#[doc(hidden)]
pub trait Base<T> {
    /// The message that is built upon.
    fn into_base(self) -> T;
}

/// The message behind `..`.
pub fn base<T, B: Base<T>>(base: B) -> T {
    base.into_base()
}

impl<T: Object> Base<T> for T {
    fn into_base(self) -> T {
        self
    }
}

impl<T: Object> Base<T> for Option<T> {
    fn into_base(self) -> T {
        self.unwrap_or_default()
    }
}

impl<T: Object> Base<Box<T>> for T {
    fn into_base(self) -> Box<T> {
        Box::new(self)
    }
}
