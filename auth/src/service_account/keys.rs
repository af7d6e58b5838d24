//! The key that signs now: read anew when its file changes.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use secrecy::ExposeSecret;

use super::{key_file::KeyFile, signing_key::SigningKey};
use crate::AuthError;
use crate::RedactedPath;

/// A private key and its id.
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) key: SigningKey,
}

impl Key {
    pub(super) fn new(file: &KeyFile) -> Result<Self, AuthError> {
        Ok(Self {
            id: file.private_key_id.clone(),
            key: SigningKey::from_pem(&file.place, file.private_key.expose_secret())?,
        })
    }
}

/// The keys of one account, one after the other.
pub(super) struct Keys {
    state: Mutex<State>,
    /// The file that the key came from.
    path: Option<PathBuf>,
    email: String,
}

struct State {
    key: Arc<Key>,
    seen: Option<Fingerprint>,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Fingerprint {
    modified: Option<SystemTime>,
    len: u64,
    inode: u64,
}

impl Fingerprint {
    /// Symbolic links are followed: that is how secrets are replaced in containers.
    pub(super) fn of(path: &std::path::Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self {
            modified: metadata.modified().ok(),
            len: metadata.len(),
            inode,
        })
    }
}

impl Keys {
    /// A key that stays.
    pub(super) fn fixed(key: Key, email: String) -> Self {
        Self {
            state: Mutex::new(State {
                key: Arc::new(key),
                seen: None,
            }),
            path: None,
            email,
        }
    }

    /// Watches the file that the key came from, which looked like `seen` before it was read.
    pub(super) fn watch(&mut self, path: PathBuf, seen: Option<Fingerprint>) {
        self.state().seen = seen;
        self.path = Some(path);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key to sign with. A file that was changed is read again; one that is gone, half written, broken or of another account
    /// leaves the key as it is, and is looked at again the next time.
    pub(super) fn current(&self) -> Arc<Key> {
        let mut state = self.state();
        let Some(path) = &self.path else {
            return state.key.clone();
        };
        let now = Fingerprint::of(path);
        if now.is_none() || now == state.seen {
            return state.key.clone();
        }
        match self.read(path) {
            Ok(key) => {
                tracing::info!(
                    email = self.email,
                    key = key.id,
                    "the key file was read anew"
                );
                *state = State {
                    key: Arc::new(key),
                    seen: now,
                };
            }
            Err(error) => {
                tracing::warn!(email = self.email, %error, "the key file changed and cannot be used; the key stays");
            }
        }
        state.key.clone()
    }

    fn read(&self, path: &std::path::Path) -> Result<Key, AuthError> {
        let file = KeyFile::read(path, &RedactedPath::new(path).to_string())?;
        if file.client_email != self.email {
            return Err(AuthError::new(
                crate::AuthErrorKind::Config,
                format!("{}: this is the key of {}", file.place, file.client_email),
            ));
        }
        Key::new(&file)
    }
}
