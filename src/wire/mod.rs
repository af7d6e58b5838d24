//! JSON: the traits of generated types, and the codecs of all types.
//!
//! Generated code only lists names: an [`Object`] implementation per schema, an [`OpenEnum`] per enum. The code here that decodes,
//! encodes and formats them works with [`place`]'s trait objects, so that it is compiled once and not for every type.

mod codecs;
pub(crate) mod json_text;
mod object;
pub mod open_enum;
mod place;
mod read;
mod scalar;
mod write;

use std::{any::TypeId, collections::BTreeMap};

use serde::{
    de::Deserializer,
    ser::{Serialize as _, Serializer},
};

pub(crate) use self::{
    json_text::member,
    object::{make_absent, remove_read_only},
    place::{
        AnyObject, Besides, Elements, Entries, Pairs, PartPlace, Place, Property, made, no_token,
        refuse,
    },
    read::{Nullable, slice},
    scalar::{Scalar, encode_standard, in_standard},
    write::Written,
};
pub use self::{
    object::{
        Object, UnknownField, debug, deserialize, eq, field, field_mut, mismatches, null,
        null_entry, null_field, serialize, wire_name,
    },
    open_enum::{OpenEnum, Param},
    place::{Container, Expected, Open, Properties, PropertyMut, PropertyRef, View},
    scalar::Base64,
};

/// A type of JSON values, in Google's mapping of types to JSON.
///
/// Serde's own traits do not fit, because that mapping differs from theirs for Rust's plain types: `i64` is a string, floats may be
/// `"NaN"`, bytes are base64.
pub trait Wire: Sized {
    /// The JSON that a value is read from, for messages.
    #[doc(hidden)]
    const EXPECTED: Expected;

    /// Returns the value of a scalar, or `None` if it is not of this type.
    #[doc(hidden)]
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        let _ = scalar;
        None
    }

    /// Makes an empty value that a reader fills, or returns `None` if values of this type are not such containers.
    #[doc(hidden)]
    fn open(place: &mut Option<Self>, container: Container) -> Option<Open<'_>> {
        let _ = (place, container);
        None
    }

    /// Returns the value as it is written.
    #[doc(hidden)]
    fn view(&self) -> View<'_>;

    // The functions from here on may drop a value, so they are out of line: the struct of a schema has tens of fields, and the
    // compiler would copy the code that drops them to every place where a value may be dropped.

    /// Empties a place.
    #[doc(hidden)]
    #[inline(never)]
    fn clear(place: &mut Option<Self>) {
        *place = None;
    }

    /// Stores a scalar in a place. Returns `false` if it is not of this type.
    #[doc(hidden)]
    #[inline(never)]
    fn take(place: &mut Option<Self>, scalar: Scalar<'_>) -> bool {
        match Self::from_scalar(scalar) {
            Some(value) => {
                *place = Some(value);
                true
            }
            None => false,
        }
    }

    /// Adds the value that `read` stores in a place to a list.
    #[doc(hidden)]
    #[inline(never)]
    fn add(list: &mut Vec<Self>, read: &mut dyn FnMut(&mut dyn Place) -> bool) {
        let mut place = None;
        if read(&mut place) {
            list.extend(place);
        }
    }

    /// Adds the value that `read` stores in a place to a map.
    #[doc(hidden)]
    #[inline(never)]
    fn add_entry(
        map: &mut BTreeMap<String, Self>,
        key: String,
        read: &mut dyn FnMut(&str, &mut dyn Place),
    ) {
        let mut place = None;
        read(&key, &mut place);
        if let Some(value) = place {
            map.insert(key, value);
        }
    }

    /// Makes an empty list.
    #[doc(hidden)]
    #[inline(never)]
    fn list(place: &mut Option<Vec<Self>>) -> &mut dyn Elements {
        place.insert(Vec::new())
    }

    /// Makes an empty map.
    #[doc(hidden)]
    #[inline(never)]
    fn entries(place: &mut Option<BTreeMap<String, Self>>) -> &mut dyn Entries {
        place.insert(BTreeMap::new())
    }

    /// Adds the parts of a property of this type to a mask; none if the whole property is wanted.
    #[doc(hidden)]
    fn select(selection: &mut Selection) {
        let _ = selection;
    }

    /// Reads one value that is not `null`.
    ///
    /// # Errors
    /// When the value has another type; the message states the expected and the actual one.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut place = None;
        read::value(&mut place, deserializer, false)?;
        made(place, Self::EXPECTED)
    }

    /// Writes one value.
    ///
    /// # Errors
    /// Only the serializer's own.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}

impl<T: Wire> Place for Option<T> {
    fn take(&mut self, scalar: Scalar<'_>) -> bool {
        T::take(self, scalar)
    }

    fn open(&mut self, container: Container) -> Option<Open<'_>> {
        T::open(self, container)
    }

    fn expected(&self) -> Expected {
        T::EXPECTED
    }
}

impl<T: Wire> Property for Option<T> {
    fn clear(&mut self) {
        T::clear(self);
    }

    fn view(&self) -> Option<View<'_>> {
        self.as_ref().map(Wire::view)
    }
}

/// Decodes one value, and refuses anything after it.
///
/// # Errors
/// When the text is not JSON, or the value has another type.
#[inline]
pub fn from_slice<T: Wire>(body: &[u8]) -> Result<T, serde_json::Error> {
    let mut place = None;
    slice(body, &mut place)?;
    made(place, T::EXPECTED)
}

/// Encodes a value as JSON.
///
/// # Errors
/// Those of serde_json, such as those of a program's own `Serialize`.
#[inline]
pub(crate) fn to_vec<T: Wire>(value: &T) -> Result<Written, serde_json::Error> {
    write::to_vec(&value.view())
}

/// A `fields` mask that is being written.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Selection {
    text: String,
    /// The types whose parts are being written.
    open: Vec<TypeId>,
}

impl Selection {
    /// Adds the parts of `T`, in parentheses. A type within itself has no finite mask, so the whole inner one is selected.
    pub fn nested<T: 'static>(&mut self, parts: fn(&mut Self)) {
        let id = TypeId::of::<T>();
        if self.open.contains(&id) {
            return;
        }
        self.open.push(id);
        self.text.push('(');
        parts(self);
        self.text.push(')');
        self.open.pop();
    }

    /// Adds a part by its name, and its own parts.
    pub fn part(&mut self, name: &str, below: fn(&mut Self)) {
        if !self.text.is_empty() && !self.text.ends_with('(') {
            self.text.push(',');
        }
        self.text.push_str(name);
        below(self);
    }

    /// Adds the parts of each entry of a map.
    fn entries(&mut self, below: fn(&mut Self)) {
        let before = self.text.len();
        self.text.push_str("/*");
        below(self);
        if self.text.len() == before + 2 {
            self.text.truncate(before);
        }
    }

    /// Returns the mask.
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod object_tests;
