//! When an ID token that was just fetched expires.

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use crate::{AuthError, AuthErrorKind, Token, json};

impl Token {
    /// An ID token, or any other JSON web token, with the expiry that its `exp` claim says. Nothing is verified: for tokens that
    /// come from where they are issued.
    ///
    /// # Errors
    /// [`AuthErrorKind::Http`] when it is no JSON web token with an `exp`. The text never shows it.
    pub fn from_jwt(jwt: impl Into<SecretString>) -> Result<Self, AuthError> {
        let jwt = jwt.into();
        let expiry = expiry(jwt.expose_secret()).ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Http,
                "the answer holds an ID token that is no JSON web token with an `exp` claim",
            )
        })?;
        Ok(Self::new(jwt).expires_at(expiry))
    }
}

fn expiry(jwt: &str) -> Option<SystemTime> {
    let mut parts = jwt.split('.');
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let claims = Zeroizing::new(URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?);
    let seconds = json::value(&claims)?.get("exp")?.as_f64()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

#[cfg(test)]
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
