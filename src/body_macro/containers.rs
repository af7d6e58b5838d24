//! Messages, lists and maps that `body!` fills.
//!
//! Where a property is something else, the compiler reports this alone: the type that would be filled is then unknown, so that nothing in
//! the braces or brackets is an error too.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{value::Extra, wire::Object};

/// A property, an item or an entry that braces or brackets fill.
#[doc(hidden)]
#[allow(missing_debug_implementations)] // It lives within a macro call, and may hold a secret.
pub struct Empty<'a, T>(&'a mut Option<T>);

/// Clears a property, and returns it.
pub fn empty<T>(property: &mut Option<T>) -> Empty<'_, T> {
    *property = None;
    Empty(property)
}

/// Begins to fill it. The compiler reports the bounds at the name of the function, which is located where the braces or brackets are.
#[doc(hidden)]
pub trait Begin<'a, T> {
    /// Begins with a message.
    fn message<Kind>(self) -> &'a mut T::Own
    where
        T: MessageTarget<Kind>;

    /// Begins with a list.
    fn list(self) -> &'a mut Vec<T::Item>
    where
        T: ListTarget;

    /// Begins with a map.
    fn map(self) -> &'a mut T::Own
    where
        T: MapTarget;

    /// Sets an empty message or map.
    fn braces(self)
    where
        T: EmptyBraces;

    /// Reports the Rust name of the property.
    fn rust_name<Name>(self)
    where
        T: RustName<Name>;
}

impl<'a, T> Begin<'a, T> for Empty<'a, T> {
    fn message<Kind>(self) -> &'a mut T::Own
    where
        T: MessageTarget<Kind>,
    {
        T::begin(self.0)
    }

    fn list(self) -> &'a mut Vec<T::Item>
    where
        T: ListTarget,
    {
        T::begin(self.0)
    }

    fn map(self) -> &'a mut T::Own
    where
        T: MapTarget,
    {
        T::begin(self.0)
    }

    fn braces(self)
    where
        T: EmptyBraces,
    {
        *self.0 = Some(T::empty());
    }

    fn rust_name<Name>(self)
    where
        T: RustName<Name>,
    {
    }
}

/// The Rust name of a property that is written in `camelCase`. No type has one, so that the compiler reports the name.
#[diagnostic::on_unimplemented(
    message = "this property is called `{Name}` in Rust",
    label = "write `{Name}`"
)]
#[doc(hidden)]
pub trait RustName<Name> {}

/// A type that `{ property: .. }` can fill: a message.
#[diagnostic::on_unimplemented(
    message = "a property of type `{Self}` is not a message",
    label = "this property is a `{Self}`",
    note = "quote the keys of a map, `{{ \"key\": value }}`, and write a list in brackets, `[{{ property: value }}]`"
)]
#[doc(hidden)]
pub trait MessageTarget<Kind>: Sized {
    /// The type itself.
    type Own;

    /// Sets a message without properties.
    fn begin(property: &mut Option<Self>) -> &mut Self::Own;
}

/// The kind of schemas.
#[doc(hidden)]
#[derive(Debug)]
pub enum Schema {}

/// A second kind, which no type has. With it, the compiler does not take any type for a schema before it knows that it is one.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoSchema {}

#[doc(hidden)]
pub trait Unused: Default {}

impl<T: Unused> MessageTarget<NoSchema> for T {
    type Own = T;

    fn begin(property: &mut Option<T>) -> &mut T {
        property.insert(T::default())
    }
}

impl<T: Object> MessageTarget<Schema> for T {
    type Own = T;

    fn begin(property: &mut Option<T>) -> &mut T {
        property.insert(T::default())
    }
}

/// A type that `{}` can be.
#[diagnostic::on_unimplemented(
    message = "a property of type `{Self}` is neither a message nor a map",
    label = "expected `{Self}`, without braces"
)]
#[doc(hidden)]
pub trait EmptyBraces {
    /// Returns an empty value.
    fn empty() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Object> EmptyBraces for T {
    fn empty() -> T {
        T::default()
    }
}

#[diagnostic::do_not_recommend]
impl<T> EmptyBraces for BTreeMap<String, T> {
    fn empty() -> Self {
        Self::new()
    }
}

#[diagnostic::do_not_recommend]
impl EmptyBraces for Value {
    fn empty() -> Value {
        Value::Object(Map::new())
    }
}

/// A type that `[..]` can fill: a list, or any JSON value.
#[diagnostic::on_unimplemented(
    message = "a property of type `{Self}` is not a list",
    label = "expected `{Self}`, without brackets"
)]
#[doc(hidden)]
pub trait ListTarget: Sized {
    /// The type of an item.
    type Item;

    /// Sets an empty list.
    fn begin(property: &mut Option<Self>) -> &mut Vec<Self::Item>;
}

#[diagnostic::do_not_recommend]
impl<T> ListTarget for Vec<T> {
    type Item = T;

    fn begin(property: &mut Option<Self>) -> &mut Self {
        property.insert(Vec::new())
    }
}

#[diagnostic::do_not_recommend]
impl ListTarget for Value {
    type Item = Value;

    fn begin(property: &mut Option<Self>) -> &mut Vec<Value> {
        match property.insert(Value::Array(Vec::new())) {
            Value::Array(items) => items,
            _ => unreachable!("it is a list"),
        }
    }
}

/// Returns the place of an item of a list.
pub fn no_item<T>(_: &[T]) -> Option<T> {
    None
}

/// Adds an item to a list.
pub fn push<T>(item: Option<T>, list: &mut Vec<T>) {
    list.extend(item);
}

/// A type that `{ "key": .. }` can fill: a map, or any JSON value.
#[diagnostic::on_unimplemented(
    message = "a property of type `{Self}` is not a map",
    label = "quoted keys are for maps; the properties of a message are written without quotes"
)]
#[doc(hidden)]
pub trait MapTarget: Sized {
    /// The type itself.
    type Own;
    /// The type of an entry's value.
    type Entry;

    /// Sets an empty map.
    fn begin(property: &mut Option<Self>) -> &mut Self::Own;

    /// Sets an entry.
    fn put_entry(&mut self, key: String, value: Self::Entry);

    /// Sets an entry to `null`, or returns the key if entries of this type cannot be `null`.
    fn put_null_entry(&mut self, key: String) -> Option<String>;
}

#[diagnostic::do_not_recommend]
impl<T> MapTarget for BTreeMap<String, T> {
    type Own = Self;
    type Entry = T;

    fn begin(property: &mut Option<Self>) -> &mut Self {
        property.insert(Self::new())
    }

    fn put_entry(&mut self, key: String, value: T) {
        self.insert(key, value);
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        Some(key)
    }
}

#[diagnostic::do_not_recommend]
impl MapTarget for Value {
    type Own = Self;
    type Entry = Value;

    fn begin(property: &mut Option<Self>) -> &mut Self {
        property.insert(Value::Object(Map::new()))
    }

    fn put_entry(&mut self, key: String, value: Value) {
        self[key] = value;
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        self.put_entry(key, Value::Null);
        None
    }
}

#[diagnostic::do_not_recommend]
impl MapTarget for Extra {
    type Own = Self;
    type Entry = Value;

    fn begin(property: &mut Option<Self>) -> &mut Self {
        property.insert(Self::default())
    }

    fn put_entry(&mut self, key: String, value: Value) {
        self.insert(key, value);
    }

    fn put_null_entry(&mut self, key: String) -> Option<String> {
        self.null(key);
        None
    }
}

/// Returns the place of an entry of a map.
pub fn no_entry<M: MapTarget>(_: &M) -> Option<M::Entry> {
    None
}

/// Sets an entry of a map.
pub fn put<M: MapTarget>(value: Option<M::Entry>, key: impl Into<String>, map: &mut M) {
    if let Some(value) = value {
        map.put_entry(key.into(), value);
    }
}

/// A map whose entries can be `null`.
#[diagnostic::on_unimplemented(
    message = "an entry of `{Self}` cannot be `null` here",
    label = "`null` is possible in a map that is a property itself, and within any JSON"
)]
#[doc(hidden)]
pub trait HoldsNull: MapTarget {}

#[diagnostic::do_not_recommend]
impl HoldsNull for Value {}
#[diagnostic::do_not_recommend]
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
