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

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

pub use self::{
    aws::{AwsCredentials, AwsSupplier},
    supplier::{SubjectTokenSupplier, SupplierContext},
};
use self::{settings::Settings, source::Source};
use crate::{
    Cached, Credentials,
    configured::nested,
    facade::{cached_facade, file_constructors, setters},
    reach::Reach,
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
/// The configuration is no secret, so it is worth knowing who may change it: see [`UrlPolicy`](crate::UrlPolicy).
///
/// Scopes: those of the request if it insists on them, else those given to [`scopes`](Self::scopes), else those that
/// the request offers.
///
/// Building one touches no network and reads no token. Tokens are cached as [`Cached`] describes; clones share the cache, and every
/// setter empties it.
#[derive(Clone)]
pub struct ExternalAccount(Cached<Source>);

impl ExternalAccount {
    file_constructors!(ExternalAccount, "external_account", "external account");

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

    setters! {
        scopes,
        quota_project,
        ///
        /// The default is the universe of the file.
        universe_domain,
        ///
        /// The default is the URL in the file.
        token_url,
        /// Used only if a service account is impersonated. The file's `service_account_impersonation_url` is the other default.
        iam_endpoint,
        url_policy,
        environment,
        ///
        /// If the subject token is an X.509 certificate, `transport` must present it.
        transport,
        clock,
        retry,
    }

    /// Acts as this service account, on which the federated identity has to have the role *Workload Identity User*.
    #[must_use]
    pub fn impersonate(self, email: impl Into<String>) -> Self {
        let email = email.into();
        self.change(|settings| settings.impersonate(email))
    }

    /// How long tokens of the service account live: one hour unless set.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        self.change(|settings| settings.lifetime = Some(lifetime))
    }

    /// The OAuth client of a workforce pool, where it asks for one.
    #[must_use]
    pub fn client(self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        let (id, secret) = (id.into(), secret.into());
        self.change(|settings| settings.set_client(id, secret))
    }

    /// The project that pays for the exchange of workforce identities, which belong to no project.
    #[must_use]
    pub fn workforce_pool_user_project(self, project: impl Into<String>) -> Self {
        let project = project.into();
        self.change(|settings| settings.user_project = Some(project))
    }

    /// Whether the program that the configuration names may run. Without this, only `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1` in the
    /// environment allows it.
    #[must_use]
    pub fn allow_executables(self, allow: bool) -> Self {
        self.change(|settings| settings.allow_executables = Some(allow))
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

cached_facade!(ExternalAccount, Settings, settings);

impl Credentials for ExternalAccount {
    crate::credentials::forward!(
        headers,
        reject,
        universe_domain,
        quota_project,
        describe,
        metrics,
        has_time_limit
    );
}
