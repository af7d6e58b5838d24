//! Places of a body that is being written: lists and maps, and what goes into them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::IntoValue;
use crate::value::Extra;

/// An empty value in a property, to be filled.
pub fn fresh<T: Default>(property: &mut Option<T>) -> &mut T {
    property.insert(T::default())
}

/// What `[..]` can fill: a list, or any JSON value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "a list is written here"
)]
#[doc(hidden)]
pub trait Items {
    /// An item.
    type Item;

    /// Adds an item, and gives it.
    fn push_item(&mut self, item: Self::Item) -> &mut Self::Item;
}

impl<T> Items for Vec<T> {
    type Item = T;

    fn push_item(&mut self, item: T) -> &mut T {
        self.push(item);
        let last = self.len() - 1;
        &mut self[last]
    }
}

impl Items for Value {
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
pub fn push<L: Items, V: IntoValue<L::Item>>(list: &mut L, value: V) {
    list.push_item(value.into_value());
}

/// Adds an empty item to a list, to be filled.
pub fn push_fresh<L: Items<Item: Default>>(list: &mut L) -> &mut L::Item {
    list.push_item(L::Item::default())
}

/// What `{ "key": .. }` can fill: a map, or any JSON value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a map",
    label = "keys in quotes are for maps; properties of a message are written without quotes"
)]
#[doc(hidden)]
pub trait Entries {
    /// What an entry holds.
    type Entry;

    /// Sets an entry, and gives it.
    fn put_entry(&mut self, key: String, value: Self::Entry) -> &mut Self::Entry;

    /// Sets an entry to `null`; the key comes back where entries of this type cannot be.
    fn put_null_entry(&mut self, key: String) -> Option<String>;
}

impl<T> Entries for BTreeMap<String, T> {
    type Entry = T;

    fn put_entry(&mut self, key: String, value: T) -> &mut T {
        use std::collections::btree_map::Entry;
        match self.entry(key) {
            Entry::Vacant(entry) => entry.insert(value),
            Entry::Occupied(entry) => {
                let place = entry.into_mut();
                *place = value;
                place
            }
        }
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        Some(key)
    }
}

impl Entries for Value {
    type Entry = Value;

    fn put_entry(&mut self, key: String, value: Value) -> &mut Value {
        if !self.is_object() {
            *self = Value::Object(Map::new());
        }
        let place = &mut self[key];
        *place = value;
        place
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        self.put_entry(key, Value::Null);
        None
    }
}

impl Entries for Extra {
    type Entry = Value;

    fn put_entry(&mut self, key: String, value: Value) -> &mut Value {
        self.place(key, value)
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        self.null(key);
        None
    }
}

/// Sets an entry of a map.
pub fn put<M: Entries, V: IntoValue<M::Entry>>(map: &mut M, key: impl Into<String>, value: V) {
    map.put_entry(key.into(), value.into_value());
}

/// Sets an entry of a map to an empty value, to be filled.
pub fn put_fresh<M: Entries<Entry: Default>>(map: &mut M, key: impl Into<String>) -> &mut M::Entry {
    map.put_entry(key.into(), M::Entry::default())
}

/// A map whose entries can be `null`.
#[diagnostic::on_unimplemented(
    message = "an entry of `{Self}` cannot be `null` here",
    label = "`null` stands for an entry of a map that is a property itself, or within any JSON"
)]
#[doc(hidden)]
pub trait HoldsNull: Entries {}

impl HoldsNull for Value {}
impl HoldsNull for Extra {}

/// Sets an entry of a map of JSON values to `null`.
pub fn put_null_here<M: HoldsNull>(map: &mut M, key: impl Into<String>) {
    let left = map.put_null_entry(key.into());
    debug_assert_eq!(left, None, "such maps hold nulls themselves");
}

/// Sets an entry of a map to `null`; the key comes back where the map's owner has to send it.
pub fn put_null<M: Entries>(map: &mut M, key: impl Into<String>) -> Option<String> {
    map.put_null_entry(key.into())
}
