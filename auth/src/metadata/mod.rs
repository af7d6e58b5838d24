//! The metadata server that machines of Google Cloud have.

mod once;
mod probe;
mod server;
#[cfg(feature = "impersonation")]
mod signer;
mod source;
mod wire;

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Transport};

#[cfg(feature = "adc")]
pub(crate) use self::{
    probe::{Verdict, look},
    server::Otherwise,
};
use self::{
    server::{Server, Settings},
    source::Source,
};
#[cfg(feature = "impersonation")]
use crate::Signer;
use crate::{
    AuthError, AuthErrorKind, Cached, Credentials, DEFAULT_UNIVERSE, IdTokenCredentials,
    IdTokenSource, facade::setters,
};

/// The service account of the machine that the program runs on, whose tokens a
/// [metadata server](https://docs.cloud.google.com/compute/docs/metadata/overview) gives: Compute Engine, GKE (Workload Identity
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
/// - **Scopes** are what requests offer, or what [`scopes`](Self::scopes) says. Cloud Run, Cloud Functions, App Engine and GKE honour them;
///   on Compute Engine those that the instance was made with count, and the server ignores ours.
/// - **Where it is**: `GCE_METADATA_HOST` (or the older `GCE_METADATA_ROOT`), else the address `GCE_METADATA_IP`, else 169.254.169.254, and where
///   that cannot be reached `metadata.google.internal`, over http. Where it has answered once, it is asked from then on. Requests go past every proxy, redirects are not followed, and an answer without `metadata-flavor: Google` is refused.
/// - **Five attempts**, 1, 2, 4 and 8 s apart, because the server of a pod that has just started may not be ready.
/// - The server gives **the same token again** until shortly before it expires. That neither loops nor fails here.
/// - **Signatures**, for signed URLs, are made by IAM, which the account has to be allowed to ask: it needs the role *Service Account Token
///   Creator* on itself.
/// - **Mutual TLS** to the metadata server (`GCE_METADATA_MTLS_MODE`) is not spoken: `default` uses http, and `strict` is refused.
///
/// Building one touches no network. Tokens are cached as [`Cached`] describes; clones share the cache, and every setter empties
/// it. What does not change while the machine runs is asked for once.
#[derive(Clone)]
pub struct MetadataServer(Cached<Source>);

impl MetadataServer {
    /// The machine's own service account.
    pub fn new() -> Self {
        Self::build(Source::new(Server::new(Settings::new())))
    }

    fn build(source: Source) -> Self {
        let Settings { clock, retry, .. } = source.server.settings().clone();
        Self(Cached::new(source).clock(clock).retry(retry))
    }

    fn change(self, change: impl FnOnce(&mut Source)) -> Self {
        let mut source = self.0.source().clone();
        change(&mut source);
        Self::build(source)
    }

    fn configure(self, change: impl FnOnce(&mut Settings)) -> Self {
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

    /// Another service account of the machine than `default`, by its address or alias.
    #[must_use]
    pub fn account(self, email: impl Into<String>) -> Self {
        let email = email.into();
        self.change(|source| source.account = Some(email).filter(|email| !email.is_empty()))
    }

    /// The universe, which the server is not asked for then.
    #[must_use]
    pub fn universe_domain(self, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        self.change(|source| source.universe_domain = Some(domain))
    }

    /// Whether ID tokens say on which machine they were issued, and the account's address: `format=full`, which is so unless set.
    #[must_use]
    pub fn full_id_tokens(self, full: bool) -> Self {
        self.change(|source| source.full_id_tokens = full)
    }

    /// Whether ID tokens list the licenses of the machine's images. Off unless set.
    #[must_use]
    pub fn licenses(self, licenses: bool) -> Self {
        self.change(|source| source.licenses = licenses)
    }

    /// Where the server is, whatever the environment says: a host and, if need be, a port.
    #[must_use]
    pub fn host(self, host: impl Into<String>) -> Self {
        let host = host.into();
        self.configure(|settings| settings.host = Some(host))
    }

    /// Asks through `transport`. It should know no proxy. Transports that requests offer are never used, because a proxy or a
    /// recorder would give away another machine's identity.
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        self.configure(|settings| settings.transport = Arc::new(transport))
    }

    /// Calls Google's APIs through `transport`, of which there is one: IAM, for the signatures of [`signer`](Credentials::signer).
    #[must_use]
    pub fn api_transport(self, transport: impl Transport) -> Self {
        self.change(|source| source.api_transport = Some(Arc::new(transport)))
    }

    /// Looks whether there is a server before the first request, and says `otherwise` where there is none.
    #[cfg(feature = "adc")]
    pub(crate) fn if_any(self, otherwise: Otherwise) -> Self {
        self.configure(|settings| settings.otherwise = Some(otherwise))
    }

    /// ID tokens of the machine's service account for `audience`, as credentials.
    pub fn id_token(&self, audience: impl Into<String>) -> IdTokenCredentials {
        IdTokenCredentials::new(self.0.source().clone(), audience)
            .clock(self.0.source().server.settings().clock.clone())
    }

    /// Whether the program runs where there is a metadata server. `NO_GCE_CHECK=true` says no; `GCE_METADATA_HOST`, or firmware of Google, says
    /// yes; else the server is asked, up to three times for a second each: `GCE_METADATA_IP`, `GCE_METADATA_TIMEOUT` (seconds) and
    /// `GCE_METADATA_DETECT_RETRIES` change that.
    pub async fn is_available(&self) -> bool {
        self.0.source().server.detect().await.is_ok()
    }

    /// The service account's address.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] when the machine has no such account; else when the server cannot be asked.
    pub async fn email(&self) -> Result<String, AuthError> {
        let source = self.0.source();
        let email = source.server.fact(&source.path("email")).await?;
        email.ok_or_else(|| source.no_account())
    }

    /// The scopes that the machine was given for its account.
    ///
    /// # Errors
    /// As [`email`](Self::email).
    pub async fn granted_scopes(&self) -> Result<Vec<String>, AuthError> {
        let source = self.0.source();
        let scopes = source.server.fact(&source.path("scopes")).await?;
        let scopes = scopes.ok_or_else(|| source.no_account())?;
        Ok(scopes.split_whitespace().map(str::to_owned).collect())
    }

    /// The ID of the project that the machine belongs to.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn project_id(&self) -> Result<String, AuthError> {
        self.required("project/project-id").await
    }

    /// The number of the project that the machine belongs to.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn numeric_project_id(&self) -> Result<String, AuthError> {
        self.required("project/numeric-project-id").await
    }

    /// The zone, such as `europe-west1-b`. Cloud Run's are of a made-up kind, such as `europe-west1-1`.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn zone(&self) -> Result<String, AuthError> {
        Ok(last_segment(&self.required("instance/zone").await?))
    }

    /// The region, such as `europe-west1`.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn region(&self) -> Result<String, AuthError> {
        // Compute Engine knows the zone only.
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

    /// Any other value, by its path below `computeMetadata/v1/`, such as `instance/attributes/cluster-name`. `None` where there is
    /// none. Each call asks, because some values change, such as `instance/preempted`.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn value(&self, path: &str) -> Result<Option<String>, AuthError> {
        let server = &self.0.source().server;
        server.ask_patiently(path.trim_start_matches('/')).await
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

/// The name in `projects/123456789012/zones/europe-west1-b`.
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
    crate::credentials::forward!(
        headers,
        reject,
        quota_project,
        describe,
        metrics,
        has_time_limit
    );

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
        Some(source::id_tokens(self.0.source()))
    }

    #[cfg(feature = "impersonation")]
    fn signer(&self) -> Option<Arc<dyn Signer>> {
        Some(Arc::new(signer::MachineSigner {
            machine: self.clone(),
            transport: self.0.source().api_transport.clone(),
        }))
    }
}
