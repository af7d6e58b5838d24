//! Files.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use secrecy::zeroize::Zeroizing;

use super::Environment;
use crate::ShownPath;

/// More than any configuration, key or token file has.
const LIMIT: u64 = 1024 * 1024;

/// What reading a file gives.
type Content = Result<Arc<Zeroizing<Vec<u8>>>, io::ErrorKind>;

/// Files that were put or removed here, on top of the machine's own or of none.
#[derive(Clone)]
pub(super) struct Files {
    real: bool,
    changed: BTreeMap<PathBuf, Content>,
}

impl Files {
    pub(super) fn new(real: bool) -> Self {
        Self {
            real,
            changed: BTreeMap::new(),
        }
    }

    pub(super) fn is_real(&self) -> bool {
        self.real
    }

    /// Whether `path` is what the machine's file system has there.
    pub(super) fn is_machines(&self, path: &Path) -> bool {
        self.real && !self.changed.contains_key(path)
    }

    fn read(&self, path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
        match self.changed.get(path) {
            Some(Ok(content)) => limited(Zeroizing::clone(content)),
            Some(Err(kind)) => Err((*kind).into()),
            None if self.real => {
                let mut content = Zeroizing::new(Vec::new());
                let mut file = fs::File::open(path)?.take(LIMIT + 1);
                file.read_to_end(&mut content)?;
                limited(content)
            }
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn limited(content: Zeroizing<Vec<u8>>) -> io::Result<Zeroizing<Vec<u8>>> {
    if content.len() as u64 > LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file has more than {LIMIT} bytes"),
        ));
    }
    Ok(content)
}

/// Whether an error says that there is nothing: not even the folder, which may be a file.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The text of a file, without a byte order mark: UTF-8, or UTF-16 where the mark says so.
pub(crate) fn text(content: &[u8]) -> io::Result<Zeroizing<String>> {
    let no_text = || io::Error::new(io::ErrorKind::InvalidData, "the file is not UTF-8 text");
    let utf16 = |read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = content[2..].as_chunks();
        let units = Zeroizing::new(pairs.iter().copied().map(read).collect::<Vec<_>>());
        match String::from_utf16(&units) {
            Ok(text) if rest.is_empty() => Ok(Zeroizing::new(text)),
            _ => Err(no_text()),
        }
    };
    match content {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(content).map_err(|_| no_text())?;
            Ok(Zeroizing::new(
                text.trim_start_matches('\u{feff}').to_owned(),
            ))
        }
    }
}

impl Environment {
    /// Puts a file.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        let content = Arc::new(Zeroizing::new(content.into()));
        let path = path.into();
        self.change(|inner| drop(inner.files.changed.insert(path, Ok(content))))
    }

    /// Makes reading `path` fail: with [`NotFound`](io::ErrorKind::NotFound) the file is not there.
    #[must_use]
    pub fn broken_file(self, path: impl Into<PathBuf>, kind: io::ErrorKind) -> Self {
        let path = path.into();
        self.change(|inner| drop(inner.files.changed.insert(path, Err(kind))))
    }

    /// Whether there is a file at `path`, readable or not.
    pub fn is_file(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        match self.0.files.changed.get(path) {
            Some(Err(kind)) => *kind != io::ErrorKind::NotFound,
            Some(Ok(_)) => true,
            None => self.0.files.real && path.is_file(),
        }
    }

    /// Whether reading `path` reads the machine's own file, which others may change meanwhile.
    #[cfg(feature = "adc")]
    pub(crate) fn is_machines_file(&self, path: &Path) -> bool {
        self.0.files.is_machines(path)
    }

    /// Whether there is a file at `path`, readable or not; the error says why that cannot be told.
    #[cfg(feature = "adc")]
    pub(crate) fn finds(&self, path: &Path) -> io::Result<bool> {
        if !self.0.files.is_machines(path) {
            return Ok(self.is_file(path));
        }
        match fs::metadata(path) {
            Ok(metadata) => Ok(metadata.is_file()),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A file's bytes, 1 MiB at most; they are wiped from memory when dropped.
    ///
    /// # Errors
    /// What the operating system says, and [`FileTooLarge`](io::ErrorKind::FileTooLarge).
    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<Zeroizing<Vec<u8>>> {
        self.0.files.read(path.as_ref())
    }

    /// A file's text, 1 MiB at most, without a byte order mark; it is wiped from memory when dropped.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`InvalidData`](io::ErrorKind::InvalidData) where it is no text. Text is UTF-8, or UTF-16 with a byte order mark, as
    /// PowerShell writes it.
    pub fn read_text(&self, path: impl AsRef<Path>) -> io::Result<Zeroizing<String>> {
        text(&self.read(path)?)
    }

    /// When a file of the machine was last written. Files that were put here have no time.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn modified(&self, path: impl AsRef<Path>) -> io::Result<Option<SystemTime>> {
        let path = path.as_ref();
        match self.0.files.changed.get(path) {
            Some(Ok(_)) => Ok(None),
            Some(Err(kind)) => Err((*kind).into()),
            None if self.0.files.real => fs::metadata(path)?.modified().map(Some),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Paths only.
impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        if self.real {
            list.entry(&format_args!("the machine's"));
        }
        list.entries(self.changed.keys().map(ShownPath::new))
            .finish()
    }
}
