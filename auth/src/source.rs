//! Where tokens come from.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Clock, Transport};

use crate::{
    AuthError, AuthRequest, Cached, DEFAULT_UNIVERSE, Token,
    cache::{ATTEMPT, Steps},
    scopes::ScopeSet,
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
        ATTEMPT
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

/// What a [`TokenSource`] works with.
#[derive(Clone)]
pub struct FetchContext {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scopes: ScopeSet,
    pub(crate) audience: Option<String>,
    pub(crate) steps: Steps,
}

impl FetchContext {
    /// What requests work with that are no fetches of a cache.
    pub(crate) fn outside(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut cx = Self {
            transport,
            clock,
            scopes: ScopeSet::default(),
            audience: None,
            steps: Steps::default(),
        };
        cx.transport = cx.watch(cx.transport.clone());
        cx
    }

    /// How to reach a token endpoint.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// What time it is.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The scopes to ask for: sorted, each once.
    pub fn scopes(&self) -> &[String] {
        self.scopes.as_slice()
    }

    /// What [`TokenSource::audience`] gave.
    pub fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }
}

impl fmt::Debug for FetchContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchContext")
            .field("scopes", &self.scopes())
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// Credentials from a function that obtains tokens. The function is called when a token is needed, and never twice at once.
///
/// ```
/// use gapi_auth::{Token, from_fn};
///
/// let credentials = from_fn(|| async {
///     // Ask a broker, a side-car, another process...
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
