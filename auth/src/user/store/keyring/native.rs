//! The keyring of the operating system.

use std::sync::Arc;

use keyring_core::CredentialStore;

use super::{KeyringStore, apart, unusable};
use crate::{AuthError, Environment, FileStore};

impl KeyringStore {
    /// The system's keyring, in which `service` is the program's name. Asks the keyring, which may ask the user: call it where that may take a while.
    /// Needs the feature `keyring`.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`](crate::AuthErrorKind::Store) where there is no keyring, it is locked, or it does not keep what it is given.
    pub fn open(service: &str) -> Result<Self, AuthError> {
        let keyring = apart(|| native().map_err(|error| unusable(&error)))?;
        Self::with(
            keyring,
            service,
            FileStore::default_location(&Environment::system())?,
        )
    }
}

#[cfg(target_os = "macos")]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn native() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}
