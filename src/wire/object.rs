//! Objects: the trait that every generated struct implements, and what follows from it; explicit nulls of their properties.

use std::fmt;

use serde::{
    de::Deserializer,
    ser::{Serialize as _, Serializer},
};
use serde_json::Value;

use super::{
    Wire,
    place::{
        About, AnyObject, Container, Expected, Open, Place, Property, PropertyMut, PropertyRef,
        View, Within,
    },
    read,
    scalar::Scalar,
    write::debug_object,
};
use crate::value::Extra;

/// A schema with properties: a struct of optional fields, plus [`Extra`].
///
/// Generated code implements it; programs use the struct's fields.
pub trait Object: Default + Clone + fmt::Debug + Send + Sync + 'static {
    /// The name of the schema.
    const NAME: &'static str;
    /// The JSON names of its properties, in the order of the fields.
    const PROPERTIES: &'static [&'static str];
    /// The fields whose property is not their name in `camelCase`, each with the JSON name of the property.
    const RENAMED: &'static [(&'static str, &'static str)] = &[];
    /// The JSON names of properties whose values `Debug` never shows.
    const SECRETS: &'static [&'static str] = &[];

    /// The JSON names of properties that only the server sets.
    const READ_ONLY: &'static [&'static str] = &[];

    /// Returns the property whose name is at `index` of [`PROPERTIES`](Self::PROPERTIES).
    fn property(&self, index: usize) -> PropertyRef<'_>;

    /// Returns the property of this JSON name.
    fn property_mut(&mut self, name: &str) -> PropertyMut<'_>;

    /// Returns the properties that have no field.
    fn extra(&self) -> &Extra;

    /// Returns the properties that have no field, to change them.
    fn extra_mut(&mut self) -> &mut Extra;
}

/// Returns a field as a property.
#[doc(hidden)]
#[inline]
pub fn field<T: Wire>(field: &Option<T>) -> PropertyRef<'_> {
    Some(field)
}

/// Returns a field as a property, to change it.
#[doc(hidden)]
#[inline]
pub fn field_mut<T: Wire>(field: &mut Option<T>) -> PropertyMut<'_> {
    Some(field)
}

/// Defines the functions of an object by those of its type `$Type`.
macro_rules! properties_of_object {
    ($Type:ident) => {
        fn property(&self, index: usize) -> PropertyRef<'_> {
            <$Type as Object>::property(self, index)
        }

        fn property_mut(&mut self, name: &str) -> PropertyMut<'_> {
            <$Type as Object>::property_mut(self, name)
        }

        fn extra(&self) -> &Extra {
            <$Type as Object>::extra(self)
        }

        fn extra_mut(&mut self) -> &mut Extra {
            <$Type as Object>::extra_mut(self)
        }
    };
}

impl<T: Object> AnyObject for T {
    fn about(&self) -> &'static About {
        &About {
            name: T::NAME,
            properties: T::PROPERTIES,
            secrets: T::SECRETS,
            read_only: T::READ_ONLY,
        }
    }

    properties_of_object!(T);
}

// `Box` is fundamental: another crate could implement `Object` for a box of its own type, so boxes implement `Wire` through `Object`.
impl<T: Object> Object for Box<T> {
    const NAME: &'static str = T::NAME;
    const PROPERTIES: &'static [&'static str] = T::PROPERTIES;
    const RENAMED: &'static [(&'static str, &'static str)] = T::RENAMED;
    const SECRETS: &'static [&'static str] = T::SECRETS;
    const READ_ONLY: &'static [&'static str] = T::READ_ONLY;

    properties_of_object!(T);
}

/// Returns the JSON name of the property in a field: `camel`, the field's name in `camelCase`, unless [`Object::RENAMED`] has another.
///
/// A constant function, so that a program which asks for a part of a schema does not contain the code of the whole schema.
pub const fn wire_name<T: Object>(field: &str, camel: &'static str) -> &'static str {
    let mut rest = T::RENAMED;
    while let [(renamed, wire), others @ ..] = rest {
        if is_same(renamed.as_bytes(), field.as_bytes()) {
            return wire;
        }
        rest = others;
    }
    camel
}

/// Compares bytes in constants, as `==` cannot.
const fn is_same(mut left: &[u8], mut right: &[u8]) -> bool {
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// Removes the properties that only the server sets from the JSON of a value, in the objects, lists and maps of it too.
pub(crate) fn remove_read_only(view: &View<'_>, json: &mut Value) {
    match (view, json) {
        (View::Object(object), Value::Object(json)) => {
            let about = object.about();
            for (index, name) in about.properties.iter().enumerate() {
                if about.read_only.contains(name) {
                    json.remove(*name);
                } else if let Some(json) = json.get_mut(*name)
                    && let Some(value) = object.property(index).and_then(Property::view)
                {
                    remove_read_only(&value, json);
                }
            }
        }
        (View::List(list), Value::Array(json)) => {
            for (index, json) in json.iter_mut().enumerate().take(list.len()) {
                remove_read_only(&list.element(index), json);
            }
        }
        (View::Map(map), Value::Object(json)) => map.each(&mut |name, value| {
            if let Some(json) = json.get_mut(name) {
                remove_read_only(&value, json);
            }
            true
        }),
        _ => {}
    }
}

/// Gives a property the value that an absent one has: lists and maps are empty, and all others have none.
pub(crate) fn make_absent(property: &mut dyn Property) {
    for container in [Container::List, Container::Map] {
        if let Some(Open::List(_) | Open::Map(_)) = property.open(container) {
            return;
        }
    }
    property.clear();
}

impl<T: Object> Wire for T {
    const EXPECTED: Expected = Expected::object(T::NAME);

    fn open(place: &mut Option<T>, container: Container) -> Option<Open<'_>> {
        match container {
            Container::Map => Some(Open::Object(place.insert(T::default()))),
            Container::List => None,
        }
    }

    fn take(_: &mut Option<T>, _: Scalar<'_>) -> bool {
        false
    }

    // Out of line, as the functions of `Wire` that drop values: a trait object contains the code that drops its type.
    #[inline(never)]
    fn view(&self) -> View<'_> {
        View::Object(self)
    }

    fn add(list: &mut Vec<T>, read: &mut dyn FnMut(&mut dyn Place) -> bool) {
        let last = list.len();
        // In place: `push` would copy the object from the stack, and objects are large.
        list.resize_with(last + 1, T::default);
        if !read(&mut Within(&mut list[last])) {
            list.truncate(last);
        }
    }
}

/// Reads an object.
///
/// # Errors
/// When the value is no object.
#[inline]
pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    read::value(&mut Within(&mut object), deserializer, false)?;
    Ok(object)
}

/// Writes an object.
///
/// # Errors
/// Only the serializer's own.
#[inline]
pub fn serialize<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    View::Object(object).serialize(serializer)
}

/// Formats an object for `Debug`.
///
/// # Errors
/// Only the formatter's own.
#[inline]
pub fn debug<T: Object>(object: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    debug_object(object, f)
}

/// Returns whether two objects have the same JSON.
#[inline]
pub fn eq<T: Object>(left: &T, right: &T) -> bool {
    is_equal(left, right)
}

fn is_equal(left: &dyn AnyObject, right: &dyn AnyObject) -> bool {
    let value = |object| serde_json::to_value(View::Object(object)).ok();
    value(left) == value(right)
}

/// Returns the values in `object`, at any depth, that do not have the type that the document declares, each with its path:
/// `items[3].size`.
///
/// Reading a response does not fail because of such a value: it is stored in [`extra`](crate::value::Extra), and the field is `None`
/// or the list has no such element. A program that should fail instead calls this function:
///
/// ```
/// # fn example<R: gapi::schema::Object>(response: &R) -> Result<(), String> {
/// match gapi::mismatches(response).first() {
///     None => Ok(()),
///     Some((path, _)) => Err(format!("{path} has an unexpected type")),
/// }
/// # }
/// ```
///
/// The values may be secret.
pub fn mismatches<T: Object>(object: &T) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    in_object(object, "", &mut found);
    found
}

fn in_object(object: &dyn AnyObject, path: &str, found: &mut Vec<(String, Value)>) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    for (index, name) in object.about().properties.iter().enumerate() {
        let view = object.property(index).and_then(Property::view);
        match (object.extra().get(name), &view) {
            (Some(value), None) if !value.is_null() => {
                found.push((below(name), value.clone()));
            }
            (Some(Value::Object(entries)), Some(View::Map(_))) => {
                let path = below(name);
                found.extend(
                    entries
                        .iter()
                        .map(|(key, value)| (format!("{path}[{key:?}]"), value.clone())),
                );
            }
            _ => {}
        }
        if let Some(view) = view {
            in_value(view, &below(name), found);
        }
    }
    found.extend(
        object
            .extra()
            .passed_over()
            .map(|(at, value)| (below(at), value.clone())),
    );
}

fn in_value(view: View<'_>, path: &str, found: &mut Vec<(String, Value)>) {
    match view {
        View::Object(object) => in_object(object, path, found),
        View::List(list) => {
            for index in 0..list.len() {
                in_value(list.element(index), &format!("{path}[{index}]"), found);
            }
        }
        View::Map(pairs) => pairs.each(&mut |key, value| {
            in_value(value, &format!("{path}[{key:?}]"), found);
            true
        }),
        _ => {}
    }
}

/// A name that is no property of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    schema: &'static str,
    field: String,
    nearest: Vec<&'static str>,
}

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no property {:?}", self.schema, self.field)?;
        match self.nearest.as_slice() {
            [] => f.write_str("; `extra.null(name)` sends a null of a property that the document does not declare"),
            [rest @ .., last] => {
                f.write_str("; did you mean ")?;
                for name in rest {
                    write!(f, "{name:?}, ")?;
                }
                write!(f, "{}{last:?}?", if rest.is_empty() { "" } else { "or " })
            }
        }
    }
}

impl std::error::Error for UnknownField {}

/// Sets a property to an explicit `null`, which clears it in a PATCH. Its field becomes `None`.
///
/// # Errors
/// [`UnknownField`] if the schema has no property of this name; it lists similar names.
#[inline]
pub fn null<'a, T: Object>(object: &'a mut T, field: &str) -> Result<&'a mut T, UnknownField> {
    clear(object, field)?;
    Ok(object)
}

fn clear(object: &mut dyn AnyObject, field: &str) -> Result<(), UnknownField> {
    match object.property_mut(field) {
        Some(property) => property.clear(),
        None => return Err(unknown(object, field)),
    }
    object.extra_mut().null(field);
    Ok(())
}

/// As [`null`], for the property in the field `field`, whose name in `camelCase` is `camel`.
pub fn null_field<T: Object, F>(
    object: &mut T,
    field: &str,
    camel: &'static str,
    _: fn(&T) -> &Option<F>,
) {
    let name = wire_name::<T>(field, camel);
    let done = clear(object, name);
    debug_assert!(done.is_ok(), "the schema has the field");
}

/// Sets an entry of a property that is a map to an explicit `null`, beside the entries that the field holds.
pub fn null_entry<T: Object, F>(
    object: &mut T,
    field: &str,
    camel: &'static str,
    _: fn(&T) -> &Option<F>,
    key: String,
) {
    let name = wire_name::<T>(field, camel);
    let extra = Object::extra_mut(object);
    match extra.remove(name) {
        Some(Value::Object(mut entries)) => {
            entries.insert(key, Value::Null);
            extra.insert(name, entries);
        }
        _ => {
            extra.insert(name, serde_json::Map::from_iter([(key, Value::Null)]));
        }
    }
}

#[cold]
fn unknown(object: &dyn AnyObject, field: &str) -> UnknownField {
    let about = object.about();
    let wanted = simple(field);
    let near = |name: &&'static str| {
        let name = simple(name);
        name == wanted || distance(&name, &wanted) <= 1 + wanted.len() / 5
    };
    let mut nearest: Vec<_> = about.properties.iter().copied().filter(near).collect();
    nearest.sort_by_key(|name| distance(&simple(name), &wanted));
    nearest.truncate(3);
    UnknownField {
        schema: about.name,
        field: field.to_owned(),
        nearest,
    }
}

/// Returns the name without case and underscores, as `max_results` and `maxResults` are two spellings of one name.
fn simple(name: &str) -> String {
    name.chars()
        .filter(|c| *c != '_')
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Returns the Levenshtein distance between two names.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut line: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = line[0];
        line[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let above = line[j + 1];
            line[j + 1] = (diagonal + usize::from(a != *b))
                .min(above + 1)
                .min(line[j] + 1);
            diagonal = above;
        }
    }
    line[right.len()]
}
