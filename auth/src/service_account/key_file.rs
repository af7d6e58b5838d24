//! Key files.

use std::path::Path;

use secrecy::SecretString;

use crate::{
    AuthError,
    config::{Fields, read_text},
    oauth::GOOGLE_TOKEN_URI,
    reach::Named,
};

/// The fields of a key file that are used.
pub(super) struct KeyFile {
    /// What errors call the file.
    pub(super) name: String,
    pub(super) client_email: String,
    pub(super) private_key: SecretString,
    pub(super) private_key_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) token_uri: Named,
    pub(super) quota_project_id: Option<String>,
    pub(super) universe_domain: Option<Named>,
}

impl KeyFile {
    /// Reads a file that errors call `name`.
    pub(super) fn read(path: &Path, name: &str) -> Result<Self, AuthError> {
        let text = read_text(path, NEEDED, "ServiceAccount::from_json")?;
        Self::parse(name, &text)
    }

    pub(super) fn from_parts(client_email: String, private_key_pem: &str) -> Self {
        Self {
            name: String::from("service account key"),
            client_email,
            private_key: SecretString::from(private_key_pem),
            private_key_id: None,
            client_id: None,
            project_id: None,
            token_uri: Named::constant(GOOGLE_TOKEN_URI),
            quota_project_id: None,
            universe_domain: None,
        }
    }

    pub(super) fn parse(name: &str, text: &str) -> Result<Self, AuthError> {
        let mut fields = Fields::parse(name, text, NEEDED).map_err(|error| {
            let text = text.trim_start_matches('\u{feff}').trim_start();
            if text.starts_with("-----BEGIN") {
                error.with_hint("this is a bare private key: use `ServiceAccount::from_parts`")
            } else {
                error
            }
        })?;
        check_type(&mut fields)?;
        Ok(Self {
            name: name.to_owned(),
            client_email: fields.required("client_email")?,
            private_key: fields.required_secret("private_key")?,
            private_key_id: fields.text("private_key_id")?,
            client_id: fields.text("client_id")?,
            project_id: fields.text("project_id")?,
            token_uri: fields
                .named("token_uri")?
                .unwrap_or(Named::constant(GOOGLE_TOKEN_URI)),
            quota_project_id: fields.text("quota_project_id")?,
            universe_domain: fields.named("universe_domain")?,
        })
    }
}

const NEEDED: &str = "a service account key in JSON is needed, as `gcloud iam service-accounts keys create` writes it; .p12 keys are not supported";

/// Refuses files of other types that are mistaken for keys. The error names the type.
fn check_type(fields: &mut Fields) -> Result<(), AuthError> {
    let Some(kind) = fields.text("type")? else {
        if fields.has("installed") || fields.has("web") {
            return Err(fields
                .unsupported("this is an OAuth client's secret, not a service account key")
                .with_hint(
                    "an OAuth client signs in users; for a service account create a key of its own",
                ));
        }
        return Err(fields.error("the field `type` is missing"));
    };
    let what = match kind.as_str() {
        "service_account" => return Ok(()),
        "authorized_user" => {
            "a user's credentials, as `gcloud auth application-default login` writes them"
        }
        "external_account" => {
            "a workload identity federation configuration, which has no private key"
        }
        "external_account_authorized_user" => {
            "a workforce user's credentials, which have no private key"
        }
        "impersonated_service_account" => {
            "an impersonation configuration, which has no private key"
        }
        "gdch_service_account" => {
            "a service account of Google Distributed Cloud, whose tokens are made differently"
        }
        _ => {
            return Err(
                fields.unsupported("the field `type` is neither `service_account` nor known")
            );
        }
    };
    Err(fields.unsupported(format_args!("the field `type` is `{kind}`: {what}")))
}
