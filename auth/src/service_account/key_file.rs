//! Key files.

use std::{fs::File, io, io::Read, path::Path};

use secrecy::{
    SecretString,
    zeroize::{Zeroize, Zeroizing},
};
use serde_json::{Map, Value};

use crate::{AuthError, AuthErrorKind, oauth::GOOGLE_TOKEN_URI};

/// No key file comes near this size.
const KEY_FILE_LIMIT: u64 = 1024 * 1024;

/// What is used of a key file.
pub(super) struct KeyFile {
    /// What errors call it.
    pub(super) place: String,
    pub(super) client_email: String,
    pub(super) private_key: SecretString,
    pub(super) private_key_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) token_uri: String,
    pub(super) quota_project_id: Option<String>,
    pub(super) universe_domain: Option<String>,
}

impl KeyFile {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, AuthError> {
        let place = path.display().to_string();
        let mut text = Zeroizing::new(String::new());
        File::open(path)
            .and_then(|file| file.take(KEY_FILE_LIMIT).read_to_string(&mut text))
            .map_err(|error| unreadable(&place, error))?;
        Self::parse(&place, &text)
    }

    pub(super) fn from_parts(client_email: String, private_key_pem: &str) -> Self {
        Self {
            place: String::from("service account key"),
            client_email,
            private_key: SecretString::from(private_key_pem),
            private_key_id: None,
            client_id: None,
            project_id: None,
            token_uri: String::from(GOOGLE_TOKEN_URI),
            quota_project_id: None,
            universe_domain: None,
        }
    }

    pub(super) fn parse(place: &str, text: &str) -> Result<Self, AuthError> {
        let config =
            |message: String| AuthError::new(AuthErrorKind::Config, format!("{place}: {message}"));
        let text = text.trim_start_matches('\u{feff}');
        // A value's own error text says where it is, and never shows what stands there.
        let fields = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err(config(String::from("not a JSON object")).with_hint(NEEDED)),
            Err(error) => {
                let hint = if text.trim_start().starts_with("-----BEGIN") {
                    "this is a bare private key: use `ServiceAccount::from_parts`"
                } else {
                    NEEDED
                };
                return Err(config(format!("not JSON: {error}")).with_hint(hint));
            }
        };
        let mut fields = Fields { place, fields };
        fields.check_type()?;
        Ok(Self {
            place: place.to_owned(),
            client_email: fields.required("client_email")?,
            private_key: {
                let mut key = fields.required("private_key")?;
                let secret = SecretString::from(key.as_str());
                key.zeroize();
                secret
            },
            private_key_id: fields.optional("private_key_id")?,
            client_id: fields.optional("client_id")?,
            project_id: fields.optional("project_id")?,
            token_uri: fields
                .optional("token_uri")?
                .unwrap_or_else(|| String::from(GOOGLE_TOKEN_URI)),
            quota_project_id: fields.optional("quota_project_id")?,
            universe_domain: fields.optional("universe_domain")?,
        })
    }
}

fn unreadable(place: &str, error: io::Error) -> AuthError {
    match error.kind() {
        io::ErrorKind::NotFound => AuthError::new(
            AuthErrorKind::NotFound,
            format!("{place}: there is no such file"),
        )
        .with_hint("give the path of a service account key in JSON"),
        io::ErrorKind::InvalidData => {
            AuthError::new(AuthErrorKind::Config, format!("{place}: not a text file"))
                .with_hint("a service account key in JSON is needed; .p12 keys are not supported")
        }
        _ => AuthError::new(
            AuthErrorKind::Config,
            format!("{place}: the file cannot be read: {error}"),
        ),
    }
    .with_source(error)
}

const NEEDED: &str = "a service account key in JSON is needed, as `gcloud iam service-accounts keys create` writes it";

struct Fields<'a> {
    place: &'a str,
    fields: Map<String, Value>,
}

impl Fields<'_> {
    fn error(&self, kind: AuthErrorKind, message: impl std::fmt::Display) -> AuthError {
        AuthError::new(kind, format!("{}: {message}", self.place))
    }

    fn check_type(&mut self) -> Result<(), AuthError> {
        let Some(kind) = self.optional("type")? else {
            if self.fields.contains_key("installed") || self.fields.contains_key("web") {
                return Err(self
                    .error(AuthErrorKind::Unsupported, "this is an OAuth client's secret, not a service account key")
                    .with_hint("an OAuth client signs in users; for a service account create a key of its own"));
            }
            return Err(self
                .error(AuthErrorKind::Config, "the field `type` is missing")
                .with_hint(NEEDED));
        };
        let (what, hint) = match kind.as_str() {
            "service_account" => return Ok(()),
            "authorized_user" => (
                "a user's credentials, as `gcloud auth application-default login` writes them",
                NEEDED,
            ),
            "external_account" => (
                "a workload identity federation configuration, which has no private key",
                NEEDED,
            ),
            "external_account_authorized_user" => (
                "a workforce user's credentials, which have no private key",
                NEEDED,
            ),
            "impersonated_service_account" => (
                "an impersonation configuration, which has no private key",
                NEEDED,
            ),
            "gdch_service_account" => (
                "a service account of Google Distributed Cloud, whose tokens are made in another way",
                NEEDED,
            ),
            _ => {
                return Err(self
                    .error(
                        AuthErrorKind::Unsupported,
                        format_args!("the field `type` is neither `service_account` nor known"),
                    )
                    .with_hint(NEEDED));
            }
        };
        Err(self
            .error(
                AuthErrorKind::Unsupported,
                format_args!("the field `type` is `{kind}`: {what}"),
            )
            .with_hint(hint))
    }

    fn required(&mut self, name: &str) -> Result<String, AuthError> {
        self.optional(name)?.ok_or_else(|| {
            self.error(
                AuthErrorKind::Config,
                format_args!("the field `{name}` is missing or empty"),
            )
            .with_hint(NEEDED)
        })
    }

    fn optional(&mut self, name: &str) -> Result<Option<String>, AuthError> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                let value = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                let mut text = text;
                text.zeroize();
                Ok(value)
            }
            Some(_) => Err(self.error(
                AuthErrorKind::Config,
                format_args!("the field `{name}` is not a string"),
            )),
        }
    }
}
