//! The difference between two messages, and the form of it that a method takes: a merge patch, or a mask and the values at its paths.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    method::{MaskOf, Method, Patching, Slot},
    wire::{AnyObject, Container, Entries, Open, Place},
};

/// A change of a message of any schema.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) old: Value,
    pub(super) new: Value,
    pub(super) difference: Difference,
    /// Why a message could not be encoded.
    pub(super) failure: Option<Arc<str>>,
}

/// A change in both of its forms.
#[derive(Clone, Default)]
pub(super) struct Difference {
    /// As a merge patch.
    pub(super) merge: Map<String, Value>,
    /// As the values at [`paths`](Self::paths).
    pub(super) masked: Map<String, Value>,
    /// The paths of a field mask for it.
    pub(super) paths: Vec<String>,
    /// The paths among these that the new message does not have.
    pub(super) gone: Vec<String>,
}

/// An empty value with the properties that are compared; it defines their types.
enum Holder<'a> {
    Object(&'a mut dyn AnyObject),
    Map(&'a mut dyn Entries),
}

impl Difference {
    /// Compares two objects of the schema of `object`, which is empty.
    pub(super) fn of(
        object: &mut dyn AnyObject,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) -> Self {
        Self::between(&mut Holder::Object(object), old, new)
    }

    fn between(
        holder: &mut Holder<'_>,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) -> Self {
        let mut difference = Self::default();
        let gone = old.keys().filter(|name| !new.contains_key(*name));
        for name in gone {
            difference.set(name, &Value::Null);
        }
        for (name, new) in new {
            let old = old.get(name);
            if old == Some(new) {
                continue;
            }
            match holder {
                Holder::Object(object) => {
                    let property = object.property_mut(name);
                    let place = property.map(|property| -> &mut dyn Place { property });
                    difference.property(place, name, old, new);
                }
                Holder::Map(entries) => entries.add(name.clone(), &mut |_, entry| {
                    difference.property(Some(entry), name, old, new);
                }),
            }
        }
        difference.paths.sort();
        difference
    }

    fn property(
        &mut self,
        place: Option<&mut dyn Place>,
        name: &str,
        old: Option<&Value>,
        new: &Value,
    ) {
        let (Some(Value::Object(old)), Value::Object(new_entries)) = (old, new) else {
            return self.set(name, new);
        };
        match place.and_then(|place| place.open(Container::Map)) {
            Some(Open::Object(object)) => {
                let inner = Self::of(object, old, new_entries);
                let below = |path: &String| format!("{name}.{path}");
                self.paths.extend(inner.paths.iter().map(below));
                self.gone.extend(inner.gone.iter().map(below));
                self.merge.insert(name.to_owned(), inner.merge.into());
                self.masked.insert(name.to_owned(), inner.masked.into());
            }
            Some(Open::Map(entries)) => {
                // A mask cannot name one entry of a map, and `null` is no value of one there.
                let inner = Self::between(&mut Holder::Map(entries), old, new_entries);
                self.merge.insert(name.to_owned(), inner.merge.into());
                self.masked.insert(name.to_owned(), new.clone());
                self.paths.push(name.to_owned());
            }
            // A scalar, a list or any JSON is replaced as a whole.
            _ => self.set(name, new),
        }
    }

    fn set(&mut self, name: &str, value: &Value) {
        self.merge.insert(name.to_owned(), value.clone());
        self.masked.insert(name.to_owned(), value.clone());
        self.paths.push(name.to_owned());
        if value.is_null() {
            self.gone.push(name.to_owned());
        }
    }
}

/// Sets a value at a path, unless there is one already.
pub(super) fn put(body: &mut Map<String, Value>, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [last] => {
            body.entry(*last).or_insert_with(|| value.clone());
        }
        [first, rest @ ..] => {
            let inner = body
                .entry(*first)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

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
