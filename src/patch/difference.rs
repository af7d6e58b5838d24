//! The difference between two JSON objects of one schema.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::wire::{AnyObject, Container, Entries, Open, Place};

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
