//! People who signed in through a workforce pool.

mod file;
mod source;

use std::{fmt, path::Path, sync::Arc};

use gapi_transport::{Clock, Transport};
use secrecy::SecretString;

use self::source::Source;
use crate::ShownPath;
use crate::{
    AuthError, Cached, Credentials, TokenRetryPolicy, UrlPolicy, config,
    configured::nested,
    reach::{Named, Reach},
    token_retry::ATTEMPT_TIMEOUT,
};

const NEEDED: &str = "a workforce user's credentials are needed, as `gcloud auth application-default login` writes them after signing in with a \
     `--login-config`";

/// A person who signed in through a [workforce pool](https://docs.cloud.google.com/iam/docs/workforce-identity-federation): a
/// refresh token of Google's Security Token Service.
///
/// A refresh token that the service replaces is replaced in memory, for this value and its clones. [`refresh_token`](Self::refresh_token)
/// gives it to programs that keep it.
///
/// Scopes are what the person signed in for; requests cannot change them. Building one touches no network. Tokens are cached as
/// [`Cached`] describes; clones share the cache, and every setter empties it.
#[derive(Clone)]
pub struct ExternalAccountAuthorizedUser(Cached<Source>);

impl ExternalAccountAuthorizedUser {
    /// Reads a file of type `external_account_authorized_user`.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) where there is no such file;
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config) or [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported)
    /// where it cannot be used. The text names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "ExternalAccountAuthorizedUser::from_json")?;
        Self::read(&ShownPath::new(path).to_string(), &text, &Reach::trusted())
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::read("workforce user", text, &Reach::trusted())
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

    /// The project that pays: `x-goog-user-project`.
    #[must_use]
    pub fn quota_project(self, project: impl Into<String>) -> Self {
        let project = project.into();
        self.change(|source| source.quota_project = Some(project))
    }

    /// The Security Token Service, if not the file's: an https URL, or http on this machine.
    #[must_use]
    pub fn token_url(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.change(|source| source.token_url = Named::by_program(url))
    }

    /// Which hosts the file may name.
    #[must_use]
    pub fn url_policy(self, policy: UrlPolicy) -> Self {
        Self(self.0.reaching(|reach| reach.set_policy(policy)))
    }

    /// Fetches tokens through `transport`, whatever transport requests offer.
    #[must_use]
    pub fn transport(self, transport: Arc<dyn Transport>) -> Self {
        Self(self.0.transport(transport))
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

    /// The provider that the person signed in with, where the file names it: a resource name.
    pub fn audience(&self) -> Option<&str> {
        self.0.source().audience.as_deref()
    }

    /// The refresh token as it is now: a secret.
    pub fn refresh_token(&self) -> SecretString {
        self.0.source().refresh_token()
    }

    /// Signs out: the Security Token Service forgets the refresh token, and so does this value. Later requests fail.
    ///
    /// # Errors
    /// [`AuthError`] when the file names no `revoke_url`, or the service cannot be reached or refuses; nothing is forgotten then.
    pub async fn revoke(&self) -> Result<(), AuthError> {
        let cx = self.0.outside_fetch();
        let revoking = self.0.source().revoke(&cx);
        cx.within(ATTEMPT_TIMEOUT, "the sign-out did not end", revoking)
            .await?;
        self.0.forget();
        Ok(())
    }
}

nested!(ExternalAccountAuthorizedUser);

impl fmt::Debug for ExternalAccountAuthorizedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for ExternalAccountAuthorizedUser {
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
