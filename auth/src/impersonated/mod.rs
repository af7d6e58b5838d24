//! Credentials that impersonate a service account.

mod file;
mod signer;
mod source;

use std::{sync::Arc, time::Duration};

use gapi_transport::BoxFuture;

use self::{signer::IamSigner, source::Source};
use crate::{
    AuthError, Cached, Credentials, IdTokenSource, Signer,
    facade::{cached_facade, file_constructors, setters},
    reach::Reach,
};

/// A service account without its key. Source credentials with the role *Service Account Token Creator* on it get its tokens from the
/// IAM Service Account Credentials API.
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
/// With [`subject`](Self::subject) it acts for a user of a Google Workspace domain. Domain-wide delegation needs no key then, because IAM
/// signs the assertion.
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it. The source
/// credentials have a cache of their own.
#[derive(Clone)]
pub struct Impersonated(Cached<Source>);

impl Impersonated {
    /// Creates credentials with which `source` acts as the service account `target`, an e-mail address.
    pub fn new(source: impl Credentials, target: impl Into<String>) -> Self {
        Self(Cached::new(Source::new(
            Arc::new(source),
            target.into(),
            Reach::trusted(),
        )))
    }

    file_constructors!(
        Impersonated,
        "impersonated_service_account",
        "impersonated service account",
        file::read,
        file::NEEDED
    );

    setters! {
        scopes,
        /// The administrator authorizes the unique ID of the target. No key is needed: IAM signs the assertion.
        subject,
        quota_project,
        ///
        /// The default is the universe of the source credentials.
        universe_domain,
        iam_endpoint,
        ///
        /// Used with a [`subject`](Self::subject) only. The default is `https://oauth2.googleapis.com/token`, which is always the audience of assertions.
        token_uri,
        ///
        /// Applies to the source credentials of the file too.
        url_policy,
        ///
        /// Applies to the source credentials of the file.
        environment,
        ///
        /// Source credentials of a file use it too; other source credentials are offered it.
        transport,
        ///
        /// Applies to the source credentials of a file too.
        clock,
        ///
        /// Applies to the source credentials of a file too.
        retry,
    }

    /// Sets the service accounts between the source and the target, in order. Each must be allowed to impersonate the next.
    #[must_use]
    pub fn delegates<S: Into<String>>(self, delegates: impl IntoIterator<Item = S>) -> Self {
        let delegates = delegates.into_iter().map(Into::into).collect();
        self.change(|source| source.delegates = delegates)
    }

    /// Sets the lifetime of tokens: one hour by default, up to twelve hours if an organization policy allows it. Fractions of a second
    /// are dropped.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        self.change(|source| source.lifetime = lifetime)
    }

    /// Returns the e-mail address of the impersonated service account.
    pub fn email(&self) -> &str {
        &self.0.source().target
    }

    /// Returns the credentials that impersonate.
    pub fn source_credentials(&self) -> &Arc<dyn Credentials> {
        &self.0.source().source
    }
}

cached_facade!(Impersonated, Source);

impl Credentials for Impersonated {
    crate::credentials::forward!(common);

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(self.0.source().universe())
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        // A subject is a user, who has no key.
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
            .then(|| Arc::new(source.clone()) as Arc<dyn IdTokenSource>)
    }
}
