//! Identities that another provider vouches for: workload and workforce identity federation.

mod aws;
mod certificate;
mod executable;
mod file;
mod format;
mod hints;
mod settings;
mod source;
mod supplier;
mod token_file;
mod token_url;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use crate::ShownPath;
use gapi_transport::{Clock, Transport};
use secrecy::SecretString;

pub use self::{
    aws::{AwsCredentials, AwsSupplier},
    supplier::{SubjectTokenSupplier, SupplierContext},
};
use self::{settings::Settings, source::Source};
use crate::{
    AuthError, Cached, Credentials, Environment, TokenRetryPolicy, UrlPolicy, config,
    configured::nested,
    reach::{Named, Reach},
};

const NEEDED: &str = "a federation configuration is needed, as `gcloud iam workload-identity-pools create-cred-config` and \
     `gcloud iam workforce-pools create-cred-config` write it";

/// An identity of another provider: [workload identity federation](https://docs.cloud.google.com/iam/docs/workload-identity-federation)
/// (AWS, Azure, GitHub Actions, Kubernetes, any OpenID Connect or SAML provider, X.509 certificates) and
/// [workforce identity federation](https://docs.cloud.google.com/iam/docs/workforce-identity-federation).
///
/// A token of the other provider is exchanged for one of Google (RFC 8693), which may then act as a service account. Where the
/// other token comes from:
///
/// | `credential_source` | |
/// |---|---|
/// | `file` | a file that something else keeps fresh, as text or JSON |
/// | `url` | a local server, as text or JSON |
/// | `executable` | a program, which runs only if [`allow_executables`](Self::allow_executables) or `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1` says so |
/// | `environment_id` `aws1` | keys of AWS from the environment or the instance's metadata server, which sign a request |
/// | `certificate` | an X.509 certificate and its key |
/// | none | a [`SubjectTokenSupplier`] or an [`AwsSupplier`] of your own |
///
/// The configuration is no secret, so it is worth knowing who may change it: see [`UrlPolicy`].
///
/// Scopes: those of the request if it insists on them, else those given to [`scopes`](Self::scopes), else those that
/// the request offers.
///
/// Building one touches no network and reads no token. Tokens are cached as [`Cached`] describes; clones share the cache, and every
/// setter empties it.
#[derive(Clone)]
pub struct ExternalAccount(Cached<Source>);

impl ExternalAccount {
    /// Reads a file of type `external_account`.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) where there is no such file;
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config) or [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported)
    /// where it cannot be used. The text names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "ExternalAccount::from_json")?;
        Self::read(&ShownPath::new(path).to_string(), &text, &Reach::trusted())
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::read("external account", text, &Reach::trusted())
    }

    /// Reads a file's text; `place` names it in errors.
    pub(crate) fn read(place: &str, text: &str, reach: &Reach) -> Result<Self, AuthError> {
        file::read(place, text, reach.clone()).map(|source| Self(Cached::of_file(source)))
    }

    /// Exchanges the tokens that `supplier` gives. `audience` names the provider, as in
    /// `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`, and
    /// `subject_token_type` what it gives, such as `urn:ietf:params:oauth:token-type:jwt`.
    pub fn with_supplier(
        audience: impl Into<String>,
        subject_token_type: impl Into<String>,
        supplier: impl SubjectTokenSupplier,
    ) -> Self {
        let settings = Settings::new(audience.into(), subject_token_type.into(), Reach::trusted());
        let supplier = supplier::Supplied::Own(Arc::new(supplier));
        Self(Cached::new(Source::new(settings, supplier)))
    }

    /// Signs with the keys of AWS that `supplier` gives.
    pub fn with_aws_supplier(audience: impl Into<String>, supplier: impl AwsSupplier) -> Self {
        let settings = Settings::new(
            audience.into(),
            aws::TOKEN_TYPE.to_owned(),
            Reach::trusted(),
        );
        let supplier = supplier::Supplied::Aws(aws::Aws::with_supplier(Arc::new(supplier)));
        Self(Cached::new(Source::new(settings, supplier)))
    }

    fn change(self, change: impl FnOnce(&mut Source)) -> Self {
        let mut source = self.0.source().clone();
        change(&mut source);
        Self(self.0.with_source(source))
    }

    fn set(self, change: impl FnOnce(&mut Settings)) -> Self {
        self.change(|source| change(&mut source.settings))
    }

    /// The scopes to ask for, whatever scopes requests offer. None takes them back.
    #[must_use]
    pub fn scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.set(|settings| settings.scopes = scopes)
    }

    /// Acts as this service account, on which the federated identity has to have the role *Workload Identity User*.
    #[must_use]
    pub fn impersonate(self, email: impl Into<String>) -> Self {
        let email = email.into();
        self.set(|settings| settings.impersonate(email))
    }

    /// How long tokens of the service account live: one hour unless set.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        self.set(|settings| settings.lifetime = Some(lifetime))
    }

    /// The OAuth client of a workforce pool, where it asks for one.
    #[must_use]
    pub fn client(self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        let (id, secret) = (id.into(), secret.into());
        self.set(|settings| settings.set_client(id, secret))
    }

    /// The project that pays for the exchange of workforce identities, which belong to no project.
    #[must_use]
    pub fn workforce_pool_user_project(self, project: impl Into<String>) -> Self {
        let project = project.into();
        self.set(|settings| settings.user_project = Some(project))
    }

    /// The project that pays: `x-goog-user-project`.
    #[must_use]
    pub fn quota_project(self, project: impl Into<String>) -> Self {
        let project = project.into();
        self.set(|settings| settings.quota_project = Some(project))
    }

    /// The universe, if it is not the file's.
    #[must_use]
    pub fn universe_domain(self, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        self.set(|settings| settings.universe_domain = Named::by_program(domain))
    }

    /// The Security Token Service, if not the file's: an https URL, or http on this machine.
    #[must_use]
    pub fn token_url(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.set(|settings| settings.token_url = Named::by_program(url))
    }

    /// Where the IAM Service Account Credentials API is, if not where the file says: an https URL without a path, or http on this
    /// machine. It matters only where a service account is impersonated.
    #[must_use]
    pub fn iam_endpoint(self, root: impl Into<String>) -> Self {
        let root = root.into();
        self.set(|settings| settings.set_iam_endpoint(root))
    }

    /// Whether the program that the configuration names may run. Without this, only `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1` in the
    /// environment allows it.
    #[must_use]
    pub fn allow_executables(self, allow: bool) -> Self {
        self.set(|settings| settings.allow_executables = Some(allow))
    }

    /// Which hosts and files the configuration may name.
    #[must_use]
    pub fn url_policy(self, policy: UrlPolicy) -> Self {
        Self(self.0.reaching(|reach| reach.set_policy(policy)))
    }

    /// Where environment variables and files are read, and programs run: this machine unless set.
    #[must_use]
    pub fn environment(self, environment: Environment) -> Self {
        Self(self.0.reaching(|reach| reach.set_environment(environment)))
    }

    /// Fetches tokens through `transport`, whatever transport requests offer. Where the source is an X.509 certificate, `transport` has to
    /// present it.
    #[must_use]
    pub fn transport(self, transport: Arc<dyn Transport>) -> Self {
        Self(
            self.0
                .reaching(|reach| reach.set_transport(Some(transport))),
        )
    }

    /// Reads the time from `clock`.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self(self.0.clock(clock))
    }

    /// How token requests are retried after transient errors.
    #[must_use]
    pub fn retry(self, policy: TokenRetryPolicy) -> Self {
        Self(self.0.retry(policy))
    }

    /// The provider: a resource name.
    pub fn audience(&self) -> &str {
        &self.0.source().settings.audience
    }

    /// The service account that is acted as, if any.
    pub fn service_account_email(&self) -> Option<&str> {
        self.0.source().settings.service_account_email()
    }

    /// The number of the project that the pool belongs to, or else the project that pays for a workforce's exchanges.
    pub fn project_number(&self) -> Option<&str> {
        self.0.source().settings.project_number()
    }
}

nested!(ExternalAccount);

impl fmt::Debug for ExternalAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for ExternalAccount {
    crate::credentials::forward!(
        headers,
        reject,
        universe_domain,
        quota_project,
        describe,
        metrics,
        keeps_time
    );
}
