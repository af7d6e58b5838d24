//! Why an ID token is not accepted.

use std::{error::Error as StdError, fmt};

use crate::AuthError;

/// Which check an ID token did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdTokenCheck {
    /// The verifier is set up in a way that cannot work.
    Config,
    /// It is no signed JSON web token, or lacks a claim that every ID token has.
    Form,
    /// It is signed with an algorithm that the key is not for.
    Algorithm,
    /// It is signed with a key that the issuer does not have, or has no more.
    Key,
    /// The signature is wrong: the token was changed, or the issuer did not make it.
    Signature,
    /// It has expired.
    Expiry,
    /// It is from the future.
    IssuedAt,
    /// Somebody else issued it.
    Issuer,
    /// It is for somebody else.
    Audience,
    /// Its principal's e-mail address is not verified, or not one of those accepted.
    Email,
    /// Its user is not of the Workspace domain.
    HostedDomain,
    /// It is not the answer to this request.
    Nonce,
    /// The issuer's keys could not be fetched: nothing is known about the token.
    Certificates,
}

/// Why an ID token is not accepted. No text here ever holds the token.
#[derive(Clone)]
pub struct IdTokenError {
    check: IdTokenCheck,
    message: String,
    source: Option<AuthError>,
}

pub(super) fn failed(check: IdTokenCheck, message: impl Into<String>) -> IdTokenError {
    IdTokenError {
        check,
        message: message.into(),
        source: None,
    }
}

impl IdTokenError {
    /// The issuer's keys could not be fetched.
    pub(super) fn no_keys(error: AuthError) -> Self {
        Self {
            check: IdTokenCheck::Certificates,
            message: error.to_string(),
            source: Some(error),
        }
    }

    /// Which check the token did not pass.
    pub fn check(&self) -> IdTokenCheck {
        self.check
    }

    /// Whether verifying the same token again may succeed: the issuer's keys could not be fetched. Answer 503 then, and 401 otherwise.
    pub fn is_transient(&self) -> bool {
        self.source.as_ref().is_some_and(AuthError::is_transient)
    }
}

/// What a token says, fit to be shown: short, and without control characters.
pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(100).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", short.escape_debug())
}

impl fmt::Display for IdTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ID token is not accepted: {}", self.message)
    }
}

impl fmt::Debug for IdTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenError")
            .field("check", &self.check)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for IdTokenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
