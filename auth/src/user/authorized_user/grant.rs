//! What all copies of a user's credentials share: the grant, in memory and in a store.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use secrecy::ExposeSecret;

use super::info::UserInfo;
use crate::{
    AuthError, AuthErrorKind, FetchContext, Token,
    oauth::TokenResponse,
    user::store::{StoreLock, TokenKey, TokenStore},
};

/// The grant that all copies share: a new refresh token replaces the old one for all of them.
pub(super) struct UserGrant {
    info: Mutex<GrantState>,
    /// Allows one refresh at a time, because a server may consider a refresh token that is sent twice stolen.
    pub(super) turn: tokio::sync::Mutex<()>,
    store: Option<(Arc<dyn TokenStore>, TokenKey)>,
}

pub(super) struct GrantState {
    pub(super) info: UserInfo,
    unsaved: Unsaved,
    revoked: bool,
}

/// What is not saved in the store yet.
#[derive(Clone, Copy, PartialEq)]
enum Unsaved {
    Nothing,
    /// It can be fetched again.
    AccessToken,
    /// It must not be lost.
    RefreshToken,
}

impl UserGrant {
    pub(super) fn new(info: UserInfo, store: Option<(Arc<dyn TokenStore>, TokenKey)>) -> Self {
        Self {
            info: Mutex::new(GrantState {
                info,
                unsaved: Unsaved::Nothing,
                revoked: false,
            }),
            turn: tokio::sync::Mutex::default(),
            store,
        }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, GrantState> {
        self.info.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn store(&self) -> Option<&(Arc<dyn TokenStore>, TokenKey)> {
        self.store.as_ref()
    }

    pub(super) async fn lock(&self, cx: &FetchContext) -> Result<Option<StoreLock>, AuthError> {
        match &self.store {
            Some((store, key)) => lock(&**store, key, cx).await.map(Some),
            None => Ok(None),
        }
    }

    /// Loads what another process saved in the meantime.
    pub(super) async fn catch_up(&self) -> Result<(), AuthError> {
        let Some((store, key)) = &self.store else {
            return Ok(());
        };
        let Some(text) = store.load(key).await? else {
            return Err(sign_in(
                "the credentials are no longer in the token store",
                "the user signed out: sign in again",
            ));
        };
        let saved = UserInfo::parse("token store", text.expose_secret())
            .map_err(|error| error.with_kind(AuthErrorKind::Store))?;
        self.known().info = saved;
        Ok(())
    }

    pub(super) fn usable_info(&self) -> Result<UserInfo, AuthError> {
        let known = self.known();
        if known.revoked {
            return Err(sign_in("the credentials were revoked", "sign in again"));
        }
        if known.info.refresh_token.is_none() {
            return Err(no_refresh_token());
        }
        Ok(known.info.clone())
    }

    /// Records a response of the token endpoint. The second value is whether the refresh token was replaced.
    pub(super) fn learn(
        &self,
        response: TokenResponse,
        asked_at: SystemTime,
        whole: bool,
    ) -> (Token, bool) {
        let expiry = response
            .expires_in
            .and_then(|lifetime| asked_at.checked_add(lifetime));
        let mut token = Token::new(response.access_token.clone());
        if let Some(expiry) = expiry {
            token = token.expires_at(expiry);
        }
        let mut known = self.known();
        let info = &mut known.info;
        let rotated = response.refresh_token.as_ref().is_some_and(|new| {
            info.refresh_token
                .as_ref()
                .is_none_or(|old| old.expose_secret() != new.expose_secret())
        });
        info.refresh_token = response.refresh_token.or(info.refresh_token.take());
        info.id_token = response.id_token.or(info.id_token.take());
        // A token with narrower scopes is not that of the grant.
        if whole {
            info.token = Some(response.access_token);
            info.expiry = expiry;
            info.granted_scopes = response.scopes.or(info.granted_scopes.take());
        }
        known.unsaved = match (rotated, whole) {
            _ if self.store.is_none() => Unsaved::Nothing,
            (true, _) => Unsaved::RefreshToken,
            (false, true) => Unsaved::AccessToken,
            (false, false) => Unsaved::Nothing,
        };
        (token, rotated)
    }

    /// Saves a refresh token that could not be saved before. Until that succeeds, it stays in memory.
    pub(super) async fn save_refresh_token(&self) -> Result<(), AuthError> {
        let unsaved = self.known().unsaved;
        match unsaved {
            Unsaved::RefreshToken => self.save_unsaved().await,
            Unsaved::Nothing | Unsaved::AccessToken => Ok(()),
        }
    }

    /// Saves what the store does not have yet.
    pub(super) async fn save_unsaved(&self) -> Result<(), AuthError> {
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

    /// Removes all tokens after they were revoked.
    pub(super) fn revoked(&self) {
        let mut known = self.known();
        known.revoked = true;
        known.unsaved = Unsaved::Nothing;
        let info = &mut known.info;
        (info.refresh_token, info.token, info.expiry) = (None, None, None);
        (info.id_token, info.rapt_token) = (None, None);
    }

    /// Waits until no refresh is in progress, in this process or in others, and prevents further ones.
    pub(super) async fn exclusively(
        &self,
        cx: &FetchContext,
    ) -> Result<(tokio::sync::MutexGuard<'_, ()>, Option<StoreLock>), AuthError> {
        let turn = self.turn.lock().await;
        let lock = self.lock(cx).await?;
        // If another process signed out, the tokens in memory are revoked.
        if let Err(error) = self.catch_up().await
            && error.kind() != AuthErrorKind::SignInRequired
        {
            return Err(error);
        }
        Ok((turn, lock))
    }
}

pub(super) fn no_refresh_token() -> AuthError {
    sign_in(
        "the access token has expired and there is no refresh token",
        "sign in with `access_type=offline`; Google returns a refresh token at the first consent only, or with `prompt=consent`",
    )
}

/// Waits for a store's lock. The error of a time limit names it.
pub(super) async fn lock(
    store: &dyn TokenStore,
    key: &TokenKey,
    cx: &FetchContext,
) -> Result<StoreLock, AuthError> {
    let _step = cx.waits_for(
        AuthErrorKind::Store,
        format!("another program holds the lock {}", store.lock_name(key)),
        Some("it may have been stopped while it refreshed a token: resume it, or end it"),
    );
    store.lock(key).await
}

fn sign_in(message: &str, hint: &str) -> AuthError {
    AuthError::new(AuthErrorKind::SignInRequired, message).with_hint(hint)
}
