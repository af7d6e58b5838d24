//! Types of responses.

use std::{collections::BTreeMap, fmt, ops::Deref};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::ETAG};
use serde_json::Value;

use crate::{
    media_type,
    method::Method,
    value::{Date, DateTime, Duration, FieldMask},
    wire::{AnyObject, Object, Wire, from_slice, no_token},
};

/// The response of a method: a schema, a list, a map, a scalar, an enum, any JSON value, or nothing.
pub trait FromResponse: Sized + Send + 'static {
    /// The schema of the expected object; `None` if other JSON is allowed.
    const SCHEMA: Option<&'static str> = None;

    /// Whether the body of a success may be empty: the document declares no properties of the type.
    const MAY_BE_EMPTY: bool = false;

    /// Returns the value of `null`, of status 204, and of an empty body if that [is allowed](Self::MAY_BE_EMPTY); `None` if there is
    /// none.
    fn empty() -> Option<Self>;

    /// Decodes the body of a response.
    ///
    /// # Errors
    /// The parser's error when `body` is not JSON of the declared form.
    fn decode(body: &[u8]) -> Result<Self, serde_json::Error>;

    /// Returns the value of a response that is not JSON, from its headers and body. `None` for types that are decoded.
    fn from_http(headers: &HeaderMap, body: &Bytes) -> Option<Self> {
        let _ = (headers, body);
        None
    }

    /// Returns the error that a stream has in place of an element: `{"error": ...}`, if the schema has no such property.
    fn error(&self) -> Option<&Value> {
        None
    }

    /// Returns the text of a field, such as the token of the next page.
    fn text_of(&self, field: &str) -> Option<String> {
        let _ = field;
        None
    }

    /// Decodes the body of a response of `method`, for types that depend on it.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    #[doc(hidden)]
    fn decode_of(method: &'static Method, body: &[u8]) -> Result<Self, serde_json::Error> {
        let _ = method;
        Self::decode(body)
    }

    /// Returns whether a property of the schema is not of the declared type.
    #[doc(hidden)]
    fn misfits(&self, property: &str) -> bool {
        let _ = property;
        false
    }

    /// Decodes the body of a response, and the text of its property `token`.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    #[doc(hidden)]
    fn decode_page(body: &[u8], token: &str) -> Result<(Self, Option<String>), serde_json::Error> {
        let page = Self::decode(body)?;
        if page.misfits(token) {
            // Without it the list would end here.
            return Err(no_token(token));
        }
        let token = page.text_of(token);
        Ok((page, token))
    }
}

impl<T: Object> FromResponse for T {
    const SCHEMA: Option<&'static str> = Some(<T as Object>::NAME);
    const MAY_BE_EMPTY: bool = T::PROPERTIES.is_empty();

    fn empty() -> Option<Self> {
        Some(T::default())
    }

    fn decode(body: &[u8]) -> Result<Self, serde_json::Error> {
        from_slice(body)
    }

    fn error(&self) -> Option<&Value> {
        if T::PROPERTIES.contains(&"error") {
            None
        } else {
            Object::extra(self).get("error")
        }
    }

    fn text_of(&self, field: &str) -> Option<String> {
        text_of(self, field)
    }

    fn misfits(&self, property: &str) -> bool {
        let value = Object::extra(self).get(property);
        T::PROPERTIES.contains(&property) && value.is_some_and(|value| !value.is_null())
    }
}

fn text_of(object: &dyn AnyObject, field: &str) -> Option<String> {
    let mut names = object.about().properties.iter();
    let text = names
        .position(|name| *name == field)
        .and_then(|index| object.property(index)?.view()?.text());
    text.or_else(|| object.extra().get(field)?.as_str().map(String::from))
}

/// The response of a method that declares none. The body is ignored.
impl FromResponse for () {
    const MAY_BE_EMPTY: bool = true;

    fn empty() -> Option<Self> {
        Some(())
    }

    fn decode(_: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(())
    }
}

impl FromResponse for Value {
    const MAY_BE_EMPTY: bool = true;

    fn empty() -> Option<Self> {
        Some(Self::Null)
    }

    fn decode(body: &[u8]) -> Result<Self, serde_json::Error> {
        from_slice(body)
    }

    fn error(&self) -> Option<&Value> {
        self.get("error")
    }

    fn text_of(&self, field: &str) -> Option<String> {
        self.get(field)?.as_str().map(String::from)
    }
}

impl<T: Wire + Send + 'static> FromResponse for Vec<T> {
    const MAY_BE_EMPTY: bool = true;

    fn empty() -> Option<Self> {
        Some(Self::new())
    }

    fn decode(body: &[u8]) -> Result<Self, serde_json::Error> {
        from_slice(body)
    }
}

impl<T: Wire + Send + 'static> FromResponse for BTreeMap<String, T> {
    const MAY_BE_EMPTY: bool = true;

    fn empty() -> Option<Self> {
        Some(Self::new())
    }

    fn decode(body: &[u8]) -> Result<Self, serde_json::Error> {
        from_slice(body)
    }
}

/// Decodes the response of a method.
///
/// # Errors
/// The parser's error when `body` is not JSON of the declared form.
#[doc(hidden)]
#[inline]
pub fn decode<T: Wire>(body: &[u8]) -> Result<T, serde_json::Error> {
    from_slice(body)
}

/// Implements [`FromResponse`] for scalars, and for the enums that a method responds with. An empty body has none of their values.
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_from_response {
    ($($name:ty)*) => {$(
        impl $crate::generated::v1::FromResponse for $name {
            #[inline]
            fn empty() -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }

            #[inline]
            fn decode(body: &[u8]) -> ::core::result::Result<Self, $crate::generated::v1::JsonError> {
                $crate::generated::v1::decode(body)
            }
        }
    )*};
}

__gapi_from_response!(
    bool i32 u32 i64 u64 f32 f64 String Bytes DateTime Date Duration FieldMask
);

/// A response value with its status and headers. It dereferences to the value.
///
/// `Debug` shows the status and the names of the headers, but not the value, because raw bytes may hold secrets. Values of generated
/// types have a `Debug` that hides secrets.
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// Returns the number of HTTP exchanges of the call: see [`Error::attempts`](crate::Error::attempts).
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the HTTP status, always a success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the header `etag`, with its quotes (RFC 9110, section 8.8.3).
    pub fn etag(&self) -> Option<&str> {
        self.headers.get(ETAG)?.to_str().ok()
    }

    /// Returns the header `content-type`.
    pub fn content_type(&self) -> Option<&str> {
        media_type::of(&self.headers)
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
