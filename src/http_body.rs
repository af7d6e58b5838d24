//! Bodies that are no JSON (`google.api.HttpBody`).

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};

use crate::request::{body::Body, from_response::FromResponse};

/// Bytes and what they are: the answer of a method whose document says `HttpBody`, and what such a method takes.
///
/// The bytes travel as they are, not as base64 inside JSON, which is what the schema of that name looks like.
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
    /// These bytes, of this type (RFC 9110, section 8.3).
    pub fn new(content_type: impl Into<String>, data: impl Into<Bytes>) -> Self {
        Self {
            content_type: Some(content_type.into()),
            data: data.into(),
        }
    }

    /// What the bytes are, where it is said.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The bytes.
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// The bytes alone.
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

    fn from_answer(headers: &HeaderMap, body: &Bytes) -> Option<Self> {
        let content_type = headers.get(CONTENT_TYPE);
        Some(Self {
            content_type: content_type.and_then(|v| Some(v.to_str().ok()?.to_owned())),
            data: body.clone(),
        })
    }
}

/// A schema that stands for bytes of any type. Generated code implements it; a [`Body`] of such a schema can be made from an [`HttpBody`].
///
/// The schema itself, sent as a body, travels as JSON. Servers take that JSON for the content.
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
