//! The credentials of a client that has none, because it talks to emulators.

use gapi_auth::{AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials};
use gapi_transport::BoxFuture;

/// Refuses every request that needs credentials.
#[derive(Debug)]
pub(super) struct NoCredentials;

impl Credentials for NoCredentials {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        let error = AuthError::new(
            AuthErrorKind::Config,
            "the client has no credentials, which only the emulators that the environment names can do without; give it some, or `auth::Anonymous` for public data",
        );
        Box::pin(async move { Err(error) })
    }

    fn describe(&self) -> String {
        String::from("no credentials")
    }

    fn has_time_limit(&self) -> bool {
        true
    }
}
