//! Values that are not what the document says: kept as they came, so that they cost no response the rest.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::object::AnyObject;
use super::property::View;

/// What did not fit, in one value and in what it holds; `None` where all did. In a box, because almost always all does.
pub(crate) type Misfits = Option<Box<Vec<Misfit>>>;

/// A value that did not fit, and the way to it.
pub(crate) struct Misfit {
    /// The innermost first.
    steps: Vec<Step>,
    value: Value,
}

/// A step into a list or a map.
pub(super) enum Step {
    Index(usize),
    Key(String),
}

/// A value that did not fit as a whole.
pub(super) fn whole(value: Value) -> Misfits {
    Some(Box::new(vec![Misfit {
        steps: Vec::new(),
        value,
    }]))
}

/// Whether the value itself did not fit.
pub(crate) fn is_whole(misfits: &Misfits) -> bool {
    let whole = |misfits: &Vec<Misfit>| misfits.iter().any(|misfit| misfit.steps.is_empty());
    misfits.as_deref().is_some_and(whole)
}

/// The value, where it did not fit as a whole.
pub(crate) fn value(misfits: &Misfits) -> Option<&Value> {
    let mut all = misfits.as_deref()?.iter();
    all.find_map(|misfit| misfit.steps.is_empty().then_some(&misfit.value))
}

/// Adds what did not fit in a part of a list or a map.
pub(super) fn add(all: &mut Misfits, step: impl Fn() -> Step, inner: Misfits) {
    let Some(inner) = inner else {
        return;
    };
    let all = all.get_or_insert_default();
    for mut misfit in *inner {
        misfit.steps.push(step());
        all.push(misfit);
    }
}

/// Keeps what did not fit in a property of `object`: the whole value and entries of a map where they are sent again, and elements of lists, and what is
/// deeper, as what was passed over.
#[cold]
pub(super) fn keep(object: &mut dyn AnyObject, name: &str, misfits: Vec<Misfit>) {
    let is_entry = |misfit: &Misfit| matches!(*misfit.steps, [Step::Key(_)]);
    if !misfits.is_empty() && misfits.iter().all(is_entry) {
        let entries = misfits.into_iter().filter_map(|mut misfit| {
            let Some(Step::Key(key)) = misfit.steps.pop() else {
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

fn push(path: &mut String, step: &Step) {
    // Writing to a string cannot fail.
    let _ = match step {
        Step::Index(index) => write!(path, "[{index}]"),
        Step::Key(key) => write!(path, "[{key:?}]"),
    };
}

/// Returns the values in `object`, and in what it holds, that are not what the document says, each with its path: `items[3].size`. Reading keeps them in
/// [`extra`](crate::value::Extra) and leaves the field empty, or passes over the element. A program that would rather fail asks for them:
///
/// ```
/// # fn example<R: gapi::Object>(response: &R) -> Result<(), String> {
/// match gapi::mismatches(response).first() {
///     None => Ok(()),
///     Some((path, _)) => Err(format!("{path} is not what the document says")),
/// }
/// # }
/// ```
///
/// The values may be secret.
pub fn mismatches<T: super::Object>(object: &T) -> Vec<(String, Value)> {
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
        let view = object
            .property(index)
            .and_then(super::property::Property::view);
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
