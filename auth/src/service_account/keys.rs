//! RSA private keys, and the key of an account, which is read again when its file changes.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use jsonwebtoken::Algorithm;
use secrecy::{ExposeSecret, zeroize::Zeroizing};

use super::key_file::KeyFile;
use crate::{
    AuthError, AuthErrorKind, RedactedPath,
    crypto::{self, SigningKey},
    pem::Block,
};

/// An RSA private key that signs with RS256. It is wiped from memory when dropped.
pub(super) struct RsaKey(SigningKey);

const DAMAGED: (&str, &str) = (
    "is damaged, or is not an RSA key",
    "copy the key anew, or create another one",
);

impl RsaKey {
    /// Reads PEM text, PKCS#1 or PKCS#8. Errors call the file `name`.
    fn from_pem(name: &str, pem: &str) -> Result<Self, AuthError> {
        crypto::check()?;
        let bad = |(message, hint): (&str, &str)| {
            let message = format!("{name}: the field `private_key` {message}");
            AuthError::new(AuthErrorKind::Crypto, message).with_hint(hint)
        };
        let der = der(pem).map_err(bad)?;
        SigningKey::from_der(Algorithm::RS256, &der)
            .map(Self)
            .map_err(|error| bad(DAMAGED).with_source(error))
    }

    /// Returns the RS256 signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AuthError> {
        self.0.sign(message).map_err(|error| {
            AuthError::new(AuthErrorKind::Crypto, "the assertion could not be signed")
                .with_source(error)
        })
    }
}

/// Returns the key of PEM text. The error is a message and a hint.
fn der(pem: &str) -> Result<Zeroizing<Vec<u8>>, (&'static str, &'static str)> {
    let block = Block::find(pem).ok_or((
        "is not PEM text",
        "it begins with -----BEGIN PRIVATE KEY----- in a key that is whole",
    ))?;
    if block.is_encrypted() {
        return Err((
            "is encrypted",
            "decrypt it first, for example with `openssl pkcs8`",
        ));
    }
    match block.label {
        "PRIVATE KEY" | "RSA PRIVATE KEY" => block.der().ok_or(DAMAGED),
        "EC PRIVATE KEY" => Err((
            "is an elliptic-curve key",
            "service accounts sign with RSA keys",
        )),
        _ => Err((
            "is PEM text, but no private key",
            "the private half of the key pair is needed",
        )),
    }
}

/// A private key and its id.
pub(super) struct PrivateKey {
    pub(super) id: Option<String>,
    pub(super) key: RsaKey,
}

impl PrivateKey {
    pub(super) fn new(file: &KeyFile) -> Result<Self, AuthError> {
        Ok(Self {
            id: file.private_key_id.clone(),
            key: RsaKey::from_pem(&file.name, file.private_key.expose_secret())?,
        })
    }
}

/// The current key of one account.
pub(super) struct Keys {
    loaded: Mutex<LoadedKey>,
    /// The file that is watched, if any.
    path: Option<PathBuf>,
    email: String,
}

struct LoadedKey {
    key: Arc<PrivateKey>,
    fingerprint: Option<Fingerprint>,
}

/// Metadata of a file that changes when the file does.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Fingerprint {
    modified: Option<SystemTime>,
    len: u64,
    inode: u64,
}

impl Fingerprint {
    /// Follows symbolic links, by which secrets are replaced in containers.
    pub(super) fn of(path: &Path) -> Option<Self> {
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
    /// A key that never changes.
    pub(super) fn fixed(key: PrivateKey, email: String) -> Self {
        Self {
            loaded: Mutex::new(LoadedKey {
                key: Arc::new(key),
                fingerprint: None,
            }),
            path: None,
            email,
        }
    }

    /// Watches the file that the key came from. `fingerprint` was taken before the file was read.
    pub(super) fn watch(&mut self, path: PathBuf, fingerprint: Option<Fingerprint>) {
        self.loaded().fingerprint = fingerprint;
        self.path = Some(path);
    }

    fn loaded(&self) -> MutexGuard<'_, LoadedKey> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the key to sign with, after reading a file that changed. A file that is missing, half written, broken or of another
    /// account does not replace the key, and is read again the next time.
    pub(super) fn current(&self) -> Arc<PrivateKey> {
        let mut loaded = self.loaded();
        let Some(path) = &self.path else {
            return loaded.key.clone();
        };
        let fingerprint = Fingerprint::of(path);
        if fingerprint.is_none() || fingerprint == loaded.fingerprint {
            return loaded.key.clone();
        }
        match self.read(path) {
            Ok(key) => {
                tracing::info!(
                    email = self.email,
                    key = key.id,
                    "the key file was read again"
                );
                *loaded = LoadedKey {
                    key: Arc::new(key),
                    fingerprint,
                };
            }
            Err(error) => {
                tracing::warn!(email = self.email, %error, "the key file changed and cannot be used; the old key remains in use");
            }
        }
        loaded.key.clone()
    }

    fn read(&self, path: &Path) -> Result<PrivateKey, AuthError> {
        let file = KeyFile::read(path, &RedactedPath::new(path).to_string())?;
        if file.client_email != self.email {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{}: this is the key of {}", file.name, file.client_email),
            ));
        }
        PrivateKey::new(&file)
    }
}
