//! How values travel: the traits that generated types implement, and the codecs of every wire type.
//!
//! Generated code only names what it needs: one [`Object`] implementation per schema, one [`OpenEnum`] per enum.
//! Everything that decodes, encodes or shows them is here, generic, and compiled for what a program uses.

mod collection;
// Some of it, and of `object`, is for what macros expand to.
#[cfg_attr(not(feature = "macros"), allow(dead_code, unreachable_pub))]
mod null;
mod number;
#[cfg_attr(not(feature = "macros"), allow(dead_code, unreachable_pub))]
mod object;
pub mod open_enum;
mod param;
mod part;
pub(crate) mod path;
mod room;
mod scalar;
#[cfg_attr(not(feature = "macros"), allow(unreachable_pub))]
mod shape;
mod show;
mod text;

pub use null::{UnknownField, null};
#[cfg(feature = "macros")]
pub use null::{null_entry, null_field};
#[cfg(feature = "macros")]
pub(crate) use object::wire_name;
pub(crate) use object::{Absent, expected, names_of};
pub use object::{Get, Object, Put, UNKNOWN, deserialize, eq, serialize};
pub use open_enum::OpenEnum;
pub use param::Param;
pub use part::{Leaf, Part};
pub(crate) use scalar::{Found, Scalar, read_scalar};
#[cfg_attr(not(feature = "macros"), allow(unreachable_pub))]
pub use shape::Selection;
pub(crate) use shape::Shape;
pub use show::debug;

use object::Fill;
use scalar::read_text;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A value that a JSON body can hold, in Google's mapping of types to JSON.
///
/// It stands beside serde's own traits because Rust's plain types travel differently here: `i64` as a string, floats
/// as `"NaN"`, bytes as base64.
///
/// A type that is read from any text gives [`FROM_TEXT`](Self::FROM_TEXT), and one that is written as a text [`as_text`](Self::as_text); it then shares that code with all
/// such types. Any other gives [`read`](Self::read) and [`write`](Self::write).
pub trait Wire: Sized {
    /// From any text, where that is all that is read.
    const FROM_TEXT: Option<fn(&str) -> Self> = None;

    /// The text that it is written as, where it always is one.
    fn as_text(&self) -> Option<&str> {
        None
    }

    /// Reads one value that is not `null`.
    ///
    /// # Errors
    /// When the value has another type; the message says what was expected and what was found.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = None;
        read_text(deserializer, &mut |text| {
            value = Self::FROM_TEXT.map(|make| make(text));
        })?;
        value.ok_or_else(|| D::Error::custom("a type that is no text has a reader of its own"))
    }

    /// Reads one value that is not `null` to where it is to stay.
    ///
    /// # Errors
    /// As for [`read`](Self::read); what is in `place` then is of no use.
    #[doc(hidden)]
    #[inline]
    fn read_into<'de, D: Deserializer<'de>>(
        place: &mut Option<Self>,
        deserializer: D,
    ) -> Result<(), D::Error> {
        room::replace(place, Self::read(deserializer)?);
        Ok(())
    }

    /// Reads the next element of a list to its end; `false` when there is none.
    ///
    /// # Errors
    /// As for [`read`](Self::read); the end of `list` then is of no use.
    #[doc(hidden)]
    #[inline]
    fn read_next<'de, A: SeqAccess<'de>>(
        list: &mut Vec<Self>,
        items: &mut A,
    ) -> Result<bool, A::Error> {
        let item = items.next_element_seed(Reading(PhantomData))?;
        let is_there = item.is_some();
        list.extend(item);
        Ok(is_there)
    }

    /// Writes one value.
    ///
    /// # Errors
    /// Only the serializer's own.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_text() {
            Some(text) => serializer.serialize_str(text),
            None => Err(S::Error::custom(
                "a type that is no text has a writer of its own",
            )),
        }
    }

    /// What travels as a text, as one. By a way of its own, since writing takes the code of every type below.
    #[doc(hidden)]
    fn text(&self) -> Option<String> {
        self.as_text().map(str::to_owned)
    }

    /// How it is built, for partial updates.
    #[doc(hidden)]
    fn shape() -> Shape {
        Shape::Whole
    }

    /// Adds what is asked for below a property of this type. Nothing asks for all of it.
    #[doc(hidden)]
    fn select(selection: &mut Selection) {
        let _ = selection;
    }

    /// What an absent property stands for, where it stands for a value: servers leave out empty lists and maps.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Object> Wire for T {
    #[inline]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }

    #[inline]
    fn read_into<'de, D: Deserializer<'de>>(
        place: &mut Option<Self>,
        deserializer: D,
    ) -> Result<(), D::Error> {
        Fill(room::fresh(place)).deserialize(deserializer)
    }

    #[inline]
    fn read_next<'de, A: SeqAccess<'de>>(
        list: &mut Vec<Self>,
        items: &mut A,
    ) -> Result<bool, A::Error> {
        let is_there = items
            .next_element_seed(Fill(room::one_more(list)))?
            .is_some();
        if !is_there {
            room::one_less(list);
        }
        Ok(is_there)
    }

    #[inline]
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self, serializer)
    }

    fn shape() -> Shape {
        Shape::Object(shape::of_property::<T>)
    }
}

/// Reads the value of a known property into its field; `null` empties the field.
///
/// # Errors
/// When the value has another type.
fn read<'de, T: Wire, A: MapAccess<'de>>(
    field: &mut Option<T>,
    map: &mut A,
) -> Result<(), A::Error> {
    match T::FROM_TEXT {
        Some(make) => map.next_value_seed(NullableText(&mut |text| *field = text.map(make))),
        None => map.next_value_seed(Nullable(field)),
    }
}

/// A [`Wire`] value as serde's `Serialize`.
pub(crate) struct Written<'a, T>(pub(crate) &'a T);

impl<T: Wire> Serialize for Written<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Reads a [`Wire`] value where serde asks for a seed.
pub(crate) struct Reading<T>(pub(crate) PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Reading<T> {
    type Value = T;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// A value or `null`.
struct Nullable<'a, T>(&'a mut Option<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Nullable<'_, T> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Wire> Visitor<'de> for Nullable<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        room::clear(self.0);
        Ok(())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        room::clear(self.0);
        Ok(())
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        T::read_into(self.0, deserializer)
    }
}

/// A text or `null`, whatever type it is for.
struct NullableText<'a>(&'a mut dyn FnMut(Option<&str>));

impl<'de> DeserializeSeed<'de> for NullableText<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for NullableText<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        (self.0)(None);
        Ok(())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        (self.0)(None);
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        read_text(deserializer, &mut |text| (self.0)(Some(text)))
    }
}

/// Encodes a value that is no object of its own: a list or a map.
///
/// # Errors
/// Those of serde_json, such as a map in a program's own `Serialize` that fails.
pub(crate) fn to_vec<T: Wire>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Written(value))
}

/// Decodes one value, and refuses anything after it.
///
/// # Errors
/// When the text is not JSON, or the value has another type.
pub(crate) fn from_slice<T: Wire>(body: &[u8]) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = T::read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod object_tests;
