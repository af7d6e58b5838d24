//! Support for generated code. Not a public API: only generated code uses it.
//!
//! A generated module has `use gapi::generated::v1 as __gapi;` and reaches the runtime through that name alone. When generated code
//! needs a different runtime, it will use another version of this module, so that an old committed file fails with one clear error.

/// Version 1.
pub mod v1 {
    // Requests: tables, calls, and what sends them.
    pub use crate::method::{
        Api, Endpoint, JobShape, Location, MaskOf, MediaDownload, MediaUpload, Method, Operation,
        OperationShape, Paging, Parameter, Patching, Slot, Verb,
    };
    pub use crate::patch::UpdateOf;
    pub use crate::{
        Client, Download, Error, HttpBody, HttpRequest, IntoMedia, Items, LongRunning, Pages,
        RawBody, Upload,
    };
    pub use crate::{
        pending::PendingCall,
        request::{
            Call, IntoUpdate, Request,
            argument::{Argument, Arguments, Required},
            body::{Body, IntoBody},
            from_response::{FromResponse, decode},
            unsent::{Sent, Unsent, unsent},
        },
    };

    // JSON: `wire` and `value`.
    pub use crate::fields::Leaf;
    pub use crate::value::{Bytes, Date, DateTime, Duration, Extra, FieldMask};
    pub use crate::wire::open_enum as open_enum_code;
    pub use crate::wire::{
        Object, OpenEnum, Param, PropertyMut, PropertyRef, UnknownField, Wire, debug, deserialize,
        eq, field, field_mut, null, serialize,
    };
    pub use crate::{
        __gapi_from_response as from_response, __gapi_object as object,
        __gapi_open_enum as open_enum, __gapi_operation as operation, __gapi_request as request,
        __gapi_unselected as unselected,
    };
    pub use serde::de::{Deserialize, Deserializer};
    pub use serde::ser::{Serialize, Serializer};
    pub use serde_json::{Error as JsonError, Value};
    pub use std::collections::BTreeMap;

    /// A resource that a selection has no method of. No type implements this.
    #[diagnostic::on_unimplemented(
        message = "this resource of the API is not in the selection of the module",
        label = "add its methods to the selection: `RESOURCE.METHOD`, or `RESOURCE.*` for all",
        note = "a selection is in the braces of `api!`, in `Builder::methods` and after `--methods`"
    )]
    pub trait SelectedResource<'a> {
        /// The type that has the methods.
        type Handle;

        /// Returns a value of it.
        fn handle() -> Self::Handle;
    }

    /// Reports that a resource is not selected.
    pub fn unselected_resource() -> <() as SelectedResource<'static>>::Handle
    where
        for<'a> (): SelectedResource<'a>,
    {
        <() as SelectedResource<'static>>::handle()
    }

    /// The compiler's error for a wait for an operation that was awaited before. No type implements this.
    #[diagnostic::on_unimplemented(
        message = "a call is waited for before it is awaited",
        label = "write `request.send(&client).wait().await?`",
        note = "for an operation that was started before, send the request of the method that gets it, and wait for that"
    )]
    pub trait WaitFirst<'a> {}

    // `#[derive(Fields)]`, where a crate knows gapi by this module alone.
    pub use crate::__private::fields;
}

/// Implements [`Object`](crate::schema::Object), serde's traits, `Debug` and `PartialEq` for the struct of a schema.
///
/// `Name "schema"`, then, if it has any: `fn null` (a function that sets properties to `null`), the `secrets[..]`, the `read_only[..]` and the
/// `renamed[..]` of the trait; then each property with its index, its field and its JSON name.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_object {
    (
        $name:ident $schema:literal
        $(fn $null:ident)?
        $(secrets[$($secret:literal),* $(,)?])?
        $(read_only[$($read_only:literal),* $(,)?])?
        $(renamed[$($renamed:tt),* $(,)?])?
        $(, $index:literal $field:ident $property:literal)*
        $(,)?
    ) => {
        $(impl $name {
            /// Sets a property to an explicit `null`, which clears it in a PATCH. The field becomes `None`.
            ///
            /// # Errors
            ///
            /// When the schema has no property of this name.
            #[inline]
            pub fn $null(
                &mut self,
                property: &str,
            ) -> ::core::result::Result<&mut Self, $crate::generated::v1::UnknownField> {
                $crate::generated::v1::null(self, property)
            }
        })?
        impl $crate::generated::v1::Object for $name {
            const NAME: &'static str = $schema;
            const PROPERTIES: &'static [&'static str] = &[$($property),*];
            $(const SECRETS: &'static [&'static str] = &[$($secret),*];)?
            $(const READ_ONLY: &'static [&'static str] = &[$($read_only),*];)?
            $(const RENAMED: &'static [(&'static str, &'static str)] = &[$($renamed),*];)?
            #[inline]
            fn property(&self, index: usize) -> $crate::generated::v1::PropertyRef<'_> {
                match index {
                    $($index => $crate::generated::v1::field(&self.$field),)*
                    _ => ::core::option::Option::None,
                }
            }
            #[inline]
            fn property_mut(&mut self, name: &str) -> $crate::generated::v1::PropertyMut<'_> {
                match name {
                    $($property => $crate::generated::v1::field_mut(&mut self.$field),)*
                    _ => ::core::option::Option::None,
                }
            }
            #[inline]
            fn extra(&self) -> &$crate::generated::v1::Extra {
                &self.extra
            }
            #[inline]
            fn extra_mut(&mut self) -> &mut $crate::generated::v1::Extra {
                &mut self.extra
            }
        }
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
    };
}

/// Implements [`LongRunning`](crate::LongRunning) for the schema of operations.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_operation {
    ($name:ident) => {
        impl $crate::generated::v1::LongRunning for $name {}
        #[cfg(not(rust_analyzer))]
        #[doc(hidden)]
        impl $name
        where
            for<'a> Self: $crate::generated::v1::WaitFirst<'a>,
        {
            #[inline]
            pub fn wait(self) {}
        }
    };
}

/// Implements what follows from the text of an [`OpenEnum`](crate::schema::OpenEnum): equality, hash, `Display`, `Debug`, and the codecs.
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
                ::core::convert::AsRef::<str>::as_ref(self) == ::core::convert::AsRef::<str>::as_ref(other)
            }
        }
        impl ::core::cmp::Eq for $name {}
        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash(::core::convert::AsRef::<str>::as_ref(self), state);
            }
        }
        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(::core::convert::AsRef::<str>::as_ref(self))
            }
        }
        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::open_enum_code::debug_symbol(::core::convert::AsRef::<str>::as_ref(self), f)
            }
        }
        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                <Self as ::core::convert::From<&str>>::from(text.as_str())
            }
        }
        impl $crate::generated::v1::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::v1::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(::core::convert::AsRef::<str>::as_ref(self))
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

/// Implements the functions of a request.
///
/// `Name "method.id": Response`, then what the method has besides: `pages`, `items(list field: Item)` or `items(map field: (String, Item))`,
/// `upload`, `download`.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_request {
    (@pages $name:ident $response:ty) => {
        impl $name {
            /// Returns all pages; each is requested when it is needed.
            #[inline]
            pub fn pages(
                self,
                client: &$crate::generated::v1::Client,
            ) -> $crate::generated::v1::Pages<$response> {
                $crate::generated::v1::Pages::new(client, self.0)
            }
        }
    };
    (@items $name:ident $response:ty, $entries:ident $field:ident: $item:ty $(,)?) => {
        impl $name {
            /// Returns the items of all pages.
            #[inline]
            pub fn items(
                self,
                client: &$crate::generated::v1::Client,
            ) -> $crate::generated::v1::Items<$response, $item> {
                $crate::generated::v1::Items::$entries(client, self.0, |page| page.$field.take())
            }
        }
    };
    (@upload $name:ident $response:ty) => {
        impl $name {
            /// Adds media to upload.
            #[inline]
            pub fn upload(
                self,
                media: impl $crate::generated::v1::IntoMedia,
            ) -> $crate::generated::v1::Upload<$response> {
                $crate::generated::v1::Upload::new(self.0, media)
            }
        }
    };
    (@download $name:ident $response:ty) => {
        impl $name {
            /// Requests the media itself. Await all of it, or read it as a stream.
            #[inline]
            pub fn download(
                self,
                client: &$crate::generated::v1::Client,
            ) -> $crate::generated::v1::Download {
                $crate::generated::v1::Download::new(client, self.0)
            }
        }
    };
    (
        $name:ident $id:literal: $response:ty
        $(, $feature:ident $(($($detail:tt)*))?)*
        $(,)?
    ) => {
        impl $name {
            /// The id of the method in the Discovery document.
            pub const METHOD: &'static str = $id;

            /// Sends the request. Await the response, or set options first.
            #[inline]
            pub fn send(
                self,
                client: &$crate::generated::v1::Client,
            ) -> $crate::generated::v1::PendingCall<$response> {
                $crate::generated::v1::PendingCall::new(client, self.0)
            }

            /// Returns the HTTP request that would be sent, without credentials.
            ///
            /// # Errors
            ///
            /// When a parameter is not possible in the path, or the body cannot be encoded.
            #[inline]
            pub fn to_http(
                &self,
            ) -> ::core::result::Result<
                $crate::generated::v1::HttpRequest,
                $crate::generated::v1::Error,
            > {
                self.0.to_http()
            }
        }
        impl $crate::generated::v1::Request for $name {
            type Response = $response;
            #[inline]
            fn call(&self) -> &$crate::generated::v1::Call {
                &self.0
            }
            #[inline]
            fn into_call(self) -> $crate::generated::v1::Call {
                self.0
            }
        }
        $crate::__gapi_unsent!(() $name: $response);
        $($crate::__gapi_request!(@$feature $name $response $(, $($detail)*)?);)*
    };
}

/// Reports methods and sub-resources that are not selected, each with the text to select it: `Handle: function name "text", ..`, where the
/// `name` is that of the document, if it differs; or resources
/// at the top: `resource ..`.
///
/// No program can call them, because no type implements the traits of their bounds. Editors do not see them.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_unselected {
    ($handle:ident: $($function:ident $($name:ident)? $text:literal),* $(,)?) => {
        #[cfg(not(rust_analyzer))]
        const _: () = {$(
            #[diagnostic::on_unimplemented(
                message = "this part of the API is not in the selection of the module",
                label = $text,
                note = "a selection is in the braces of `api!`, in `Builder::methods` and after `--methods`"
            )]
            pub trait $function<'a> {}
            #[doc(hidden)]
            impl $handle
            where
                for<'a> Self: $function<'a>,
            {
                #[inline]
                pub fn $function(self) {}
                $(
                    #[inline]
                    #[allow(non_snake_case)]
                    pub fn $name(self) {}
                )?
            }
        )*};
    };
    ($($resource:ident)*) => {
        #[cfg(not(rust_analyzer))]
        #[doc(hidden)]
        pub use $crate::generated::v1::{$(unselected_resource as $resource),*};
    };
}
