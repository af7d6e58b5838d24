//! The metadata server of Google Cloud machines.

mod probe;
mod request;
mod server;
mod source;

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Transport};

#[cfg(feature = "adc")]
pub(crate) use self::{
    probe::{Detection, detect},
    server::NotFoundError,
};
use self::{
    server::{Server, ServerSettings},
    source::Source,
};
use crate::{
    AuthError, AuthErrorKind, Cached, Credentials, DEFAULT_UNIVERSE, IdTokenCredentials,
    IdTokenSource, facade::setters,
};
#[cfg(feature = "impersonation")]
use crate::{Impersonated, Signature, Signer};

/// The service account of the machine that the program runs on. Its tokens come from a
/// [metadata server](https://docs.cloud.google.com/compute/docs/metadata/overview), on Compute Engine, GKE (Workload Identity
/// Federation), Cloud Run, Cloud Functions, App Engine (second generation and flexible).
///
/// ```no_run
/// use gapi_auth::MetadataServer;
///
/// # async fn example() -> Result<(), gapi_auth::AuthError> {
/// let machine = MetadataServer::new();
/// println!("{} in {}", machine.email().await?, machine.project_id().await?);
/// let for_a_service = machine.id_token("https://hello-abc123-uc.a.run.app");
/// # let _ = for_a_service; Ok(()) }
/// ```
///
/// - **Scopes** are those given to [`scopes`](Self::scopes), else those of requests. Cloud Run, Cloud Functions, App Engine and GKE use them.
///   Compute Engine ignores them and uses the scopes of the instance.
/// - **Host**: `GCE_METADATA_HOST` (or the older `GCE_METADATA_ROOT`), else the address `GCE_METADATA_IP`, else 169.254.169.254, and if that
///   cannot be reached, `metadata.google.internal`. The host that responds first is used from then on. Requests use http without proxies.
///   Redirects are not followed, and a response without `metadata-flavor: Google` is refused.
/// - **Five attempts**, 1, 2, 4 and 8 s apart, because the server of a new pod may not be ready.
/// - **Repeated tokens**: the server returns the same token until shortly before it expires. This causes neither errors nor more requests.
/// - **Signatures**, for signed URLs, are made by IAM. The account needs the role *Service Account Token Creator* on itself.
/// - **Mutual TLS** (`GCE_METADATA_MTLS_MODE`) is not supported: `default` uses http, and `strict` is refused.
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it. Values that do not
/// change while the machine runs are requested once.
#[derive(Clone)]
pub struct MetadataServer(Cached<Source>);

impl MetadataServer {
    /// Creates credentials of the machine's default service account.
    pub fn new() -> Self {
        Self::build(Source::new(Server::new(ServerSettings::new())))
    }

    fn build(source: Source) -> Self {
        let ServerSettings { clock, retry, .. } = source.server.settings().clone();
        Self(Cached::new(source).clock(clock).retry(retry))
    }

    fn change(self, change: impl FnOnce(&mut Source)) -> Self {
        let mut source = self.0.source().clone();
        change(&mut source);
        Self::build(source)
    }

    fn configure(self, change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = self.0.source().server.settings().clone();
        change(&mut settings);
        self.change(|source| source.server = Server::new(settings))
    }

    setters! {
        scopes,
        quota_project,
        environment,
        clock,
        retry,
    }

    /// Selects another service account of the machine than `default`, by its address or alias.
    #[must_use]
    pub fn account(self, email: impl Into<String>) -> Self {
        let email = email.into();
        self.change(|source| source.account = Some(email).filter(|email| !email.is_empty()))
    }

    /// Sets the universe, which is not requested from the server then.
    #[must_use]
    pub fn universe_domain(self, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        self.change(|source| source.universe_domain = Some(domain))
    }

    /// Sets whether ID tokens have claims about the machine and the address of the account (`format=full`). The default is `true`.
    #[must_use]
    pub fn full_id_tokens(self, full: bool) -> Self {
        self.change(|source| source.full_id_tokens = full)
    }

    /// Sets whether ID tokens list the licenses of the machine's images. The default is `false`.
    #[must_use]
    pub fn licenses(self, licenses: bool) -> Self {
        self.change(|source| source.licenses = licenses)
    }

    /// Sets the host of the server, with an optional port. It takes precedence over the environment.
    #[must_use]
    pub fn host(self, host: impl Into<String>) -> Self {
        let host = host.into();
        self.configure(|settings| settings.host = Some(host))
    }

    /// Sends requests to the server through `transport`, which should use no proxy.
    ///
    /// Transports of API requests are never used, because a proxy could return the identity of another machine.
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        self.configure(|settings| settings.transport = Arc::new(transport))
    }

    /// Calls IAM, for the signatures of [`signer`](Credentials::signer), through `transport`.
    #[must_use]
    pub fn api_transport(self, transport: impl Transport) -> Self {
        self.change(|source| source.api_transport = Some(Arc::new(transport)))
    }

    /// Detects the server before the first request, which fails with `not_found` if there is none.
    #[cfg(feature = "adc")]
    pub(crate) fn if_any(self, not_found: NotFoundError) -> Self {
        self.configure(|settings| settings.not_found = Some(not_found))
    }

    /// Returns credentials with ID tokens of the machine's service account for `audience`.
    pub fn id_token(&self, audience: impl Into<String>) -> IdTokenCredentials {
        IdTokenCredentials::new(self.0.source().clone(), audience)
            .clock(self.0.source().server.settings().clock.clone())
    }

    /// Returns whether there is a metadata server.
    ///
    /// `NO_GCE_CHECK=true` means no. `GCE_METADATA_HOST` or firmware of Google mean yes. Otherwise up to three requests are sent, with a time
    /// limit of a second each, which `GCE_METADATA_IP`, `GCE_METADATA_TIMEOUT` (seconds) and `GCE_METADATA_DETECT_RETRIES` change.
    pub async fn is_available(&self) -> bool {
        self.0.source().server.detect().await.is_ok()
    }

    /// Returns the e-mail address of the service account.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] if the machine has no such account; others if the server cannot be reached or refuses.
    pub async fn email(&self) -> Result<String, AuthError> {
        let source = self.0.source();
        let email = source.server.fact(&source.path("email")).await?;
        email.ok_or_else(|| source.no_account())
    }

    /// Returns the scopes of the machine for its account.
    ///
    /// # Errors
    /// As [`email`](Self::email).
    pub async fn granted_scopes(&self) -> Result<Vec<String>, AuthError> {
        let source = self.0.source();
        let scopes = source.server.fact(&source.path("scopes")).await?;
        let scopes = scopes.ok_or_else(|| source.no_account())?;
        Ok(scopes.split_whitespace().map(str::to_owned).collect())
    }

    /// Returns the ID of the machine's project.
    ///
    /// # Errors
    /// [`AuthError`] if the server cannot be reached or refuses.
    pub async fn project_id(&self) -> Result<String, AuthError> {
        self.required("project/project-id").await
    }

    /// Returns the number of the machine's project.
    ///
    /// # Errors
    /// [`AuthError`] if the server cannot be reached or refuses.
    pub async fn numeric_project_id(&self) -> Result<String, AuthError> {
        self.required("project/numeric-project-id").await
    }

    /// Returns the zone, such as `europe-west1-b`. On Cloud Run it is synthetic, such as `europe-west1-1`.
    ///
    /// # Errors
    /// [`AuthError`] if the server cannot be reached or refuses.
    pub async fn zone(&self) -> Result<String, AuthError> {
        Ok(last_segment(&self.required("instance/zone").await?))
    }

    /// Returns the region, such as `europe-west1`.
    ///
    /// # Errors
    /// [`AuthError`] if the server cannot be reached or refuses.
    pub async fn region(&self) -> Result<String, AuthError> {
        // Compute Engine reports only the zone.
        match self.0.source().server.fact("instance/region").await? {
            Some(region) => Ok(last_segment(&region)),
            None => {
                let zone = self.zone().await?;
                Ok(zone
                    .rsplit_once('-')
                    .map_or(zone.clone(), |(r, _)| r.to_owned()))
            }
        }
    }

    /// Returns a value by its path below `computeMetadata/v1/`, such as `instance/attributes/cluster-name`; `None` if it does not exist.
    ///
    /// Each call sends a request, because some values change, such as `instance/preempted`.
    ///
    /// # Errors
    /// [`AuthError`] if the server cannot be reached or refuses.
    pub async fn value(&self, path: &str) -> Result<Option<String>, AuthError> {
        let server = &self.0.source().server;
        server.ask_with_retries(path.trim_start_matches('/')).await
    }

    async fn required(&self, path: &str) -> Result<String, AuthError> {
        let value = self.0.source().server.fact(path).await?;
        value.ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::NotFound,
                format!("the metadata server does not know {path}"),
            )
        })
    }
}

/// Returns the name in a path such as `projects/123456789012/zones/europe-west1-b`.
fn last_segment(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

impl Default for MetadataServer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MetadataServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for MetadataServer {
    crate::credentials::forward!(common);

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async {
            let source = self.0.source();
            if let Some(domain) = &source.universe_domain {
                return Ok(domain.clone());
            }
            let domain = source.server.fact("universe/universe-domain").await;
            let domain = domain.map_err(|error| error.with_credential(|| self.describe()))?;
            Ok(domain.unwrap_or_else(|| String::from(DEFAULT_UNIVERSE)))
        })
    }

    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        Some(Arc::new(self.0.source().clone()))
    }

    #[cfg(feature = "impersonation")]
    fn signer(&self) -> Option<Arc<dyn Signer>> {
        Some(Arc::new(MachineSigner {
            machine: self.clone(),
            transport: self.0.source().api_transport.clone(),
        }))
    }
}

/// Signs with IAM as the machine's own account, which needs the role *Service Account Token Creator* on itself.
#[cfg(feature = "impersonation")]
#[derive(Debug)]
struct MachineSigner {
    machine: MetadataServer,
    transport: Option<Arc<dyn Transport>>,
}

#[cfg(feature = "impersonation")]
impl MachineSigner {
    /// The account impersonates itself. Only the metadata server knows its address.
    async fn signer(&self) -> Result<Arc<dyn Signer>, AuthError> {
        let email = self.machine.email().await?;
        let clock = self.machine.0.source().server.settings().clock.clone();
        let mut account = Impersonated::new(self.machine.clone(), email).clock(clock);
        if let Some(transport) = &self.transport {
            account = account.transport(transport.clone());
        }
        account.signer().ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Other,
                "a service account without a subject signs",
            )
        })
    }
}

#[cfg(feature = "impersonation")]
impl Signer for MachineSigner {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
        Box::pin(async { self.signer().await?.sign(message).await })
    }

    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(self.machine.email())
    }
}
