//! The traits that a kind of credentials implements to fetch tokens.

use std::{fmt, sync::Arc, time::Duration};

use gapi_transport::BoxFuture;

use crate::{
    AuthError, AuthRequest, DEFAULT_UNIVERSE, Token, fetch_context::FetchContext,
    token_retry::ATTEMPT_TIMEOUT,
};

/// Fetches tokens of one kind of credentials. [`Cached`](crate::Cached) caches and refreshes them.
///
/// A source neither caches nor retries. Its future runs to the end, even if the caller is gone.
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches a token.
    ///
    /// # Errors
    /// [`AuthError`]. The cache retries if [`AuthError::is_transient`] is true.
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>>;

    /// Returns the scopes of these credentials. Requests override them only with [`Scopes::Exactly`](crate::Scopes::Exactly).
    fn scopes(&self) -> Option<&[String]> {
        None
    }

    /// Returns whether tokens differ by scopes. If not, one token serves all requests.
    fn is_scoped(&self) -> bool {
        true
    }

    /// Returns the audience of a token for `request`, if tokens differ by the host that they are sent to.
    fn audience(&self, request: &AuthRequest<'_>) -> Option<String> {
        let _ = request;
        None
    }

    /// Returns the number of attempts of one fetch while errors are transient. The program may override it
    /// ([`TokenRetryPolicy`](crate::TokenRetryPolicy)).
    fn attempts(&self) -> u32 {
        3
    }

    /// Refuses a request that cannot succeed, before a token is fetched.
    ///
    /// # Errors
    /// [`AuthError`], usually [`AuthErrorKind::Config`](crate::AuthErrorKind::Config).
    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        let _ = request;
        Ok(())
    }

    /// Returns the time limit of one attempt, 30 s by default. The program may override it ([`TokenRetryPolicy`](crate::TokenRetryPolicy)).
    fn attempt_limit(&self) -> Duration {
        ATTEMPT_TIMEOUT
    }

    /// Returns the universe of these credentials.
    fn universe_domain(&self) -> &str {
        DEFAULT_UNIVERSE
    }

    /// Returns the project that is billed for quota, if there is one.
    fn quota_project(&self) -> Option<&str> {
        None
    }

    /// Returns the kind and the principal of these credentials. It contains no secret.
    fn describe(&self) -> String {
        String::from("credentials")
    }

    /// See [`Credentials::metrics`](crate::Credentials::metrics).
    fn metrics(&self) -> Option<&'static str> {
        None
    }
}

/// Fetches ID tokens of one kind of credentials. [`IdTokenCredentials`](crate::IdTokenCredentials) caches them.
///
/// A source neither caches nor retries. Its future runs to the end, even if the caller is gone. Dyn-compatible.
pub trait IdTokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches an ID token for `audience`: the service that will accept it, such as the URL of a Cloud Run service or the ID of an OAuth client.
    /// Its expiry is the `exp` claim, which `Token::from_jwt` reads.
    ///
    /// # Errors
    /// [`AuthError`]. The cache retries if [`AuthError::is_transient`] is true.
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>>;

    /// Returns the kind and the principal of the tokens. It contains no secret.
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
