//! The output of programs: version 1 of Google's format for executable-sourced credentials.

use std::time::SystemTime;

use secrecy::SecretString;

use crate::{AuthError, AuthErrorKind, config::Fields, redact::words};

const NEEDED: &str = "it has to print {\"version\": 1, \"success\": true, \"token_type\": ..., \"id_token\" or \"saml_response\": ...}";

/// A response of the supported version.
pub(super) struct ExecutableResponse {
    fields: Fields,
    success: bool,
    expires: Option<SystemTime>,
}

impl ExecutableResponse {
    pub(super) fn parse(name: &str, text: &[u8]) -> Result<Self, AuthError> {
        let text = std::str::from_utf8(text).map_err(|_| {
            AuthError::new(AuthErrorKind::Config, format!("{name}: not UTF-8 text"))
                .with_hint(NEEDED)
        })?;
        let mut fields = Fields::parse(name, text, NEEDED)?;
        match fields.number("version")? {
            Some(1) => {}
            Some(version) => {
                return Err(AuthError::new(
                    AuthErrorKind::Unsupported,
                    format!("{name}: version {version} of the response is not known; 1 is"),
                ));
            }
            None => return Err(fields.error("the field `version` is missing")),
        }
        if !fields.has("success") {
            return Err(fields.error("the field `success` is missing"));
        }
        Ok(Self {
            success: fields.flag("success")?,
            expires: fields
                .seconds("expiration_time")?
                .and_then(|at| SystemTime::UNIX_EPOCH.checked_add(at)),
            fields,
        })
    }

    /// Returns the expiry of the token, if the response has one.
    pub(super) fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Returns the token if there is one and it is valid.
    pub(super) fn token(mut self, now: SystemTime) -> Result<SecretString, AuthError> {
        if !self.success {
            return Err(self.refusal());
        }
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(self
                .fields
                .error("the token has expired already")
                .with_hint("compare this machine's clock with that of the token's issuer"));
        }
        match self.fields.required("token_type")?.as_str() {
            "urn:ietf:params:oauth:token-type:jwt"
            | "urn:ietf:params:oauth:token-type:id_token" => {
                self.fields.required_secret("id_token")
            }
            "urn:ietf:params:oauth:token-type:saml2" => {
                self.fields.required_secret("saml_response")
            }
            _ => Err(self
                .fields
                .error("the field `token_type` has no known value")),
        }
    }

    /// Returns the program's reason for failing; `None` if it reports success.
    pub(super) fn reason(mut self) -> Option<String> {
        (!self.success).then(|| self.message())
    }

    fn message(&mut self) -> String {
        let mut text = |name| match self.fields.scalar(name) {
            Some(text) => words(&text),
            None => String::from("?"),
        };
        let (code, message) = (text("code"), text("message"));
        format!("{message} (code {code})")
    }

    fn refusal(&mut self) -> AuthError {
        let message = self.message();
        AuthError::new(
            AuthErrorKind::Other,
            format!("{} has no token: {message}", self.fields.location()),
        )
    }
}
