//! The functions that `body!` expands to: values, lists and maps, which take their types from the property that they are written to.

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    value::{Date, DateTime, Duration, Extra, FieldMask},
    wire::{Object, OpenEnum},
};

/// Can be written as a value of type `T`: as an item of a list, or an entry of a map.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for `{T}`",
    label = "expected a value for `{T}`"
)]
#[doc(hidden)]
pub trait IntoValue<T> {
    /// Returns the value.
    fn into_value(self) -> T;
}

/// Can be written as a property of type `T`: a value, or an option of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a property of type `{T}`",
    label = "expected a value for `{T}`"
)]
#[doc(hidden)]
pub trait IntoProperty<T> {
    /// Returns the value, if there is one.
    fn into_property(self) -> Option<T>;
}

/// Returns the value of a property.
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

/// Implements both traits. Integers convert to their own type only, so that a literal takes the type of its property.
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
    [] &str => Date, |text| text.into();
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

#[cfg(feature = "jiff")]
values! {
    [] jiff::Timestamp => DateTime, |time| time.into();
    [] jiff::civil::Date => Date, |date| date.into();
}

/// Can be written after `..`: a message, or an option of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no base for `{T}`",
    label = "expected a `{T}`, or an option of one, after `..`"
)]
#[doc(hidden)]
pub trait Base<T> {
    /// Returns the message that other properties are taken from.
    fn into_base(self) -> T;
}

/// Returns the message after `..`.
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

/// Sets a property to an empty value, and returns it.
pub fn fresh<T: Default>(property: &mut Option<T>) -> &mut T {
    property.insert(T::default())
}

/// A type that `[..]` can fill: a list, or any JSON value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "a list is written here"
)]
#[doc(hidden)]
pub trait ListTarget {
    /// The type of an item.
    type Item;

    /// Adds an item, and returns it.
    fn push_item(&mut self, item: Self::Item) -> &mut Self::Item;
}

impl<T> ListTarget for Vec<T> {
    type Item = T;

    fn push_item(&mut self, item: T) -> &mut T {
        self.push(item);
        let last = self.len() - 1;
        &mut self[last]
    }
}

impl ListTarget for Value {
    type Item = Value;

    fn push_item(&mut self, item: Value) -> &mut Value {
        if !self.is_array() {
            *self = Value::Array(Vec::new());
        }
        let Value::Array(items) = self else {
            unreachable!("it was made one")
        };
        items.push_item(item)
    }
}

/// Adds an item to a list.
pub fn push<L: ListTarget, V: IntoValue<L::Item>>(list: &mut L, value: V) {
    list.push_item(value.into_value());
}

/// Adds an empty item to a list, and returns it.
pub fn push_fresh<L: ListTarget<Item: Default>>(list: &mut L) -> &mut L::Item {
    list.push_item(L::Item::default())
}

/// A type that `{ "key": .. }` can fill: a map, or any JSON value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a map",
    label = "keys in quotes are for maps; properties of a message are written without quotes"
)]
#[doc(hidden)]
pub trait MapTarget {
    /// The type of an entry's value.
    type Entry;

    /// Sets an entry, and returns its value.
    fn put_entry(&mut self, key: String, value: Self::Entry) -> &mut Self::Entry;

    /// Sets an entry to `null`, or returns the key if entries of this type cannot be `null`.
    fn put_null_entry(&mut self, key: String) -> Option<String>;
}

impl<T> MapTarget for BTreeMap<String, T> {
    type Entry = T;

    fn put_entry(&mut self, key: String, value: T) -> &mut T {
        use std::collections::btree_map::Entry;
        match self.entry(key) {
            Entry::Vacant(entry) => entry.insert(value),
            Entry::Occupied(entry) => {
                let current = entry.into_mut();
                *current = value;
                current
            }
        }
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        Some(key)
    }
}

impl MapTarget for Value {
    type Entry = Value;

    fn put_entry(&mut self, key: String, value: Value) -> &mut Value {
        if !self.is_object() {
            *self = Value::Object(Map::new());
        }
        let entry = &mut self[key];
        *entry = value;
        entry
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        self.put_entry(key, Value::Null);
        None
    }
}

impl MapTarget for Extra {
    type Entry = Value;

    fn put_entry(&mut self, key: String, value: Value) -> &mut Value {
        self.insert_mut(key, value)
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        self.null(key);
        None
    }
}

/// Sets an entry of a map.
pub fn put<M: MapTarget, V: IntoValue<M::Entry>>(map: &mut M, key: impl Into<String>, value: V) {
    map.put_entry(key.into(), value.into_value());
}

/// Sets an entry of a map to an empty value, and returns it.
pub fn put_fresh<M: MapTarget<Entry: Default>>(
    map: &mut M,
    key: impl Into<String>,
) -> &mut M::Entry {
    map.put_entry(key.into(), M::Entry::default())
}

/// A map whose entries can be `null`.
#[diagnostic::on_unimplemented(
    message = "an entry of `{Self}` cannot be `null` here",
    label = "`null` is possible in a map that is a property itself, and within any JSON"
)]
#[doc(hidden)]
pub trait HoldsNull: MapTarget {}

impl HoldsNull for Value {}
impl HoldsNull for Extra {}

/// Sets an entry of a map of JSON values to `null`.
pub fn put_null_here<M: HoldsNull>(map: &mut M, key: impl Into<String>) {
    let left = map.put_null_entry(key.into());
    debug_assert_eq!(left, None, "such maps can hold nulls");
}

/// Sets an entry of a map to `null`, or returns the key, which the message that has the map then sends.
pub fn put_null<M: MapTarget>(map: &mut M, key: impl Into<String>) -> Option<String> {
    map.put_null_entry(key.into())
}
