//! The user who signed in with `gapi auth login`.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::authorized_user::{AuthorizedUser, UserInfo};
use crate::{AuthError, AuthErrorKind, Environment, FileStore};

impl AuthorizedUser {
    /// The user who signed in with `gapi auth login`, if anybody did: the account that the variable `GAPI_ACCOUNT` names, else the
    /// one that signed in last. See [`FileStore::default_location`] for where it is looked for.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] where the store cannot be read, and [`AuthErrorKind::NotFound`] where `GAPI_ACCOUNT` names
    /// an account that did not sign in.
    pub fn signed_in() -> Result<Option<Self>, AuthError> {
        Self::signed_in_of(&Environment::system())
    }

    /// As [`signed_in`](Self::signed_in), in an environment.
    ///
    /// # Errors
    /// As [`signed_in`](Self::signed_in).
    pub fn signed_in_of(environment: &Environment) -> Result<Option<Self>, AuthError> {
        let account = environment.get("GAPI_ACCOUNT");
        let Ok(store) = FileStore::default_location(environment) else {
            return Ok(None);
        };
        let found = Self::signed_in_to(store, account.as_deref())?;
        match (&found, account) {
            (None, Some(account)) => Err(AuthError::new(
                AuthErrorKind::NotFound,
                format!("the variable GAPI_ACCOUNT names {account}, who is not signed in"),
            )
            .with_hint("run `gapi auth login`, or unset the variable")),
            _ => Ok(found),
        }
    }

    /// The user who signed in last and whose credentials are in `store`, of one account or of all. A file that cannot be used is skipped with a
    /// warning in the log.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] where the store cannot be read, and where nothing is found but a file that cannot be used.
    pub fn signed_in_to(
        store: FileStore,
        account: Option<&str>,
    ) -> Result<Option<Self>, AuthError> {
        let (entries, mut failure) = store.entries_now()?;
        let mut last = None;
        for (key, text) in entries {
            if account.is_some_and(|account| key.account != account) {
                continue;
            }
            match UserInfo::parse("token store", text.expose_secret()) {
                Ok(info) => {
                    let at = info.signed_in_at();
                    if last.as_ref().is_none_or(|(latest, _, _)| at >= *latest) {
                        last = Some((at, text, key));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, %key, "what the token store has of an account is skipped");
                    failure.get_or_insert(error.with_kind(AuthErrorKind::Store));
                }
            }
        }
        match (last, failure) {
            (Some((_, text, key)), _) => Self::from_stored(&text, Arc::new(store), key).map(Some),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }
}
