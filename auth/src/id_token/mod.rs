//! ID tokens: the identity of a program, for a service that is not a Google API.

#[cfg(feature = "id-token-verification")]
mod verify;

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;
use http::{Uri, header::AUTHORIZATION};

#[cfg(feature = "id-token-verification")]
pub use self::verify::{IdTokenCheck, IdTokenClaims, IdTokenError, IdTokenVerifier};
use crate::{
    AuthError, AuthErrorKind, AuthRequest, Cached, Credentials, FetchContext, IdTokenSource,
    Scopes, Token, TokenSource, cache::FetchSettings, facade::setters,
};

/// Credentials whose tokens are ID tokens for a service: Cloud Run, Cloud Functions, Identity-Aware Proxy and custom services require them instead of
/// access tokens. They are cached as [`Cached`] describes. Clones share the cache.
///
/// ```no_run
/// # #[cfg(feature = "service-account")]
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use gapi_auth::ServiceAccount;
///
/// let robot = ServiceAccount::from_file("service.json")?;
/// let credentials = robot.id_token("https://hello-abc123-uc.a.run.app");
/// let token = credentials.token().await?;
/// # let _ = token.secret(); Ok(()) }
/// ```
#[derive(Clone)]
pub struct IdTokenCredentials(Cached<Source>);

#[derive(Clone)]
struct Source {
    tokens: Arc<dyn IdTokenSource>,
    /// The audience; `None` for the host of each request.
    audience: Option<String>,
}

impl IdTokenCredentials {
    /// Returns ID tokens of `source` for `audience`: the URL of a Cloud Run service without a path, or the ID of an OAuth client for
    /// Identity-Aware Proxy.
    pub fn new(source: impl IdTokenSource, audience: impl Into<String>) -> Self {
        Self(Cached::new(Source {
            tokens: Arc::new(source),
            audience: Some(audience.into()),
        }))
    }

    /// Returns ID tokens of `source` for the host of each request: the audience is `https://HOST`, as Cloud Run expects.
    pub fn for_each_host(source: impl IdTokenSource) -> Self {
        Self(Cached::new(Source {
            tokens: Arc::new(source),
            audience: None,
        }))
    }

    /// Returns ID tokens of `tokens` with the transport, the connection pool and the clock of `other`.
    #[cfg(all(feature = "service-account", feature = "id-token"))]
    pub(crate) fn beside<S: TokenSource>(
        other: &Cached<S>,
        tokens: impl IdTokenSource,
        audience: Option<String>,
    ) -> Self {
        Self(other.beside(Source {
            tokens: Arc::new(tokens),
            audience,
        }))
    }

    fn configure(self, change: impl FnOnce(&mut FetchSettings)) -> Self {
        Self(self.0.configure(change))
    }

    setters!(transport, clock, retry);

    /// Returns the audience of the tokens, unless it depends on the request.
    pub fn audience(&self) -> Option<&str> {
        self.0.source().audience.as_deref()
    }

    /// Returns an ID token, cached if possible, for clients that take tokens instead of headers. Call this for each use: the token is refreshed before
    /// its [`expiry`](Token::expiry).
    ///
    /// # Errors
    /// [`AuthError`] if there is no token; [`AuthErrorKind::Config`] for credentials of [`for_each_host`](Self::for_each_host), which need a request.
    pub async fn token(&self) -> Result<Token, AuthError> {
        let Some(audience) = self.audience() else {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "the audience of these ID tokens is the host of a request, and there is none",
            )
            .with_hint("use `headers`, or credentials for one audience"));
        };
        // A fixed audience does not depend on the URL.
        let url = Uri::try_from(audience).unwrap_or_default();
        let headers = self
            .headers(&AuthRequest::new(&url, Scopes::Default(&[])))
            .await?;
        let value = headers.headers().get(AUTHORIZATION);
        value
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .map(|token| match headers.expires_at() {
                Some(expiry) => Token::new(token).expires_at(expiry),
                None => Token::new(token),
            })
            .ok_or_else(|| AuthError::new(AuthErrorKind::Other, "the ID token is not text"))
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        self.tokens
            .fetch_id_token(cx.audience().unwrap_or_default(), cx)
    }

    fn is_scoped(&self) -> bool {
        false
    }

    fn audience(&self, request: &AuthRequest<'_>) -> Option<String> {
        self.audience.clone().or_else(|| {
            let host = request.url.host()?;
            Some(format!("https://{host}"))
        })
    }

    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        match TokenSource::audience(self, request) {
            Some(audience) if !audience.trim().is_empty() => Ok(()),
            _ => Err(AuthError::new(
                AuthErrorKind::Config,
                "the audience of the ID token is empty",
            )
            .with_hint("name the service that accepts it, such as its URL")),
        }
    }

    fn describe(&self) -> String {
        match &self.audience {
            Some(audience) => format!("ID token of {} for {audience}", self.tokens.describe()),
            None => format!("ID token of {}", self.tokens.describe()),
        }
    }

    fn metrics(&self) -> Option<&'static str> {
        self.tokens.metrics()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenCredentials")
            .field("tokens", &self.tokens)
            .field("audience", &self.audience)
            .finish()
    }
}

impl fmt::Debug for IdTokenCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for IdTokenCredentials {
    crate::credentials::forward!(headers, reject, describe, metrics, has_time_limit);
}
