//! The form of a change that a method takes: a merge patch, or a mask and the values at its paths.

use serde_json::{Map, Value};

use super::difference::{Change, put};
use crate::method::{MaskOf, Method, Patching, Slot};

/// A change as a method understands it.
pub(super) struct PatchForm {
    pub(super) body: Map<String, Value>,
    /// The name and values of the mask, if it is a parameter.
    pub(super) parameter: Option<(&'static str, Vec<String>)>,
}

/// Returns the form of a change of the body, or of its property `within`.
///
/// # Errors
/// When the method cannot make this change.
pub(super) fn of(
    change: &Change,
    within: &'static str,
    method: &Method,
) -> Result<PatchForm, String> {
    if let Some(failure) = &change.failure {
        return Err(format!("the body cannot be encoded: {failure}"));
    }
    let Some(patching) = method.patching else {
        return Err(String::from(
            "the method takes no `Patch`: according to its document it neither merges the body nor has a mask, so that all other \
             properties would be lost; pass the whole message",
        ));
    };
    let difference = &change.difference;
    if difference.paths.is_empty() {
        return Err(String::from(
            "the patch is empty: nothing changed, so there is nothing to send; check `Patch::is_empty` first",
        ));
    }
    let (slot, of) = match *patching {
        Patching::Merge => {
            return Ok(PatchForm {
                body: nested(within, difference.merge.clone()),
                parameter: None,
            });
        }
        Patching::Mask(slot, of) => (slot, of),
    };
    let (body, paths) = match of {
        MaskOf::Body => (
            nested(within, difference.masked.clone()),
            difference.paths.clone(),
        ),
        MaskOf::Cleared => (
            nested(within, without_gone(change)),
            difference.gone.clone(),
        ),
        MaskOf::Property(name) if name == within => (
            nested(within, difference.masked.clone()),
            difference.paths.clone(),
        ),
        MaskOf::Property(name) => (difference.masked.clone(), below(change, name)?),
        MaskOf::Entries(name) => entries(change, name)?,
        MaskOf::Names(name) => names(change, name)?,
    };
    Ok(masked(body, paths, slot, change, method))
}

/// Returns the whole body that has `body` as its property `within`.
fn nested(within: &str, body: Map<String, Value>) -> Map<String, Value> {
    if within.is_empty() {
        return body;
    }
    Map::from_iter([(within.to_owned(), Value::Object(body))])
}

/// Sets the mask where the method has it, unless the caller has changed it in the body.
fn masked(
    mut body: Map<String, Value>,
    paths: Vec<String>,
    slot: Slot,
    change: &Change,
    method: &Method,
) -> PatchForm {
    let parameter = match slot {
        Slot::Query(name) => {
            let found = method.parameters.iter().find(|p| p.name == name);
            let values = if found.is_some_and(|parameter| parameter.repeated) {
                paths
            } else if paths.is_empty() {
                Vec::new()
            } else {
                vec![paths.join(",")]
            };
            Some((name, values))
        }
        Slot::Body(path) => {
            if !change
                .difference
                .paths
                .iter()
                .any(|changed| changed == path)
            {
                let names: Vec<&str> = path.split('.').collect();
                put(&mut body, &names, &paths.join(",").into());
            }
            None
        }
    };
    PatchForm { body, parameter }
}

/// Returns the merge patch without its nulls for properties, which are in the mask.
fn without_gone(change: &Change) -> Map<String, Value> {
    let mut body = Value::Object(change.difference.merge.clone());
    for path in &change.difference.gone {
        let (outer, last) = path.rsplit_once('.').unwrap_or(("", path));
        let mut names = outer.split('.').filter(|name| !name.is_empty());
        let holder = names.try_fold(&mut body, |at, name| at.get_mut(name));
        if let Some(Value::Object(holder)) = holder {
            holder.remove(last);
        }
    }
    match body {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}

/// Returns the paths below the property `name`.
fn below(change: &Change, name: &str) -> Result<Vec<String>, String> {
    let mut below = Vec::new();
    for path in &change.difference.paths {
        if path == name {
            // The property was added or removed as a whole.
            match change.new.get(name) {
                Some(Value::Object(whole)) => below.extend(whole.keys().cloned()),
                _ => {
                    return Err(format!(
                        "the patch removes `{name}`, whose parts the mask names"
                    ));
                }
            }
        } else if let Some(path) = path.strip_prefix(name).and_then(|p| p.strip_prefix('.')) {
            below.push(path.to_owned());
        }
    }
    if below.is_empty() {
        return Err(format!(
            "nothing changed in `{name}`, whose parts the mask names"
        ));
    }
    Ok(below)
}

/// Refuses changes outside of the property `name`, which the mask has no paths for.
fn only(change: &Change, name: &str) -> Result<(), String> {
    let is_below = |path: &str| {
        path.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let other = change.difference.paths.iter().find(|path| !is_below(path));
    match other {
        None => Ok(()),
        Some(other) => Err(format!(
            "`{other}` changed, which the method cannot change: its mask names the content of `{name}`"
        )),
    }
}

/// Returns the entries of a map that changed, and their keys as paths.
fn entries(change: &Change, map: &str) -> Result<(Map<String, Value>, Vec<String>), String> {
    only(change, map)?;
    let entries = |of: &Value| of.get(map).and_then(Value::as_object).cloned();
    let (old, new) = (entries(&change.old), entries(&change.new));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let changed = new
        .iter()
        .filter(|(key, value)| old.get(*key) != Some(*value));
    let changed: Map<String, Value> = changed.map(|(k, v)| (k.clone(), v.clone())).collect();
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let mut paths: Vec<String> = changed.keys().chain(gone).map(|key| quoted(key)).collect();
    paths.sort();
    let mut body = change.difference.masked.clone();
    body.insert(map.to_owned(), Value::Object(changed));
    Ok((body, paths))
}

/// Returns a key as a path of one segment, as Firestore writes it.
fn quoted(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_simple = key.chars().all(is_plain) && !key.starts_with(|c: char| c.is_ascii_digit());
    if is_simple && !key.is_empty() {
        return key.to_owned();
    }
    format!("`{}`", key.replace('\\', "\\\\").replace('`', "\\`"))
}

/// Returns the entries of a list that changed, and their names as paths.
fn names(change: &Change, list: &str) -> Result<(Map<String, Value>, Vec<String>), String> {
    only(change, list)?;
    let entries = |of: &Value| of.get(list).and_then(Value::as_array).cloned();
    let (old, new) = (entries(&change.old), entries(&change.new));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let name = |entry: &Value| match entry.get("name") {
        Some(Value::String(name)) => Ok(name.clone()),
        _ => Err(format!(
            "an entry of `{list}` has no name, which the mask would contain"
        )),
    };
    let mut paths = Vec::new();
    let mut changed = Vec::new();
    for entry in &new {
        if !old.contains(entry) {
            paths.push(name(entry)?);
            changed.push(entry.clone());
        }
    }
    let present: Vec<String> = new.iter().map(name).collect::<Result<_, _>>()?;
    for entry in &old {
        let name = name(entry)?;
        if !present.contains(&name) {
            paths.push(name);
        }
    }
    paths.sort();
    let mut body = change.difference.masked.clone();
    body.insert(list.to_owned(), Value::Array(changed));
    Ok((body, paths))
}
