//! An access token.

#[cfg(feature = "id-token")]
use std::time::Duration;
use std::{fmt, time::SystemTime};

#[cfg(feature = "id-token")]
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
#[cfg(feature = "id-token")]
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "id-token")]
use crate::{AuthError, AuthErrorKind, json};

/// An access token, as a [`TokenSource`](crate::TokenSource) returns it. It is wiped from memory when dropped; `Debug` does not show it.
#[derive(Clone)]
pub struct Token {
    value: SecretString,
    token_type: String,
    expires_at: Option<SystemTime>,
}

impl Token {
    /// Returns a bearer token. It does not expire unless [`expires_at`](Self::expires_at) is set.
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self {
            value: value.into(),
            token_type: String::from("Bearer"),
            expires_at: None,
        }
    }

    /// Sets when the token expires.
    #[must_use]
    pub fn expires_at(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Sets the scheme of the `authorization` header, `Bearer` by default.
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = token_type.into();
        self
    }

    /// Returns the token, which is secret.
    pub fn secret(&self) -> &str {
        self.value.expose_secret()
    }

    /// Returns when the token expires, if it does.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Returns the scheme of the `authorization` header.
    pub fn scheme(&self) -> &str {
        &self.token_type
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("token_type", &self.token_type)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "id-token")]
impl Token {
    /// Returns a JSON web token, such as an ID token, with the expiry of its `exp` claim.
    ///
    /// The signature is not verified, so the token must come from its issuer.
    ///
    /// # Errors
    /// [`AuthErrorKind::Http`] if this is not a JSON web token with an `exp` claim. The text does not show the token.
    pub fn from_jwt(jwt: impl Into<SecretString>) -> Result<Self, AuthError> {
        let jwt = jwt.into();
        let expiry = expiry(jwt.expose_secret()).ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Http,
                "the response contains an ID token that is not a JSON web token with an `exp` claim",
            )
        })?;
        Ok(Self::new(jwt).expires_at(expiry))
    }
}

/// Returns the `exp` claim of a JSON web token.
#[cfg(feature = "id-token")]
fn expiry(jwt: &str) -> Option<SystemTime> {
    let mut parts = jwt.split('.');
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let claims = Zeroizing::new(URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?);
    let seconds = json::value(&claims)?.get("exp")?.as_f64()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

#[cfg(all(test, feature = "id-token"))]
mod tests {
    use super::*;

    #[test]
    fn exp_is_the_expiry() {
        let jwt = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let token = Token::from_jwt(jwt(r#"{"exp":1795328400,"aud":"a"}"#)).expect("a token");
        assert_eq!(
            token.expiry(),
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_328_400))
        );
        for bad in [
            String::new(),
            String::from("canary"),
            String::from("a.canary.c"),
            String::from("e30.e30.a.b"),
            jwt("{}"),
            jwt("[]"),
            jwt(r#"{"exp":"canary"}"#),
            jwt(r#"{"exp":-1}"#),
            jwt(r#"{"exp":1e300}"#),
        ] {
            let error = Token::from_jwt(bad).expect_err("no expiry");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
