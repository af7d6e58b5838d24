//! Reads parts of objects, and the token of the next page besides.

use std::{borrow::Cow, fmt};

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::Fields;
use crate::wire::{
    Besides, Container, Expected, Nullable, Open, PartPlace, Place, Properties, Property, Scalar,
    Wire, made, make_absent, refuse, slice,
};

/// The type of a field: a value, or an option of one.
#[doc(hidden)]
pub trait Field: Sized {
    /// The type of the value.
    type Value: Wire;

    /// Makes the field of a value.
    fn from_value(value: Self::Value) -> Self;

    /// Returns the value, if there is one.
    fn value(&self) -> Option<&Self::Value>;

    /// Makes the field of an absent value, or returns `None` if a value is required.
    fn missing() -> Option<Self>;
}

impl<T: Wire> Field for T {
    type Value = T;

    fn from_value(value: T) -> Self {
        value
    }

    fn value(&self) -> Option<&T> {
        Some(self)
    }

    fn missing() -> Option<Self> {
        let mut place = None;
        make_absent(&mut place);
        place
    }
}

impl<T: Wire> Field for Option<T> {
    type Value = T;

    fn from_value(value: T) -> Self {
        Some(value)
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

/// A field while its object is read.
#[doc(hidden)]
#[derive(Debug)]
pub struct FieldSlot<F: Field>(Option<F::Value>);

impl<F: Field> FieldSlot<F> {
    /// Makes an empty slot.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Reads the current value.
    pub fn read(&mut self, properties: &mut dyn Properties) {
        properties.value(&mut self.0, F::missing().is_some());
    }

    /// Returns the field. If it is required and there was no value, reports that to `properties`, and returns `None`.
    pub fn take(self, properties: &mut dyn Properties, owner: &str, name: &str) -> Option<F> {
        let field = self.0.map(F::from_value).or_else(F::missing);
        if field.is_none() {
            properties.fail(format_args!(
                "the property {name:?} is missing, which `{owner}` needs; an `Option` or `#[fields(default)]` makes it optional"
            ));
        }
        field
    }

    /// Returns the field, or its default.
    #[must_use]
    pub fn take_or_default(self) -> F
    where
        F: Default,
    {
        self.0.map(F::from_value).unwrap_or_default()
    }
}

impl<F: Field> Default for FieldSlot<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// The JSON that a part is read from, for messages.
pub const EXPECTED: Expected = Expected::unquoted("an object");

/// Reads a response as a part, and the text of its property `token` besides.
///
/// # Errors
/// When it is no object, a property has another type or is missing, or the text is not JSON.
#[doc(hidden)]
pub fn page<T: Fields>(body: &[u8], token: &str) -> Result<(T, Option<String>), serde_json::Error> {
    let (mut part, mut text) = (None, None);
    slice(
        body,
        &mut PagePlace {
            part: &mut part,
            token,
            text: &mut text,
        },
    )?;
    Ok((made(part, EXPECTED)?, text))
}

/// A place for a page.
struct PagePlace<'a> {
    part: &'a mut dyn PartPlace,
    token: &'a str,
    text: &'a mut Option<String>,
}

impl Place for PagePlace<'_> {
    fn take(&mut self, _: Scalar<'_>) -> bool {
        false
    }

    fn open(&mut self, container: Container) -> Option<Open<'_>> {
        let besides = Besides {
            name: self.token,
            text: self.text,
        };
        match container {
            Container::Map => Some(Open::Part(self.part, Some(besides))),
            Container::List => None,
        }
    }

    fn expected(&self) -> Expected {
        EXPECTED
    }
}

/// Reads the property `list` of a response as a `T`, and the text of its property `token`.
pub(crate) fn page_from_slice<T: Wire>(
    body: &[u8],
    list: &str,
    token: &str,
) -> Result<(Option<T>, Option<String>), serde_json::Error> {
    let (mut entries, mut text) = (None, None);
    let properties: [(&str, &mut dyn Property); 2] = [(list, &mut entries), (token, &mut text)];
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    (&mut deserializer).deserialize_map(ListAndToken(properties))?;
    deserializer.end()?;
    Ok((entries, text))
}

/// Reads two properties of an object, and skips the others.
struct ListAndToken<'a>([(&'a str, &'a mut dyn Property); 2]);

impl<'de> Visitor<'de> for ListAndToken<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match self.0.iter_mut().find(|(name, _)| *name == key) {
                Some((_, property)) => {
                    let property = &mut **property;
                    let expected = property.expected();
                    let keeps = true;
                    let misfits = map.next_value_seed(Nullable { property, keeps })?;
                    // Elements of another type are skipped, but a page without its list or its token is useless.
                    refuse(expected, &misfits)?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
