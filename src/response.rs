//! An answer with what came around it.

use std::{fmt, ops::Deref};

use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_TYPE, ETAG},
};

/// An answer together with its status and headers. It dereferences to the answer.
///
/// `Debug` shows the status and the names of the headers. The answer has a `Debug` of its own, which hides what its schema calls
/// secret; raw bytes have no such protection, so it is not shown here.
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// Returns how many HTTP exchanges the call made, this one included: see [`Error::attempts`](crate::Error::attempts).
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The HTTP status, always a success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The `etag` header, with its quotes (RFC 9110, section 8.8.3).
    pub fn etag(&self) -> Option<&str> {
        self.headers.get(ETAG)?.to_str().ok()
    }

    /// The `content-type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The answer alone.
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
