//! Credentials that the program provides: a token, a function that obtains tokens, an API key, or none.

use std::{fmt, future::Future};

use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Cached, Credentials, DEFAULT_UNIVERSE,
    FetchContext, Token, TokenSource,
    headers::{API_KEY, header_value},
};

/// An access token from elsewhere, such as `gcloud auth print-access-token`.
///
/// It is not refreshed: when it expires, calls fail with 401. For tokens that can be fetched again see [`from_fn`](crate::from_fn).
#[derive(Clone)]
pub struct AccessToken {
    token: SecretString,
    quota_project: Option<String>,
    universe_domain: String,
}

impl AccessToken {
    /// Returns credentials with this token. Surrounding white space is removed, because tokens often come from a file or a command.
    pub fn new(token: impl AsRef<str>) -> Self {
        Self {
            token: SecretString::from(token.as_ref().trim()),
            quota_project: None,
            universe_domain: String::from(DEFAULT_UNIVERSE),
        }
    }

    /// Sets the project that is billed for quota: the header `x-goog-user-project`.
    #[must_use]
    pub fn quota_project(mut self, project: impl Into<String>) -> Self {
        self.quota_project = Some(project.into());
        self
    }

    /// Sets the universe of the token, `googleapis.com` by default.
    #[must_use]
    pub fn universe_domain(mut self, domain: impl Into<String>) -> Self {
        self.universe_domain = domain.into();
        self
    }
}

impl Credentials for AccessToken {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(async move {
            AuthHeaders::authorization(
                "Bearer",
                self.token.expose_secret(),
                self.quota_project.as_deref(),
            )
        })
    }

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(self.universe_domain.clone()) })
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        String::from("an access token that cannot be refreshed")
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
            .finish_non_exhaustive()
    }
}

/// Returns credentials whose tokens come from a function. It is called when a token is needed, and never concurrently.
///
/// ```
/// use gapi_auth::{Token, from_fn};
///
/// let credentials = from_fn(|| async {
///     // Ask a broker, a sidecar, another process...
///     let (value, lifetime) = (String::from("token"), std::time::Duration::from_secs(3600));
///     Ok(Token::new(value).expires_at(std::time::SystemTime::now() + lifetime))
/// });
/// ```
pub fn from_fn<F, Fut>(function: F) -> Cached<FnSource<F>>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Token, AuthError>> + Send + 'static,
{
    Cached::new(FnSource(function))
}

/// The source behind [`from_fn`].
#[derive(Clone)]
pub struct FnSource<F>(F);

impl<F, Fut> TokenSource for FnSource<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Token, AuthError>> + Send + 'static,
{
    fn fetch<'a>(&'a self, _: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin((self.0)())
    }

    fn is_scoped(&self) -> bool {
        false
    }

    fn describe(&self) -> String {
        String::from("credentials from a function")
    }
}

impl<F> fmt::Debug for FnSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnSource")
    }
}

/// An [API key](https://docs.cloud.google.com/docs/authentication/api-keys): it identifies a project, not a principal.
///
/// It is sent in the `x-goog-api-key` header, because URLs are often logged.
#[derive(Clone)]
pub struct ApiKey {
    key: SecretString,
    quota_project: Option<String>,
}

impl ApiKey {
    /// Returns credentials with this key. Surrounding white space is removed.
    pub fn new(key: impl AsRef<str>) -> Self {
        Self {
            key: SecretString::from(key.as_ref().trim()),
            quota_project: None,
        }
    }

    /// Sets the project that is billed for quota instead of the key's own.
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

/// No identity: for public data, and for servers without authorization.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl Credentials for Anonymous {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(async { Ok(AuthHeaders::none()) })
    }

    fn describe(&self) -> String {
        String::from("no credentials")
    }
}
