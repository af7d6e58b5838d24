//! The trait that all credentials implement.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

use crate::{AuthError, AuthHeaders, AuthRequest, DEFAULT_UNIVERSE, IdTokenSource, Signer};

/// An identity, which provides the headers that authorize requests.
///
/// Dyn-compatible and cheap to share. The types of this crate cache their token, so ten thousand concurrent callers cause one token request.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of credentials",
    label = "expected credentials",
    note = "a key file is read by `ServiceAccount::from_file(path)?`, an API key is `ApiKey::new(key)`",
    note = "a `Result` of credentials needs `?`"
)]
pub trait Credentials: fmt::Debug + Send + Sync + 'static {
    /// Returns the headers for `request`: `authorization` or an API key, and `x-goog-user-project` if a quota project is set.
    ///
    /// # Errors
    /// [`AuthError`] if there is no valid token. [`AuthError::is_transient`] returns whether waiting may help.
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>>;

    /// Reports that a server responded to `used` with 401.
    ///
    /// Returns whether another attempt can succeed: `true` if the next call of [`headers`](Self::headers) returns a newer token.
    /// Only the token of `used` is discarded, so a hundred late 401 responses cause one refresh.
    fn reject(&self, used: &AuthHeaders) -> bool {
        let _ = used;
        false
    }

    /// Returns the universe that these credentials belong to.
    ///
    /// # Errors
    /// [`AuthError`] if a lookup fails.
    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(String::from(DEFAULT_UNIVERSE)) })
    }

    /// Returns the project that is billed for quota, if these credentials have one.
    fn quota_project(&self) -> Option<&str> {
        None
    }

    /// Returns the kind and the principal of these credentials, for error texts. It contains no secret.
    fn describe(&self) -> String {
        String::from("credentials")
    }

    /// Returns a signer for this principal, if available. Signed URLs need one.
    fn signer(&self) -> Option<Arc<dyn Signer>> {
        None
    }

    /// Returns a source of ID tokens for this principal, if available.
    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        None
    }

    /// Returns whether [`headers`](Self::headers) has a time limit of its own, as the credentials of this crate do. A call waits for other credentials
    /// no longer than it waits for a connection.
    fn has_time_limit(&self) -> bool {
        false
    }

    /// Returns the part of the `x-goog-api-client` header that names the kind of credentials, such as `cred-type/sa`.
    fn metrics(&self) -> Option<&'static str> {
        None
    }
}

/// Methods of [`Credentials`] that a type forwards to its field `0`. `common` are those that all cached credentials forward.
macro_rules! forward {
    ($($method:ident),+) => {
        $(crate::credentials::forward!(@$method);)+
    };
    (@common) => {
        crate::credentials::forward!(
            headers,
            reject,
            quota_project,
            describe,
            metrics,
            has_time_limit
        );
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

macro_rules! forward_to_pointee {
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

forward_to_pointee!(Arc);
forward_to_pointee!(Box);
