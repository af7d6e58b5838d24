//! Subject tokens in texts, plain or as JSON: in files that another program refreshes, or from a server.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use gapi_transport::Body;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};
use serde_json::Value;

use super::settings::FederationSettings;
use crate::{
    AuthError, AuthErrorKind, FetchContext, RedactedPath,
    config::{self, Fields},
    json, oauth,
    reach::{Named, Purpose, Reach},
    redacted_path::NamedPath,
};

/// What errors call the file.
pub(super) const FILE: &str = "the source of the subject token";
/// What errors call the server.
const WHO: &str = "the server of the subject token";

/// The format of a text that contains a token.
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

    /// Returns the token in `text`, without surrounding white space. Errors call the text `name`.
    pub(super) fn token(&self, name: &str, text: &str) -> Result<SecretString, AuthError> {
        let missing = |what: &str| {
            AuthError::new(AuthErrorKind::Config, format!("{name}: there is no {what}"))
        };
        match self {
            Self::Text => match text.trim_start_matches('\u{feff}').trim() {
                "" => Err(missing("token, only an empty text")
                    .with_transient(true)
                    .with_hint("it may have been read while it was written; write to another file and rename that")),
                token => Ok(SecretString::from(token)),
            },
            Self::Json(field) => {
                let mut json = match json::file(text) {
                    Ok(Value::Object(fields)) => fields,
                    // The file may be half written.
                    _ => return Err(missing("JSON object").with_transient(true)),
                };
                let token = match json.get(field) {
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
                token.ok_or_else(|| missing(&format!("text in the field `{field}`")))
            }
        }
    }
}

/// A file with a subject token.
#[derive(Clone, Debug)]
pub(super) struct TokenFile {
    pub(super) path: NamedPath,
    pub(super) format: Format,
}

impl TokenFile {
    /// Reads the token in the file.
    pub(super) fn read(&self, reach: &Reach) -> Result<SecretString, AuthError> {
        let needed = "another program has to write the subject token into this file and refresh it";
        let name = RedactedPath::new(&self.path).to_string();
        let text = reach
            .files(FILE)?
            .read_text(&self.path)
            .map_err(|error| config::unreadable(&self.path, error, needed))?;
        self.format.token(&name, &text)
    }
}

/// A server that returns a subject token.
#[derive(Clone)]
pub(super) struct TokenUrl {
    pub(super) url: Named,
    pub(super) headers: BTreeMap<String, SecretString>,
    pub(super) format: Format,
}

impl TokenUrl {
    pub(super) fn check(&self, settings: &FederationSettings) -> Result<(), AuthError> {
        self.url(settings).map(drop)
    }

    fn url(&self, settings: &FederationSettings) -> Result<Cow<'_, str>, AuthError> {
        settings.url(Purpose::Subject, "the URL of the subject token", &self.url)
    }

    /// Requests a token.
    pub(super) async fn get(
        &self,
        settings: &FederationSettings,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let url = self.url(settings)?;
        let transport = settings.transport_to(&url, cx);
        let _step = cx.waits(format!("{WHO} gave none"));
        let (head, body) = oauth::send(WHO, self.request(&url)?, &*transport).await?;
        if head.status != StatusCode::OK {
            return Err(oauth::refuse(
                WHO,
                head.status,
                &head.headers,
                &body,
                cx.clock().now(),
            ));
        }
        let text = std::str::from_utf8(&body)
            .map_err(|_| AuthError::new(AuthErrorKind::Http, format!("{WHO} gave no text")))?;
        self.format.token(WHO, text)
    }

    fn request(&self, url: &str) -> Result<Request<Body>, AuthError> {
        let config = |message: &str| AuthError::new(AuthErrorKind::Config, message);
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(url)
            .body(Body::empty())
            .map_err(|error| {
                config("the URL of the subject token cannot be used").with_source(error)
            })?;
        for (name, value) in &self.headers {
            let (Ok(name), Ok(mut value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(value.expose_secret()),
            ) else {
                return Err(config(
                    "a header for the subject token's server cannot be sent",
                ));
            };
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

impl fmt::Debug for TokenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers may contain a secret, as those of GitHub Actions do.
        f.debug_struct("TokenUrl")
            .field("url", &self.url)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("format", &self.format)
            .finish()
    }
}
