use serde_json::Value;
use std::collections::{BTreeMap, btree_map};
use std::fmt;

/// The properties of an object that its document does not know, those that travel as an explicit `null`, and what came that is not what the document says.
///
/// Decoding puts unknown properties here, so that a round trip keeps them. A property whose value is not of its declared type (a text that is not base64, a
/// number out of range, an object where a text belongs) is here too, as it came, and its field is `None`; so is an entry of a map. What
/// is here is sent after the fields,
/// except for names whose field is set; an object here is merged into a field of its name that is an object or a map, and adds what that lacks
/// (`labels: {"old": null}` beside a field `labels`). One pointer wide, and free while empty.
///
/// An element of a list that is `null` or not of the declared type is not in the list. [`passed_over`](Self::passed_over) has it; it is not sent again.
///
/// [`gapi::mismatches`](crate::mismatches) finds all such values in a response.
///
/// ```
/// let mut extra = gapi::value::Extra::default();
/// extra.insert("newerThanTheDocument", true);
/// extra.null("description");
/// assert_eq!(extra.len(), 2);
/// ```
// The box keeps every generated struct small: one pointer in place of the map's three words.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Inner>>);

#[derive(Clone, Default)]
struct Inner {
    properties: BTreeMap<String, Value>,
    /// What was read and is nowhere else, by its path.
    passed_over: Vec<(String, Value)>,
}

impl Extra {
    /// Sets a property, and gives its earlier value. Names and values are converted here: `insert("size", 1)`, without `into()`, whose target nothing would tell.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0
            .get_or_insert_default()
            .properties
            .insert(name.into(), value.into())
    }

    /// Sets a property, and gives its place.
    #[cfg(feature = "macros")]
    pub(crate) fn place(&mut self, name: String, value: Value) -> &mut Value {
        let properties = &mut self.0.get_or_insert_default().properties;
        let place = properties.entry(name).or_default();
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
        self.0.as_ref()?.properties.get(name)
    }

    /// Takes a property out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let inner = self.0.as_mut()?;
        let value = inner.properties.remove(name);
        if inner.properties.is_empty() && inner.passed_over.is_empty() {
            self.0 = None;
        }
        value
    }

    /// The properties, sorted by name.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.as_deref().map(|inner| inner.properties.iter()))
    }

    /// How many properties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |inner| inner.properties.len())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements of lists that were read and are not in their list, because they are `null` or not of the declared type, each with its path from this object:
    /// `parents[0]`. They are not sent again.
    pub fn passed_over(&self) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.0.as_deref().map(|inner| inner.passed_over.iter());
        all.into_iter()
            .flatten()
            .map(|(path, value)| (path.as_str(), value))
    }

    /// Keeps what was read and has no other place.
    pub(crate) fn pass_over(&mut self, path: String, value: Value) {
        self.0
            .get_or_insert_default()
            .passed_over
            .push((path, value));
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
            .entries(self.passed_over().map(|(path, _)| path))
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
