//! Stores of users' tokens.

mod file;
#[cfg(feature = "keyring-store")]
mod keyring;
mod private;

use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gapi_transport::BoxFuture;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::file::FileStore;
#[cfg(feature = "keyring-store")]
pub use self::keyring::KeyringStore;
use crate::{AuthError, AuthErrorKind};

/// Stores the credentials of users: a JSON text with secrets for each [`TokenKey`].
///
/// Implement it for a database or a secret manager. Errors are of the kind [`AuthErrorKind::Store`].
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Loads the text of `key`.
    ///
    /// # Errors
    /// [`AuthError`] if the store cannot be read. A missing text is not an error.
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>>;

    /// Saves `value` under `key`, replacing an existing text. After success the value survives the end of the process; after a failure, or if the
    /// process ends before, the previous text remains.
    ///
    /// # Errors
    /// [`AuthError`] if the store cannot be written.
    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>>;

    /// Deletes the text of `key`. Returns whether there was one.
    ///
    /// # Errors
    /// [`AuthError`] if the store cannot be written.
    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>>;

    /// Returns all keys, sorted.
    ///
    /// # Errors
    /// [`AuthError`] if the store cannot be read.
    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>>;

    /// Waits for the lock of `key`, which all processes that share the store respect, and holds it until the returned value is dropped. Refreshes hold it, so
    /// that a refresh token is sent once.
    ///
    /// # Errors
    /// [`AuthError`] if the store cannot lock.
    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>>;

    /// Returns the name of the lock of `key` in errors, such as the path of a file.
    fn lock_name(&self, key: &TokenKey) -> String {
        format!("of {key} in {self:?}")
    }
}

/// A shared store is a store.
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>> {
        (**self).load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>> {
        (**self).save(key, value)
    }

    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>> {
        (**self).delete(key)
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>> {
        (**self).list()
    }

    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>> {
        (**self).lock(key)
    }

    fn lock_name(&self, key: &TokenKey) -> String {
        (**self).lock_name(key)
    }
}

/// A lock of a [`TokenStore`], which ends when this is dropped.
pub struct StoreLock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send>);

impl StoreLock {
    /// Returns a lock that ends when `guard` is dropped.
    pub fn new(guard: impl Any + Send) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// Runs blocking work on a thread for it, if there is a runtime. The work is completed even if the caller is dropped.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AuthError> + Send + 'static,
) -> Result<T, AuthError> {
    gapi_transport::runtime::unblock(work)
        .await
        .unwrap_or_else(|error| {
            Err(
                AuthError::new(AuthErrorKind::Store, "the program is being shut down")
                    .with_source(error),
            )
        })
}

/// The key of a user's credentials: client, account and scopes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenKey {
    /// The OAuth client's ID.
    pub client_id: String,
    /// The user's address or another name of the account; empty if there is only one account.
    pub account: String,
    /// The granted scopes: sorted, each once.
    pub scopes: Vec<String>,
}

impl TokenKey {
    /// Returns a key. The order of the scopes does not matter.
    pub fn new<S: Into<String>>(
        client_id: impl Into<String>,
        account: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self {
            client_id: client_id.into(),
            account: account.into(),
            scopes,
        }
    }

    /// Returns a name that is valid in file systems and keyrings.
    fn name(&self) -> String {
        let mut digest = Sha256::new();
        for part in [&self.client_id, &self.account]
            .into_iter()
            .chain(&self.scopes)
        {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        digest.finalize()[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Returns whether the key includes all of `scopes`.
    pub fn covers<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        scopes
            .into_iter()
            .all(|scope| self.scopes.iter().any(|own| own == scope.as_ref()))
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = match self.account.as_str() {
            "" => "the user",
            account => account,
        };
        write!(
            f,
            "{account} of the client {} with {} scopes",
            self.client_id,
            self.scopes.len()
        )
    }
}

/// Stores tokens in memory, for tests and for programs that must not write files. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<MemoryEntries>>);

#[derive(Default)]
struct MemoryEntries {
    values: BTreeMap<TokenKey, SecretString>,
    locks: BTreeMap<TokenKey, Arc<tokio::sync::Mutex<()>>>,
}

impl MemoryStore {
    /// Returns an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, MemoryEntries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows the keys.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryStore")
            .field(&self.entries().values.keys().collect::<Vec<_>>())
            .finish()
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>> {
        Box::pin(async { Ok(self.entries().values.get(key).cloned()) })
    }

    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>> {
        Box::pin(async {
            self.entries().values.insert(key.clone(), value.clone());
            Ok(())
        })
    }

    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>> {
        Box::pin(async { Ok(self.entries().values.remove(key).is_some()) })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>> {
        Box::pin(async { Ok(self.entries().values.keys().cloned().collect()) })
    }

    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>> {
        let lock = self.entries().locks.entry(key.clone()).or_default().clone();
        Box::pin(async { Ok(StoreLock::new(lock.lock_owned().await)) })
    }
}
