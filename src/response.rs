//! Responses with status and headers.

use std::{fmt, ops::Deref};

use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_TYPE, ETAG},
};

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
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
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
