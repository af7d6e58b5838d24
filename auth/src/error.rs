//! Errors of credentials.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use gapi_transport::{TransportError, TransportErrorKind};
use http::StatusCode;

/// The kind of an [`AuthError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// The configuration of the credentials cannot work.
    Config,
    /// A file or a setting does not exist.
    NotFound,
    /// The token endpoint could not be reached, or its response was interrupted.
    Transport,
    /// The response of the token endpoint does not conform to OAuth 2.0.
    Http,
    /// The token endpoint responded with an OAuth 2.0 error code (RFC 6749, section 5.2).
    OAuth,
    /// The user has to sign in again: there is no refresh token, it has expired or was revoked, or the organization requires it.
    SignInRequired,
    /// The user or an administrator denied access.
    Denied,
    /// The callback does not belong to the authorization request, for example because its `state` differs.
    Callback,
    /// The user did not act in time.
    TimedOut,
    /// A token store cannot be read or written.
    Store,
    /// This crate does not support it.
    Unsupported,
    /// A key cannot be used, or signing failed.
    Crypto,
    /// The universe of the credentials does not support the request.
    Universe,
    /// Any other error. The kind for errors of custom sources.
    Other,
}

/// An error of credentials. Cheap to clone, because all callers that wait for one token get the same error.
///
/// `Display` shows the cause and, if known, what to do about it. No text contains a token, a key or an assertion.
#[derive(Clone)]
pub struct AuthError(Arc<ErrorParts>);

#[derive(Clone, Debug)]
struct ErrorParts {
    kind: AuthErrorKind,
    message: String,
    credential: Option<String>,
    hint: Option<String>,
    transient: bool,
    status: Option<StatusCode>,
    oauth_error: Option<String>,
    oauth_description: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl AuthError {
    /// Returns an error of `kind` that is not transient. `message` must not contain a secret.
    pub fn new(kind: AuthErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(ErrorParts {
            kind,
            message: message.into(),
            credential: None,
            hint: None,
            transient: false,
            status: None,
            oauth_error: None,
            oauth_description: None,
            retry_after: None,
            source: None,
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut ErrorParts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets whether a retry may help.
    #[must_use]
    pub fn with_transient(self, transient: bool) -> Self {
        self.change(|inner| inner.transient = transient)
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.change(|inner| inner.source = Some(Arc::from(source.into())))
    }

    /// Adds what the reader can do about the error: a clause without a full stop.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        self.change(|inner| inner.hint = Some(hint.into()))
    }

    /// Adds the HTTP status of the response.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        self.change(|inner| inner.status = Some(status))
    }

    /// Adds the `Retry-After` of the server.
    #[must_use]
    pub fn with_retry_after(self, wait: Option<Duration>) -> Self {
        self.change(|inner| inner.retry_after = wait)
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn with_kind(self, kind: AuthErrorKind) -> Self {
        self.change(|inner| inner.kind = kind)
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn with_oauth(self, error: String, description: Option<String>) -> Self {
        self.change(|inner| {
            inner.oauth_error = Some(error);
            inner.oauth_description = description;
        })
    }

    /// Adds where the error occurred, before the message.
    #[cfg(feature = "impersonation")]
    pub(crate) fn within(self, location: &str) -> Self {
        self.change(|inner| inner.message = format!("{location}: {}", inner.message))
    }

    /// Adds the credentials that the error is about, unless they are set.
    pub(crate) fn with_credential(self, credential: impl FnOnce() -> String) -> Self {
        self.change(|inner| {
            inner.credential.get_or_insert_with(credential);
        })
    }

    /// Returns the kind of this error.
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// Returns whether an unchanged retry may succeed later.
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// Returns the HTTP status of the token endpoint's response.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the OAuth 2.0 error code, such as `invalid_grant`.
    pub fn oauth_error(&self) -> Option<&str> {
        self.0.oauth_error.as_deref()
    }

    /// Returns the error description of the token endpoint.
    pub fn oauth_description(&self) -> Option<&str> {
        self.0.oauth_description.as_deref()
    }

    /// Returns the `Retry-After` of the server.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the kind and the principal of the credentials that the error is about.
    pub fn credential(&self) -> Option<&str> {
        self.0.credential.as_deref()
    }

    /// Returns what to do about the error, if known.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(credential) = &self.0.credential {
            write!(f, "{credential}: ")?;
        }
        f.write_str(&self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthError")
            .field("kind", &self.0.kind)
            .field("text", &self.to_string())
            .field("transient", &self.0.transient)
            .field("status", &self.0.status)
            .field("oauth_error", &self.0.oauth_error)
            .field("retry_after", &self.0.retry_after)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The token endpoint could not be reached.
impl From<TransportError> for AuthError {
    fn from(error: TransportError) -> Self {
        Self::unreachable("the token endpoint", error)
    }
}

impl AuthError {
    /// Returns whether no request was sent because the program has no transport, or no runtime for it.
    pub(crate) fn is_without_client(&self) -> bool {
        let source = self.source().and_then(|source| source.downcast_ref());
        source.is_some_and(|error: &TransportError| error.kind() == TransportErrorKind::NoClient)
    }

    /// Returns the error that `who` could not be reached, or that its response was interrupted.
    pub(crate) fn unreachable(who: &str, error: TransportError) -> Self {
        if error.kind() == TransportErrorKind::NoClient {
            // No request was sent.
            return Self::new(AuthErrorKind::Config, error.to_string()).with_source(error);
        }
        let transient = !matches!(
            error.kind(),
            TransportErrorKind::Request | TransportErrorKind::Tls | TransportErrorKind::TooLarge
        );
        Self::new(
            AuthErrorKind::Transport,
            format!("{who} could not be reached: {error}"),
        )
        .with_transient(transient)
        .with_source(error)
    }
}
