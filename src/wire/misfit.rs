//! Values that do not have the type that the document declares. They are stored unchanged, so that the rest of a response can be used.

use std::fmt::{self, Write as _};

use serde::de::Error;
use serde_json::{Map, Value};

use super::place::{AnyObject, Expected};

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
pub(super) fn whole(value: Value) -> Misfits {
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
pub(super) fn add(all: &mut Misfits, step: impl Fn() -> PathStep, inner: Misfits) {
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
pub(super) fn store(object: &mut dyn AnyObject, name: &str, misfits: Vec<Misfit>) {
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
            push(&mut path, step);
        }
        object.extra_mut().pass_over(path, misfit.value);
    }
}

fn push(path: &mut String, step: &PathStep) {
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
