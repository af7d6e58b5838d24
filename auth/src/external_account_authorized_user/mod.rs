//! People who signed in through a workforce pool.

mod file;
mod source;

use secrecy::SecretString;

use self::source::Source;
use crate::{
    AuthError, Cached, Credentials,
    configured::nested,
    facade::{cached_facade, file_constructors, setters},
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
    file_constructors!(
        ExternalAccountAuthorizedUser,
        "external_account_authorized_user",
        "workforce user"
    );

    setters! {
        quota_project,
        ///
        /// The default is the URL in the file.
        token_url,
        url_policy,
        transport,
        clock,
        retry,
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

cached_facade!(ExternalAccountAuthorizedUser, Source);

impl Credentials for ExternalAccountAuthorizedUser {
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
