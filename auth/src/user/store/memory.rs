//! A store in memory.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gapi_transport::BoxFuture;
use secrecy::SecretString;

use super::{StoreLock, TokenKey, TokenStore};
use crate::AuthError;

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
