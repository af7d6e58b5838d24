//! How values travel: the traits that generated types implement, and the codecs of every wire type.
//!
//! Generated code only names what it needs: one [`Object`] implementation per schema, one [`OpenEnum`] per enum.
//! Everything that decodes, encodes or shows them is here, generic, and compiled for what a program uses.

mod collection;
mod members;
mod misfit;
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
mod property;
#[cfg_attr(not(feature = "macros"), allow(unreachable_pub))]
mod read;
mod scalar;
#[cfg_attr(not(feature = "macros"), allow(unreachable_pub))]
mod selection;
mod show;
pub(crate) mod space;
mod text;
mod write;

pub(crate) use members::member;
pub use misfit::mismatches;
pub use null::{UnknownField, null};
#[cfg(feature = "macros")]
pub use null::{null_entry, null_field};
pub(crate) use object::{AnyObject, make_absent};
pub use object::{Object, field, field_mut, no_field, no_field_mut, wire_name};
pub use open_enum::OpenEnum;
pub use param::Param;
pub use part::{Leaf, Part};
pub(crate) use property::{Elements, Entries, Pairs, Place, Property};
pub use property::{Expected, Kind, Open, PropertyMut, PropertyRef, View};
pub(crate) use read::{Nullable, made, put, refuse, slice};
pub use read::{deserialize, from_slice};
pub(crate) use scalar::Found;
#[cfg_attr(not(feature = "macros"), allow(unreachable_pub))]
pub use selection::Selection;
pub use show::debug;
pub use text::Base64;
pub(crate) use text::{encode_standard, in_standard};
pub(crate) use write::{Written, to_vec};
pub use write::{eq, serialize};

use std::collections::BTreeMap;

use serde::de::Deserializer;
use serde::ser::{Serialize as _, Serializer};

use property::Within;

/// A value that a JSON body can hold, in Google's mapping of types to JSON.
///
/// It stands beside serde's own traits because Rust's plain types travel differently here: `i64` as a string, floats
/// as `"NaN"`, bytes as base64.
pub trait Wire: Sized {
    /// What it is read from, for messages.
    #[doc(hidden)]
    const EXPECTED: Expected;

    /// The value of a scalar, where it is one of this type.
    #[doc(hidden)]
    fn from_scalar(found: Found<'_>) -> Option<Self> {
        let _ = found;
        None
    }

    /// Makes an empty value of what can be filled.
    #[doc(hidden)]
    fn open(place: &mut Option<Self>, kind: Kind) -> Option<Open<'_>> {
        let _ = (place, kind);
        None
    }

    /// How it travels.
    #[doc(hidden)]
    fn view(&self) -> View<'_>;

    // What may drop a value is out of line from here on, and the type's own. A schema's struct has tens of fields, so dropping one takes much code, and the
    // compiler copies that code to wherever one may be dropped: this way, that is beside the type.

    /// Empties a place.
    #[doc(hidden)]
    #[inline(never)]
    fn clear(place: &mut Option<Self>) {
        *place = None;
    }

    /// Puts a scalar in a place; `false` when it is none of this type.
    #[doc(hidden)]
    #[inline(never)]
    fn take(place: &mut Option<Self>, found: Found<'_>) -> bool {
        match Self::from_scalar(found) {
            Some(value) => {
                *place = Some(value);
                true
            }
            None => false,
        }
    }

    /// Adds what `read` makes of a place to a list.
    #[doc(hidden)]
    #[inline(never)]
    fn add(list: &mut Vec<Self>, read: &mut dyn FnMut(&mut dyn Place) -> bool) {
        let mut place = None;
        if read(&mut place) {
            list.extend(place);
        }
    }

    /// Adds what `read` makes of a place to a map.
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

    /// Adds what is asked for below a property of this type. Nothing asks for all of it.
    #[doc(hidden)]
    fn select(selection: &mut Selection) {
        let _ = selection;
    }

    /// Reads one value that is not `null`.
    ///
    /// # Errors
    /// When the value has another type; the message says what was expected and what was found.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut place = None;
        read::value(&mut place, deserializer, false)?;
        read::made(place)
    }

    /// Writes one value.
    ///
    /// # Errors
    /// Only the serializer's own.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}

impl<T: Object> Wire for T {
    const EXPECTED: Expected = Expected::object(T::NAME);

    fn open(place: &mut Option<T>, kind: Kind) -> Option<Open<'_>> {
        match kind {
            Kind::Map => Some(Open::Object(place.insert(T::default()))),
            Kind::List => None,
        }
    }

    fn take(_: &mut Option<T>, _: Found<'_>) -> bool {
        false
    }

    // Out of line for the same reason: a trait object brings the code that drops its type.
    #[inline(never)]
    fn view(&self) -> View<'_> {
        View::Object(self)
    }

    fn add(list: &mut Vec<T>, read: &mut dyn FnMut(&mut dyn Place) -> bool) {
        let last = list.len();
        list.push(T::default());
        // Just pushed.
        if !read(&mut Within(&mut list[last])) {
            list.truncate(last);
        }
    }
}

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod object_tests;
