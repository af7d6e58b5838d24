//! Service accounts of Google Distributed Cloud (air-gapped).

mod file;
mod key;
mod source;

use std::{fmt, path::Path, sync::Arc};

use gapi_transport::{Clock, Transport};

use self::source::Source;
use crate::{
    AuthError, Cached, Credentials, Environment, ShownPath, TokenRetryPolicy, UrlPolicy, config,
    reach::Reach,
};

const NEEDED: &str = "a service identity of Google Distributed Cloud is needed, as `gdcloud iam service-accounts keys create` writes it";

/// A service identity of [Google Distributed Cloud](https://docs.cloud.google.com/distributed-cloud/hosted/docs/latest/gdch/application/ao-user/iam/service-identities),
/// which has a token server of its own and often a certificate authority of its own.
///
/// Tokens are for one [`audience`](Self::audience), which has to be set: the URL of the API. The token server is the one that the file
/// names; the file holds a private key and is trusted as one, unless [`url_policy`](Self::url_policy) says otherwise.
///
/// Building one touches no network. Tokens are cached as [`Cached`] describes; clones share the cache, and every setter empties it.
#[derive(Clone)]
pub struct GdchServiceAccount(Cached<Source>);

impl GdchServiceAccount {
    /// Reads a file of type `gdch_service_account`.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) where there is no such file;
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config), [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported) or
    /// [`AuthErrorKind::Crypto`](crate::AuthErrorKind::Crypto) where it cannot be used. The text names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "GdchServiceAccount::from_json")?;
        Self::read(&ShownPath::new(path).to_string(), &text, &Reach::trusted())
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::read("service identity", text, &Reach::trusted())
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

    /// What tokens are for: the URL of the API that is called.
    #[must_use]
    pub fn audience(self, audience: impl Into<String>) -> Self {
        let audience = audience.into();
        self.change(|source| source.audience = Some(audience))
    }

    /// Where the certificate of the certificate authority is read: this machine's files unless set.
    #[must_use]
    pub fn environment(self, environment: Environment) -> Self {
        Self(self.0.reaching(|reach| reach.set_environment(environment)))
    }

    /// Which hosts and files the file may name: [`UrlPolicy::untrusted`] where somebody else may have written it.
    #[must_use]
    pub fn url_policy(self, policy: UrlPolicy) -> Self {
        Self(self.0.reaching(|reach| reach.set_policy(policy)))
    }

    /// Fetches tokens through `transport`, whatever transport requests offer. It has to trust the token server's certificate itself:
    /// the file's `ca_cert_path` is not read then.
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

    /// The service identity's name.
    pub fn name(&self) -> &str {
        &self.0.source().identity.name
    }

    /// The project that it belongs to.
    pub fn project(&self) -> &str {
        &self.0.source().identity.project
    }
}

impl fmt::Debug for GdchServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for GdchServiceAccount {
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
