//! How readers and writers work with values of any type.
//!
//! Code that is generic over the type of a value is compiled once for each type, and a module has hundreds of types. So readers and
//! writers are generic over the format only, and access values through the trait objects of this file: a reader fills a [`Place`],
//! and a writer prints a [`View`]. The idea and the word `Place` are those of [miniserde](https://docs.rs/miniserde).

use std::fmt::{self, Write as _};

use bytes::Bytes;
use serde::de::Error;
use serde_json::{Map, Value};

use super::scalar::{Scalar, encode_base64};
use crate::value::Extra;

/// A place that one value of some type is read into.
#[doc(hidden)]
pub trait Place {
    /// Stores a scalar, or any JSON value that is one. Returns `false` if the type of the place has no such value.
    fn take(&mut self, scalar: Scalar<'_>) -> bool;

    /// Makes an empty object, map or list, which the reader fills. Returns `None` if the type of the place has no such value.
    fn open(&mut self, container: Container) -> Option<Open<'_>>;

    /// Returns what the place takes, for messages.
    fn expected(&self) -> Expected;
}

/// A property of any type: a place that may be empty.
///
/// Generated code returns fields as properties; programs use the fields.
pub trait Property: Place {
    /// Removes the value.
    #[doc(hidden)]
    fn clear(&mut self);

    /// Returns the value.
    #[doc(hidden)]
    fn view(&self) -> Option<View<'_>>;
}

/// A property of an [`Object`](super::Object), if it has such a property.
#[doc(hidden)]
pub type PropertyRef<'a> = Option<&'a dyn Property>;

/// A property of an [`Object`](super::Object) to be changed, if it has such a property.
#[doc(hidden)]
pub type PropertyMut<'a> = Option<&'a mut dyn Property>;

/// The constants of a schema.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct About {
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [&'static str],
    pub(crate) secrets: &'static [&'static str],
    pub(crate) read_only: &'static [&'static str],
}

/// An [`Object`](super::Object) of any type.
#[doc(hidden)]
pub trait AnyObject {
    /// Returns the constants of its schema.
    fn about(&self) -> &'static About;

    /// As of [`Object`](super::Object).
    fn property(&self, index: usize) -> PropertyRef<'_>;

    /// As of [`Object`](super::Object).
    fn property_mut(&mut self, name: &str) -> PropertyMut<'_>;

    /// As of [`Object`](super::Object).
    fn extra(&self) -> &Extra;

    /// As of [`Object`](super::Object).
    fn extra_mut(&mut self) -> &mut Extra;
}

/// A place that is an existing, empty object. Objects are large, so they are read into their final location.
pub(super) struct Within<'a>(pub(super) &'a mut dyn AnyObject);

impl Place for Within<'_> {
    fn take(&mut self, _: Scalar<'_>) -> bool {
        false
    }

    fn open(&mut self, container: Container) -> Option<Open<'_>> {
        match container {
            Container::Map => Some(Open::Object(self.0)),
            Container::List => None,
        }
    }

    fn expected(&self) -> Expected {
        Expected::object(self.0.about().name)
    }
}

/// The JSON values that contain others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Container {
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
    text: &'static str,
    /// The name of a schema, or empty.
    schema: &'static str,
    /// Whether an error may quote the value found instead. Strings and bytes may hold secrets, so theirs may not.
    pub(super) is_quoted: bool,
}

impl Expected {
    /// A scalar that an error may quote.
    pub(super) const fn scalar(text: &'static str) -> Self {
        Self {
            text,
            schema: "",
            is_quoted: true,
        }
    }

    /// Anything else.
    pub(crate) const fn unquoted(text: &'static str) -> Self {
        Self {
            text,
            schema: "",
            is_quoted: false,
        }
    }

    /// An object of a schema.
    pub(super) const fn object(schema: &'static str) -> Self {
        Self {
            text: "an object",
            schema,
            is_quoted: false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema {
            "" => f.write_str(self.text),
            schema => write!(f, "{} ({schema})", self.text),
        }
    }
}

/// An empty value that a reader fills.
#[allow(missing_debug_implementations)]
#[doc(hidden)]
pub enum Open<'a> {
    /// An object of a schema.
    Object(&'a mut dyn AnyObject),
    /// A map.
    Map(&'a mut dyn Entries),
    /// A list.
    List(&'a mut dyn Elements),
    /// A type of a program that holds some properties of an object; and a property that is read besides them.
    Part(&'a mut dyn PartPlace, Option<Besides<'a>>),
    /// Any JSON.
    Json(&'a mut Option<Value>),
}

/// A list of values of any one type.
#[doc(hidden)]
pub trait Elements {
    /// Adds the value that `read` stores in a place, unless `read` returns `false`.
    fn add(&mut self, read: &mut dyn FnMut(&mut dyn Place) -> bool);

    /// Returns the number of elements.
    fn len(&self) -> usize;

    /// Returns an element.
    fn element(&self, index: usize) -> View<'_>;
}

/// A map with values of any one type, to be filled.
#[doc(hidden)]
pub trait Entries {
    /// Adds the value that `read` stores in a place as the entry of `key`.
    fn add(&mut self, key: String, read: &mut dyn FnMut(&str, &mut dyn Place));
}

/// Names and values of any type that are written as a JSON object.
#[doc(hidden)]
pub trait Pairs {
    /// Passes the pairs to `visit` in their order until it returns `false`.
    fn each(&self, visit: &mut dyn FnMut(&str, View<'_>) -> bool);

    /// Returns the number of pairs, if it is known.
    fn count(&self) -> Option<usize>;
}

/// A place for a part of an object.
#[doc(hidden)]
pub trait PartPlace {
    /// Reads the part. Errors are reported by `properties`.
    fn read(&mut self, properties: &mut dyn Properties);
}

/// The properties of one object as they are read, from any format. The first error is stored, and ends the reading.
#[doc(hidden)]
pub trait Properties {
    /// Returns the position of the next property in `names`, and skips properties that are not there. `None` after the last one.
    fn next(&mut self, names: &[&str]) -> Option<usize>;

    /// Reads the value of the current property. One of an unexpected type leaves `place` empty if `is_optional`, and is an error
    /// otherwise.
    fn value(&mut self, place: &mut dyn Property, is_optional: bool);

    /// Ends the reading with an error.
    fn fail(&mut self, message: fmt::Arguments<'_>);
}

/// A property whose text is returned besides what the fields of a part hold: the token of the next page.
#[allow(missing_debug_implementations)] // Tokens of pages may be secret.
#[doc(hidden)]
pub struct Besides<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a mut Option<String>,
}

/// A value as it is written.
#[allow(missing_debug_implementations)]
#[doc(hidden)]
pub enum View<'a> {
    /// A text.
    Text(&'a str),
    /// The text of an enum.
    Symbol(&'a str),
    /// Bytes, written as base64.
    Bytes(&'a Bytes),
    /// A boolean.
    Bool(bool),
    /// A number.
    I32(i32),
    /// A number.
    U32(u32),
    /// A number, written as a text.
    I64(i64),
    /// A number, written as a text.
    U64(u64),
    /// A number, or the name of a non-finite one.
    F32(f32),
    /// A number, or the name of a non-finite one.
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
    /// Returns the text of a value that is written as a text.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            View::Text(text) | View::Symbol(text) => Some((*text).to_owned()),
            View::Bytes(bytes) => Some(encode_base64(bytes)),
            View::I64(number) => Some(number.to_string()),
            View::U64(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// The values within one value that did not fit, or `None` if all did. In a box, because almost always all do.
pub(crate) type Misfits = Option<Box<Vec<Misfit>>>;

/// A value that did not fit, and its path.
pub(crate) struct Misfit {
    /// The innermost first.
    steps: Vec<PathStep>,
    value: Value,
}

/// A segment of a path into a list or a map.
pub(super) enum PathStep {
    Index(usize),
    Key(String),
}

/// Makes the misfit of a value as a whole.
pub(super) fn whole_misfit(value: Value) -> Misfits {
    Some(Box::new(vec![Misfit {
        steps: Vec::new(),
        value,
    }]))
}

/// Returns the value if it did not fit as a whole.
pub(super) fn whole_value(misfits: &Misfits) -> Option<&Value> {
    let mut all = misfits.as_deref()?.iter();
    all.find_map(|misfit| misfit.steps.is_empty().then_some(&misfit.value))
}

/// Adds the misfits of an element or an entry to those of its list or map.
pub(super) fn add_misfits(all: &mut Misfits, step: impl Fn() -> PathStep, inner: Misfits) {
    let Some(inner) = inner else {
        return;
    };
    let all = all.get_or_insert_default();
    for mut misfit in *inner {
        misfit.steps.push(step());
        all.push(misfit);
    }
}

/// Stores the misfits of a property in the `extra` of `object`: the whole value and entries of a map as properties, which are sent
/// again, and elements of lists, and deeper values, as passed over.
#[cold]
pub(super) fn store_misfits(object: &mut dyn AnyObject, name: &str, misfits: Vec<Misfit>) {
    let is_entry = |misfit: &Misfit| matches!(*misfit.steps, [PathStep::Key(_)]);
    if !misfits.is_empty() && misfits.iter().all(is_entry) {
        let entries = misfits.into_iter().filter_map(|mut misfit| {
            let Some(PathStep::Key(key)) = misfit.steps.pop() else {
                return None;
            };
            Some((key, misfit.value))
        });
        let entries: Map<String, Value> = entries.collect();
        object.extra_mut().insert(name, entries);
        return;
    }
    for misfit in misfits {
        if misfit.steps.is_empty() {
            object.extra_mut().insert(name, misfit.value);
            continue;
        }
        let mut path = name.to_owned();
        for step in misfit.steps.iter().rev() {
            push_step(&mut path, step);
        }
        object.extra_mut().pass_over(path, misfit.value);
    }
}

fn push_step(path: &mut String, step: &PathStep) {
    // Writing to a string cannot fail.
    let _ = match step {
        PathStep::Index(index) => write!(path, "[{index}]"),
        PathStep::Key(key) => write!(path, "[{key:?}]"),
    };
}

/// Returns an error if the value as a whole did not fit.
pub(crate) fn refuse<E: Error>(expected: Expected, misfits: &Misfits) -> Result<(), E> {
    let found = match whole_value(misfits) {
        None => return Ok(()),
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    };
    Err(mismatch(expected, found))
}

/// Returns the value of a place that was read without an error.
pub(crate) fn made<T, E: Error>(place: Option<T>, expected: Expected) -> Result<T, E> {
    place.ok_or_else(|| E::custom(format_args!("expected {expected}")))
}

/// Returns the error for a value of another type than a property takes.
#[cold]
pub(super) fn mismatch<E: Error>(expected: Expected, found: impl fmt::Display) -> E {
    E::custom(format_args!("expected {expected}, found {found}"))
}

/// Returns the error for a token of the next page that is not a text.
pub(crate) fn no_token<E: Error>(property: &str) -> E {
    E::custom(format_args!(
        "{property:?} is no text, so that the next page cannot be asked for"
    ))
}
