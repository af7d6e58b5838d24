//! What two JSON objects of one schema differ in.

use serde_json::{Map, Value};

use crate::wire::Shape;

/// A change in both of its forms.
#[derive(Clone, Default)]
pub(super) struct Difference {
    /// As a merge patch.
    pub(super) merge: Map<String, Value>,
    /// As the values of what [`paths`](Self::paths) names.
    pub(super) masked: Map<String, Value>,
    /// What a field mask calls what changed.
    pub(super) paths: Vec<String>,
}

impl Difference {
    pub(super) fn between(
        shape: Shape,
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
            if old != Some(new) {
                difference.property(shape, name, old, new);
            }
        }
        difference.paths.sort();
        difference
    }

    fn property(&mut self, shape: Shape, name: &str, old: Option<&Value>, new: &Value) {
        let shape = match shape {
            Shape::Object(property) => property(name),
            Shape::Map(entry) => entry(),
            Shape::Whole => Shape::Whole,
        };
        let (Some(Value::Object(old)), Value::Object(new_entries)) = (old, new) else {
            return self.set(name, new);
        };
        match shape {
            Shape::Whole => self.set(name, new),
            Shape::Object(_) => {
                let inner = Self::between(shape, old, new_entries);
                let paths = inner.paths.iter().map(|path| format!("{name}.{path}"));
                self.paths.extend(paths);
                self.merge.insert(name.to_owned(), inner.merge.into());
                self.masked.insert(name.to_owned(), inner.masked.into());
            }
            Shape::Map(_) => {
                // A mask cannot name one entry of a map, and `null` is no value of one there.
                let inner = Self::between(shape, old, new_entries);
                self.merge.insert(name.to_owned(), inner.merge.into());
                self.masked.insert(name.to_owned(), new.clone());
                self.paths.push(name.to_owned());
            }
        }
    }

    fn set(&mut self, name: &str, value: &Value) {
        self.merge.insert(name.to_owned(), value.clone());
        self.masked.insert(name.to_owned(), value.clone());
        self.paths.push(name.to_owned());
    }
}
