//! The headers that authorize one request.

use std::{fmt, sync::Arc, time::SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

use crate::{AuthError, AuthErrorKind};

pub(crate) const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// The headers that authorize one request, and the generation of their token. Cheap to clone; `Debug` shows no value.
#[derive(Clone)]
pub struct AuthHeaders {
    headers: Arc<HeaderMap>,
    generation: u64,
    expires_at: Option<SystemTime>,
}

impl AuthHeaders {
    /// Returns no headers, for a request without an identity.
    pub fn none() -> Self {
        Self::new(HeaderMap::new())
    }

    /// Returns these headers, for custom [`Credentials`](crate::Credentials). All values are marked as sensitive.
    pub fn new(mut headers: HeaderMap) -> Self {
        headers
            .values_mut()
            .for_each(|value| value.set_sensitive(true));
        Self {
            headers: Arc::new(headers),
            generation: 0,
            expires_at: None,
        }
    }

    /// Returns `authorization: Bearer TOKEN` (RFC 6750, section 2.1).
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] if `token` is empty or contains characters that a header cannot, such as a line break.
    pub fn bearer(token: &str) -> Result<Self, AuthError> {
        Self::authorization("Bearer", token, None)
    }

    /// Returns `authorization: SCHEME TOKEN`, and the header of the quota project.
    pub(crate) fn authorization(
        scheme: &str,
        token: &str,
        quota_project: Option<&str>,
    ) -> Result<Self, AuthError> {
        if token.is_empty() {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "the access token is empty",
            ));
        }
        let value = header_value("the access token", &format!("{scheme} {token}"))?;
        Self::identity(AUTHORIZATION, value, quota_project)
    }

    /// Returns the header of an identity, and the header of the quota project.
    pub(crate) fn identity(
        name: HeaderName,
        value: HeaderValue,
        quota_project: Option<&str>,
    ) -> Result<Self, AuthError> {
        let mut headers = HeaderMap::with_capacity(2);
        headers.insert(name, value);
        if let Some(project) = quota_project {
            headers.insert(QUOTA_PROJECT, header_value("the quota project", project)?);
        }
        Ok(Self::new(headers))
    }

    /// Adds a header that is not secret.
    #[cfg(feature = "impersonation")]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        let mut headers = (*self.headers).clone();
        headers.insert(name, value);
        self.headers = Arc::new(headers);
        self
    }

    pub(crate) fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// Sets when the token expires.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: Option<SystemTime>) -> Self {
        self.expires_at = expires_at;
        self
    }

    /// Returns when the token expires, if known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Returns the headers to add to the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns a number that identifies the token within the process; 0 if the token does not come from a cache.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// Returns a sensitive header value. `what` names it in the error.
pub(crate) fn header_value(what: &str, text: &str) -> Result<HeaderValue, AuthError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        AuthError::new(
            AuthErrorKind::Config,
            format!("{what} contains characters that an HTTP header cannot; is there a line break at its end?"),
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for AuthHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthHeaders")
            .field(
                "headers",
                &self
                    .headers
                    .keys()
                    .map(HeaderName::as_str)
                    .collect::<Vec<_>>(),
            )
            .field("generation", &self.generation)
            .finish()
    }
}
