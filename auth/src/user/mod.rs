//! Users: their credentials, the flows in which they authorize an app, and the stores of their tokens.

mod authorized_user;
#[cfg(feature = "user-flows")]
mod device;
#[cfg(feature = "user-flows")]
mod flow;
#[cfg(feature = "user-flows")]
mod installed;
mod store;

use std::sync::Arc;

use secrecy::ExposeSecret;

pub use self::authorized_user::AuthorizedUser;
use self::authorized_user::UserInfo;
#[cfg(feature = "user-flows")]
pub use self::device::{DeviceAuthorization, DeviceFlow};
#[cfg(feature = "user-flows")]
pub use self::flow::{ClientSecrets, Flow, PendingAuthorization};
#[cfg(feature = "user-flows")]
pub use self::installed::{Console, InstalledAppFlow, LocalServer};
#[cfg(feature = "keyring-store")]
pub use self::store::KeyringStore;
pub use self::store::{FileStore, MemoryStore, StoreLock, TokenKey, TokenStore};
use crate::{AuthError, AuthErrorKind, Environment};

/// The user who signed in with `gapi auth login`.
impl AuthorizedUser {
    /// Returns the user who signed in with `gapi auth login`, if any: the account that the variable `GAPI_ACCOUNT` names, else the one that signed in last. The
    /// store is at [`FileStore::default_location`].
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] if the store cannot be read, and [`AuthErrorKind::NotFound`] if `GAPI_ACCOUNT` names an account that is not signed in.
    pub fn signed_in() -> Result<Option<Self>, AuthError> {
        Self::signed_in_of(&Environment::system())
    }

    /// Returns the same as [`signed_in`](Self::signed_in), for another environment.
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

    /// Returns the user in `store` who signed in last, of one account or of all. Files that cannot be used are skipped with a warning in the log.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] if the store cannot be read, or if it has only files that cannot be used.
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
                    tracing::warn!(%error, %key, "an account of the token store is skipped");
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
