//! The locations that are searched, in order.

use std::{path::PathBuf, sync::Arc};

use super::{
    ApplicationDefault, DefaultCredentials, Origin, SearchSettings,
    credentials::{DefaultParts, Project},
    file::CredentialFile,
    gcloud, kinds,
};
use crate::{
    AuthError, AuthErrorKind, MetadataServer, RedactedPath,
    metadata::{Detection, detect},
};

const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const HINT: &str = "run `gcloud auth application-default login` or `gapi auth login`, or set GOOGLE_APPLICATION_CREDENTIALS to the path of a file of \
     credentials, or run on a machine of Google Cloud that has a service account; see \
     https://cloud.google.com/docs/authentication/set-up-adc";

impl ApplicationDefault {
    /// Looks for credentials. The network is not used.
    ///
    /// # Errors
    /// As [`default`](crate::default()).
    pub fn find(self) -> Result<DefaultCredentials, AuthError> {
        let settings = self.0;
        let mut tried = Vec::new();
        let well_known = gcloud::credentials_path(&settings.environment);
        if let Some(path) = settings.file.clone() {
            let of_gcloud = well_known.as_deref() == Some(&path);
            let name = RedactedPath::new(&path).to_string();
            return from_file(&settings, path, name, of_gcloud, Origin::File, tried);
        }
        if let Some(path) = settings.environment.get_os(VARIABLE).map(PathBuf::from) {
            // The variable may name gcloud's own file, which is used with gcloud's project.
            let of_gcloud = well_known.as_deref() == Some(&path);
            let name = format!("{VARIABLE}={}", RedactedPath::new(&path));
            return from_file(&settings, path, name, of_gcloud, Origin::Variable, tried);
        }
        tried.push(format!("{VARIABLE} is not set"));
        match well_known {
            None => tried.push(String::from(
                "gcloud's folder is not known, because neither HOME nor CLOUDSDK_CONFIG is set",
            )),
            Some(path) => {
                let name = RedactedPath::new(&path).to_string();
                match settings.environment.finds(&path) {
                    Ok(true) => {
                        return from_file(&settings, path, name, true, Origin::Gcloud, tried);
                    }
                    Ok(false) => tried.push(format!("{name} does not exist")),
                    // The program did not name this location.
                    Err(error) => tried.push(format!("{name} cannot be read: {error}")),
                }
            }
        }
        // A machine that is known to be of Google Cloud takes precedence over a user who signed in on it.
        #[cfg(feature = "authorized-user")]
        if !matches!(detect(&settings.environment), Detection::Present)
            && let Some(found) = signed_in(&settings, &mut tried)?
        {
            return Ok(found);
        }
        from_metadata(&settings, tried)
    }
}

/// Returns the user of `gapi auth login`. google-auth does not have this location, so it comes after the explicit ones.
#[cfg(feature = "authorized-user")]
fn signed_in(
    settings: &SearchSettings,
    tried: &mut Vec<String>,
) -> Result<Option<DefaultCredentials>, AuthError> {
    let environment = &settings.environment;
    let user = match crate::AuthorizedUser::signed_in_of(environment) {
        Ok(Some(user)) => user,
        Ok(None) => {
            tried.push(String::from("no user is signed in with `gapi auth login`"));
            return Ok(None);
        }
        // The program did not name this location.
        Err(error)
            if environment
                .first_of(&["GAPI_TOKENS", "GAPI_ACCOUNT"])
                .is_none() =>
        {
            tracing::warn!(%error, "the store of `gapi auth login` is skipped");
            tried.push(format!(
                "the store of `gapi auth login` cannot be read: {error}"
            ));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let account = user.account_name().unwrap_or_default().to_owned();
    tried.push(format!("{account} has signed in with `gapi auth login`"));
    Ok(Some(DefaultCredentials::new(DefaultParts {
        credentials: kinds::user(user, settings)?,
        origin: Origin::SignedIn(account),
        project: match settings.project().or_else(|| gcloud::project(environment)) {
            Some(project) => Project::Known(project),
            None => Project::Unknown,
        },
        tried: std::mem::take(tried),
        transport: settings.transport.clone(),
    })))
}

fn from_file(
    settings: &SearchSettings,
    path: PathBuf,
    name: String,
    of_gcloud: bool,
    origin: fn(PathBuf) -> Origin,
    mut tried: Vec<String>,
) -> Result<DefaultCredentials, AuthError> {
    let file = CredentialFile::read(&settings.environment, &path, &name)?;
    let credentials = kinds::credentials(&file, settings, &name)?;
    tried.push(format!("{name} is of type {}", file.kind));
    let project = project(settings, &file, of_gcloud);
    Ok(DefaultCredentials::new(DefaultParts {
        credentials,
        origin: origin(path),
        project,
        tried,
        transport: settings.transport.clone(),
    }))
}

/// Returns the project: that of the environment, of the file, of gcloud for its own file, or of a federated identity's pool.
fn project(settings: &SearchSettings, file: &CredentialFile, of_gcloud: bool) -> Project {
    let known = settings
        .project()
        .or_else(|| file.project_id.clone())
        .or_else(|| file.project.clone())
        .or_else(|| {
            of_gcloud
                .then(|| gcloud::project(&settings.environment))
                .flatten()
        });
    match known {
        Some(project) => Project::Known(project),
        None => match pool_project(file) {
            Some(number) => Project::Number(number),
            None => Project::Unknown,
        },
    }
}

/// Returns the number of the project of a federated identity's pool, or of the project that is billed for a workforce pool.
fn pool_project(file: &CredentialFile) -> Option<String> {
    if file.kind != "external_account" {
        return None;
    }
    let of_pool = file.audience.as_deref().and_then(|audience| {
        let (_, rest) = audience.split_once("/projects/")?;
        Some(rest.split('/').next().unwrap_or(rest).to_owned())
    });
    of_pool
        .or_else(|| file.workforce_pool_user_project.clone())
        .filter(|number| {
            !number.is_empty()
                && number
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn from_metadata(
    settings: &SearchSettings,
    mut tried: Vec<String>,
) -> Result<DefaultCredentials, AuthError> {
    match detect(&settings.environment) {
        Detection::Absent(why) => return Err(nothing(&tried, &why)),
        Detection::Unknown(unreadable) => tried.extend(unreadable),
        Detection::Present => {}
    }
    if settings.subject.is_some() {
        return Err(AuthError::new(
            AuthErrorKind::Config,
            "a subject is set, but the only credentials are those of the metadata server, whose tokens cannot act for a user",
        )
        .with_hint("use a service account's key, or impersonate a service account that has domain-wide delegation"));
    }
    let before = tried.clone();
    let mut server = MetadataServer::new()
        .environment(settings.environment.clone())
        .scopes(settings.scopes.iter().cloned())
        .if_any(Arc::new(move |instead| nothing(&before, instead)));
    if let Some(project) = settings.quota_project() {
        server = server.quota_project(project);
    }
    if let Some(transport) = &settings.metadata_transport {
        server = server.transport(transport.clone());
    }
    if let Some(transport) = &settings.transport {
        server = server.api_transport(transport.clone());
    }
    if let Some(clock) = &settings.clock {
        server = server.clock(clock.clone());
    }
    if let Some(retry) = &settings.retry {
        server = server.retry(retry.clone());
    }
    tried.push(String::from("the metadata server is used"));
    Ok(DefaultCredentials::new(DefaultParts {
        project: match settings.project() {
            Some(project) => Project::Known(project),
            None => Project::Metadata(server.clone()),
        },
        credentials: Arc::new(server),
        origin: Origin::MetadataServer,
        tried,
        transport: settings.transport.clone(),
    }))
}

fn nothing(tried: &[String], metadata: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::NotFound,
        format!(
            "no credentials were found: {}; the metadata server {metadata}",
            tried.join("; ")
        ),
    )
    .with_hint(HINT)
}
