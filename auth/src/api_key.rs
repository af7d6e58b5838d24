//! API keys.

use std::fmt;

use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials,
    headers::{API_KEY, header_value},
};

/// An [API key](https://docs.cloud.google.com/docs/authentication/api-keys): names a project, not a person.
///
/// It travels in the `x-goog-api-key` header, because URLs end up in logs.
#[derive(Clone)]
pub struct ApiKey {
    key: SecretString,
    quota_project: Option<String>,
}

impl ApiKey {
    /// This key. White space around it is dropped.
    pub fn new(key: impl AsRef<str>) -> Self {
        Self {
            key: SecretString::from(key.as_ref().trim()),
            quota_project: None,
        }
    }

    /// The project that pays, instead of the key's own.
    #[must_use]
    pub fn quota_project(mut self, project: impl Into<String>) -> Self {
        self.quota_project = Some(project.into());
        self
    }
}

impl Credentials for ApiKey {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(async move {
            let key = self.key.expose_secret();
            if key.is_empty() {
                return Err(AuthError::new(
                    AuthErrorKind::Config,
                    "the API key is empty",
                ));
            }
            let key = header_value("the API key", key)?;
            AuthHeaders::identity(API_KEY, key, self.quota_project.as_deref())
        })
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        String::from("an API key")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("quota_project", &self.quota_project)
            .finish_non_exhaustive()
    }
}
