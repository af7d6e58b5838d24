//! Objects: the trait that every generated struct implements, and what is known of them without a type.

use std::fmt;

use super::Wire;
use super::property::{Kind, Open, Property, PropertyMut, PropertyRef};
use crate::value::Extra;

/// A schema with properties: a struct of optional fields, plus [`Extra`].
///
/// Generated code implements it; programs use the struct's fields.
pub trait Object: Default + Clone + fmt::Debug + Send + Sync + 'static {
    /// The schema's name.
    const NAME: &'static str;
    /// The wire names of its properties, in the order of the fields.
    const PROPERTIES: &'static [&'static str];
    /// The fields whose property is not their name in `camelCase`, each with its wire name.
    const RENAMED: &'static [(&'static str, &'static str)] = &[];
    /// Properties by wire name whose values `Debug` never shows.
    const SECRETS: &'static [&'static str] = &[];

    /// The property whose name stands at `index` of [`PROPERTIES`](Self::PROPERTIES).
    fn property(&self, index: usize) -> PropertyRef<'_>;

    /// The property of this wire name.
    fn property_mut(&mut self, name: &str) -> PropertyMut<'_>;

    /// What the document does not know.
    fn extra(&self) -> &Extra;

    /// What the document does not know, to change it.
    fn extra_mut(&mut self) -> &mut Extra;
}

/// A field as a property.
#[doc(hidden)]
#[inline]
pub fn field<T: Wire>(field: &Option<T>) -> PropertyRef<'_> {
    Some(field)
}

/// A field as a property, to change it.
#[doc(hidden)]
#[inline]
pub fn field_mut<T: Wire>(field: &mut Option<T>) -> PropertyMut<'_> {
    Some(field)
}

/// No property.
#[doc(hidden)]
#[inline]
pub fn no_field<'a>() -> PropertyRef<'a> {
    None
}

/// No property to change.
#[doc(hidden)]
#[inline]
pub fn no_field_mut<'a>() -> PropertyMut<'a> {
    None
}

/// What is known of a schema.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct About {
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [&'static str],
    pub(crate) secrets: &'static [&'static str],
}

/// An [`Object`] of any type.
#[doc(hidden)]
pub trait AnyObject {
    /// Its schema.
    fn about(&self) -> &'static About;

    /// As of [`Object`].
    fn property(&self, index: usize) -> PropertyRef<'_>;

    /// As of [`Object`].
    fn property_mut(&mut self, name: &str) -> PropertyMut<'_>;

    /// As of [`Object`].
    fn extra(&self) -> &Extra;

    /// As of [`Object`].
    fn extra_mut(&mut self) -> &mut Extra;
}

impl<T: Object> AnyObject for T {
    fn about(&self) -> &'static About {
        &About {
            name: T::NAME,
            properties: T::PROPERTIES,
            secrets: T::SECRETS,
        }
    }

    fn property(&self, index: usize) -> PropertyRef<'_> {
        <T as Object>::property(self, index)
    }

    fn property_mut(&mut self, name: &str) -> PropertyMut<'_> {
        <T as Object>::property_mut(self, name)
    }

    fn extra(&self) -> &Extra {
        <T as Object>::extra(self)
    }

    fn extra_mut(&mut self) -> &mut Extra {
        <T as Object>::extra_mut(self)
    }
}

// `Box` is fundamental: another crate could implement `Object` for a box of its own type, so `Wire` must come to boxes
// through `Object` as well.
impl<T: Object> Object for Box<T> {
    const NAME: &'static str = T::NAME;
    const PROPERTIES: &'static [&'static str] = T::PROPERTIES;
    const RENAMED: &'static [(&'static str, &'static str)] = T::RENAMED;
    const SECRETS: &'static [&'static str] = T::SECRETS;

    fn property(&self, index: usize) -> PropertyRef<'_> {
        <T as Object>::property(self, index)
    }

    fn property_mut(&mut self, name: &str) -> PropertyMut<'_> {
        <T as Object>::property_mut(self, name)
    }

    fn extra(&self) -> &Extra {
        <T as Object>::extra(self)
    }

    fn extra_mut(&mut self) -> &mut Extra {
        <T as Object>::extra_mut(self)
    }
}

/// The wire name of the property in a field: `camel`, the field's name in `camelCase`, unless `T` says otherwise.
///
/// Known to the compiler, so that who asks for a part of a schema does not bring the code for all of it.
pub const fn wire_name<T: Object>(field: &str, camel: &'static str) -> &'static str {
    let mut rest = T::RENAMED;
    while let [(renamed, wire), others @ ..] = rest {
        if is_same(renamed.as_bytes(), field.as_bytes()) {
            return wire;
        }
        rest = others;
    }
    camel
}

/// `==`, for constants.
const fn is_same(mut left: &[u8], mut right: &[u8]) -> bool {
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// Gives a property what it stands for when it is absent: a list and a map are empty then, and all else is nothing.
pub(crate) fn make_absent(property: &mut dyn Property) {
    for kind in [Kind::List, Kind::Map] {
        if let Some(Open::List(_) | Open::Map(_)) = property.open(kind) {
            return;
        }
    }
    property.clear();
}

/// Implements serde's traits, `Debug` and `PartialEq` for a type that is an [`Object`].
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_object {
    ($($name:ident)*) => {$(
        impl $crate::generated::v1::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::v1::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::generated::v1::serialize(self, serializer)
            }
        }
        impl<'de> $crate::generated::v1::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::v1::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::generated::v1::deserialize(deserializer)
            }
        }
        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::debug(self, f)
            }
        }
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::v1::eq(self, other)
            }
        }
    )*};
}
