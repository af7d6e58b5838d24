//! Bodies of requests, which are encoded when they are set.

use std::{collections::BTreeMap, fmt, marker::PhantomData, ops::Range, sync::Arc};

use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use crate::{
    media_type,
    request::from_response::FromResponse,
    wire::{Object, Wire, Written, in_standard, remove_read_only, to_vec},
};

/// The positions of bytes in a body, so that a client can send them in another base64 alphabet. Boxed, because few bodies have any.
pub(crate) type Base64Marks = Option<Box<Vec<Range<usize>>>>;

/// The JSON body of a request whose schema is `T`.
///
/// Created from a `T`, a reference to one, or any [`serde_json::Value`] if the schema is not enough; from a type of your own, or a message
/// of another module, with [`of`](Self::of). It is encoded at once; if that fails, sending the request is an error.
pub struct Body<T: ?Sized> {
    pub(crate) encoded: Encoded,
    /// The positions of bytes in it.
    pub(crate) base64: Base64Marks,
    /// Its content type, if it is not JSON.
    pub(crate) content_type: Option<String>,
    schema: PhantomData<fn() -> Box<T>>,
}

/// Converts to the body of a method that takes no [`Patch`](crate::Patch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of this method",
    label = "the body is a `{T}`",
    note = "a body is a `{T}`, a reference to one, or a `serde_json::Value`; of a type of your own it is `gapi::Body::of(&value)`, of JSON text `gapi::Body::from_json(text)?`",
    note = "a `gapi::Patch` is for methods that merge it or have a mask; according to its document, this one does neither"
)]
pub trait IntoBody<T: ?Sized> {
    /// Returns the body.
    fn into_body(self) -> Body<T>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, B: Into<Body<T>>> IntoBody<T> for B {
    #[inline]
    fn into_body(self) -> Body<T> {
        self.into()
    }
}

/// The encoded bytes, or the error of encoding them.
pub(crate) type Encoded = Result<Bytes, Arc<str>>;

/// Converts the result of encoding.
pub(crate) fn encode(encoded: Result<Vec<u8>, serde_json::Error>) -> Encoded {
    encoded
        .map(Bytes::from)
        .map_err(|error| format!("the body cannot be encoded: {error}").into())
}

/// Returns `text` with the bytes at `marks` in the standard alphabet.
pub(crate) fn with_standard(text: &Bytes, marks: &[Range<usize>]) -> Bytes {
    let mut text = text.to_vec();
    for mark in marks {
        if let Some(part) = text.get_mut(mark.clone())
            && let Ok(base64) = std::str::from_utf8(part)
        {
            let standard = in_standard(base64);
            part.copy_from_slice(standard.as_bytes());
        }
    }
    text.into()
}

impl<T: ?Sized> Body<T> {
    fn written(written: Result<Written, serde_json::Error>) -> Self {
        let (text, base64) = match written {
            Ok(written) => (Ok(written.text), written.base64),
            Err(error) => (Err(error), Vec::new()),
        };
        let mut body = Self::encode(text);
        if !base64.is_empty() {
            body.base64 = Some(Box::new(base64));
        }
        body
    }

    fn encode(encoded: Result<Vec<u8>, serde_json::Error>) -> Self {
        Self::new(encode(encoded), None)
    }

    fn new(encoded: Encoded, content_type: Option<String>) -> Self {
        Self {
            encoded,
            base64: None,
            content_type,
            schema: PhantomData,
        }
    }

    /// Creates a body that is not JSON. The default content type is `application/octet-stream`.
    pub(crate) fn raw(data: Bytes, content_type: Option<String>) -> Self {
        let default = || String::from("application/octet-stream");
        Self::new(Ok(data), content_type.or_else(|| Some(default())))
    }

    /// Creates a body of the JSON of any value: a type of your own with `#[derive(serde::Serialize)]`, or a message of another module.
    ///
    /// The names of properties are those of the API's JSON: `#[serde(rename_all = "camelCase")]`.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        Self::encode(serde_json::to_vec(value))
    }

    /// Creates the body of a message without the properties that the document declares read-only, in the objects, lists and maps of it
    /// too: for a message that was read, changed and is sent back. A mask must not name them either; a [`Patch`](crate::Patch) never
    /// does unless they changed.
    pub fn without_read_only(message: &T) -> Self
    where
        T: Wire,
    {
        let view = message.view();
        Self::encode(serde_json::to_value(&view).and_then(|mut json| {
            remove_read_only(&view, &mut json);
            serde_json::to_vec(&json)
        }))
    }

    /// Creates a body of JSON text, which is sent unchanged.
    ///
    /// # Errors
    /// The parser's error when `text` is not one JSON value.
    pub fn from_json(text: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        let bytes = text.into();
        serde_json::from_slice::<serde::de::IgnoredAny>(&bytes)?;
        Ok(Self::new(Ok(bytes), None))
    }
}

impl<T: Wire> From<T> for Body<T> {
    fn from(value: T) -> Self {
        Self::written(to_vec(&value))
    }
}

impl<T: Wire> From<&T> for Body<T> {
    fn from(value: &T) -> Self {
        Self::written(to_vec(value))
    }
}

impl<T: Object> From<Value> for Body<T> {
    fn from(value: Value) -> Self {
        Self::of(&value)
    }
}

impl<T: Wire> From<Value> for Body<Vec<T>> {
    fn from(value: Value) -> Self {
        Self::of(&value)
    }
}

impl<T: Wire> From<Value> for Body<BTreeMap<String, T>> {
    fn from(value: Value) -> Self {
        Self::of(&value)
    }
}

impl<T: ?Sized> Clone for Body<T> {
    fn clone(&self) -> Self {
        Self {
            encoded: self.encoded.clone(),
            base64: self.base64.clone(),
            content_type: self.content_type.clone(),
            schema: PhantomData,
        }
    }
}

impl<T: ?Sized> fmt::Debug for Body<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.encoded {
            Ok(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Err(_) => f.write_str("Body(not encodable)"),
        }
    }
}

/// Bytes and their content type: the body and the response of methods with the schema `HttpBody`.
///
/// The bytes are sent as they are, not as base64 inside JSON as the schema suggests.
///
/// ```
/// use gapi::HttpBody;
/// let patient = HttpBody::new("application/fhir+json", r#"{"resourceType": "Patient"}"#);
/// assert_eq!(patient.content_type(), Some("application/fhir+json"));
/// ```
///
/// `Debug` shows the type and the length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpBody {
    content_type: Option<String>,
    data: Bytes,
}

impl HttpBody {
    /// Creates a body of bytes of a content type (RFC 9110, section 8.3).
    pub fn new(content_type: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self {
            content_type: Some(content_type.into()),
            data: data.into(),
        }
    }

    /// Returns the content type, if known.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the bytes.
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// Returns the bytes without their type.
    pub fn into_data(self) -> Bytes {
        self.data
    }
}

impl FromResponse for HttpBody {
    const MAY_BE_EMPTY: bool = true;

    fn empty() -> Option<Self> {
        Some(Self::default())
    }

    fn decode(body: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(Self {
            content_type: None,
            data: Bytes::copy_from_slice(body),
        })
    }

    fn from_http(headers: &HeaderMap, body: &Bytes) -> Option<Self> {
        Some(Self {
            content_type: media_type::of(headers).map(String::from),
            data: body.clone(),
        })
    }
}

/// The schema `HttpBody`. Generated code implements it, so that a [`Body`] of the schema can be created from an [`HttpBody`].
///
/// A value of the schema itself is sent as JSON, which servers store as the content.
pub trait RawBody {}

impl<T: RawBody> From<HttpBody> for Body<T> {
    fn from(body: HttpBody) -> Self {
        Self::raw(body.data, body.content_type)
    }
}

impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content_type = self.content_type().unwrap_or("no type");
        write!(f, "HttpBody({} bytes of {content_type})", self.data.len())
    }
}
