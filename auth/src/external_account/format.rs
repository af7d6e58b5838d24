//! The forms in which files and servers give subject tokens.

use secrecy::{SecretString, zeroize::Zeroize};
use serde_json::Value;

use crate::{AuthError, AuthErrorKind, config::Fields, json};

/// How a token stands in a text.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// The text is the token.
    Text,
    /// The text is a JSON object, and the token is this field.
    Json(String),
}

impl Format {
    /// Reads the field `format` of a credential source.
    pub(super) fn read(source: &mut Fields) -> Result<Self, AuthError> {
        let Some(mut format) = source.object("format")? else {
            return Ok(Self::Text);
        };
        match format.text("type")?.as_deref() {
            None | Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json(format.required("subject_token_field_name")?)),
            Some(_) => Err(format.error("the field `type` is neither `text` nor `json`")),
        }
    }

    /// The token in `text`, without space around it; `place` names the text.
    pub(super) fn token(&self, place: &str, text: &str) -> Result<SecretString, AuthError> {
        let missing = |what: &str| {
            AuthError::new(
                AuthErrorKind::Config,
                format!("{place}: there is no {what}"),
            )
        };
        match self {
            Self::Text => match text.trim_start_matches('\u{feff}').trim() {
                "" => Err(missing("token, only an empty text")
                    .with_transient(true)
                    .with_hint("whoever writes it may have been at it; write to another file and rename that")),
                token => Ok(SecretString::from(token)),
            },
            Self::Json(name) => {
                let mut json = match json::file(text) {
                    Ok(Value::Object(fields)) => fields,
                    // Half a file is what a writer leaves who is at it.
                    _ => return Err(missing("JSON object").with_transient(true)),
                };
                let token = match json.get(name) {
                    Some(Value::String(token)) if !token.trim().is_empty() => {
                        Some(SecretString::from(token.trim()))
                    }
                    _ => None,
                };
                for value in json.values_mut() {
                    if let Value::String(text) = value {
                        text.zeroize();
                    }
                }
                token.ok_or_else(|| missing(&format!("text in the field `{name}`")))
            }
        }
    }
}
