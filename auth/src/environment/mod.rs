//! What credentials use of the machine: variables, files, folders and programs, as one value.

mod program;

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::{BoxFuture, Clock};
use secrecy::zeroize::Zeroizing;

pub use self::program::{Program, ProgramOutput};
use crate::RedactedPath;

/// More than the size of any configuration, key or token file.
const LIMIT: u64 = 1024 * 1024;

/// What credentials use of the machine: variables, files, folders and programs.
///
/// [`system`](Self::system) is the environment of the process. [`new`](Self::new) is empty, so that tests run in parallel and do not depend
/// on the machine. Setters change either one: `Environment::system().var("GOOGLE_CLOUD_PROJECT", "p")`.
///
/// Values are read when they are needed, not before. Clones are cheap. `Debug` shows names, never values or contents.
///
/// ```
/// use gapi_auth::Environment;
///
/// let environment = Environment::new()
///     .var("GOOGLE_APPLICATION_CREDENTIALS", "/keys/robot.json")
///     .file("/keys/robot.json", "{}");
/// assert_eq!(environment.get("GOOGLE_APPLICATION_CREDENTIALS").as_deref(), Some("/keys/robot.json"));
/// assert!(environment.is_file("/keys/robot.json"));
/// assert_eq!(environment.get("HOME"), None);
/// ```
#[derive(Clone)]
pub struct Environment(Arc<Overrides>);

#[derive(Clone)]
struct Overrides {
    os: OperatingSystem,
    /// Whether the machine has what is not set here.
    is_system: bool,
    /// Variables that were set, and unset (`None`).
    variables: BTreeMap<String, Option<OsString>>,
    files: BTreeMap<PathBuf, Content>,
    programs: BTreeMap<OsString, FakeProgram>,
}

/// The result of reading a file.
type Content = Result<Arc<Zeroizing<Vec<u8>>>, io::ErrorKind>;

type FakeProgram = Arc<dyn Fn(&Program) -> io::Result<ProgramOutput> + Send + Sync>;

/// An operating system, which decides where files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperatingSystem {
    /// Linux, and every other Unix.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl OperatingSystem {
    /// Returns the operating system that this program was compiled for.
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

impl Environment {
    /// Returns the environment of the process.
    pub fn system() -> Self {
        Self::on(OperatingSystem::current(), true)
    }

    /// Returns an environment without variables, files and programs, on Linux.
    pub fn new() -> Self {
        Self::on(OperatingSystem::Linux, false)
    }

    fn on(os: OperatingSystem, is_system: bool) -> Self {
        Self(Arc::new(Overrides {
            os,
            is_system,
            variables: BTreeMap::new(),
            files: BTreeMap::new(),
            programs: BTreeMap::new(),
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Overrides)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets the operating system, which decides where folders are.
    #[must_use]
    pub fn os(self, os: OperatingSystem) -> Self {
        self.change(|inner| inner.os = os)
    }

    /// Returns the operating system.
    pub fn operating_system(&self) -> OperatingSystem {
        self.0.os
    }
}

/// Variables.
impl Environment {
    /// Sets a variable.
    #[must_use]
    pub fn var(self, name: impl Into<String>, value: impl AsRef<OsStr>) -> Self {
        let (name, value) = (name.into(), value.as_ref().to_owned());
        self.change(|inner| drop(inner.variables.insert(name, Some(value))))
    }

    /// Unsets a variable.
    #[must_use]
    pub fn unset(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(|inner| drop(inner.variables.insert(name, None)))
    }

    /// Returns a variable's value. An empty value counts as unset, because shells and container files often cannot unset a variable.
    pub fn get_os(&self, name: &str) -> Option<OsString> {
        let value = match self.0.variables.get(name) {
            Some(value) => value.clone(),
            None if self.0.is_system => std::env::var_os(name),
            None => None,
        };
        value.filter(|value| !value.is_empty())
    }

    /// Returns a variable's text without surrounding white space; `None` if it is unset or not Unicode.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = self.get_os(name)?.into_string().ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Returns the first of `names` that is set, with its text.
    pub fn first_of<'a>(&self, names: &[&'a str]) -> Option<(&'a str, String)> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|value| (*name, value)))
    }
}

/// Files.
impl Environment {
    /// Adds a file.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        let content = Arc::new(Zeroizing::new(content.into()));
        let path = path.into();
        self.change(|inner| drop(inner.files.insert(path, Ok(content))))
    }

    /// Makes reading `path` fail. With [`NotFound`](io::ErrorKind::NotFound) the file does not exist.
    #[must_use]
    pub fn broken_file(self, path: impl Into<PathBuf>, kind: io::ErrorKind) -> Self {
        let path = path.into();
        self.change(|inner| drop(inner.files.insert(path, Err(kind))))
    }

    /// Returns whether `path` is a file, readable or not.
    pub fn is_file(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        match self.0.files.get(path) {
            Some(Err(kind)) => *kind != io::ErrorKind::NotFound,
            Some(Ok(_)) => true,
            None => self.0.is_system && path.is_file(),
        }
    }

    /// Returns whether reading `path` reads a file of the machine, which may change at any time.
    #[cfg(feature = "adc")]
    pub(crate) fn is_machines_file(&self, path: &Path) -> bool {
        self.0.is_system && !self.0.files.contains_key(path)
    }

    /// Returns whether `path` is a file, readable or not. Unlike [`is_file`](Self::is_file) it fails if the machine cannot decide it.
    #[cfg(feature = "adc")]
    pub(crate) fn finds(&self, path: &Path) -> io::Result<bool> {
        if !self.is_machines_file(path) {
            return Ok(self.is_file(path));
        }
        match fs::metadata(path) {
            Ok(metadata) => Ok(metadata.is_file()),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads a file of at most 1 MiB. The bytes are wiped from memory when dropped.
    ///
    /// # Errors
    /// Those of the operating system, and [`FileTooLarge`](io::ErrorKind::FileTooLarge).
    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<Zeroizing<Vec<u8>>> {
        let path = path.as_ref();
        match self.0.files.get(path) {
            Some(Ok(content)) => limited(Zeroizing::clone(content)),
            Some(Err(kind)) => Err((*kind).into()),
            None if self.0.is_system => read_limited(path),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Reads a text file of at most 1 MiB: UTF-8, or UTF-16 with a byte order mark, as PowerShell writes it. The text has no byte order mark and is
    /// wiped from memory when dropped.
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`InvalidData`](io::ErrorKind::InvalidData) for a file that is not text.
    pub fn read_text(&self, path: impl AsRef<Path>) -> io::Result<Zeroizing<String>> {
        text(&self.read(path)?)
    }

    /// Returns when a file of the machine was last written; `None` for a file that was added here.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn modified(&self, path: impl AsRef<Path>) -> io::Result<Option<SystemTime>> {
        let path = path.as_ref();
        match self.0.files.get(path) {
            Some(Ok(_)) => Ok(None),
            Some(Err(kind)) => Err((*kind).into()),
            None if self.0.is_system => fs::metadata(path)?.modified().map(Some),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Folders.
impl Environment {
    fn folder(&self, variable: &str) -> Option<PathBuf> {
        self.get_os(variable).map(PathBuf::from)
    }

    /// Returns the user's home folder: `HOME`, on Windows `USERPROFILE`, else that of the operating system's user database.
    pub fn home(&self) -> Option<PathBuf> {
        let variable = match self.0.os {
            OperatingSystem::Windows => "USERPROFILE",
            OperatingSystem::Linux | OperatingSystem::MacOs => "HOME",
        };
        self.folder(variable).or_else(|| {
            // Services often start without variables.
            let is_real = self.0.is_system && self.0.os == OperatingSystem::current();
            std::env::home_dir().filter(|_| is_real)
        })
    }

    /// Returns the folder for a user's settings: `XDG_CONFIG_HOME` or `~/.config`, on macOS `~/Library/Application Support`, on Windows
    /// `%APPDATA%`.
    pub fn config_dir(&self) -> Option<PathBuf> {
        match self.0.os {
            OperatingSystem::Windows => self.folder("APPDATA"),
            OperatingSystem::MacOs => Some(self.home()?.join("Library/Application Support")),
            OperatingSystem::Linux => self
                .folder("XDG_CONFIG_HOME")
                // The XDG specification requires relative paths to be ignored.
                .filter(|folder| folder.is_absolute())
                .or_else(|| Some(self.home()?.join(".config"))),
        }
    }

    /// Returns the folder of `gcloud`'s configuration: `CLOUDSDK_CONFIG`, else `~/.config/gcloud`, on Windows `%APPDATA%\gcloud`.
    pub fn gcloud_dir(&self) -> Option<PathBuf> {
        if let Some(folder) = self.folder("CLOUDSDK_CONFIG") {
            return Some(folder);
        }
        match self.0.os {
            OperatingSystem::Windows => Some(match self.folder("APPDATA") {
                Some(folder) => folder.join("gcloud"),
                None => {
                    let drive = self
                        .get("SystemDrive")
                        .unwrap_or_else(|| String::from("C:"));
                    PathBuf::from(format!("{drive}\\gcloud"))
                }
            }),
            OperatingSystem::Linux | OperatingSystem::MacOs => {
                Some(self.home()?.join(".config").join("gcloud"))
            }
        }
    }
}

/// Programs.
impl Environment {
    /// Adds a program, as a function.
    #[must_use]
    pub fn program(
        self,
        name: impl Into<OsString>,
        act: impl Fn(&Program) -> io::Result<ProgramOutput> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        self.change(|inner| drop(inner.programs.insert(name, Arc::new(act))))
    }

    /// Runs a program with an empty standard input and waits for its end. It is killed after `limit`, and when the future is dropped.
    ///
    /// # Errors
    /// Those of the operating system if the program cannot be started, [`TimedOut`](io::ErrorKind::TimedOut), and
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge) if it prints more than 1 MiB.
    pub fn run<'a>(
        &'a self,
        program: &'a Program,
        limit: Duration,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, io::Result<ProgramOutput>> {
        Box::pin(async move {
            if let Some(act) = self.0.programs.get(program.program()) {
                return act(program);
            }
            if !self.0.is_system {
                return Err(io::ErrorKind::NotFound.into());
            }
            program::run(self.command(program), limit, clock).await
        })
    }

    fn command(&self, program: &Program) -> Command {
        let mut command = Command::new(program.program());
        command.args(program.arguments());
        for (name, value) in &self.0.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.envs(program.variables());
        command
    }
}

impl Default for Environment {
    /// Returns [`Environment::system`].
    fn default() -> Self {
        Self::system()
    }
}

/// Shows names only.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<_> = self.0.files.keys().map(RedactedPath::new).collect();
        let programs: Vec<_> = self.0.programs.keys().map(RedactedPath::new).collect();
        f.debug_struct("Environment")
            .field("os", &self.0.os)
            .field("is_system", &self.0.is_system)
            .field("variables", &self.0.variables.keys())
            .field("files", &files)
            .field("programs", &programs)
            .finish()
    }
}

fn read_limited(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::new());
    let mut file = fs::File::open(path)?.take(LIMIT + 1);
    file.read_to_end(&mut content)?;
    limited(content)
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

/// Returns whether an error means that the file does not exist. Its folder may be a file, too.
#[cfg(any(feature = "metadata", feature = "authorized-user"))]
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Decodes the text of a file: UTF-8, or UTF-16 with a byte order mark. The text has no byte order mark.
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
