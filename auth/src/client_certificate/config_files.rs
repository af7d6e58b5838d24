//! Configuration files: one that names the files of a certificate and its key, and one that names a command that prints both.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use gapi_transport::Clock;
use secrecy::zeroize::Zeroizing;

use crate::{
    AuthError, AuthErrorKind, Environment, Program, RedactedPath,
    config::{self, Fields},
    redacted_path::NamedPath,
};

const NEEDED: &str = "a certificate configuration is needed: {\"cert_configs\": {\"workload\": {\"cert_path\": ..., \"key_path\": ...}}}";
const COMMAND_NEEDED: &str = "Endpoint Verification writes it: {\"cert_provider_command\": [\"PROGRAM\", \"ARGUMENT\", ...]}";
/// The option that makes the command encrypt the key, which is not supported.
const WITH_PASSPHRASE: &str = "--with_passphrase";
/// The time limit of the command.
const LIMIT: Duration = Duration::from_secs(30);

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

/// Runs the command, if there is one. Returns the file that names the command, and the PEM text that the command printed.
pub(super) async fn run_command(
    environment: &Environment,
    clock: &dyn Clock,
) -> Result<Option<(String, Zeroizing<String>)>, AuthError> {
    let Some(path) = environment
        .home()
        .map(|home| {
            home.join(".secureConnect")
                .join("context_aware_metadata.json")
        })
        .filter(|path| environment.is_file(path))
    else {
        return Ok(None);
    };
    let name = RedactedPath::new(&path).to_string();
    let text = environment
        .read_text(&path)
        .map_err(|error| config::unreadable(&path, error, COMMAND_NEEDED))?;
    let mut fields = Fields::parse(&name, &text, COMMAND_NEEDED)?;
    let words = fields.list("cert_provider_command")?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(fields.error("there is no `cert_provider_command`"));
    };
    let command = arguments
        .iter()
        .filter(|argument| *argument != WITH_PASSPHRASE)
        .fold(Program::new(program), |command, argument| {
            command.arg(argument)
        });
    let failed = |message: String| {
        AuthError::new(
            AuthErrorKind::Config,
            format!("{name}: `{program}` {message}"),
        )
    };
    let output = environment
        .run(&command, LIMIT, clock)
        .await
        .map_err(|error| failed(format!("cannot be run: {error}")).with_source(error))?;
    if !output.success() {
        return Err(failed(match output.status {
            Some(status) => format!("ended with status {status}"),
            None => String::from("was ended by a signal"),
        }));
    }
    let text =
        std::str::from_utf8(&output.stdout).map_err(|_| failed(String::from("printed no text")))?;
    let text = Zeroizing::new(text.to_owned());
    Ok(Some((name, text)))
}
