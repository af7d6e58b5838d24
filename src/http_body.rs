//! Bodies that are not JSON (`google.api.HttpBody`).

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};

use crate::request::{body::Body, from_response::FromResponse};

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
        let content_type = headers.get(CONTENT_TYPE);
        Some(Self {
            content_type: content_type.and_then(|v| Some(v.to_str().ok()?.to_owned())),
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
