//! ID tokens: who a program is, for a service that is not a Google API.

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

/// ID tokens for a service, as credentials: what Cloud Run, Cloud Functions, Identity-Aware Proxy and one's own services ask for,
/// instead of an access token. They are cached as [`Cached`] describes; clones share the cache.
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
    /// Whom tokens are for; nobody in particular: the host of each request.
    audience: Option<String>,
}

impl IdTokenCredentials {
    /// ID tokens of `source` for `audience`: the URL of a Cloud Run service without a path, or the client ID of an OAuth client
    /// for Identity-Aware Proxy.
    pub fn new(source: impl IdTokenSource, audience: impl Into<String>) -> Self {
        Self(Cached::new(Source {
            tokens: Arc::new(source),
            audience: Some(audience.into()),
        }))
    }

    /// ID tokens of `source` for whichever host a request goes to: the audience is `https://HOST`, as Cloud Run expects.
    pub fn for_each_host(source: impl IdTokenSource) -> Self {
        Self(Cached::new(Source {
            tokens: Arc::new(source),
            audience: None,
        }))
    }

    /// ID tokens of `tokens` that go the way of `other`'s: through the same transport and pool, by the same clock.
    #[cfg(feature = "service-account")]
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

    /// Whom the tokens are for, unless that is up to each request.
    pub fn audience(&self) -> Option<&str> {
        self.0.source().audience.as_deref()
    }

    /// An ID token, from the cache if a valid one is there, for clients that are given tokens instead of headers. Ask again for each use:
    /// it is refreshed before its [`expiry`](Token::expiry).
    ///
    /// # Errors
    /// [`AuthError`] when no token can be had; [`AuthErrorKind::Config`] for credentials made by [`for_each_host`](Self::for_each_host),
    /// which need a request.
    pub async fn token(&self) -> Result<Token, AuthError> {
        let Some(audience) = self.audience() else {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "the audience of these ID tokens is the host of a request, and there is none",
            )
            .with_hint("use `headers`, or credentials for one audience"));
        };
        // The URL plays no part where the audience is fixed.
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
            .ok_or_else(|| AuthError::new(AuthErrorKind::Other, "the ID token is no text"))
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
            .with_hint("name the service that is to accept it, such as its URL")),
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
