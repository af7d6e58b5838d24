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
use crate::fields::{AnyPart, PartPlace};

/// A property of any type: a place for a value, or for none.
///
/// Generated code hands out fields as such; programs use the fields.
pub trait Property {
    /// Empties it.
    #[doc(hidden)]
    fn clear(&mut self);

    /// Gives it a scalar, or any JSON value that is one; `false` when its type takes none such.
    #[doc(hidden)]
    fn take(&mut self, found: Found<'_>) -> bool;

    /// Gives it an empty object, map or list to be filled; `None` when its type is none such.
    #[doc(hidden)]
    fn open(&mut self, kind: Kind) -> Option<Open<'_>>;

    /// What it takes.
    #[doc(hidden)]
    fn expected(&self) -> Expected;

    /// Its value.
    #[doc(hidden)]
    fn view(&self) -> Option<View<'_>>;
}

impl<T: Wire> Property for Option<T> {
    fn clear(&mut self) {
        T::clear(self);
    }

    fn take(&mut self, found: Found<'_>) -> bool {
        T::take(self, found)
    }

    fn open(&mut self, kind: Kind) -> Option<Open<'_>> {
        T::open(self, kind)
    }

    fn expected(&self) -> Expected {
        T::EXPECTED
    }

    fn view(&self) -> Option<View<'_>> {
        self.as_ref().map(Wire::view)
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
    /// A type of a program that holds a part of an object.
    Part(&'a mut dyn PartPlace),
    /// Any JSON.
    Json(&'a mut Option<Value>),
}

/// A list of values of any one type.
#[doc(hidden)]
pub trait Elements {
    /// Adds an empty object to be filled, where the elements are objects: they are large, so they are read where they are to stay.
    fn object(&mut self) -> Option<&mut dyn AnyObject>;

    /// Adds what `read` puts into a property.
    fn add(&mut self, read: &mut dyn FnMut(&mut dyn Property));

    /// How many there are.
    fn len(&self) -> usize;

    /// One of them.
    fn element(&self, index: usize) -> View<'_>;
}

/// A map with values of any one type.
#[doc(hidden)]
pub trait Entries {
    /// Adds what `read` puts into a property.
    fn add(&mut self, key: String, read: &mut dyn FnMut(&mut dyn Property));

    /// Hands out all of them, in the order of the keys, as long as `to` answers that it takes more.
    fn each(&self, to: &mut dyn FnMut(&str, View<'_>) -> bool);

    /// How many there are.
    fn len(&self) -> usize;
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
    /// A map.
    Map(&'a dyn Entries),
    /// An object of a schema.
    Object(&'a dyn AnyObject),
    /// A part of an object.
    Part(&'a dyn AnyPart),
}

impl View<'_> {
    /// What travels as a text, as one.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            View::Text(text) | View::Symbol(text) => Some((*text).to_owned()),
            View::Bytes(bytes) => Some(super::text::encode(bytes)),
            View::I64(number) => Some(number.to_string()),
            View::U64(number) => Some(number.to_string()),
            View::Json(value) => value.as_str().map(str::to_owned),
            _ => None,
        }
    }
}
