//! OAuth clients: `client_secret.json`.

use std::{fmt, path::Path};

use secrecy::SecretString;
use serde::Deserialize;

use crate::{AuthError, AuthErrorKind, RedactedPath, config, reach::check_endpoint};

const GOOGLE_AUTH_URI: &str = "https://accounts.google.com/o/oauth2/v2/auth";
const GOOGLE_TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const GOOGLE_DEVICE_URI: &str = "https://oauth2.googleapis.com/device/code";
const NEEDED: &str =
    "download the JSON of an OAuth client in the Cloud console, under APIs & Services, Credentials";

/// An OAuth client: the identity of an app that requests authorization from users.
///
/// For servers other than Google's, set [`auth_uri`](Self::auth_uri) and the other endpoints.
#[derive(Clone)]
pub struct ClientSecrets {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) auth_uri: String,
    pub(crate) token_uri: String,
    pub(crate) device_uri: String,
    pub(crate) revoke_uri: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) project_id: Option<String>,
    /// Whether the client is a web app, whose redirect URIs must match exactly.
    pub(crate) is_web: bool,
}

/// The file. `web` takes precedence over `installed`.
#[derive(Deserialize)]
struct ClientSecretsFile {
    web: Option<ClientFields>,
    installed: Option<ClientFields>,
    #[serde(rename = "3pi")]
    workforce: Option<serde::de::IgnoredAny>,
    r#type: Option<String>,
}

#[derive(Deserialize)]
struct ClientFields {
    client_id: String,
    client_secret: Option<SecretString>,
    auth_uri: Option<String>,
    token_uri: Option<String>,
    project_id: Option<String>,
    redirect_uris: Option<Vec<String>>,
    device_authorization_uri: Option<String>,
    revoke_uri: Option<String>,
}

impl ClientSecrets {
    /// Returns a client of Google. Clients of some platforms have no secret (see [`without_secret`](Self::without_secret)).
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self {
            client_secret: Some(client_secret.into()),
            ..Self::without_secret(client_id)
        }
    }

    /// Returns a client without a secret, such as one for Android or iOS.
    pub fn without_secret(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            auth_uri: String::from(GOOGLE_AUTH_URI),
            token_uri: String::from(GOOGLE_TOKEN_URI),
            device_uri: String::from(GOOGLE_DEVICE_URI),
            revoke_uri: None,
            redirect_uris: Vec::new(),
            project_id: None,
            is_web: false,
        }
    }

    /// Reads a `client_secret.json` of the Cloud console, for a web app (`web`) or an installed one (`installed`).
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] if the file does not exist, [`AuthErrorKind::Config`] or [`AuthErrorKind::Unsupported`] if it cannot be used. The text
    /// names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "ClientSecrets::from_json")?;
        let name = RedactedPath::new(path).to_string();
        Self::parse(&name, &text)
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::parse("client secrets", text)
    }

    fn parse(name: &str, text: &str) -> Result<Self, AuthError> {
        let error = |kind, message: &str| {
            AuthError::new(kind, format!("{name}: {message}")).with_hint(NEEDED)
        };
        let document: ClientSecretsFile = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|cause| {
                // The texts of serde may contain values, so only the position is used.
                let what = if cause.is_data() && cause.to_string().starts_with("missing field") {
                    cause.to_string()
                } else {
                    format!(
                        "cannot be used at line {} column {}",
                        cause.line(),
                        cause.column()
                    )
                };
                error(AuthErrorKind::Config, &what)
            })?;
        let ClientSecretsFile {
            web,
            installed,
            workforce,
            r#type,
        } = document;
        let is_web = web.is_some();
        let Some(fields) = web.or(installed) else {
            return Err(if workforce.is_some() {
                error(
                    AuthErrorKind::Unsupported,
                    "this client is for workforce identity federation (`3pi`)",
                )
                .with_hint("users of a workforce pool sign in with `gcloud auth application-default login --login-config=FILE`")
            } else if r#type.as_deref() == Some("service_account") {
                error(
                    AuthErrorKind::Unsupported,
                    "this is a service account's key, which needs no user",
                )
                .with_hint("read it with `ServiceAccount::from_file`")
            } else {
                error(
                    AuthErrorKind::Config,
                    "there is neither `web` nor `installed`",
                )
            });
        };
        if fields.client_id.trim().is_empty() {
            return Err(error(AuthErrorKind::Config, "`client_id` is empty"));
        }
        let client = Self::without_secret(fields.client_id);
        Ok(Self {
            client_secret: fields.client_secret,
            auth_uri: fields.auth_uri.unwrap_or(client.auth_uri),
            token_uri: fields.token_uri.unwrap_or(client.token_uri),
            device_uri: fields.device_authorization_uri.unwrap_or(client.device_uri),
            revoke_uri: fields.revoke_uri,
            redirect_uris: fields.redirect_uris.unwrap_or_default(),
            project_id: fields.project_id,
            is_web,
            client_id: client.client_id,
        })
    }

    /// Sets the authorization endpoint.
    #[must_use]
    pub fn auth_uri(mut self, uri: impl Into<String>) -> Self {
        self.auth_uri = uri.into();
        self
    }

    /// Sets the token endpoint.
    #[must_use]
    pub fn token_uri(mut self, uri: impl Into<String>) -> Self {
        self.token_uri = uri.into();
        self
    }

    /// Sets the device authorization endpoint (RFC 8628).
    #[must_use]
    pub fn device_uri(mut self, uri: impl Into<String>) -> Self {
        self.device_uri = uri.into();
        self
    }

    /// Sets the revocation endpoint (RFC 7009).
    #[must_use]
    pub fn revoke_uri(mut self, uri: impl Into<String>) -> Self {
        self.revoke_uri = Some(uri.into());
        self
    }

    /// Returns the client's ID.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the project of the client, if the file contains it.
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// Returns the registered redirect URIs, if the file contains them.
    pub fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    /// Refuses endpoints that codes and secrets must not be sent to.
    pub(crate) fn check(&self) -> Result<(), AuthError> {
        check_endpoint("the authorization URI", &self.auth_uri)?;
        check_endpoint("the token URI", &self.token_uri)
    }
}

/// Does not show the secret.
impl fmt::Debug for ClientSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecrets")
            .field("client_id", &self.client_id)
            .field("project_id", &self.project_id)
            .field("auth_uri", &self.auth_uri)
            .field("token_uri", &self.token_uri)
            .finish_non_exhaustive()
    }
}
