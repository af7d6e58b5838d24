//! What the API answers.

use jiff::Timestamp;
use secrecy::{SecretString, zeroize::Zeroize};
use serde_json::{Map, Value};

use super::WHO;
use crate::{AuthError, AuthErrorKind, Token};

/// The token of an answer of `generateAccessToken`.
pub(crate) fn access_token(mut answer: Map<String, Value>) -> Result<Token, AuthError> {
    let token = text(&mut answer, "accessToken")?;
    let expiry = match answer.get("expireTime") {
        Some(Value::String(time)) => time.parse::<Timestamp>().ok(),
        _ => None,
    };
    match expiry {
        Some(expiry) => Ok(Token::new(token).expires_at(expiry.into())),
        None => Err(unusable("no expireTime that is a time")),
    }
}

/// A text of an answer, which is taken for a secret.
pub(crate) fn text(answer: &mut Map<String, Value>, name: &str) -> Result<SecretString, AuthError> {
    match answer.get_mut(name) {
        Some(Value::String(text)) if !text.is_empty() => {
            let secret = SecretString::from(text.as_str());
            text.zeroize();
            Ok(secret)
        }
        _ => Err(unusable(&format!("no {name}"))),
    }
}

/// A success that is none.
pub(super) fn unusable(what: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Http, format!("{WHO} gave {what}"))
}
