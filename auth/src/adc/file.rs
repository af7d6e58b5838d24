//! Reading a credentials file, before credentials are made of it.

use std::{
    io,
    path::{Path, PathBuf},
};

use secrecy::zeroize::Zeroizing;
use serde::{
    Deserialize,
    de::{Deserializer, IgnoredAny},
};

use crate::{AuthError, AuthErrorKind, Environment, RedactedPath};

const NEEDED: &str =
    "give the path of a JSON file that gcloud or the Cloud console wrote, or name none";

/// The types that a file can have, each with the feature that it needs.
pub(super) const TYPES: [(&str, &str); 6] = [
    ("authorized_user", "authorized-user"),
    ("service_account", "service-account"),
    ("external_account", "external-account"),
    ("external_account_authorized_user", "external-account"),
    ("impersonated_service_account", "impersonation"),
    ("gdch_service_account", "gdch"),
];

fn type_names() -> String {
    TYPES.map(|(name, _)| name).join(", ")
}

/// A credentials file with its type.
#[cfg_attr(
    not(feature = "default"),
    allow(dead_code, reason = "kinds of credentials that use it may be off")
)]
pub(super) struct CredentialFile {
    pub(super) path: PathBuf,
    pub(super) text: Zeroizing<String>,
    pub(super) kind: String,
    pub(super) project_id: Option<String>,
    /// The name of the same field in files of Google Distributed Cloud.
    pub(super) project: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) workforce_pool_user_project: Option<String>,
}

/// The fields that are not secret. The others are never copied.
#[derive(Deserialize)]
struct FileHead {
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    project_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    project: Option<String>,
    #[serde(default, deserialize_with = "text")]
    audience: Option<String>,
    #[serde(default, deserialize_with = "text")]
    workforce_pool_user_project: Option<String>,
    installed: Option<IgnoredAny>,
    web: Option<IgnoredAny>,
    private_key: Option<IgnoredAny>,
    refresh_token: Option<IgnoredAny>,
}

/// Reads a text. Other types count as absent; the credentials report them.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Field {
        Text(String),
        Other(IgnoredAny),
    }
    Ok(match Field::deserialize(deserializer)? {
        Field::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Field::Other(IgnoredAny) => None,
    })
}

impl CredentialFile {
    /// Reads the file at `path`. `origin` names it in errors: the path, and the variable that names it.
    pub(super) fn read(
        environment: &Environment,
        path: &Path,
        origin: &str,
    ) -> Result<Self, AuthError> {
        let text = environment
            .read_text(path)
            .map_err(|error| unreadable(path, error, origin))?;
        Self::parse(path, text, origin)
    }

    fn parse(path: &Path, text: Zeroizing<String>, origin: &str) -> Result<Self, AuthError> {
        let wrong =
            |message: &str| AuthError::new(AuthErrorKind::Config, format!("{origin}: {message}"));
        if text.trim_start().starts_with("-----BEGIN") {
            return Err(
                wrong("this is a bare key in PEM, not a file of credentials").with_hint(NEEDED),
            );
        }
        if !text.trim_start().starts_with('{') {
            let empty = text.trim().is_empty();
            let what = if empty {
                "the file is empty"
            } else {
                "not a JSON object"
            };
            return Err(wrong(what).with_hint(NEEDED));
        }
        let head: FileHead = serde_json::from_str(&text).map_err(|error| {
            // The text names the line and column, and does not show the content.
            let (line, column) = (error.line(), error.column());
            wrong(&format!("not JSON: line {line}, column {column}")).with_hint(NEEDED)
        })?;
        let Some(kind) = head.kind else {
            return Err(without_type(&head, &wrong));
        };
        Ok(Self {
            path: path.to_owned(),
            kind,
            project_id: head.project_id,
            project: head.project,
            audience: head.audience,
            workforce_pool_user_project: head.workforce_pool_user_project,
            text,
        })
    }

    /// Returns the error of a type without credentials.
    pub(super) fn unsupported(&self, origin: &str) -> AuthError {
        let error = |message: String| {
            AuthError::new(AuthErrorKind::Unsupported, format!("{origin}: {message}"))
        };
        match self.kind.as_str() {
            "external_account_authorized_user_login_config" => error(String::from(
                "the file configures how to sign in through a workforce pool, and contains no credentials",
            ))
            .with_hint(
                "sign in with `gcloud auth application-default login --login-config=FILE`, and use the file that it writes",
            ),
            kind if is_name(kind) => error(format!("the field `type` is `{kind}`, which is not known"))
                .with_hint(format!("known types are {}", type_names())),
            _ => error(String::from("the field `type` is not known"))
                .with_hint(format!("known types are {}", type_names())),
        }
    }
}

/// Returns whether a text may be part of an error. A long text or one with other characters may be a secret.
fn is_name(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn without_type(head: &FileHead, wrong: &dyn Fn(&str) -> AuthError) -> AuthError {
    if head.installed.is_some() || head.web.is_some() {
        return wrong("this is an OAuth client's secret, which identifies an app, not a user")
            .with_kind(AuthErrorKind::Unsupported)
            .with_hint(
                "sign a user in with it, or with `gcloud auth application-default login --client-id-file=FILE`",
            );
    }
    let guess = if head.private_key.is_some() {
        "; it looks like a `service_account`"
    } else if head.refresh_token.is_some() {
        "; it looks like an `authorized_user`"
    } else {
        ""
    };
    wrong(&format!("the field `type` is missing{guess}"))
        .with_hint(format!("known types are {}", type_names()))
}

fn unreadable(path: &Path, error: io::Error, origin: &str) -> AuthError {
    if RedactedPath::new(path).looks_like().is_some() {
        let message = format!("{origin}: the path of a file is needed, and this looks like none");
        return AuthError::new(AuthErrorKind::Config, message).with_hint(
            "write it to a file and name that, or give the text itself to `ServiceAccount::from_json` or its like for other types",
        );
    }
    let (kind, message) = match error.kind() {
        io::ErrorKind::NotFound => (
            AuthErrorKind::NotFound,
            String::from("there is no such file"),
        ),
        io::ErrorKind::InvalidData => (
            AuthErrorKind::Config,
            String::from("not a text file; .p12 keys are not supported"),
        ),
        _ => (
            AuthErrorKind::Config,
            format!("the file cannot be read: {error}"),
        ),
    };
    let text = path.to_string_lossy();
    let hint = if path.starts_with("~") {
        "write the whole path: only shells know what ~ is"
    } else if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        "take the quotation marks out of the value: only shells take them away"
    } else if text.trim() != text {
        "take the white space before or after the path out of the value"
    } else {
        NEEDED
    };
    AuthError::new(kind, format!("{origin}: {message}"))
        .with_hint(hint)
        .with_source(error)
}
