//! Identities of other providers: workload and workforce identity federation.

mod aws;
mod certificate;
mod executable;
mod file;
mod settings;
mod source;
mod supplier;
mod text_token;

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

pub use self::supplier::{AwsCredentials, AwsSupplier, SubjectTokenSupplier, SupplierContext};
use self::{
    aws::Aws,
    settings::FederationSettings,
    source::{Source, SubjectToken},
};
use crate::{
    Cached, Credentials,
    configured::nested,
    facade::{cached_facade, file_constructors, setters},
    reach::Reach,
};

/// An identity of another provider: [workload identity federation](https://docs.cloud.google.com/iam/docs/workload-identity-federation)
/// (AWS, Azure, GitHub Actions, Kubernetes, any OpenID Connect or SAML provider, X.509 certificates) and
/// [workforce identity federation](https://docs.cloud.google.com/iam/docs/workforce-identity-federation).
///
/// The subject token, a token of the other provider, is exchanged for a token of Google (RFC 8693), which may then impersonate a service
/// account. The configuration names the source of the subject token:
///
/// | `credential_source` | |
/// |---|---|
/// | `file` | a file that another program refreshes, as text or JSON |
/// | `url` | a local server, as text or JSON |
/// | `executable` | a program, which runs only if [`allow_executables`](Self::allow_executables) or `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1` allows it |
/// | `environment_id` `aws1` | AWS keys of the environment or of the instance's metadata server, which sign a request |
/// | `certificate` | an X.509 certificate and its key |
/// | none | a [`SubjectTokenSupplier`] or an [`AwsSupplier`] of your own |
///
/// The configuration is not a secret, but a changed one can redirect tokens: see [`UrlPolicy`](crate::UrlPolicy).
///
/// Scopes are those of [`Scopes::Exactly`](crate::Scopes::Exactly), else those given to [`scopes`](Self::scopes), else the default ones
/// of the request.
///
/// Constructors send no requests and read no subject token. Tokens are cached as [`Cached`] describes. Clones share the cache; setters
/// empty it.
#[derive(Clone)]
pub struct ExternalAccount(Cached<Source>);

impl ExternalAccount {
    file_constructors!(
        ExternalAccount,
        "external_account",
        "external account",
        file::read,
        file::NEEDED
    );

    /// Creates credentials that exchange the tokens of `supplier`.
    ///
    /// `audience` is the resource name of the provider, such as
    /// `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`. `subject_token_type` is the
    /// type of the tokens, such as `urn:ietf:params:oauth:token-type:jwt`.
    pub fn with_supplier(
        audience: impl Into<String>,
        subject_token_type: impl Into<String>,
        supplier: impl SubjectTokenSupplier,
    ) -> Self {
        let settings =
            FederationSettings::new(audience.into(), subject_token_type.into(), Reach::trusted());
        let subject_token = SubjectToken::Own(Arc::new(supplier));
        Self(Cached::new(Source::new(settings, subject_token)))
    }

    /// Creates credentials that sign requests with the AWS keys of `supplier`.
    pub fn with_aws_supplier(audience: impl Into<String>, supplier: impl AwsSupplier) -> Self {
        let settings = FederationSettings::new(
            audience.into(),
            aws::TOKEN_TYPE.to_owned(),
            Reach::trusted(),
        );
        let subject_token = SubjectToken::Aws(Aws::with_supplier(Arc::new(supplier)));
        Self(Cached::new(Source::new(settings, subject_token)))
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

    /// Impersonates this service account. The federated identity needs the role *Workload Identity User* on it.
    #[must_use]
    pub fn impersonate(self, email: impl Into<String>) -> Self {
        let email = email.into();
        self.change(|settings| settings.impersonate(email))
    }

    /// Sets the lifetime of tokens of the service account: one hour by default.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        self.change(|settings| settings.lifetime = Some(lifetime))
    }

    /// Sets the OAuth client, which some workforce pools require.
    #[must_use]
    pub fn client(self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        let (id, secret) = (id.into(), secret.into());
        self.change(|settings| settings.set_client(id, secret))
    }

    /// Sets the project that is billed for exchanges of workforce identities, which belong to no project.
    #[must_use]
    pub fn workforce_pool_user_project(self, project: impl Into<String>) -> Self {
        let project = project.into();
        self.change(|settings| settings.user_project = Some(project))
    }

    /// Sets whether the program in the configuration may run. By default it may if the environment variable
    /// `GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES` is `1`.
    #[must_use]
    pub fn allow_executables(self, allow: bool) -> Self {
        self.change(|settings| settings.allow_executables = Some(allow))
    }

    /// Returns the resource name of the provider.
    pub fn audience(&self) -> &str {
        &self.0.source().settings.audience
    }

    /// Returns the impersonated service account, if any.
    pub fn service_account_email(&self) -> Option<&str> {
        self.0.source().settings.service_account_email()
    }

    /// Returns the number of the pool's project, else the project that is billed for exchanges of workforce identities.
    pub fn project_number(&self) -> Option<&str> {
        self.0.source().settings.project_number()
    }
}

nested!(ExternalAccount);

cached_facade!(ExternalAccount, FederationSettings, settings);

impl Credentials for ExternalAccount {
    crate::credentials::forward!(common, universe_domain);
}
