//! The token source of a user's credentials.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::future::Either;
use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::{
    endpoints::{Endpoints, refresh},
    grant::{UserGrant, no_refresh_token},
    info::UserInfo,
};
use crate::{
    AuthError, AuthErrorKind, AuthRequest, DEFAULT_UNIVERSE, FetchContext, Token, TokenSource,
    configured::configured,
    oauth::{read, send_form},
    reach::Reach,
    user::store::{TokenKey, TokenStore},
};

/// A token with less remaining time is not returned.
const WORTH_USING: Duration = Duration::from_secs(30);

/// A user's grant, with the settings of one copy of the credentials.
#[derive(Clone)]
pub(crate) struct Source {
    pub(super) grant: Arc<UserGrant>,
    /// The scopes to request; those of the grant if empty.
    pub(super) scopes: Vec<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: String,
    pub(super) account: Option<String>,
    pub(super) client_id: String,
    pub(super) endpoints: Endpoints,
    pub(super) reach: Reach,
    returned: LastReturned,
}

impl Source {
    pub(super) fn new(
        info: UserInfo,
        store: Option<(Arc<dyn TokenStore>, TokenKey)>,
        reach: Reach,
    ) -> Self {
        Self {
            scopes: Vec::new(),
            quota_project: info.quota_project_id.clone(),
            universe_domain: info
                .universe_domain
                .clone()
                .unwrap_or_else(|| String::from(DEFAULT_UNIVERSE)),
            account: info.account.clone(),
            client_id: info.client_id.clone(),
            endpoints: Endpoints::from_info(&info),
            reach,
            returned: LastReturned::default(),
            grant: Arc::new(UserGrant::new(info, store)),
        }
    }

    /// Returns the grant with the settings of this copy.
    pub(super) fn info(&self) -> UserInfo {
        let mut info = self.grant.known().info.clone();
        if let Some(scopes) = self.own_scopes() {
            info.scopes = scopes.to_vec();
            (info.token, info.expiry) = (None, None);
        }
        info.quota_project_id.clone_from(&self.quota_project);
        info.account.clone_from(&self.account);
        if info.universe_domain.is_some() || self.universe_domain != DEFAULT_UNIVERSE {
            info.universe_domain = Some(self.universe_domain.clone());
        }
        self.endpoints.write_into(&mut info);
        info
    }

    pub(super) fn check_endpoints(&self) -> Result<(), AuthError> {
        if self.universe_domain != DEFAULT_UNIVERSE {
            return Err(AuthError::new(
                AuthErrorKind::Universe,
                format!(
                    "a user's refresh token cannot be exchanged in the universe {}",
                    self.universe_domain
                ),
            )
            .with_hint("use a service account or workforce identity federation there"));
        }
        self.endpoints.token_uri(&self.reach).map(drop)
    }

    /// Refuses credentials that cannot return a token at `now`.
    pub(super) fn check_usable(&self, now: SystemTime) -> Result<(), AuthError> {
        self.check_endpoints()?;
        let info = self.info();
        let is_alive = info.token.is_some() && info.expiry.is_some_and(|expiry| expiry > now);
        if info.refresh_token.is_none() && !is_alive {
            return Err(no_refresh_token());
        }
        Ok(())
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let scopes = self.own_scopes();
        match self
            .refreshed(cx, scopes, |now| self.known_token(now))
            .await?
        {
            Either::Left(known) => Ok(known),
            Either::Right(token) => {
                self.returned.set(&token);
                Ok(token)
            }
        }
    }

    /// Returns the result of `known` after the turns of others, else a new access token with the scopes `narrow` or those of the grant.
    pub(super) async fn refreshed(
        &self,
        cx: &FetchContext,
        narrow: Option<&[String]>,
        known: impl FnOnce(SystemTime) -> Option<Token>,
    ) -> Result<Either<Token, Token>, AuthError> {
        let grant = &*self.grant;
        let _turn = grant.turn.lock().await;
        // One process refreshes at a time.
        let _lock = grant.lock(cx).await?;
        grant.save_refresh_token().await?;
        grant.catch_up().await?;
        if let Some(token) = known(cx.clock().now()) {
            return Ok(Either::Left(token));
        }
        let info = grant.usable_info()?;
        let scopes = narrow.unwrap_or(&info.scopes);
        let asked_at = cx.clock().now();
        let response = refresh(&info, scopes, &self.endpoints.token_uri(&self.reach)?, cx).await?;
        let (token, rotated) = grant.learn(response, asked_at, narrow.is_none());
        if let Err(error) = grant.save_unsaved().await {
            // The next attempt saves the refresh token before it uses it.
            if rotated {
                return Err(error);
            }
            tracing::warn!(%error, "a new access token could not be saved");
        }
        Ok(Either::Right(token))
    }

    /// Ends the grant (RFC 7009): at the server, then in the store, then in memory.
    pub(super) async fn revoke(&self, cx: &FetchContext) -> Result<(), AuthError> {
        let (uri, names_client) = self.endpoints.revocation(&self.reach)?;
        let _exclusive = self.grant.exclusively(cx).await?;
        let info = self.info();
        // Revoking a refresh token revokes its access tokens. Without one, the access token is revoked.
        let (token, kind) = match (&info.refresh_token, &info.token) {
            (Some(token), _) => (Some(token), "refresh_token"),
            (None, token) => (token.as_ref(), "access_token"),
        };
        if let Some(token) = token {
            let mut fields = vec![("token", token.expose_secret())];
            if names_client {
                fields.push(("token_type_hint", kind));
                fields.push(("client_id", &info.client_id));
                if let Some(secret) = &info.client_secret {
                    fields.push(("client_secret", secret.expose_secret()));
                }
            }
            let (head, body) = send_form(uri, &fields, None, cx.transport()).await?;
            if !head.status.is_success() {
                let error = match read(head.status, &head.headers, &body, cx.clock().now()) {
                    Err(refusal) => refusal.error,
                    Ok(_) => AuthError::new(AuthErrorKind::Http, "the revocation failed"),
                };
                // The token is already revoked or was never valid.
                if error.oauth_error() != Some("invalid_token") {
                    return Err(error);
                }
            }
        }
        if let Some((store, key)) = self.grant.store() {
            store.delete(key).await?;
        }
        self.grant.revoked();
        Ok(())
    }

    /// Returns the token of the file or of the store, unless it expires soon or was returned already.
    fn known_token(&self, now: SystemTime) -> Option<Token> {
        if !self.scopes.is_empty() {
            return None;
        }
        let known = self.grant.known();
        let (value, expiry) = (known.info.token.clone()?, known.info.expiry?);
        drop(known);
        let token = Token::new(value).expires_at(expiry);
        if !is_worth_using(expiry, now) || self.returned.is(&token) {
            return None;
        }
        self.returned.set(&token);
        Some(token)
    }

    fn own_scopes(&self) -> Option<&[String]> {
        Some(&*self.scopes).filter(|scopes| !scopes.is_empty())
    }
}

/// The token that was returned last. When the cache asks again, that token is no longer of use.
#[derive(Default)]
pub(super) struct LastReturned(Mutex<Option<SecretString>>);

impl LastReturned {
    fn value(&self) -> MutexGuard<'_, Option<SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is(&self, token: &Token) -> bool {
        let last = self.value();
        last.as_ref()
            .is_some_and(|last| last.expose_secret() == token.secret())
    }

    pub(super) fn set(&self, token: &Token) {
        *self.value() = Some(SecretString::from(token.secret()));
    }
}

/// A copy may return the same token again: its cache is empty.
impl Clone for LastReturned {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Returns whether a token has enough time left to be used.
pub(super) fn is_worth_using(expiry: SystemTime, now: SystemTime) -> bool {
    expiry
        .duration_since(now)
        .is_ok_and(|left| left >= WORTH_USING)
}

/// Shows no token and no secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.grant.known();
        f.debug_struct("AuthorizedUser")
            .field("client_id", &self.client_id)
            .field("account", &self.account)
            .field("scopes", &self.own_scopes().unwrap_or(&known.info.scopes))
            .field("granted_scopes", &known.info.granted_scopes)
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
            .field("store", &self.grant.store().map(|(_, key)| key))
            .finish_non_exhaustive()
    }
}

configured!(Source);

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    /// Requests cannot change the scopes that the user granted.
    fn is_scoped(&self) -> bool {
        false
    }

    fn check(&self, _: &AuthRequest<'_>) -> Result<(), AuthError> {
        self.check_endpoints()
    }

    fn universe_domain(&self) -> &str {
        &self.universe_domain
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        match &self.account {
            Some(account) => format!("user {account}"),
            None => format!("user credentials of the client {}", self.client_id),
        }
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/u")
    }
}
