//! Values of API messages that Rust's own types do not cover.
//!
//! [`DateTime`], [`Date`], [`Duration`] and [`FieldMask`] hold the text that a server sent, so that an unusual value does not fail
//! a whole response and is sent back unchanged. Conversions to `jiff` and `std` (feature `jiff`), `chrono` and `time` (features of those
//! names) happen on demand and can fail.

#[cfg(test)]
mod tests;
mod texts;
#[cfg(feature = "jiff")]
mod times;

use std::{
    collections::{BTreeMap, btree_map},
    fmt,
};

pub use bytes::Bytes;
use serde_json::Value;

pub use self::texts::{Date, DateTime, Duration, FieldMask};

/// A text that does not have the form which a conversion needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    expected: &'static str,
    found: String,
}

impl InvalidValue {
    fn new(expected: &'static str, found: impl Into<String>) -> Self {
        Self {
            expected,
            found: found.into(),
        }
    }

    /// Returns the expected form, in words.
    #[must_use]
    pub fn expected(&self) -> &str {
        self.expected
    }

    /// Returns the text that was found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {:?}", self.expected, self.found)
    }
}

impl std::error::Error for InvalidValue {}

/// Implements what all types over a text have in common. Generated types use them as they use `String`; see `wire::codecs`.
macro_rules! text_type {
    ($name:ident, $expected:literal) => {
        impl $name {
            /// The expected form, for messages.
            pub(crate) const EXPECTED: &str = $expected;

            /// Returns the text, as it was received or made.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        /// Takes the text unchecked; `parse` checks it.
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        /// Takes the text unchecked; `parse` checks it.
        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text.into())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0.into()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}
use text_type;

/// Implements conversions of a text type. `$parse` makes the target of the text, or returns the form that it expects.
///
/// All of it is inlined, so that a program that converts nothing does not contain the parsers of `jiff`.
macro_rules! parsed {
    ($name:ident => $target:ty, $parse:expr) => {
        impl TryFrom<&$name> for $target {
            type Error = $crate::value::InvalidValue;

            #[inline]
            fn try_from(value: &$name) -> Result<$target, Self::Error> {
                let parse: fn(&str) -> Result<$target, &'static str> = $parse;
                parse(value.as_str())
                    .map_err(|expected| $crate::value::InvalidValue::new(expected, value.as_str()))
            }
        }

        impl TryFrom<$name> for $target {
            type Error = $crate::value::InvalidValue;

            #[inline]
            fn try_from(value: $name) -> Result<$target, Self::Error> {
                <$target>::try_from(&value)
            }
        }
    };
}
use parsed;

/// The properties of a message that have no field: those newer than the document, explicit `null`s, and values of an unexpected type.
///
/// Reading a message puts here, instead of failing:
///
/// - properties that the document does not declare;
/// - properties whose value does not have the declared type (a text that is not base64, a number out of range, an object in place
///   of a text). The field is `None` then;
/// - entries of a map whose value does not have the declared type, as an object under the name of the map.
///
/// Writing a message sends these properties after the fields, except for names whose field is set. An object here that has the name
/// of a field that is an object or a map is merged into it, and adds what the field lacks (`labels: {"old": null}` beside a field
/// `labels`).
///
/// A list has no place for an element that is `null` or does not have the declared type. [`passed_over`](Self::passed_over) returns
/// such elements; they are not sent again. [`gapi::mismatches`](crate::mismatches) finds all values of unexpected types in a response.
///
/// One pointer wide, and without an allocation while empty.
///
/// ```
/// let mut extra = gapi::value::Extra::default();
/// extra.insert("newerThanTheDocument", true);
/// extra.null("description");
/// assert_eq!(extra.len(), 2);
/// ```
// The box keeps every generated struct small: one pointer in place of the map's three words.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<ExtraData>>);

#[derive(Clone, Default)]
struct ExtraData {
    properties: BTreeMap<String, Value>,
    /// Elements that their list has no place for, with their paths.
    passed_over: Vec<(String, Value)>,
}

impl Extra {
    /// Sets a property, and returns its earlier value.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0
            .get_or_insert_default()
            .properties
            .insert(name.into(), value.into())
    }

    /// Sets a property to an explicit `null`, which clears it in a PATCH.
    pub fn null(&mut self, name: impl Into<String>) {
        self.insert(name, Value::Null);
    }

    /// Returns the value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.properties.get(name)
    }

    /// Removes a property, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let inner = self.0.as_mut()?;
        let value = inner.properties.remove(name);
        if inner.properties.is_empty() && inner.passed_over.is_empty() {
            self.0 = None;
        }
        value
    }

    /// Returns the properties, sorted by name.
    #[must_use]
    pub fn iter(&self) -> ExtraIter<'_> {
        ExtraIter(self.0.as_deref().map(|inner| inner.properties.iter()))
    }

    /// Returns the number of properties.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |inner| inner.properties.len())
    }

    /// Returns whether there are no properties.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the elements that were received but are not in their list, because they are `null` or do not have the declared type.
    /// Each has its path from this message: `parents[0]`.
    pub fn passed_over(&self) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.0.as_deref().map(|inner| inner.passed_over.iter());
        all.into_iter()
            .flatten()
            .map(|(path, value)| (path.as_str(), value))
    }

    /// Adds an element that its list has no place for.
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

/// Shows names only: any of the values may be a secret.
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
    type IntoIter = ExtraIter<'a>;

    fn into_iter(self) -> ExtraIter<'a> {
        self.iter()
    }
}

/// The properties of an [`Extra`], sorted by name.
#[derive(Clone)]
pub struct ExtraIter<'a>(Option<btree_map::Iter<'a, String, Value>>);

impl<'a> Iterator for ExtraIter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0
            .as_mut()?
            .next()
            .map(|(name, value)| (name.as_str(), value))
    }
}

impl fmt::Debug for ExtraIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.clone().map(|(name, _)| name))
            .finish()
    }
}
