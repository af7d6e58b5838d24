//! Why there is no token.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use gapi_transport::{TransportError, TransportErrorKind};
use http::StatusCode;

/// What kind of failure an [`AuthError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// The credentials are set up in a way that cannot work.
    Config,
    /// A file or a setting does not exist.
    NotFound,
    /// The token endpoint could not be reached, or its answer broke off.
    Transport,
    /// The token endpoint answered, but not as OAuth 2.0 prescribes.
    Http,
    /// The token endpoint refused with an OAuth 2.0 error code (RFC 6749, section 5.2).
    OAuth,
    /// The user has to sign in again: there is no refresh token, or it has expired, was revoked, or the organization
    /// wants to see the user again.
    SignInRequired,
    /// The user, or an administrator, said no.
    Denied,
    /// An answer to an authorization request that does not belong to it, such as one with another `state`.
    Callback,
    /// Time for the user to act ran out.
    TimedOut,
    /// A token store cannot be read or written.
    Store,
    /// Something that this crate does not do.
    Unsupported,
    /// A key cannot be used, or a signature could not be made.
    Crypto,
    /// The credentials' universe and what is asked of them do not fit together.
    Universe,
    /// Anything else; the kind for errors of your own sources.
    Other,
}

/// Why there is no token. Cheap to clone, because every caller who waits for one token gets the same error.
///
/// `Display` gives the cause and, where one is known, the way out. No text here ever holds a token, a key or an assertion.
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
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
    /// An error of `kind` that is not transient. `message` must hold no secret.
    pub fn new(kind: AuthErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
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

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Says whether trying again may help.
    #[must_use]
    pub fn with_transient(self, transient: bool) -> Self {
        self.change(|inner| inner.transient = transient)
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.change(|inner| inner.source = Some(Arc::from(source.into())))
    }

    /// Adds what the reader can do about it: a clause without a full stop.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        self.change(|inner| inner.hint = Some(hint.into()))
    }

    /// Adds the HTTP status of the answer.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        self.change(|inner| inner.status = Some(status))
    }

    /// Adds how long the server asks to be left alone.
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

    /// Says where within a larger whole the error is about.
    #[cfg(feature = "impersonation")]
    pub(crate) fn within(self, place: &str) -> Self {
        self.change(|inner| inner.message = format!("{place}: {}", inner.message))
    }

    /// Adds whose error it is, unless it is known already.
    pub(crate) fn with_credential(self, credential: impl FnOnce() -> String) -> Self {
        self.change(|inner| {
            inner.credential.get_or_insert_with(credential);
        })
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// Whether trying again later may help, with nothing changed.
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// The HTTP status of the token endpoint's answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The OAuth 2.0 error code, such as `invalid_grant`.
    pub fn oauth_error(&self) -> Option<&str> {
        self.0.oauth_error.as_deref()
    }

    /// What the token endpoint says about it.
    pub fn oauth_description(&self) -> Option<&str> {
        self.0.oauth_description.as_deref()
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whose error it is: the credentials' kind and principal.
    pub fn credential(&self) -> Option<&str> {
        self.0.credential.as_deref()
    }

    /// What to do about it, where that is known.
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
    /// `who` could not be reached, or its response broke off.
    pub(crate) fn unreachable(who: &str, error: TransportError) -> Self {
        if error.kind() == TransportErrorKind::NoClient {
            // Nobody was asked.
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
