//! Nobody.

use gapi_transport::BoxFuture;

use crate::{AuthError, AuthHeaders, AuthRequest, Credentials};

/// No identity: for public data, and for servers that do not ask.
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
