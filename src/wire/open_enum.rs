//! Open enums: the values that the document knows, and any other text.

/// An enum of a Discovery document. The service may add values at any time, so each has a variant for other texts.
///
/// Generated code implements it; programs use the variants, `Display` and `From`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a text nor an enum",
    label = "text belongs to a property that is text or an enum"
)]
pub trait OpenEnum: Sized + Clone {
    /// The known value with this text.
    fn known(text: &str) -> Option<Self>;

    /// The variant for a text that the document does not know.
    fn unrecognized(text: String) -> Self;

    /// The text on the wire.
    fn as_str(&self) -> &str;
}

/// The variant for a text: the known one, or `Unrecognized`.
#[inline]
pub fn from_text<T: OpenEnum>(text: &str) -> T {
    T::known(text).unwrap_or_else(|| T::unrecognized(text.to_owned()))
}

/// Implements what an [`OpenEnum`] promises: equality and hash by text, conversions, and the codecs.
///
/// Each line costs every enum of every module, so there is no order among them, and no `FromStr` beside `From`.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_open_enum {
    ($($name:ident)*) => {$(
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::v1::OpenEnum::as_str(self) == $crate::generated::v1::OpenEnum::as_str(other)
            }
        }
        impl ::core::cmp::Eq for $name {}
        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash($crate::generated::v1::OpenEnum::as_str(self), state);
            }
        }
        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad($crate::generated::v1::OpenEnum::as_str(self))
            }
        }
        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str($crate::generated::v1::OpenEnum::as_str(self))
            }
        }
        impl ::core::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                $crate::generated::v1::OpenEnum::as_str(self)
            }
        }
        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::generated::v1::open_enum_from(text)
            }
        }
        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::generated::v1::open_enum_from(&text)
            }
        }
        impl $crate::generated::v1::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::v1::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::generated::v1::OpenEnum::as_str(self))
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
            const FROM_TEXT: ::core::option::Option<fn(&str) -> Self> =
                ::core::option::Option::Some($crate::generated::v1::open_enum_from);
            #[inline]
            fn as_text(&self) -> ::core::option::Option<&str> {
                ::core::option::Option::Some($crate::generated::v1::OpenEnum::as_str(self))
            }
        }
        impl $crate::generated::v1::Leaf for $name {}
    )*};
}
