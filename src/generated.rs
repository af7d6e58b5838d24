//! Support for generated code. Not a public API: only generated code uses it.
//!
//! A generated module has `use gapi::generated::v1 as __gapi;` and reaches the runtime through that name alone. When generated code
//! needs a different runtime, it will use another version of this module, so that an old committed file fails with one clear error.

/// Version 1.
pub mod v1 {
    // Requests: tables, calls, and what sends them.
    pub use crate::method::Slot as PagingSlot;
    pub use crate::method::{
        Api, Endpoint, JobShape, Location, MaskOf, MediaDownload, MediaUpload, Method, Operation,
        OperationShape, Paging, Parameter, Patching, Slot, Verb,
    };
    pub use crate::patch::UpdateOf;
    pub use crate::{
        Client, Download, Error, HttpBody, HttpRequest, Items, LongRunning, Media, Pages, RawBody,
        Upload, Wait,
    };
    pub use crate::{
        pending::PendingCall,
        request::{
            Call, IntoUpdate, Request,
            body::{Body, IntoBody},
            from_response::{FromResponse, decode},
        },
    };

    // JSON: `wire` and `value`.
    pub use crate::fields::Leaf;
    pub use crate::value::{Bytes, Date, DateTime, Duration, Extra, FieldMask};
    pub use crate::wire::open_enum as open_enum_code;
    pub use crate::wire::{
        Object, OpenEnum, Param, PropertyMut, PropertyRef, UnknownField, Wire, debug, deserialize,
        eq, field, field_mut, no_field, no_field_mut, null, serialize,
    };
    pub use crate::{
        __gapi_from_response as from_response, __gapi_object as object,
        __gapi_open_enum as open_enum,
    };
    pub use serde::de::{Deserialize, Deserializer};
    pub use serde::ser::{Serialize, Serializer};
    pub use serde_json::{Error as JsonError, Value};
    pub use std::collections::BTreeMap;
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

/// Implements what follows from the text of an [`OpenEnum`](crate::OpenEnum): equality, hash, `Display`, `Debug`, and the codecs.
///
/// Each line is compiled for each enum of each module, so there is no `Ord`, and no `FromStr` beside `From`.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_open_enum {
    ($($name:ident)*) => {$(
        impl $crate::generated::v1::OpenEnum for $name {}
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::v1::open_enum_code::eq(self, other)
            }
        }
        impl ::core::cmp::Eq for $name {}
        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                $crate::generated::v1::open_enum_code::hash(self, state);
            }
        }
        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::open_enum_code::display(self, f)
            }
        }
        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::open_enum_code::debug(self, f)
            }
        }
        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::generated::v1::open_enum_code::from_text(text.as_str())
            }
        }
        impl $crate::generated::v1::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::v1::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::generated::v1::open_enum_code::serialize(self, serializer)
            }
        }
        impl<'de> $crate::generated::v1::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::v1::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::generated::v1::Wire::read(deserializer)
            }
        }
        impl $crate::generated::v1::Wire for $name {
            const EXPECTED: $crate::generated::v1::open_enum_code::Expected =
                $crate::generated::v1::open_enum_code::EXPECTED;
            #[inline]
            fn from_scalar(
                scalar: $crate::generated::v1::open_enum_code::Scalar<'_>,
            ) -> ::core::option::Option<Self> {
                $crate::generated::v1::open_enum_code::from_scalar(scalar)
            }
            #[inline]
            fn view(&self) -> $crate::generated::v1::open_enum_code::View<'_> {
                $crate::generated::v1::open_enum_code::view(self)
            }
        }
        impl $crate::generated::v1::Leaf for $name {}
    )*};
}
