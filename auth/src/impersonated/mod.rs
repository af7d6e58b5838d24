//! Credentials that act as a service account without its key.

mod delegated;
mod file;
mod id_token;
mod sign;
mod source;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Clock, Transport};

use self::{id_token::IdTokens, sign::IamSigner, source::Source};
use crate::ShownPath;
use crate::{
    AuthError, Cached, Credentials, Environment, IdTokenSource, Signer, TokenRetryPolicy,
    UrlPolicy, config,
    reach::{Named, Reach},
};

const NEEDED: &str = "an impersonation file is needed, as `gcloud auth application-default login --impersonate-service-account` writes it";

/// A service account without its key: other credentials that hold the role *Service Account Token Creator* on it get its
/// tokens from the IAM Service Account Credentials API.
///
/// ```no_run
/// # use gapi_auth::{Impersonated, ServiceAccount};
/// # fn example() -> Result<(), gapi_auth::AuthError> {
/// let source = ServiceAccount::from_file("builder.json")?;
/// let credentials = Impersonated::new(source, "deployer@example-123.iam.gserviceaccount.com")
///     .scopes(["https://www.googleapis.com/auth/cloud-platform"]);
/// # Ok(()) }
/// ```
///
/// With [`subject`](Self::subject) it acts for a user of a Google Workspace domain, so that domain-wide delegation needs no key
/// anywhere: IAM signs the assertion.
///
/// Building one touches no network. Tokens are cached as [`Cached`] describes; clones share the cache, and every setter empties
/// it. The source credentials keep their own cache.
#[derive(Clone)]
pub struct Impersonated(Cached<Source>);

impl Impersonated {
    /// `source` acts as the service account with the address `target`.
    pub fn new(source: impl Credentials, target: impl Into<String>) -> Self {
        Self(Cached::new(Source::new(
            Arc::new(source),
            target.into(),
            Reach::trusted(),
        )))
    }

    /// Reads a file of type `impersonated_service_account`: the account, the delegates, and the credentials that impersonate.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) where there is no such file;
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config) or [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported)
    /// where it cannot be used. The text names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "Impersonated::from_json")?;
        Self::read(&ShownPath::new(path).to_string(), &text, &Reach::trusted())
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::read("impersonated service account", text, &Reach::trusted())
    }

    /// Reads a file's text; `place` names it in errors.
    pub(crate) fn read(place: &str, text: &str, reach: &Reach) -> Result<Self, AuthError> {
        file::read(place, text, reach.clone()).map(|source| Self(Cached::of_file(source)))
    }

    fn change(self, change: impl FnOnce(&mut Source)) -> Self {
        let mut source = self.0.source().clone();
        change(&mut source);
        Self(self.0.with_source(source))
    }

    /// The scopes to ask for, whatever scopes requests offer. None takes them back.
    #[must_use]
    pub fn scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.change(|source| source.scopes = scopes)
    }

    /// The service accounts between the source and the target, in this order: each has to be allowed to impersonate the next.
    #[must_use]
    pub fn delegates<S: Into<String>>(self, delegates: impl IntoIterator<Item = S>) -> Self {
        let delegates = delegates.into_iter().map(Into::into).collect();
        self.change(|source| source.delegates = delegates)
    }

    /// How long tokens live: one hour unless set, and up to twelve hours where an organization policy allows it.
    /// Fractions of a second are cut off.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        self.change(|source| source.lifetime = lifetime)
    }

    /// Acts for this user, through domain-wide delegation without a key: an administrator of the user's domain has to have
    /// authorized the target's unique ID for the scopes. Needs [`scopes`](Self::scopes), because the administrator authorizes
    /// exact ones.
    #[must_use]
    pub fn subject(self, user: impl Into<String>) -> Self {
        let user = user.into();
        self.change(|source| source.subject = Some(user))
    }

    /// The project that pays: `x-goog-user-project`.
    #[must_use]
    pub fn quota_project(self, project: impl Into<String>) -> Self {
        let project = project.into();
        self.change(|source| source.quota_project = Some(project))
    }

    /// The universe, if it is not that of the source.
    #[must_use]
    pub fn universe_domain(self, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        self.change(|source| source.universe_domain = Some(Named::by_program(domain)))
    }

    /// Where the IAM Service Account Credentials API is, if not at `https://iamcredentials.UNIVERSE`: an https URL without a
    /// path, such as that of a regional or private endpoint, or http on this machine.
    #[must_use]
    pub fn iam_endpoint(self, root: impl Into<String>) -> Self {
        let root = root.into();
        self.change(|source| source.set_endpoint(&root))
    }

    /// Where assertions for a [`subject`](Self::subject) are exchanged, if not at `https://oauth2.googleapis.com/token`: an https URL,
    /// or http on this machine. The audience of assertions stays Google's.
    #[must_use]
    pub fn token_uri(self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        self.change(|source| source.token_uri = Named::by_program(uri))
    }

    /// Which hosts, files and programs the file may name, also in the credentials within it.
    #[must_use]
    pub fn url_policy(self, policy: UrlPolicy) -> Self {
        Self(self.0.reaching(|reach| reach.set_policy(policy)))
    }

    /// Where the credentials within the file find variables, files and programs: this machine unless set.
    #[must_use]
    pub fn environment(self, environment: Environment) -> Self {
        Self(self.0.reaching(|reach| reach.set_environment(environment)))
    }

    /// Fetches tokens through `transport`, whatever transport requests offer. The source is offered it too; one that stands in the file uses it.
    #[must_use]
    pub fn transport(self, transport: Arc<dyn Transport>) -> Self {
        Self(
            self.0
                .reaching(|reach| reach.set_transport(Some(transport))),
        )
    }

    /// Reads the time from `clock`, and so does a source that stands in the file.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self(self.0.reaching(|reach| reach.set_clock(Some(clock))))
    }

    /// How token requests are retried after transient errors, also those of a source that stands in the file.
    #[must_use]
    pub fn retry(self, policy: TokenRetryPolicy) -> Self {
        Self(self.0.reaching(|reach| reach.set_retry(Some(policy))))
    }

    /// The service account's e-mail address.
    pub fn email(&self) -> &str {
        &self.0.source().target
    }

    /// The credentials that impersonate.
    pub fn source_credentials(&self) -> &Arc<dyn Credentials> {
        &self.0.source().source
    }
}

impl fmt::Debug for Impersonated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for Impersonated {
    crate::credentials::forward!(
        headers,
        reject,
        quota_project,
        describe,
        metrics,
        keeps_time
    );

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(self.0.source().universe())
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        // A user of a domain has no key.
        self.0.source().subject.is_none().then(|| {
            Arc::new(IamSigner {
                source: self.0.source().clone(),
                cx: self.0.outside_fetch(),
            }) as Arc<dyn Signer>
        })
    }

    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        let source = self.0.source();
        source
            .subject
            .is_none()
            .then(|| Arc::new(IdTokens(source.clone())) as Arc<dyn IdTokenSource>)
    }
}
