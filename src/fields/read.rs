//! Reads a part of an answer, and the token of the next page beside it.

use std::{borrow::Cow, fmt};

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::{Fields, PartPlace};
use crate::wire::{
    Expected, Found, Kind, Nullable, Open, Place, Property, Wire, made, make_absent, put, refuse,
    slice,
};

/// The properties of one object as they come, whatever format they come from. What goes wrong is kept; there are none then any more.
#[doc(hidden)]
pub trait Properties {
    /// The position of the next property among `names`; others are passed over. `None` after the last one.
    fn next(&mut self, names: &[&str]) -> Option<usize>;

    /// Reads the value of the property at hand. One that does not fit leaves the place empty where it `may_be_odd`, and ends the reading elsewhere.
    fn value(&mut self, place: &mut dyn Property, may_be_odd: bool);

    /// Ends the reading.
    fn fail(&mut self, message: fmt::Arguments<'_>);
}

/// A property whose text is kept besides, whatever field has it: the token of the next page.
#[allow(missing_debug_implementations)] // Tokens of pages may be secret.
#[doc(hidden)]
pub struct Besides<'a> {
    name: &'a str,
    text: &'a mut Option<String>,
}

/// The entries of a map as [`Properties`].
struct Entries<'a, 'de, A: MapAccess<'de>> {
    map: A,
    besides: Option<Besides<'a>>,
    /// The value of a kept property, for its field.
    pending: Option<Value>,
    done: Result<(), A::Error>,
}

impl<'de, A: MapAccess<'de>> Entries<'_, 'de, A> {
    fn try_next(&mut self, names: &[&str]) -> Result<Option<usize>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            self.pending = None;
            if let Some(besides) = &mut self.besides
                && besides.name == key
            {
                let value: Value = self.map.next_value()?;
                if !value.is_null() && !value.is_string() {
                    // Without it the list would end here.
                    let name = besides.name;
                    return Err(A::Error::custom(format_args!(
                        "{name:?} is no text, so that the next page cannot be asked for"
                    )));
                }
                *besides.text = value.as_str().map(String::from);
                self.pending = Some(value);
            }
            if let Some(index) = names.iter().position(|name| *name == key) {
                return Ok(Some(index));
            }
            if self.pending.is_none() {
                self.map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(None)
    }
}

impl<'de, A: MapAccess<'de>> Properties for Entries<'_, 'de, A> {
    fn next(&mut self, names: &[&str]) -> Option<usize> {
        if self.done.is_err() {
            return None;
        }
        match self.try_next(names) {
            Ok(index) => index,
            Err(error) => {
                self.done = Err(error);
                None
            }
        }
    }

    fn value(&mut self, property: &mut dyn Property, may_be_odd: bool) {
        let keeps = may_be_odd;
        // A type of a program has no place for what does not fit.
        let read = match self.pending.take() {
            Some(value) => put(property, value, keeps),
            None => self.map.next_value_seed(Nullable { property, keeps }),
        };
        self.done = read.map(|_| ());
    }

    fn fail(&mut self, message: fmt::Arguments<'_>) {
        if self.done.is_ok() {
            self.done = Err(A::Error::custom(message));
        }
    }
}

/// The type of a field: a value, or an option of one.
#[doc(hidden)]
pub trait Field: Sized {
    /// What the field holds where it has a value.
    type Value: Wire;

    /// The field of a value.
    fn from_value(value: Self::Value) -> Self;

    /// The value, if there is one.
    fn value(&self) -> Option<&Self::Value>;

    /// The field where the answer has no value.
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

/// A field while an object is read.
#[doc(hidden)]
#[derive(Debug)]
pub struct Slot<F: Field>(Option<F::Value>);

impl<F: Field> Slot<F> {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Reads the value at hand.
    pub fn read(&mut self, properties: &mut dyn Properties) {
        properties.value(&mut self.0, F::missing().is_some());
    }

    /// The field; `None` when there was no value, and the field needs one, which `properties` is told.
    pub fn take(self, properties: &mut dyn Properties, owner: &str, name: &str) -> Option<F> {
        let field = self.0.map(F::from_value).or_else(F::missing);
        if field.is_none() {
            properties.fail(format_args!(
                "the property {name:?} is missing, which `{owner}` needs; an `Option` or `#[fields(default)]` makes it optional"
            ));
        }
        field
    }

    /// The field, or its default.
    #[must_use]
    pub fn take_or_default(self) -> F
    where
        F: Default,
    {
        self.0.map(F::from_value).unwrap_or_default()
    }
}

impl<F: Field> Default for Slot<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads a part of the object that a map is.
pub(crate) fn read_part<'de, A: MapAccess<'de>>(
    part: &mut dyn PartPlace,
    besides: Option<Besides<'_>>,
    map: A,
) -> Result<(), A::Error> {
    let mut entries = Entries {
        map,
        besides,
        pending: None,
        done: Ok(()),
    };
    part.read(&mut entries);
    entries.done
}

/// Reads an answer, and the text of its property `token` besides.
///
/// # Errors
/// When it is no object, a property has another type or is missing, or the text is not JSON.
#[doc(hidden)]
pub fn page<T: Fields>(body: &[u8], token: &str) -> Result<(T, Option<String>), serde_json::Error> {
    let (mut part, mut text) = (None, None);
    slice(
        body,
        &mut PageOf {
            part: &mut part,
            token,
            text: &mut text,
        },
    )?;
    Ok((made(part)?, text))
}

/// A place for a page.
struct PageOf<'a> {
    part: &'a mut dyn PartPlace,
    token: &'a str,
    text: &'a mut Option<String>,
}

impl Place for PageOf<'_> {
    fn take(&mut self, _: Found<'_>) -> bool {
        false
    }

    fn open(&mut self, kind: Kind) -> Option<Open<'_>> {
        let besides = Besides {
            name: self.token,
            text: self.text,
        };
        match kind {
            Kind::Map => Some(Open::Part(self.part, Some(besides))),
            Kind::List => None,
        }
    }

    fn expected(&self) -> Expected {
        EXPECTED
    }
}

/// What a part of an object is read from.
pub const EXPECTED: Expected = Expected::unquoted("an object");

/// Reads the property `list` of an answer as a `T`, and the text of its property `token`.
pub(crate) fn page_from_slice<T: Wire>(
    body: &[u8],
    list: &str,
    token: &str,
) -> Result<(Option<T>, Option<String>), serde_json::Error> {
    let (mut entries, mut found) = (None, None);
    read_two(body, [(list, &mut entries), (token, &mut found)])?;
    Ok((entries, found))
}

fn read_two<'a>(
    body: &[u8],
    wanted: [(&'a str, &'a mut dyn Property); 2],
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    (&mut deserializer).deserialize_map(ToPage { wanted })?;
    deserializer.end()
}

/// Reads two properties of an object, and passes over the others.
struct ToPage<'a> {
    wanted: [(&'a str, &'a mut dyn Property); 2],
}

impl<'de> Visitor<'de> for ToPage<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut wanted = self.wanted;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match wanted.iter_mut().find(|(name, _)| *name == key) {
                Some((_, place)) => {
                    let property = &mut **place;
                    let expected = property.expected();
                    let keeps = true;
                    let misfits = map.next_value_seed(Nullable { property, keeps })?;
                    // Without its list or its token, a page says nothing. An element of the list is another thing.
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
