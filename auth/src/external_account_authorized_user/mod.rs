//! Users who signed in through a workforce pool.

mod source;

use secrecy::SecretString;

use self::source::Source;
use crate::{
    AuthError, Cached, Credentials,
    configured::nested,
    facade::{cached_facade, file_constructors, setters},
    token_retry::ATTEMPT_TIMEOUT,
};

/// A user who signed in through a [workforce pool](https://docs.cloud.google.com/iam/docs/workforce-identity-federation): a
/// refresh token of Google's Security Token Service.
///
/// If the service returns a new refresh token, it replaces the old one in memory, for this value and its clones. Programs that save it
/// get it from [`refresh_token`](Self::refresh_token).
///
/// The scopes are those of the sign-in; requests cannot change them. Constructors send no requests. Tokens are cached as [`Cached`]
/// describes. Clones share the cache; setters empty it.
#[derive(Clone)]
pub struct ExternalAccountAuthorizedUser(Cached<Source>);

impl ExternalAccountAuthorizedUser {
    file_constructors!(
        ExternalAccountAuthorizedUser,
        "external_account_authorized_user",
        "workforce user",
        source
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

    /// Returns the resource name of the provider that the user signed in with, if the file names it.
    pub fn audience(&self) -> Option<&str> {
        self.0.source().audience.as_deref()
    }

    /// Returns the current refresh token, which is a secret.
    pub fn refresh_token(&self) -> SecretString {
        self.0.source().refresh_token()
    }

    /// Signs out: revokes the refresh token and removes it from this value. Later requests fail.
    ///
    /// # Errors
    /// [`AuthError`] if the file names no `revoke_url`, or if the service cannot be reached or refuses. The refresh token remains then.
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
