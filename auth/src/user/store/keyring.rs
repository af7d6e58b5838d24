//! A store in a keyring: that of the operating system, with the feature `keyring`, or any other.

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;
use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use super::{FileStore, StoreLock, TokenKey, TokenStore, blocking};
use crate::{AuthError, AuthErrorKind};

/// The current version of the format.
const VERSION: u32 = 1;
/// The length of one part. Some keyrings accept at most 2560 bytes.
const PART: usize = 2000;
const INDEX: &str = "index";

/// Stores tokens in the keyring of the operating system: the keychain of macOS, the credential manager of Windows, the secret service of a
/// Linux desktop. Clones are the same store.
///
/// A keyring may be locked, missing or not persistent. Opening it saves, reads and deletes a test secret, and fails if that does not work; tokens are
/// never stored elsewhere instead. Keyrings have no locks between programs, so locks are empty files in a folder.
#[derive(Clone)]
pub struct KeyringStore {
    keyring: Arc<CredentialStore>,
    service: Arc<str>,
    locks: FileStore,
}

/// The entry of a key. The token is in further entries.
#[derive(Serialize, Deserialize)]
struct EntryHead {
    version: u32,
    /// Selects the current one of two sets of parts.
    generation: u64,
    parts: usize,
}

/// Runs blocking work on a separate thread, because keyrings that drive futures panic on the threads of a runtime.
fn on_own_thread<T: Send>(
    work: impl FnOnce() -> Result<T, AuthError> + Send,
) -> Result<T, AuthError> {
    std::thread::scope(|scope| scope.spawn(work).join())
        .unwrap_or_else(|_| Err(unusable(&"its crate panicked")))
}

impl KeyringStore {
    /// Returns a store in a keyring of the crate `keyring-core`, in which `service` is the name of the program. Locks are files in the folder of `locks`. The
    /// keyring is tested first.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] if the keyring is locked or not persistent.
    pub fn with(
        keyring: Arc<CredentialStore>,
        service: &str,
        locks: FileStore,
    ) -> Result<Self, AuthError> {
        let this = Self {
            keyring,
            service: service.into(),
            locks,
        };
        on_own_thread(|| this.probe())?;
        Ok(this)
    }

    /// Saves, reads and deletes a test secret.
    fn probe(&self) -> Result<(), AuthError> {
        let name = format!("probe-{}", std::process::id());
        let sent = b"gapi tests whether this keyring stores secrets";
        let entry = self.entry(&name)?;
        entry.set_secret(sent).map_err(|error| unusable(&error))?;
        // A new entry object, as another program would have, does not return a value from memory.
        let stored = self
            .entry(&name)?
            .get_secret()
            .map_err(|error| unusable(&error));
        let deleted = entry.delete_credential().map_err(|error| unusable(&error));
        if stored? != sent {
            return Err(unusable(&"it returned another secret than was saved"));
        }
        deleted
    }

    fn entry(&self, name: &str) -> Result<Entry, AuthError> {
        self.keyring
            .build(&self.service, name, None)
            .map_err(|error| unusable(&error))
    }

    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, AuthError> {
        match self.entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), AuthError> {
        self.entry(name)?
            .set_secret(secret)
            .map_err(|error| unusable(&error))
    }

    fn remove(&self, name: &str) -> Result<bool, AuthError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn head(&self, name: &str) -> Result<Option<EntryHead>, AuthError> {
        let Some(text) = self.get(name)? else {
            return Ok(None);
        };
        let head: EntryHead = serde_json::from_slice(&text).map_err(|_| damaged(name))?;
        if head.version != VERSION {
            return Err(AuthError::new(
                AuthErrorKind::Store,
                format!(
                    "the keyring's entry {name} has version {}, and this program knows {VERSION}",
                    head.version
                ),
            ));
        }
        Ok(Some(head))
    }

    fn load_now(&self, key: &TokenKey) -> Result<Option<SecretString>, AuthError> {
        let name = key.name();
        let Some(head) = self.head(&name)? else {
            return Ok(None);
        };
        let mut text = Zeroizing::new(Vec::new());
        for part in 0..head.parts {
            let part = self.get(&part_name(&name, head.generation, part))?;
            text.extend_from_slice(&part.ok_or_else(|| damaged(&name))?);
        }
        let text = std::str::from_utf8(&text).map_err(|_| damaged(&name))?;
        Ok(Some(SecretString::from(text)))
    }

    /// Writes the new parts, then the head that names them, and then deletes the old parts. If this is interrupted, the head names complete parts.
    fn save_now(&self, key: &TokenKey, value: &SecretString) -> Result<(), AuthError> {
        let name = key.name();
        let old = self.head(&name)?;
        let generation = old.as_ref().map_or(0, |old| old.generation.wrapping_add(1));
        let parts: Vec<_> = value.expose_secret().as_bytes().chunks(PART).collect();
        for (number, part) in parts.iter().enumerate() {
            self.set(&part_name(&name, generation, number), part)?;
        }
        let head = EntryHead {
            version: VERSION,
            generation,
            parts: parts.len(),
        };
        let head = serde_json::to_vec(&head).map_err(|_| damaged(&name))?;
        self.set(&name, &head)?;
        if let Some(old) = old {
            self.remove_parts(&name, &old)?;
        }
        Ok(())
    }

    fn remove_parts(&self, name: &str, head: &EntryHead) -> Result<(), AuthError> {
        for part in 0..head.parts {
            self.remove(&part_name(name, head.generation, part))?;
        }
        Ok(())
    }

    fn delete_now(&self, key: &TokenKey) -> Result<bool, AuthError> {
        let name = key.name();
        let head = self.head(&name)?;
        let was_there = self.remove(&name)?;
        if let Some(head) = head {
            self.remove_parts(&name, &head)?;
        }
        Ok(was_there)
    }

    fn list_now(&self) -> Result<Vec<TokenKey>, AuthError> {
        match self.load_now(&index())? {
            None => Ok(Vec::new()),
            Some(text) => serde_json::from_str(text.expose_secret()).map_err(|_| damaged(INDEX)),
        }
    }

    /// Changes the list of the keys, which exists because keyrings cannot list their entries.
    async fn change_list(
        &self,
        change: impl FnOnce(&mut Vec<TokenKey>) + Send + 'static,
    ) -> Result<(), AuthError> {
        let _lock = self.locks.lock(&index()).await?;
        let this = self.clone();
        blocking(move || {
            let mut keys = this.list_now()?;
            change(&mut keys);
            keys.sort_unstable();
            keys.dedup();
            let text = serde_json::to_string(&keys).map_err(|_| damaged(INDEX))?;
            this.save_now(&index(), &text.into())
        })
        .await
    }
}

fn index() -> TokenKey {
    TokenKey::new(INDEX, "", [""; 0])
}

fn part_name(name: &str, generation: u64, part: usize) -> String {
    // Two sets are enough: the current one and the one that is written.
    format!("{name}.{}.{part}", generation % 2)
}

fn damaged(name: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::Store,
        format!("the keyring's entry {name} is damaged"),
    )
    .with_hint("remove it, and sign in again")
}

fn unusable(error: &dyn fmt::Display) -> AuthError {
    AuthError::new(
        AuthErrorKind::Store,
        format!("the keyring cannot be used: {error}"),
    )
    .with_hint("unlock it, or store tokens in a `FileStore`")
}

#[cfg(feature = "keyring")]
impl KeyringStore {
    /// Opens the keyring of the operating system, in which `service` is the name of the program. This may block, because the keyring may prompt the user.
    /// Needs the feature `keyring`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`](crate::AuthErrorKind::Store) if there is no keyring, or it is locked or not persistent.
    pub fn open(service: &str) -> Result<Self, AuthError> {
        let keyring = on_own_thread(|| system_keyring().map_err(|error| unusable(&error)))?;
        let locks = FileStore::default_location(&crate::Environment::system())?;
        Self::with(keyring, service, locks)
    }
}

#[cfg(all(feature = "keyring", target_os = "macos"))]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(all(feature = "keyring", windows))]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(feature = "keyring", unix, not(target_os = "macos")))]
fn system_keyring() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

impl TokenStore for KeyringStore {
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>> {
        let (this, key) = (self.clone(), key.clone());
        Box::pin(blocking(move || this.load_now(&key)))
    }

    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>> {
        let (this, wanted, value) = (self.clone(), key.clone(), value.clone());
        Box::pin(async move {
            blocking(move || this.save_now(&wanted, &value)).await?;
            let key = key.clone();
            self.change_list(move |keys| keys.push(key)).await
        })
    }

    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>> {
        let (this, wanted) = (self.clone(), key.clone());
        Box::pin(async move {
            let was_there = blocking(move || this.delete_now(&wanted)).await?;
            let key = key.clone();
            self.change_list(move |keys| keys.retain(|own| *own != key))
                .await?;
            Ok(was_there)
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>> {
        let this = self.clone();
        Box::pin(blocking(move || this.list_now()))
    }

    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>> {
        self.locks.lock(key)
    }

    fn lock_name(&self, key: &TokenKey) -> String {
        self.locks.lock_name(key)
    }
}

/// Shows the name of the service.
impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
