//! Reads a part of an answer, and the token of the next page beside it.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::Fields;
use crate::wire::{Wire, expected};

/// The properties of one object as they come.
#[doc(hidden)]
pub struct Entries<'a, A> {
    map: A,
    /// A property whose text is kept besides, whatever field it has.
    wanted: Option<&'a str>,
    found: &'a mut Option<String>,
    /// The value of a kept property, for its field.
    pending: Option<Value>,
}

impl<A> fmt::Debug for Entries<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entries")
    }
}

impl<'de, A: MapAccess<'de>> Entries<'_, A> {
    /// The position of the next property among `names`; others are passed over.
    ///
    /// # Errors
    /// When the text is broken.
    pub fn next(&mut self, names: &[Cow<'static, str>]) -> Result<Option<usize>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            self.pending = None;
            if self.wanted == Some(&*key) {
                let value: Value = self.map.next_value()?;
                *self.found = value.as_str().map(String::from);
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

    fn value<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.pending.take() {
            Some(value) => seed.deserialize(value).map_err(A::Error::custom),
            None => self.map.next_value_seed(seed),
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
        T::absent()
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
pub struct Slot<F>(Option<F>);

impl<F: Field> Slot<F> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Reads the value at hand.
    ///
    /// # Errors
    /// When it has another type.
    pub fn read<'de, A: MapAccess<'de>>(
        &mut self,
        entries: &mut Entries<'_, A>,
    ) -> Result<(), A::Error> {
        let value: Option<F::Value> = entries.value(Nullable(PhantomData))?;
        self.0 = value.map(F::from_value);
        Ok(())
    }

    /// The field.
    ///
    /// # Errors
    /// When there was no value, and the field needs one.
    pub fn take<E: serde::de::Error>(self, owner: &str, name: &str) -> Result<F, E> {
        self.0.or_else(F::missing).ok_or_else(|| {
            E::custom(format_args!(
                "the property {name:?} is missing, which `{owner}` needs; an `Option` or `#[fields(default)]` makes it optional"
            ))
        })
    }

    /// The field, or its default.
    pub fn take_or_default(self) -> F
    where
        F: Default,
    {
        self.0.unwrap_or_default()
    }
}

impl<F: Field> Default for Slot<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// A value or `null`.
struct Nullable<T>(PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Nullable<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Wire> Visitor<'de> for Nullable<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer).map(Some)
    }
}

struct PartVisitor<'a, T> {
    wanted: Option<&'a str>,
    found: &'a mut Option<String>,
    part: PhantomData<T>,
}

impl<'de, T: Fields> Visitor<'de> for PartVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read_entries(&mut Entries {
            map,
            wanted: self.wanted,
            found: self.found,
            pending: None,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Err(expected(&self, "a list"))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<T, E> {
        Err(expected(&self, "a boolean"))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<T, E> {
        Err(expected(&self, "a number"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<T, E> {
        Err(expected(&self, "a number"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<T, E> {
        Err(expected(&self, "a number"))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<T, E> {
        Err(expected(&self, "a string"))
    }
}

/// Reads one object.
///
/// # Errors
/// When the value is none, or a property has another type or is missing.
#[doc(hidden)]
pub fn read<'de, T: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(PartVisitor {
        wanted: None,
        found: &mut None,
        part: PhantomData,
    })
}

/// Reads an answer.
///
/// # Errors
/// As for [`read`], and when the text is not JSON.
#[doc(hidden)]
pub fn from_slice<T: Fields>(body: &[u8]) -> Result<T, serde_json::Error> {
    page(body, None).map(|(part, _)| part)
}

/// Reads an answer, and the text of its property `token` besides.
///
/// # Errors
/// As for [`from_slice`].
#[doc(hidden)]
pub fn page<T: Fields>(
    body: &[u8],
    token: Option<&str>,
) -> Result<(T, Option<String>), serde_json::Error> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let part = deserializer_any(&mut deserializer, token, &mut found)?;
    deserializer.end()?;
    Ok((part, found))
}

fn deserializer_any<T: Fields>(
    deserializer: &mut serde_json::Deserializer<serde_json::de::SliceRead<'_>>,
    wanted: Option<&str>,
    found: &mut Option<String>,
) -> Result<T, serde_json::Error> {
    deserializer.deserialize_any(PartVisitor {
        wanted,
        found,
        part: PhantomData,
    })
}

/// Reads the property `list` of an answer as a `T`, and the text of its property `token`.
pub(crate) fn page_from_slice<T: Wire>(
    body: &[u8],
    list: &str,
    token: &str,
) -> Result<(Option<T>, Option<String>), serde_json::Error> {
    struct Page<'a, T>(&'a str, &'a str, PhantomData<T>);
    impl<'de, T: Wire> Visitor<'de> for Page<'_, T> {
        type Value = (Option<T>, Option<String>);

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut list, mut token) = (None, None);
            while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                if key == self.0 {
                    list = map.next_value_seed(Nullable(PhantomData))?;
                } else if key == self.1 {
                    token = map.next_value_seed(Nullable::<String>(PhantomData))?;
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok((list, token))
        }
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let page = (&mut deserializer).deserialize_map(Page(list, token, PhantomData))?;
    deserializer.end()?;
    Ok(page)
}
