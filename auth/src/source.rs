//! Where tokens come from: what a kind of credentials implements.

use std::{fmt, sync::Arc, time::Duration};

use gapi_transport::BoxFuture;

use crate::{
    AuthError, AuthRequest, DEFAULT_UNIVERSE, Token, fetch_context::FetchContext,
    token_retry::ATTEMPT_TIMEOUT,
};

/// What a kind of credentials implements: fetch one token. [`Cached`] does the rest.
///
/// A source neither caches nor retries, and its future runs to the end even when the caller who caused it has gone.
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches a token.
    ///
    /// # Errors
    /// [`AuthError`]; where [`AuthError::is_transient`] holds, the cache tries again.
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>>;

    /// The scopes that these credentials were given; requests cannot change them except with [`Scopes::Exactly`](crate::Scopes::Exactly).
    fn scopes(&self) -> Option<&[String]> {
        None
    }

    /// Whether tokens differ by scopes. Where they do not, one token serves every request.
    fn is_scoped(&self) -> bool {
        true
    }

    /// The audience of a token for `request`, where tokens differ by the host that they are sent to.
    fn audience(&self, request: &AuthRequest<'_>) -> Option<String> {
        let _ = request;
        None
    }

    /// How many attempts one fetch has while errors are transient, within a minute in all, unless the program says otherwise
    /// ([`TokenRetryPolicy`](crate::TokenRetryPolicy)).
    fn attempts(&self) -> u32 {
        3
    }

    /// Refuses a request that can never succeed, before anything is fetched.
    ///
    /// # Errors
    /// [`AuthError`], usually [`AuthErrorKind::Config`](crate::AuthErrorKind::Config).
    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        let _ = request;
        Ok(())
    }

    /// How long one attempt to fetch may take: 30 s unless a source runs something that takes longer. A program may say otherwise
    /// ([`TokenRetryPolicy`](crate::TokenRetryPolicy)).
    fn attempt_limit(&self) -> Duration {
        ATTEMPT_TIMEOUT
    }

    /// The universe of these credentials.
    fn universe_domain(&self) -> &str {
        DEFAULT_UNIVERSE
    }

    /// The project that pays, if one is set.
    fn quota_project(&self) -> Option<&str> {
        None
    }

    /// Who these credentials are: kind and principal, no secret.
    fn describe(&self) -> String {
        String::from("credentials")
    }

    /// See [`Credentials::metrics`](crate::Credentials::metrics).
    fn metrics(&self) -> Option<&'static str> {
        None
    }
}

/// What a kind of credentials implements that can get ID tokens: fetch one. [`IdTokenCredentials`](crate::IdTokenCredentials)
/// caches them.
///
/// A source neither caches nor retries, and its future runs to the end even when the caller who caused it has gone.
/// Dyn-compatible.
pub trait IdTokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches an ID token for `audience`: the service that is to accept it, such as a Cloud Run service's URL or an OAuth client's ID.
    /// Its expiry is the `exp` claim; `Token::from_jwt` reads it.
    ///
    /// # Errors
    /// [`AuthError`]; where [`AuthError::is_transient`] holds, the cache tries again.
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>>;

    /// Whose tokens these are: kind and principal, no secret.
    fn describe(&self) -> String;

    /// See [`Credentials::metrics`](crate::Credentials::metrics).
    fn metrics(&self) -> Option<&'static str> {
        None
    }
}

impl<S: IdTokenSource + ?Sized> IdTokenSource for Arc<S> {
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        (**self).fetch_id_token(audience, cx)
    }

    fn describe(&self) -> String {
        (**self).describe()
    }

    fn metrics(&self) -> Option<&'static str> {
        (**self).metrics()
    }
}
