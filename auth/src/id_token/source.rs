//! Where ID tokens come from.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

use crate::{AuthError, FetchContext, Token};

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
