//! Errors of the verification of an ID token.

use std::{error::Error as StdError, fmt};

use crate::AuthError;

/// The check that an ID token failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdTokenCheck {
    /// The configuration of the verifier cannot work.
    Config,
    /// It is not a signed JSON web token, or a required claim is missing.
    Form,
    /// Its algorithm is not that of the key.
    Algorithm,
    /// Its key is not one of the current keys of the issuer.
    Key,
    /// Its signature is wrong: the token was changed, or is not from the issuer.
    Signature,
    /// It has expired.
    Expiry,
    /// It is not valid yet.
    IssuedAt,
    /// It has another issuer.
    Issuer,
    /// It has another audience.
    Audience,
    /// Its e-mail address is not verified, or not one of those accepted.
    Email,
    /// Its user does not belong to the Workspace domain.
    HostedDomain,
    /// It does not belong to this request.
    Nonce,
    /// The issuer's keys could not be fetched, so the token was not checked.
    Certificates,
}

/// An error of the verification of an ID token. No text contains the token.
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
    /// Returns the error that the issuer's keys could not be fetched.
    pub(super) fn no_keys(error: AuthError) -> Self {
        Self {
            check: IdTokenCheck::Certificates,
            message: error.to_string(),
            source: Some(error),
        }
    }

    /// Returns the check that the token failed.
    pub fn check(&self) -> IdTokenCheck {
        self.check
    }

    /// Returns whether a retry with the same token may succeed, because the issuer's keys could not be fetched. Respond with 503 then, else with 401.
    pub fn is_transient(&self) -> bool {
        self.source.as_ref().is_some_and(AuthError::is_transient)
    }
}

/// Returns a claim for display: short and without control characters.
pub(super) fn displayed(text: &str) -> String {
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
