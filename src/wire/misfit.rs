//! Values that do not have the type that the document declares. They are stored unchanged, so that the rest of a response can be used.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::place::AnyObject;

/// The values within one value that did not fit, or `None` if all did. In a box, because almost always all do.
pub(crate) type Misfits = Option<Box<Vec<Misfit>>>;

/// A value that did not fit, and its path.
pub(crate) struct Misfit {
    /// The innermost first.
    steps: Vec<Step>,
    value: Value,
}

/// A segment of a path into a list or a map.
pub(super) enum Step {
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

/// Stores the misfits of a property in the `extra` of `object`: the whole value and entries of a map as properties, which are sent
/// again, and elements of lists, and deeper values, as passed over.
#[cold]
pub(super) fn store(object: &mut dyn AnyObject, name: &str, misfits: Vec<Misfit>) {
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
