//! The trait that everything with an identity implements.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

use crate::{AuthError, AuthHeaders, AuthRequest, DEFAULT_UNIVERSE, IdTokenSource, Signer};

/// An identity: gives each request the headers that authorize it.
///
/// Dyn-compatible and cheap to share. Types of this crate cache their token, so that ten thousand concurrent callers
/// cause one token request.
pub trait Credentials: fmt::Debug + Send + Sync + 'static {
    /// The headers for `request`: `authorization` or an API key, and `x-goog-user-project` where a quota project is set.
    ///
    /// # Errors
    /// [`AuthError`] when no valid token can be had; [`AuthError::is_transient`] says whether waiting may help.
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>>;

    /// Tells the credentials that a server answered 401 to `used`.
    ///
    /// Returns whether another try can succeed: `true` when the next [`headers`](Self::headers) call will fetch (or already has) a newer token.
    /// Only the token that `used` came from is discarded, so a hundred late 401 answers cause one refresh.
    fn reject(&self, used: &AuthHeaders) -> bool {
        let _ = used;
        false
    }

    /// The universe that these credentials belong to.
    ///
    /// # Errors
    /// [`AuthError`] when it has to be looked up and that fails.
    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(String::from(DEFAULT_UNIVERSE)) })
    }

    /// The project that pays, if one is set on the credentials.
    fn quota_project(&self) -> Option<&str> {
        None
    }

    /// Who these credentials are, for error texts: kind and principal, no secret.
    fn describe(&self) -> String {
        String::from("credentials")
    }

    /// What signs for these credentials, where something can: signed URLs are built on it.
    fn signer(&self) -> Option<Arc<dyn Signer>> {
        None
    }

    /// Where ID tokens for these credentials' principal come from, where they can be had.
    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        None
    }

    /// Returns whether [`headers`](Self::headers) always ends within a time limit of its own, as it does for the credentials of this crate. A call waits for others no longer than it waits for a
    /// connection that does not come.
    fn has_time_limit(&self) -> bool {
        false
    }

    /// What an API call appends to its `x-goog-api-client` header to tell how it was authorized, such as `cred-type/sa`.
    fn metrics(&self) -> Option<&'static str> {
        None
    }
}

/// Methods of [`Credentials`] that a type hands to what it wraps, its field `0`.
macro_rules! forward {
    ($($method:ident),+) => {
        $(crate::credentials::forward!(@$method);)+
    };
    (@headers) => {
        fn headers<'a>(
            &'a self,
            request: &'a crate::AuthRequest<'a>,
        ) -> gapi_transport::BoxFuture<'a, Result<crate::AuthHeaders, crate::AuthError>> {
            self.0.headers(request)
        }
    };
    (@reject) => {
        fn reject(&self, used: &crate::AuthHeaders) -> bool {
            self.0.reject(used)
        }
    };
    (@universe_domain) => {
        fn universe_domain(
            &self,
        ) -> gapi_transport::BoxFuture<'_, Result<String, crate::AuthError>> {
            self.0.universe_domain()
        }
    };
    (@quota_project) => {
        fn quota_project(&self) -> Option<&str> {
            self.0.quota_project()
        }
    };
    (@describe) => {
        fn describe(&self) -> String {
            self.0.describe()
        }
    };
    (@has_time_limit) => {
        fn has_time_limit(&self) -> bool {
            self.0.has_time_limit()
        }
    };
    (@metrics) => {
        fn metrics(&self) -> Option<&'static str> {
            self.0.metrics()
        }
    };
}
#[allow(unused_imports)] // Without any feature there is nothing to wrap.
pub(crate) use forward;

macro_rules! through_pointer {
    ($pointer:ident) => {
        impl<C: Credentials + ?Sized> Credentials for $pointer<C> {
            fn headers<'a>(
                &'a self,
                request: &'a AuthRequest<'a>,
            ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
                (**self).headers(request)
            }

            fn reject(&self, used: &AuthHeaders) -> bool {
                (**self).reject(used)
            }

            fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
                (**self).universe_domain()
            }

            fn quota_project(&self) -> Option<&str> {
                (**self).quota_project()
            }

            fn describe(&self) -> String {
                (**self).describe()
            }

            fn signer(&self) -> Option<Arc<dyn Signer>> {
                (**self).signer()
            }

            fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
                (**self).id_tokens()
            }

            fn metrics(&self) -> Option<&'static str> {
                (**self).metrics()
            }

            fn has_time_limit(&self) -> bool {
                (**self).has_time_limit()
            }
        }
    };
}

through_pointer!(Arc);
through_pointer!(Box);
