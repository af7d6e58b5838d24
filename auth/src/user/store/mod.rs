//! Where users' tokens are kept.

mod file;
mod key;
#[cfg(feature = "keyring-store")]
mod keyring;
mod memory;
mod private;

use std::{any::Any, fmt};

use gapi_transport::BoxFuture;
use secrecy::SecretString;

#[cfg(feature = "keyring-store")]
pub use self::keyring::KeyringStore;
pub use self::{file::FileStore, key::TokenKey, memory::MemoryStore};
use crate::{AuthError, AuthErrorKind};

/// Keeps the credentials of users: one text, in JSON and full of secrets, for each [`TokenKey`].
///
/// A store of your own, in a database or a secret manager, implements this. Errors are of the kind
/// [`AuthErrorKind::Store`].
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// What is kept under `key`.
    ///
    /// # Errors
    /// [`AuthError`] when the store cannot be read. Nothing there is no error.
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>>;

    /// Keeps `value` under `key`, over what was there. When this returns, the value survives the end of the process; when
    /// it fails or the process ends meanwhile, what was there before is still there.
    ///
    /// # Errors
    /// [`AuthError`] when the store cannot be written.
    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>>;

    /// Deletes what is kept under `key`, and says whether there was something.
    ///
    /// # Errors
    /// [`AuthError`] when the store cannot be written.
    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>>;

    /// The keys of all that is kept, in order.
    ///
    /// # Errors
    /// [`AuthError`] when the store cannot be read.
    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>>;

    /// Waits until nobody else, in this process or in another that shares the store, holds the lock of `key`, and holds it
    /// until the returned value is dropped. A refresh is made under it, so that a refresh token is sent once.
    ///
    /// # Errors
    /// [`AuthError`] when the store cannot lock.
    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>>;

    /// What errors call the lock of `key`, such as the path of a file.
    fn lock_name(&self, key: &TokenKey) -> String {
        format!("of {key} in {self:?}")
    }
}

/// A lock that a [`TokenStore`] gave, until it is dropped.
pub struct StoreLock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send>);

impl StoreLock {
    /// A lock that ends when `guard` is dropped.
    pub fn new(guard: impl Any + Send) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// Runs what blocks on a thread that may, where there are such threads. It runs to its end even if nobody waits any more.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AuthError> + Send + 'static,
) -> Result<T, AuthError> {
    if tokio::runtime::Handle::try_current().is_err() {
        return work();
    }
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(
                AuthError::new(AuthErrorKind::Store, "the program is being shut down")
                    .with_source(error),
            )
        })
}
