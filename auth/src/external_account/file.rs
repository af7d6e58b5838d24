//! Files of type `external_account`.

use std::time::Duration;

use super::{
    aws::{self, Aws},
    certificate::Certificate,
    executable::Executable,
    settings::{FederationSettings, Target},
    source::{Source, SubjectToken},
    text_token::{Format, TokenFile, TokenUrl},
};
use crate::{
    AuthError, AuthErrorKind,
    config::Fields,
    iam::Account,
    reach::{Named, Reach},
};

/// A hint for files that cannot be read.
pub(super) const NEEDED: &str = "a federation configuration is needed, as `gcloud iam workload-identity-pools create-cred-config` and \
     `gcloud iam workforce-pools create-cred-config` write it";

/// Reads the text of a file that errors call `name`.
pub(super) fn read(name: &str, text: &str, reach: Reach) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(name, text, NEEDED)?;
    fields.check_type("external_account")?;
    let settings = settings(name, &mut fields, reach)?;
    let Some(source) = fields.object("credential_source")? else {
        return Err(fields.error("the field `credential_source` is missing"));
    };
    let subject_token = subject_token(source, &settings)?;
    Ok(Source::new(settings, subject_token))
}

fn settings(
    name: &str,
    fields: &mut Fields,
    reach: Reach,
) -> Result<FederationSettings, AuthError> {
    let mut settings = FederationSettings::new(
        fields.required("audience")?,
        fields.required("subject_token_type")?,
        reach,
    );
    if let Some(url) = fields.named("token_url")? {
        settings.token_url = url;
    }
    if let Some(universe) = fields.named("universe_domain")? {
        settings.universe_domain = universe;
    }
    if let Some(url) = fields.text("service_account_impersonation_url")? {
        settings.impersonated = Some(Target::Url(Account::from_url(name, &url)?));
    }
    if let Some(mut impersonation) = fields.object("service_account_impersonation")? {
        settings.lifetime = impersonation
            .number("token_lifetime_seconds")?
            .map(Duration::from_secs);
    }
    let secret = fields.secret("client_secret")?;
    match (fields.text("client_id")?, secret) {
        (Some(id), secret) => settings.set_client(id, secret.unwrap_or_default()),
        (None, Some(_)) => {
            return Err(fields.error("there is a `client_secret`, but no `client_id`"));
        }
        (None, None) => {}
    }
    settings.quota_project = fields.text("quota_project_id")?;
    settings.user_project = fields.text("workforce_pool_user_project")?;
    Ok(settings)
}

/// Reads where the subject token comes from.
fn subject_token(
    mut source: Fields,
    settings: &FederationSettings,
) -> Result<SubjectToken, AuthError> {
    if let Some(version) = source.text("environment_id")? {
        for other in ["file", "executable", "certificate"] {
            if source.has(other) {
                return Err(source.error(format_args!(
                    "`environment_id` and `{other}` exclude each other"
                )));
            }
        }
        return aws(source, &version).map(SubjectToken::Aws);
    }
    if settings.subject_token_type == aws::TOKEN_TYPE {
        return Err(source.error("the field `environment_id` is missing; it is `aws1`"));
    }
    let kinds = ["file", "url", "executable", "certificate"];
    let given: Vec<_> = kinds.into_iter().filter(|kind| source.has(kind)).collect();
    match given[..] {
        ["file"] => Ok(SubjectToken::File(TokenFile {
            path: source.required_path("file")?,
            format: Format::read(&mut source)?,
        })),
        ["url"] => Ok(SubjectToken::Url(TokenUrl {
            url: Named::by_file(source.required("url")?),
            headers: source.map("headers")?,
            format: Format::read(&mut source)?,
        })),
        ["executable"] => match source.object("executable")? {
            Some(executable) => Executable::read(executable).map(SubjectToken::Executable),
            None => Err(source.error("the field `executable` is missing")),
        },
        ["certificate"] => match source.object("certificate")? {
            Some(certificate) => Certificate::read(certificate).map(SubjectToken::Certificate),
            None => Err(source.error("the field `certificate` is missing")),
        },
        [] => Err(source.error(
            "it names no source: `file`, `url`, `executable`, `certificate` or `environment_id`",
        )),
        _ => Err(source.error(format_args!(
            "it names more than one source: `{}`",
            given.join("`, `")
        ))),
    }
}

fn aws(mut source: Fields, version: &str) -> Result<Aws, AuthError> {
    match version.strip_prefix("aws") {
        Some("1") => {}
        Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(AuthError::new(
                AuthErrorKind::Unsupported,
                format!(
                    "{}: the version aws{number} is not known; aws1 is",
                    source.location()
                ),
            ));
        }
        _ => return Err(source.error("the field `environment_id` is not `aws1`")),
    }
    Ok(Aws::from_config(
        source.named("region_url")?,
        source.named("url")?,
        source.named("imdsv2_session_token_url")?,
        Named::by_file(source.required("regional_cred_verification_url")?),
    ))
}
