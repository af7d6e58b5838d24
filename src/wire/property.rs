//! Properties, whatever their type: what readers and writers see of a value.
//!
//! Code that is generic over the type of a value is compiled once for each type, and modules have hundreds. So readers and writers are generic over
//! the format only, and come to values through the traits of this file.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;

use super::Wire;
use super::object::AnyObject;
use super::scalar::Found;
use crate::fields::{Besides, PartPlace};

/// A place for a value of any type.
#[doc(hidden)]
pub trait Place {
    /// Takes a scalar, or any JSON value that is one; `false` when its type takes none such.
    fn take(&mut self, found: Found<'_>) -> bool;

    /// Makes an empty object, map or list to be filled; `None` when its type is none such.
    fn open(&mut self, kind: Kind) -> Option<Open<'_>>;

    /// What it takes.
    fn expected(&self) -> Expected;
}

/// A property of any type: a place for a value, or for none.
///
/// Generated code hands out fields as such; programs use the fields.
pub trait Property: Place {
    /// Empties it.
    #[doc(hidden)]
    fn clear(&mut self);

    /// Its value.
    #[doc(hidden)]
    fn view(&self) -> Option<View<'_>>;
}

impl<T: Wire> Place for Option<T> {
    fn take(&mut self, found: Found<'_>) -> bool {
        T::take(self, found)
    }

    fn open(&mut self, kind: Kind) -> Option<Open<'_>> {
        T::open(self, kind)
    }

    fn expected(&self) -> Expected {
        T::EXPECTED
    }
}

impl<T: Wire> Property for Option<T> {
    fn clear(&mut self) {
        T::clear(self);
    }

    fn view(&self) -> Option<View<'_>> {
        self.as_ref().map(Wire::view)
    }
}

/// An object that is there already, and empty: objects are large, so they are read where they are to stay.
pub(super) struct Within<'a>(pub(super) &'a mut dyn AnyObject);

impl Place for Within<'_> {
    fn take(&mut self, _: Found<'_>) -> bool {
        false
    }

    fn open(&mut self, kind: Kind) -> Option<Open<'_>> {
        match kind {
            Kind::Map => Some(Open::Object(self.0)),
            Kind::List => None,
        }
    }

    fn expected(&self) -> Expected {
        Expected::object(self.0.about().name)
    }
}

/// A property of an [`Object`](super::Object), where it has one.
#[doc(hidden)]
pub type PropertyRef<'a> = Option<&'a dyn Property>;

/// A property of an [`Object`](super::Object), to change it, where it has one.
#[doc(hidden)]
pub type PropertyMut<'a> = Option<&'a mut dyn Property>;

/// What holds other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Kind {
    /// An object or a map.
    Map,
    /// A list.
    List,
}

/// What a type takes, for messages.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Expected {
    /// With its article: `a 64-bit integer`.
    what: &'static str,
    /// The name of a schema; empty where there is none.
    schema: &'static str,
    /// Whether an error may quote what was found. Strings and bytes may hold secrets, so theirs do not.
    pub(super) is_quoted: bool,
}

impl Expected {
    /// A scalar that an error may quote.
    pub(crate) const fn scalar(what: &'static str) -> Self {
        Self {
            what,
            schema: "",
            is_quoted: true,
        }
    }

    /// Anything else.
    pub(crate) const fn unquoted(what: &'static str) -> Self {
        Self {
            what,
            schema: "",
            is_quoted: false,
        }
    }

    /// An object of a schema.
    pub(super) const fn object(schema: &'static str) -> Self {
        Self {
            what: "an object",
            schema,
            is_quoted: false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema {
            "" => f.write_str(self.what),
            schema => write!(f, "{} ({schema})", self.what),
        }
    }
}

/// An empty value that is to be filled.
#[allow(missing_debug_implementations)]
#[doc(hidden)]
pub enum Open<'a> {
    /// An object of a schema.
    Object(&'a mut dyn AnyObject),
    /// A map.
    Map(&'a mut dyn Entries),
    /// A list.
    List(&'a mut dyn Elements),
    /// A type of a program that holds a part of an object; and what is kept besides.
    Part(&'a mut dyn PartPlace, Option<Besides<'a>>),
    /// Any JSON.
    Json(&'a mut Option<Value>),
}

/// A list of values of any one type.
#[doc(hidden)]
pub trait Elements {
    /// Adds what `read` puts into a place, unless it answers that nothing fits there.
    fn add(&mut self, read: &mut dyn FnMut(&mut dyn Place) -> bool);

    /// How many there are.
    fn len(&self) -> usize;

    /// One of them.
    fn element(&self, index: usize) -> View<'_>;
}

/// A map with values of any one type, to be filled.
#[doc(hidden)]
pub trait Entries {
    /// Adds what `read` puts into a place for the entry of this key.
    fn add(&mut self, key: String, read: &mut dyn FnMut(&str, &mut dyn Place));
}

/// What travels as a map: names and values of any type.
#[doc(hidden)]
pub trait Pairs {
    /// Hands them out in their order, as long as `to` answers that it takes more.
    fn each(&self, to: &mut dyn FnMut(&str, View<'_>) -> bool);

    /// How many there are, where that is known.
    fn count(&self) -> Option<usize>;
}

/// A value, by how it travels.
#[allow(missing_debug_implementations)]
#[doc(hidden)]
pub enum View<'a> {
    /// A text.
    Text(&'a str),
    /// The text of an enum.
    Symbol(&'a str),
    /// Base64.
    Bytes(&'a Bytes),
    /// A boolean.
    Bool(bool),
    /// A number.
    I32(i32),
    /// A number.
    U32(u32),
    /// The text of a number.
    I64(i64),
    /// The text of a number.
    U64(u64),
    /// A number, or the name of what is none.
    F32(f32),
    /// A number, or the name of what is none.
    F64(f64),
    /// Any JSON.
    Json(&'a Value),
    /// A list.
    List(&'a dyn Elements),
    /// A map, or a part of an object.
    Map(&'a dyn Pairs),
    /// An object of a schema.
    Object(&'a dyn AnyObject),
}

impl View<'_> {
    /// What travels as a text, as one.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            View::Text(text) | View::Symbol(text) => Some((*text).to_owned()),
            View::Bytes(bytes) => Some(super::text::encode(bytes)),
            View::I64(number) => Some(number.to_string()),
            View::U64(number) => Some(number.to_string()),
            _ => None,
        }
    }
}
