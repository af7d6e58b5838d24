//! Tokens with fewer permissions.

mod boundary;
mod source;

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;

pub use self::boundary::{AccessBoundary, AccessBoundaryRule};
use self::source::Source;
use crate::{AuthError, Cached, Credentials, Token, cache::FetchSettings, facade::setters};

/// Credentials with fewer permissions. The Security Token Service exchanges a token of the source credentials for one that is limited by a
/// [credential access boundary](https://docs.cloud.google.com/iam/docs/downscoping-short-lived-credentials). Cloud Storage accepts these tokens.
///
/// A broker can give a client a [`token`](Self::token) that only reads one bucket for an hour:
///
/// ```no_run
/// # use gapi_auth::{AccessBoundary, AccessBoundaryRule, AuthorizedUser, Downscoped};
/// # async fn example() -> Result<(), gapi_auth::AuthError> {
/// # let source = AuthorizedUser::from_parts("", "", "");
/// let rule = AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/reports")
///     .permission("inRole:roles/storage.objectViewer")
///     .condition("resource.name.startsWith('projects/_/buckets/reports/objects/2026/')");
/// let credentials = Downscoped::new(source, AccessBoundary::new([rule]));
/// let token = credentials.token().await?;
/// # Ok(()) }
/// ```
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it. The source
/// credentials have a cache of their own.
#[derive(Clone)]
pub struct Downscoped(Cached<Source>);

impl Downscoped {
    /// Creates credentials of `source` that `boundary` limits.
    pub fn new(source: impl Credentials, boundary: AccessBoundary) -> Self {
        Self(Cached::new(Source::new(Arc::new(source), boundary)))
    }

    fn change(self, change: impl FnOnce(&mut Source)) -> Self {
        Self(self.0.change_source(change))
    }

    fn configure(self, change: impl FnOnce(&mut FetchSettings)) -> Self {
        Self(self.0.configure(change))
    }

    setters! {
        quota_project,
        ///
        /// The source credentials are offered it too.
        transport,
        clock,
        retry,
    }

    /// Sets the URL of the Security Token Service: https, or http on this machine. The default is `https://sts.UNIVERSE/v1/token`.
    #[must_use]
    pub fn token_url(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.change(|source| source.token_url = Some(url))
    }

    /// Fetches a new token to give away. It is not cached, and requests do not use it.
    ///
    /// # Errors
    /// [`AuthError`] if the source has no token, or if the Security Token Service cannot be reached or refuses.
    pub async fn token(&self) -> Result<Token, AuthError> {
        let source = self.0.source();
        source
            .token(&self.0.outside_fetch())
            .await
            .map_err(|error| error.with_credential(|| self.describe()))
    }
}

impl fmt::Debug for Downscoped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for Downscoped {
    crate::credentials::forward!(
        headers,
        reject,
        quota_project,
        describe,
        metrics,
        has_time_limit
    );

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        self.0.source().source.universe_domain()
    }
}
