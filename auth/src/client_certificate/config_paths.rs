//! The files of certificate and key that the certificate configuration names.

use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::RedactedPath;
use crate::redacted_path::NamedPath;
use crate::{AuthError, AuthErrorKind, Environment, config, config::Fields};

const NEEDED: &str = "a certificate configuration is needed: {\"cert_configs\": {\"workload\": {\"cert_path\": ..., \"key_path\": ...}}}";

/// The files of a certificate and its key.
#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) certificate: NamedPath,
    pub(crate) key: NamedPath,
}

/// Returns the workload's certificate in the configuration at `explicit`, else in the machine's configuration.
#[cfg(feature = "external-account")]
pub(crate) fn workload(
    environment: &Environment,
    explicit: Option<&Path>,
) -> Result<Paths, AuthError> {
    let path = match explicit {
        Some(path) => path.to_owned(),
        None => named(environment)
            .map(|(_, path)| path)
            .or_else(|| well_known(environment))
            .ok_or_else(|| {
                AuthError::new(
                    AuthErrorKind::NotFound,
                    "there is no folder to look for certificate_config.json in",
                )
                .with_hint("name the file in GOOGLE_API_CERTIFICATE_CONFIG")
            })?,
    };
    paths(environment, &path)?.ok_or_else(|| {
        AuthError::new(
            AuthErrorKind::Config,
            format!(
                "{}: there is no `cert_configs.workload`",
                RedactedPath::new(&path)
            ),
        )
        .with_hint(NEEDED)
    })
}

/// Returns the workload's certificate in the machine's configuration, if there is one. A configuration may have only other certificates.
pub(super) fn find(environment: &Environment) -> Result<Option<Paths>, AuthError> {
    let well_known = well_known(environment);
    if let Some((variable, path)) = named(environment) {
        if !environment.is_file(&path) {
            return Err(AuthError::new(
                AuthErrorKind::NotFound,
                format!("{}: there is no such file", RedactedPath::new(&path)),
            )
            .with_hint(format!("{variable} names it")));
        }
        let found = paths(environment, &path)?;
        if found.is_some() || well_known.as_ref() == Some(&path) {
            return Ok(found);
        }
    }
    match well_known.filter(|path| environment.is_file(path)) {
        Some(path) => paths(environment, &path),
        None => Ok(None),
    }
}

fn named(environment: &Environment) -> Option<(&'static str, PathBuf)> {
    environment
        .first_of(&[
            "GOOGLE_API_CERTIFICATE_CONFIG",
            "CLOUDSDK_CONTEXT_AWARE_CERTIFICATE_CONFIG_FILE_PATH",
        ])
        .map(|(variable, path)| (variable, PathBuf::from(path)))
}

fn well_known(environment: &Environment) -> Option<PathBuf> {
    Some(environment.gcloud_dir()?.join("certificate_config.json"))
}

fn paths(environment: &Environment, path: &Path) -> Result<Option<Paths>, AuthError> {
    let text = read(environment, path)?;
    let mut fields = Fields::parse(&RedactedPath::new(path).to_string(), &text, NEEDED)?;
    let Some(mut configs) = fields.object("cert_configs")? else {
        return Err(fields.error("there is no `cert_configs`"));
    };
    let Some(mut workload) = configs.object("workload")? else {
        return Ok(None);
    };
    Ok(Some(Paths {
        certificate: workload.required_path("cert_path")?,
        key: workload.required_path("key_path")?,
    }))
}

pub(crate) fn read(environment: &Environment, path: &Path) -> Result<Zeroizing<String>, AuthError> {
    environment
        .read_text(path)
        .map_err(|error| config::unreadable(path, error, NEEDED))
}
