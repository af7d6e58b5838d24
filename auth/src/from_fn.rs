//! Credentials from a function.

use std::{fmt, future::Future};

use gapi_transport::BoxFuture;

use crate::{AuthError, Cached, FetchContext, Token, TokenSource};

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
