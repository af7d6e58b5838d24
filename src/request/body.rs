//! The body of a request, encoded when it is given.

use std::{collections::BTreeMap, fmt, marker::PhantomData, ops::Range, sync::Arc};

use bytes::Bytes;
use serde_json::Value;

use crate::wire::{Object, Wire, Written, in_standard, to_vec};

/// Where bytes stand in a body, so that a client can send them in another alphabet; in a box, because few bodies have any.
pub(crate) type Base64Marks = Option<Box<Vec<Range<usize>>>>;

/// The JSON body of a request whose schema is `T`.
///
/// Made from a `T`, from a reference to one, or from any [`serde_json::Value`] where the schema is not enough. It is
/// encoded at once, so that a request is plain bytes from then on; what cannot be encoded is reported when the request is sent.
pub struct Body<T: ?Sized> {
    pub(crate) encoded: Encoded,
    /// Where bytes stand in it.
    pub(crate) base64: Base64Marks,
    /// What it is, where it is no JSON.
    pub(crate) content_type: Option<String>,
    schema: PhantomData<fn() -> Box<T>>,
}

/// What can be the body of a method that takes it as it is: all that [`Body`] is made from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of this method",
    label = "the body is a `{T}`",
    note = "a body is a `{T}`, a reference to one, a `serde_json::Value`, or a `gapi::Body`",
    note = "a `gapi::Patch` says only what changed, so it belongs to methods that merge it or have a mask; this one does neither, as far as its document says"
)]
pub trait IntoBody<T: ?Sized> {
    /// The body.
    fn into_body(self) -> Body<T>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, B: Into<Body<T>>> IntoBody<T> for B {
    #[inline]
    fn into_body(self) -> Body<T> {
        self.into()
    }
}

/// Bytes, or why there are none.
pub(crate) type Encoded = Result<Bytes, Arc<str>>;

/// What is sent of `encoded`.
pub(crate) fn encode(encoded: Result<Vec<u8>, serde_json::Error>) -> Encoded {
    encoded
        .map(Bytes::from)
        .map_err(|error| format!("the body cannot be encoded: {error}").into())
}

/// `text` with the bytes at `marks` in the standard alphabet.
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
        Self {
            encoded: encode(encoded),
            base64: None,
            content_type: None,
            schema: PhantomData,
        }
    }

    /// These bytes, which are no JSON: without a type, they are just bytes.
    pub(crate) fn raw(data: Bytes, content_type: Option<String>) -> Self {
        Self {
            encoded: Ok(data),
            base64: None,
            content_type: Some(
                content_type.unwrap_or_else(|| String::from("application/octet-stream")),
            ),
            schema: PhantomData,
        }
    }

    /// A body of ready JSON text, sent as it is.
    ///
    /// # Errors
    /// The parser's error when `text` is not one JSON value.
    pub fn from_json(text: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        let bytes = text.into();
        serde_json::from_slice::<serde::de::IgnoredAny>(&bytes)?;
        Ok(Self {
            encoded: Ok(bytes),
            base64: None,
            content_type: None,
            schema: PhantomData,
        })
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
        Self::encode(serde_json::to_vec(&value))
    }
}

impl<T: Wire> From<Value> for Body<Vec<T>> {
    fn from(value: Value) -> Self {
        Self::encode(serde_json::to_vec(&value))
    }
}

impl<T: Wire> From<Value> for Body<BTreeMap<String, T>> {
    fn from(value: Value) -> Self {
        Self::encode(serde_json::to_vec(&value))
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
