//! Application Default Credentials: the credentials of the environment of a program.

mod credentials;
mod file;
mod gcloud;
mod kinds;
mod search;

use std::{fmt, path::PathBuf, sync::Arc};

use gapi_transport::{Clock, Transport};

pub use self::credentials::{DefaultCredentials, Origin};
use crate::{AuthError, Environment, TokenRetryPolicy, UrlPolicy, facade::setters, reach::Reach};

/// Finds the credentials of the environment of the program:
/// [Application Default Credentials](https://cloud.google.com/docs/authentication/application-default-credentials). They are, in this order:
///
/// 1. the file that `GOOGLE_APPLICATION_CREDENTIALS` names (an empty variable is ignored);
/// 2. the file that `gcloud auth application-default login` writes, in `CLOUDSDK_CONFIG`, else `~/.config/gcloud`, on Windows
///    `%APPDATA%\gcloud`;
/// 3. the metadata server, if a variable or the hardware identifies a machine of Google Cloud (see
///    [`MetadataServer`](crate::MetadataServer));
/// 4. the user who signed in with `gapi auth login`;
/// 5. the metadata server, on a machine that may be of Google Cloud.
///
/// ```no_run
/// # fn main() -> Result<(), gapi_auth::AuthError> {
/// let credentials = gapi_auth::default()?;
/// # Ok(()) }
/// ```
///
/// Files are read immediately. The network is used when the first token is needed, so only then it is known whether there is a metadata server.
/// [`ApplicationDefault`] has settings.
///
/// # Errors
/// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) lists all locations that were searched and what to do. A file that exists but cannot be
/// used is an error, so that no other identity is used by mistake. A location that no variable names and that cannot be read, such as the home
/// folder of another user, is skipped, which the list reports.
pub fn default() -> Result<DefaultCredentials, AuthError> {
    ApplicationDefault::new().find()
}

/// Finds Application Default Credentials with settings. [`default`] uses none.
///
/// ```no_run
/// # fn main() -> Result<(), gapi_auth::AuthError> {
/// let credentials = gapi_auth::ApplicationDefault::new()
///     .scopes(["https://www.googleapis.com/auth/drive.readonly"])
///     .quota_project("billing-123")
///     .find()?;
/// println!("{:?}", credentials.origin());
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "the search begins when `find` is called"]
pub struct ApplicationDefault(SearchSettings);

/// The settings of the search and of the credentials.
#[derive(Clone)]
struct SearchSettings {
    environment: Environment,
    scopes: Vec<String>,
    subject: Option<String>,
    quota_project: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    metadata_transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    retry: Option<TokenRetryPolicy>,
    gdch_audience: Option<String>,
    file: Option<PathBuf>,
    url_policy: UrlPolicy,
}

impl SearchSettings {
    /// Returns the setting of the program, else of the environment. Both override files.
    fn quota_project(&self) -> Option<String> {
        self.quota_project
            .clone()
            .or_else(|| self.environment.get("GOOGLE_CLOUD_QUOTA_PROJECT"))
    }

    /// Returns the access of a file that is found.
    fn reach(&self) -> Reach {
        let mut reach = Reach::new(self.url_policy.clone(), self.environment.clone());
        reach.transport = self.transport.clone();
        reach.clock = self.clock.clone();
        reach.retry = self.retry.clone();
        reach
    }

    /// Returns the project that the environment names.
    fn project(&self) -> Option<String> {
        let variables = ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"];
        self.environment
            .first_of(&variables)
            .map(|(_, project)| project)
    }
}

impl ApplicationDefault {
    /// Returns a search without settings.
    pub fn new() -> Self {
        Self(SearchSettings {
            environment: Environment::system(),
            scopes: Vec::new(),
            subject: None,
            quota_project: None,
            transport: None,
            metadata_transport: None,
            clock: None,
            retry: None,
            gdch_audience: None,
            file: None,
            url_policy: UrlPolicy::default(),
        })
    }

    fn change(mut self, change: impl FnOnce(&mut SearchSettings)) -> Self {
        change(&mut self.0);
        self
    }

    fn configure(self, change: impl FnOnce(&mut SearchSettings)) -> Self {
        self.change(change)
    }

    setters!(
        /// The scopes of a user are those that the user granted; they do not change.
        scopes,
        /// Only service accounts can, with a key or impersonated; with other credentials [`find`](Self::find) fails.
        subject,
        /// It overrides the variable `GOOGLE_CLOUD_QUOTA_PROJECT`, which overrides the file.
        quota_project,
        /// The policy also applies to the credentials within the file.
        url_policy,
        environment,
        /// Requests to the metadata server use [`metadata_transport`](Self::metadata_transport).
        transport,
        clock,
        retry,
    );

    /// Uses the credentials of this file, of any type, and looks nowhere else. This is `load_credentials_from_file` of google-auth.
    #[doc(alias = "load_credentials_from_file")]
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self.change(|settings| settings.file = Some(path))
    }

    /// Sets the audience of tokens of a service identity of Google Distributed Cloud. Other credentials need none.
    pub fn gdch_audience(self, audience: impl Into<String>) -> Self {
        let audience = audience.into();
        self.change(|settings| settings.gdch_audience = Some(audience))
    }

    /// Sends requests to the metadata server through `transport`, which should not use a proxy.
    pub fn metadata_transport(self, transport: impl Transport) -> Self {
        self.change(|settings| settings.metadata_transport = Some(Arc::new(transport)))
    }
}

impl Default for ApplicationDefault {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ApplicationDefault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplicationDefault")
            .field("environment", &self.0.environment)
            .field("scopes", &self.0.scopes)
            .field("subject", &self.0.subject)
            .field("quota_project", &self.0.quota_project)
            .finish_non_exhaustive()
    }
}
