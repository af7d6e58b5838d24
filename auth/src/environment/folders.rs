//! Where things are kept, for each operating system.

use std::path::PathBuf;

use super::Environment;

/// An operating system, as far as it decides where files are.
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
    /// The one that this program was compiled for.
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
    fn folder(&self, variable: &str) -> Option<PathBuf> {
        self.get_os(variable).map(PathBuf::from)
    }

    /// The user's home folder: `HOME`, on Windows `USERPROFILE`, else what the system knows.
    pub fn home(&self) -> Option<PathBuf> {
        let variable = match self.operating_system() {
            OperatingSystem::Windows => "USERPROFILE",
            OperatingSystem::Linux | OperatingSystem::MacOs => "HOME",
        };
        self.folder(variable).or_else(|| {
            // The password database's answer, for services that start without variables.
            let is_real = self.0.files.is_real() && self.0.os == OperatingSystem::current();
            std::env::home_dir().filter(|_| is_real)
        })
    }

    /// Where programs keep a user's settings: `XDG_CONFIG_HOME` or `~/.config`, on macOS `~/Library/Application Support`, on Windows
    /// `%APPDATA%`.
    pub fn config_dir(&self) -> Option<PathBuf> {
        match self.operating_system() {
            OperatingSystem::Windows => self.folder("APPDATA"),
            OperatingSystem::MacOs => Some(self.home()?.join("Library/Application Support")),
            OperatingSystem::Linux => self
                .folder("XDG_CONFIG_HOME")
                // The specification says that relative paths are to be ignored.
                .filter(|folder| folder.is_absolute())
                .or_else(|| Some(self.home()?.join(".config"))),
        }
    }

    /// Where `gcloud` keeps its configuration: `CLOUDSDK_CONFIG`, else `~/.config/gcloud`, on Windows `%APPDATA%\gcloud`.
    pub fn gcloud_dir(&self) -> Option<PathBuf> {
        if let Some(folder) = self.folder("CLOUDSDK_CONFIG") {
            return Some(folder);
        }
        match self.operating_system() {
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
