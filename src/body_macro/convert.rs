//! Conversions of values to the types of properties, items and entries.
//!
//! A value of the very type is taken first, so that a literal, or an expression such as `text.parse()?`, gets its type from the property.
//! The order comes from the compiler's search for methods: [`Given::convert`] by value, then by reference; own methods before traits.

use std::{borrow::Cow, marker::PhantomData};

use bytes::Bytes;
use serde_json::Value;

use super::MapTarget;
use crate::{
    value::{Date, DateTime, Duration, FieldMask},
    wire::{Object, OpenEnum},
};

/// Can be written as a value of type `T`: as an item of a list, or an entry of a map.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a list or map of `{T}`",
    label = "expected `{T}`"
)]
#[doc(hidden)]
pub trait IntoValue<T> {
    /// Returns the value.
    fn into_value(self) -> T;
}

/// Can be written as a property of type `T`: a value, or an option of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a property of type `{T}`",
    label = "expected `{T}`, or an `Option` of it",
    note = "an integer that may not fit is converted with `.try_into()?`",
    note = "a message is written `{{ property: value }}`, a list `[value]`, a map `{{ \"key\": value }}`"
)]
#[doc(hidden)]
pub trait IntoProperty<T> {
    /// Returns the value, if there is one.
    fn into_property(self) -> Option<T>;
}

/// A value that is given for a `T`. `Role` is [`ForProperty`] or [`ForPart`].
#[doc(hidden)]
#[allow(missing_debug_implementations)] // It lives within a macro call, and may hold a secret.
pub struct Given<T, V, Role>(Option<V>, PhantomData<(T, Role)>);

/// A property, which may be absent.
#[doc(hidden)]
#[derive(Debug)]
pub enum ForProperty {}

/// An item of a list or an entry of a map.
#[doc(hidden)]
#[derive(Debug)]
pub enum ForPart {}

/// A value of the very type, or an option of one.
#[doc(hidden)]
#[allow(missing_debug_implementations)] // It lives within a macro call, and may hold a secret.
pub struct Exact<V>(V);

/// Gives a value for a property.
pub fn given<T, V>(_: &Option<T>, value: V) -> Given<T, V, ForProperty> {
    Given(Some(value), PhantomData)
}

/// Gives a value for an item of a list.
pub fn given_item<T, V>(_: &[T], value: V) -> Given<T, V, ForPart> {
    Given(Some(value), PhantomData)
}

/// Gives a value for an entry of a map.
pub fn given_entry<M: MapTarget, V>(_: &M, value: V) -> Given<M::Entry, V, ForPart> {
    Given(Some(value), PhantomData)
}

/// Returns the value of a property.
pub fn property<T, V: IntoProperty<T>>(given: Given<T, V, ForProperty>) -> Option<T> {
    given.0.and_then(V::into_property)
}

/// Returns an item or an entry.
pub fn part<T, V: IntoValue<T>>(given: Given<T, V, ForPart>) -> Option<T> {
    given.0.map(V::into_value)
}

impl<T, V, Role> Given<T, V, Role> {
    fn wrap<W>(&mut self, wrap: impl FnOnce(V) -> W) -> Given<T, W, Role> {
        Given(self.0.take().map(wrap), PhantomData)
    }
}

impl<T, Role> Given<T, T, Role> {
    /// The first choice: a value of the very type.
    #[must_use]
    pub fn convert(mut self) -> Given<T, Exact<T>, Role> {
        self.wrap(Exact)
    }
}

impl<T> Given<T, Option<T>, ForProperty> {
    /// The second choice: an option of the very type, also for `None`.
    pub fn convert(&mut self) -> Given<T, Exact<Option<T>>, ForProperty> {
        self.wrap(Exact)
    }
}

/// The types of literals where the compiler could not decide between several.
macro_rules! literals {
    ($($from:ty => $to:ty),*) => {$(
        impl<Role> Given<$to, $from, Role> {
            /// The second choice: a literal.
            pub fn convert(&mut self) -> Self {
                self.wrap(|literal| literal)
            }
        }
    )*};
}

literals!(i64 => Value, f64 => Value, i16 => f32);

/// The last choice: any value that can be converted.
#[doc(hidden)]
pub trait ConvertAny {
    /// Returns the value.
    #[must_use]
    fn convert(&mut self) -> Self;
}

impl<T, V, Role> ConvertAny for Given<T, V, Role> {
    fn convert(&mut self) -> Self {
        self.wrap(|value| value)
    }
}

/// Implements both traits.
macro_rules! values {
    ($([$($generics:tt)*] $from:ty => $to:ty, |$value:ident| $into:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoValue<$to> for $from {
            #[inline]
            fn into_value(self) -> $to {
                let $value = self;
                $into
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoProperty<$to> for $from {
            #[inline]
            fn into_property(self) -> Option<$to> {
                Some(self.into_value())
            }
        }
    )*};
}

values! {
    [T] Exact<T> => T, |exact| exact.0;
    [] &str => String, |text| text.to_owned();
    [] &String => String, |text| text.clone();
    [] Cow<'_, str> => String, |text| text.into_owned();
    [] char => String, |character| character.into();
    [E: OpenEnum] &str => E, |text| text.into();
    [E: OpenEnum] &String => E, |text| text.as_str().into();
    [E: OpenEnum] String => E, |text| text.as_str().into();
    [] &str => DateTime, |text| text.into();
    [] &str => Date, |text| text.into();
    [] &str => Duration, |text| text.into();
    [] std::time::Duration => Duration, |duration| duration.into();
    [] &str => FieldMask, |text| text.into();
    [] Vec<u8> => Bytes, |bytes| bytes.into();
    [] &[u8] => Bytes, |bytes| Bytes::copy_from_slice(bytes);
    [const N: usize] &[u8; N] => Bytes, |bytes| Bytes::copy_from_slice(bytes);
    [T: Object] T => Box<T>, |value| Box::new(value);
    [T, V: IntoValue<T>] Vec<V> => Vec<T>, |items| items.into_iter().map(V::into_value).collect();
    [V: IntoJson] V => Value, |value| value.into();
}

#[cfg(feature = "jiff")]
values! {
    [] jiff::Timestamp => DateTime, |time| time.into();
    [] jiff::civil::Date => Date, |date| date.into();
}

#[diagnostic::do_not_recommend]
impl<T> IntoProperty<T> for Exact<Option<T>> {
    fn into_property(self) -> Option<T> {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl<T, V: IntoValue<T>> IntoProperty<T> for Option<V> {
    fn into_property(self) -> Option<T> {
        self.map(V::into_value)
    }
}

/// A value of any JSON.
#[doc(hidden)]
pub trait IntoJson: Into<Value> {}

macro_rules! json {
    ($($type:ty)*) => {$(impl IntoJson for $type {})*};
}

json!(bool i8 u8 i16 u16 i32 u32 i64 u64 isize usize f32 f64 &str String);

/// Numbers that are converted without loss.
macro_rules! lossless {
    ($($to:ty: $($from:ty)*;)*) => {
        values! { $($([] $from => $to, |number| number.into();)*)* }
    };
}

lossless! {
    i32: i8 u8 i16 u16;
    u32: u8 u16;
    i64: i8 u8 i16 u16 i32 u32;
    u64: u8 u16 u32;
    f32: i8 u8 i16 u16;
    f64: i8 u8 i16 u16 i32 u32 f32;
}
