//! What a user's credentials do when a token is needed.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use futures_util::future::Either;
use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::{endpoints::Endpoints, info::UserInfo, refresh::refresh};
use crate::{
    AuthError, AuthErrorKind, AuthRequest, DEFAULT_UNIVERSE, FetchContext, Token, TokenSource,
    configured::Configured,
    oauth::TokenResponse,
    reach::Reach,
    user::store::{StoreLock, TokenKey, TokenStore},
};

/// A known token with less time left is not worth handing out.
const WORTH_USING: Duration = Duration::from_secs(30);

/// A user's grant, and the settings of one copy of the credentials.
#[derive(Clone)]
pub(crate) struct Source {
    pub(super) grant: Arc<Grant>,
    /// The scopes to ask for, if not those of the grant.
    pub(super) scopes: Option<Vec<String>>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: String,
    pub(super) account: Option<String>,
    pub(super) client_id: String,
    pub(super) endpoints: Endpoints,
    pub(super) reach: Reach,
    /// The token that was handed out last: when the cache asks again, it is of no use any more.
    given: Arc<Mutex<Option<SecretString>>>,
}

/// What all copies share: a refresh token that is replaced is replaced for all of them.
pub(super) struct Grant {
    info: Mutex<Known>,
    /// One refresh at a time, because a refresh token that is sent twice may be taken for a stolen one.
    turn: tokio::sync::Mutex<()>,
    store: Option<(Arc<dyn TokenStore>, TokenKey)>,
}

struct Known {
    info: UserInfo,
    unsaved: Unsaved,
    revoked: bool,
}

/// What of the grant the store has yet to see.
#[derive(Clone, Copy, PartialEq)]
enum Unsaved {
    Nothing,
    /// Can be had again.
    AccessToken,
    /// Must not be lost.
    RefreshToken,
}

impl Source {
    pub(super) fn new(
        info: UserInfo,
        store: Option<(Arc<dyn TokenStore>, TokenKey)>,
        reach: Reach,
    ) -> Self {
        Self {
            scopes: None,
            quota_project: info.quota_project_id.clone(),
            universe_domain: info
                .universe_domain
                .clone()
                .unwrap_or_else(|| String::from(DEFAULT_UNIVERSE)),
            account: info.account.clone(),
            client_id: info.client_id.clone(),
            endpoints: Endpoints::from_info(&info),
            reach,
            given: Arc::default(),
            grant: Arc::new(Grant {
                info: Mutex::new(Known {
                    info,
                    unsaved: Unsaved::Nothing,
                    revoked: false,
                }),
                turn: tokio::sync::Mutex::default(),
                store,
            }),
        }
    }

    /// A copy that a setter may change. It may hand out the known token again.
    pub(super) fn copy(&self) -> Self {
        Self {
            given: Arc::default(),
            ..self.clone()
        }
    }

    /// Everything known, with this copy's settings.
    pub(super) fn info(&self) -> UserInfo {
        let mut info = self.grant.known().info.clone();
        if let Some(scopes) = &self.scopes {
            info.scopes.clone_from(scopes);
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

    /// Refuses what no token could be had with at `now`, with the endpoints and what there is of tokens.
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
        let scopes = self.scopes.as_deref();
        match self
            .refreshed(cx, scopes, |now| self.known_token(now))
            .await?
        {
            Either::Left(known) => Ok(known),
            Either::Right(token) => {
                self.give(&token);
                Ok(token)
            }
        }
    }

    /// What `known` finds once others have had their turn, or else a new access token with these scopes, or with the grant's.
    pub(super) async fn refreshed(
        &self,
        cx: &FetchContext,
        narrow: Option<&[String]>,
        known: impl FnOnce(SystemTime) -> Option<Token>,
    ) -> Result<Either<Token, Token>, AuthError> {
        let grant = &*self.grant;
        let _turn = grant.turn.lock().await;
        // Other processes wait here while one of them refreshes.
        let _lock = grant.lock(cx).await?;
        grant.save_refresh_token().await?;
        grant.catch_up().await?;
        if let Some(token) = known(cx.clock().now()) {
            return Ok(Either::Left(token));
        }
        let info = grant.usable_info()?;
        let scopes = narrow.unwrap_or(&info.scopes);
        let asked_at = cx.clock().now();
        let answer = refresh(&info, scopes, &self.endpoints.token_uri(&self.reach)?, cx).await?;
        let (token, rotated) = grant.learn(answer, asked_at, narrow.is_none());
        if let Err(error) = grant.save_unsaved().await {
            // A refresh token that the store does not have must not be used up: the next attempt saves it first.
            if rotated {
                return Err(error);
            }
            tracing::warn!(%error, "a new access token could not be saved");
        }
        Ok(Either::Right(token))
    }

    /// The token of the file or of the store, unless it is too old or was handed out already.
    fn known_token(&self, now: SystemTime) -> Option<Token> {
        if self.scopes.is_some() {
            return None;
        }
        let known = self.grant.known();
        let (value, expiry) = (known.info.token.clone()?, known.info.expiry?);
        let is_worth = is_worth_using(expiry, now);
        let was_given = self
            .given
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|given| given.expose_secret() == value.expose_secret());
        drop(known);
        if !is_worth || was_given {
            return None;
        }
        let token = Token::new(value).expires_at(expiry);
        self.give(&token);
        Some(token)
    }

    fn give(&self, token: &Token) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(SecretString::from(token.secret()));
    }
}

impl Grant {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.info.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn store(&self) -> Option<&(Arc<dyn TokenStore>, TokenKey)> {
        self.store.as_ref()
    }

    async fn lock(&self, cx: &FetchContext) -> Result<Option<StoreLock>, AuthError> {
        match &self.store {
            Some((store, key)) => lock(&**store, key, cx).await.map(Some),
            None => Ok(None),
        }
    }

    /// Takes over what another process saved meanwhile.
    async fn catch_up(&self) -> Result<(), AuthError> {
        let Some((store, key)) = &self.store else {
            return Ok(());
        };
        let Some(text) = store.load(key).await? else {
            return Err(sign_in(
                "the credentials are no longer in the token store",
                "somebody signed out: sign in again",
            ));
        };
        let saved = UserInfo::parse("token store", text.expose_secret())
            .map_err(|error| error.with_kind(AuthErrorKind::Store))?;
        self.known().info = saved;
        Ok(())
    }

    fn usable_info(&self) -> Result<UserInfo, AuthError> {
        let known = self.known();
        if known.revoked {
            return Err(sign_in("the credentials were revoked", "sign in again"));
        }
        if known.info.refresh_token.is_none() {
            return Err(no_refresh_token());
        }
        Ok(known.info.clone())
    }

    /// Keeps what the token endpoint gave. The second value says whether the refresh token was replaced.
    fn learn(&self, answer: TokenResponse, asked_at: SystemTime, whole: bool) -> (Token, bool) {
        let expiry = answer
            .expires_in
            .and_then(|lifetime| asked_at.checked_add(lifetime));
        let mut token = Token::new(answer.access_token.clone());
        if let Some(expiry) = expiry {
            token = token.expires_at(expiry);
        }
        let mut known = self.known();
        let info = &mut known.info;
        let rotated = answer.refresh_token.as_ref().is_some_and(|new| {
            info.refresh_token
                .as_ref()
                .is_none_or(|old| old.expose_secret() != new.expose_secret())
        });
        info.refresh_token = answer.refresh_token.or(info.refresh_token.take());
        info.id_token = answer.id_token.or(info.id_token.take());
        // The token of a copy with other scopes is not the grant's.
        if whole {
            info.token = Some(answer.access_token);
            info.expiry = expiry;
            info.granted_scopes = answer.scopes.or(info.granted_scopes.take());
        }
        known.unsaved = match (rotated, whole) {
            _ if self.store.is_none() => Unsaved::Nothing,
            (true, _) => Unsaved::RefreshToken,
            (false, true) => Unsaved::AccessToken,
            (false, false) => Unsaved::Nothing,
        };
        (token, rotated)
    }

    /// Saves a refresh token that the store could not take before. Until that has worked, it stays in memory.
    async fn save_refresh_token(&self) -> Result<(), AuthError> {
        let unsaved = self.known().unsaved;
        match unsaved {
            Unsaved::RefreshToken => self.save_unsaved().await,
            Unsaved::Nothing | Unsaved::AccessToken => Ok(()),
        }
    }

    /// Saves what the store has not seen.
    async fn save_unsaved(&self) -> Result<(), AuthError> {
        let Some((store, key)) = &self.store else {
            return Ok(());
        };
        let text = {
            let known = self.known();
            if known.unsaved == Unsaved::Nothing {
                return Ok(());
            }
            known.info.to_json()
        };
        store.save(key, &text).await?;
        self.known().unsaved = Unsaved::Nothing;
        Ok(())
    }

    /// Forgets all tokens, after they were revoked.
    pub(super) fn revoked(&self) {
        let mut known = self.known();
        known.revoked = true;
        known.unsaved = Unsaved::Nothing;
        let info = &mut known.info;
        (info.refresh_token, info.token, info.expiry) = (None, None, None);
        (info.id_token, info.rapt_token) = (None, None);
    }

    /// Keeps revocation and refresh apart, in this process and in others.
    pub(super) async fn exclusively(
        &self,
        cx: &FetchContext,
    ) -> Result<(tokio::sync::MutexGuard<'_, ()>, Option<StoreLock>), AuthError> {
        let turn = self.turn.lock().await;
        let lock = self.lock(cx).await?;
        // Signed out elsewhere is no reason to fail: what is known here is revoked then.
        if let Err(error) = self.catch_up().await
            && error.kind() != AuthErrorKind::SignInRequired
        {
            return Err(error);
        }
        Ok((turn, lock))
    }
}

fn no_refresh_token() -> AuthError {
    sign_in(
        "the access token has expired and there is no refresh token",
        "sign in with `access_type=offline`; Google gives a refresh token at the first consent only, or with `prompt=consent`",
    )
}

/// Waits for a store's lock. The error of whoever waits too long names it.
pub(super) async fn lock(
    store: &dyn TokenStore,
    key: &TokenKey,
    cx: &FetchContext,
) -> Result<StoreLock, AuthError> {
    let _step = cx.waits_for(
        AuthErrorKind::Store,
        format!("another program holds the lock {}", store.lock_name(key)),
        Some("it may have been stopped while it refreshed a token: let it go on, or end it"),
    );
    store.lock(key).await
}

/// Whether a known token has enough time left to hand it out.
pub(super) fn is_worth_using(expiry: SystemTime, now: SystemTime) -> bool {
    expiry
        .duration_since(now)
        .is_ok_and(|left| left >= WORTH_USING)
}

fn sign_in(message: &str, hint: &str) -> AuthError {
    AuthError::new(AuthErrorKind::SignInRequired, message).with_hint(hint)
}

/// No token and no secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.grant.known();
        f.debug_struct("AuthorizedUser")
            .field("client_id", &self.client_id)
            .field("account", &self.account)
            .field("scopes", self.scopes.as_ref().unwrap_or(&known.info.scopes))
            .field("granted_scopes", &known.info.granted_scopes)
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
            .field("store", &self.grant.store.as_ref().map(|(_, key)| key))
            .finish_non_exhaustive()
    }
}

impl Configured for Source {
    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn set_reach(&mut self, reach: Reach) {
        // A copy may hand out the known token again.
        self.given = Arc::default();
        self.reach = reach;
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    /// A user granted what was granted; no request can ask for more.
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
