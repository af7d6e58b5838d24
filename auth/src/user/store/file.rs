//! A store in a folder of files.

use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use gapi_transport::{BoxFuture, Clock as _, SystemClock};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    StoreLock, TokenKey, TokenStore, blocking,
    private::{self, failure},
};
use crate::{AuthError, AuthErrorKind, Environment, RedactedPath, environment::is_absent};

/// The current version of the format.
const VERSION: u32 = 1;
const FILE_LIMIT: u64 = 1024 * 1024;
/// The prefix of files that are being written, and how long that may take.
const SAVING: &str = ".saving-";
const LONGEST_SAVE: Duration = Duration::from_secs(600);
/// The pause between attempts to lock.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Stores tokens in a folder, with one file for each [`TokenKey`]. Clones are the same store.
///
/// - The folder and the files are accessible to their owner only (0700, 0600). A folder or file that others can read or write, or that belongs to a user
///   other than the program's and root, is refused. On Windows the permissions of the user's profile apply.
/// - Tokens can be loaded from a read-only folder. Changes by refreshes then stay in memory.
/// - A file is replaced atomically: a temporary file is written, synced and renamed. If the machine or the program stops, the folder has either the old
///   or the new content.
/// - Programs that share the folder lock each key, so that one of them refreshes and the others load the result.
#[derive(Clone)]
pub struct FileStore {
    folder: Arc<Path>,
}

/// The content of a file.
#[derive(Serialize, Deserialize)]
struct StoredToken<'a> {
    version: u32,
    /// Increases by one with each save.
    revision: u64,
    key: TokenKey,
    #[serde(borrow)]
    token: &'a RawValue,
}

/// The entries, and the error of the first file that cannot be read.
type StoredEntries = (Vec<(TokenKey, SecretString)>, Option<AuthError>);

impl FileStore {
    /// Returns a store in `folder`, which is created by the first save.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into().into(),
        }
    }

    /// Returns the store of `gapi auth login`, which all programs of gapi search: the folder that the variable `GAPI_TOKENS` names, else `gapi/tokens` in
    /// the folder for the user's settings ([`Environment::config_dir`]).
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] if the user has no folder for settings.
    pub fn default_location(environment: &Environment) -> Result<Self, AuthError> {
        environment
            .get_os("GAPI_TOKENS")
            .map(PathBuf::from)
            .or_else(|| Some(environment.config_dir()?.join("gapi").join("tokens")))
            .map(Self::new)
            .ok_or_else(|| {
                AuthError::new(
                    AuthErrorKind::NotFound,
                    "the user has no folder for settings, in which tokens are stored",
                )
                .with_hint("name a folder in the variable GAPI_TOKENS")
            })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns how often the file of `key` was saved; 0 if there is none.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] if the file cannot be read.
    pub fn revision(&self, key: &TokenKey) -> Result<u64, AuthError> {
        let Some(text) = self.read(&self.path(key, "json"))? else {
            return Ok(0);
        };
        Ok(parse(&self.path(key, "json"), &text)?.revision)
    }

    fn path(&self, key: &TokenKey, extension: &str) -> PathBuf {
        self.folder.join(key.name()).with_extension(extension)
    }

    fn read(&self, path: &Path) -> Result<Option<Zeroizing<String>>, AuthError> {
        if !private::check_folder(&self.folder)? {
            return Ok(None);
        }
        let Some(file) = private::open(path)? else {
            return Ok(None);
        };
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_LIMIT)
            .read_to_string(&mut text)
            .map_err(|error| failure("read", path, error))?;
        Ok(Some(text))
    }

    pub(crate) fn load_now(&self, key: &TokenKey) -> Result<Option<SecretString>, AuthError> {
        let path = self.path(key, "json");
        let Some(text) = self.read(&path)? else {
            return Ok(None);
        };
        let document = parse(&path, &text)?;
        // Another key means that the file was copied or renamed, because names are digests of keys.
        if document.key != *key {
            return Err(AuthError::new(
                AuthErrorKind::Store,
                format!(
                    "{}: the file belongs to {}",
                    RedactedPath::new(&path),
                    document.key
                ),
            )
            .with_hint("remove it: it was copied or renamed"));
        }
        Ok(Some(SecretString::from(document.token.get())))
    }

    fn save_now(&self, key: &TokenKey, value: &SecretString) -> Result<(), AuthError> {
        self.make_folder()?;
        let path = self.path(key, "json");
        let revision = match self.read(&path)? {
            None => 0,
            // A damaged file is renamed so that it can be examined.
            Some(text) => match parse(&path, &text) {
                Ok(document) => document.revision,
                Err(error) => {
                    tracing::warn!(%error, "a damaged file of the token store is renamed");
                    let damaged = path.with_extension("damaged");
                    fs::rename(&path, &damaged).map_err(|error| failure("move", &path, error))?;
                    0
                }
            },
        };
        let token: &RawValue = serde_json::from_str(value.expose_secret()).map_err(|error| {
            AuthError::new(
                AuthErrorKind::Store,
                format!("the text to save is not JSON (line {})", error.line()),
            )
        })?;
        let document = StoredToken {
            version: VERSION,
            revision: revision.saturating_add(1),
            key: key.clone(),
            token,
        };
        let text = serde_json::to_string(&document)
            .map(Zeroizing::new)
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Store, "the file cannot be made").with_source(error)
            })?;
        self.replace(&path, text.as_bytes())
            .map_err(|error| failure("write", &path, error))?;
        self.sweep();
        Ok(())
    }

    /// Deletes temporary files of programs that were stopped while they saved, because they contain tokens. Failures are ignored; the next save repeats this.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let is_old = entry
                .metadata()
                .and_then(|metadata| metadata.modified())
                .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LONGEST_SAVE));
            if is_old && entry.file_name().to_string_lossy().starts_with(SAVING) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Writes and syncs a temporary file, renames it, and syncs the folder.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // A temporary file is created readable by its owner only.
        let mut file = tempfile::Builder::new()
            .prefix(SAVING)
            .tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(&self.folder)
    }

    fn make_folder(&self) -> Result<(), AuthError> {
        if !self.folder.exists()
            && let Some(error) = crate::config::no_path(&self.folder, "name a folder for tokens")
        {
            return Err(error.with_kind(AuthErrorKind::Store));
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.folder)
            .map_err(|error| failure("make", &self.folder, error))?;
        private::check_folder(&self.folder).map(drop)
    }

    fn delete_now(&self, key: &TokenKey) -> Result<bool, AuthError> {
        let path = self.path(key, "json");
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.folder)
                .map(|()| true)
                .map_err(|error| failure("delete", &path, error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failure("delete", &path, error)),
        }
    }

    fn list_now(&self) -> Result<Vec<TokenKey>, AuthError> {
        let (entries, failure) = self.entries_now()?;
        match failure {
            Some(error) if entries.is_empty() => Err(error),
            _ => Ok(entries.into_iter().map(|(key, _)| key).collect()),
        }
    }

    /// Returns all entries that can be read, sorted by key, and the error of the first file that cannot be read.
    pub(crate) fn entries_now(&self) -> Result<StoredEntries, AuthError> {
        private::check_folder(&self.folder)?;
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            // If the path exists but is not a folder, that is an error.
            Err(error) if is_absent(&error) && !self.folder.exists() => {
                return Ok(StoredEntries::default());
            }
            Err(error) => return Err(failure("read", &self.folder, error)),
        };
        let (mut entries, mut first) = StoredEntries::default();
        for file in files {
            let path = file
                .map_err(|error| failure("read", &self.folder, error))?
                .path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match self.entry(&path) {
                Ok(entry) => entries.extend(entry),
                Err(error) => {
                    tracing::warn!(%error, "a file of the token store is skipped");
                    first.get_or_insert(error);
                }
            }
        }
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok((entries, first))
    }

    /// Returns the entry of a file; `None` if another program deleted it in the meantime.
    fn entry(&self, path: &Path) -> Result<Option<(TokenKey, SecretString)>, AuthError> {
        let Some(text) = self.read(path)? else {
            return Ok(None);
        };
        let document = parse(path, &text)?;
        let token = SecretString::from(document.token.get());
        Ok(Some((document.key, token)))
    }

    /// Opens the lock file. It is never deleted, because then two programs could lock two files of one name. A read-only folder may have none, and needs none.
    fn open_lock(&self, key: &TokenKey) -> Result<Option<(PathBuf, File)>, AuthError> {
        self.make_folder()?;
        let path = self.path(key, "lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let error = match options.open(&path) {
            Ok(file) => return Ok(Some((path, file))),
            Err(error) => error,
        };
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Ok(private::open(&path)?.map(|file| (path, file)))
            }
            _ => Err(failure("open", &path, error)),
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, AuthError> + Send + 'static,
    ) -> Result<T, AuthError> {
        let this = self.clone();
        blocking(move || work(&this)).await
    }
}

fn parse<'a>(path: &Path, text: &'a str) -> Result<StoredToken<'a>, AuthError> {
    let damaged = |what: String| {
        AuthError::new(
            AuthErrorKind::Store,
            format!("{}: {what}", RedactedPath::new(path)),
        )
    };
    let document: StoredToken<'a> = serde_json::from_str(text).map_err(|error| {
        damaged(format!(
            "the file is damaged at line {} column {}",
            error.line(),
            error.column()
        ))
        .with_hint("remove it, and sign in again")
    })?;
    if document.version != VERSION {
        return Err(damaged(format!(
            "the file has version {}, and this program knows {VERSION}",
            document.version
        ))
        .with_hint("use the program that wrote it, or remove it and sign in again"));
    }
    Ok(document)
}

/// Syncs a folder, which makes renames durable.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

impl TokenStore for FileStore {
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>> {
        let key = key.clone();
        Box::pin(self.blocking(move |this| this.load_now(&key)))
    }

    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>> {
        let (key, value) = (key.clone(), value.clone());
        Box::pin(self.blocking(move |this| this.save_now(&key, &value)))
    }

    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>> {
        let key = key.clone();
        Box::pin(self.blocking(move |this| this.delete_now(&key)))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>> {
        Box::pin(self.blocking(Self::list_now))
    }

    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>> {
        let wanted = key.clone();
        Box::pin(async move {
            let lock = self.blocking(move |this| this.open_lock(&wanted)).await?;
            let Some((path, file)) = lock else {
                return Ok(StoreLock::new(()));
            };
            loop {
                match file.try_lock() {
                    Ok(()) => return Ok(StoreLock::new(file)),
                    // A blocking lock would keep its thread beyond the end of the program.
                    Err(TryLockError::WouldBlock) => SystemClock.sleep(LOOK_AGAIN).await,
                    Err(TryLockError::Error(error)) => return Err(failure("lock", &path, error)),
                }
            }
        })
    }

    fn lock_name(&self, key: &TokenKey) -> String {
        RedactedPath::new(&self.path(key, "lock")).to_string()
    }
}

/// Shows the folder.
impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileStore")
            .field(&RedactedPath::new(&self.folder))
            .finish()
    }
}
