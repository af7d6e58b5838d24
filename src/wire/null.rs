//! Explicit nulls, and the error for an unknown name.

use std::fmt;

use serde_json::Value;

use super::{
    object::{Object, wire_name},
    place::AnyObject,
};

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
