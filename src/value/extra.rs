use serde_json::Value;
use std::collections::{BTreeMap, btree_map};
use std::fmt;

/// The properties of an object that its document does not know, and those that travel as an explicit `null`.
///
/// Decoding puts unknown properties here, so that a round trip keeps them. What is here is sent after the fields,
/// except for names whose field is set; an object here is merged into a field of its name that is an object or a map, and adds what that lacks
/// (`labels: {"old": null}` beside a field `labels`). One pointer wide, and free while empty.
///
/// ```
/// let mut extra = gapi::value::Extra::default();
/// extra.insert("newerThanTheDocument", true);
/// extra.null("description");
/// assert_eq!(extra.len(), 2);
/// ```
// The box keeps every generated struct small: one pointer in place of the map's three words.
#[allow(clippy::box_collection)]
#[derive(Clone, Default)]
pub struct Extra(Option<Box<BTreeMap<String, Value>>>);

impl Extra {
    /// Sets a property, and gives its earlier value.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0
            .get_or_insert_default()
            .insert(name.into(), value.into())
    }

    /// Sets a property, and gives its place.
    #[cfg(feature = "macros")]
    pub(crate) fn place(&mut self, name: String, value: Value) -> &mut Value {
        let place = self.0.get_or_insert_default().entry(name).or_default();
        *place = value;
        place
    }

    /// Makes a property travel as an explicit `null`, which in a PATCH clears it.
    pub fn null(&mut self, name: impl Into<String>) {
        self.insert(name, Value::Null);
    }

    /// The value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name)
    }

    /// Takes a property out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let map = self.0.as_mut()?;
        let value = map.remove(name);
        if map.is_empty() {
            self.0 = None;
        }
        value
    }

    /// The properties, sorted by name.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.as_deref().map(BTreeMap::iter))
    }

    /// How many properties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |map| map.len())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Extra) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Names only: nobody knows which of the values are secrets.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(properties: I) -> Extra {
        let mut extra = Extra::default();
        extra.extend(properties);
        extra
    }
}

impl<N: Into<String>, V: Into<Value>> Extend<(N, V)> for Extra {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, properties: I) {
        for (name, value) in properties {
            self.insert(name, value);
        }
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The properties of an [`Extra`], sorted by name.
#[derive(Clone)]
pub struct Iter<'a>(Option<btree_map::Iter<'a, String, Value>>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0
            .as_mut()?
            .next()
            .map(|(name, value)| (name.as_str(), value))
    }
}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.clone().map(|(name, _)| name))
            .finish()
    }
}
