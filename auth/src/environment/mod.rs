//! What credentials see of the machine: variables, files, folders and programs, as one value.

mod files;
mod folders;
mod program;
mod variables;

use std::{fmt, sync::Arc};

#[cfg(any(feature = "metadata", feature = "authorized-user"))]
pub(crate) use files::is_absent;
#[cfg(feature = "oauth")]
pub(crate) use files::text;
pub use folders::OperatingSystem;
pub use program::{Program, ProgramOutput};

use self::{files::Files, program::Programs, variables::Variables};

/// What credentials see of the machine: variables, files, folders and programs.
///
/// Whatever looks around gets one of these, so that it is a function of it: [`system`](Self::system) is the process's own, and
/// [`new`](Self::new) knows only what it is told, which makes tests that run in parallel and need no clean machine.
/// Every setter also works on top of the system's: `Environment::system().var("GOOGLE_CLOUD_PROJECT", "p")`.
///
/// Nothing is read before it is asked for. Clones are cheap. `Debug` shows names, never values or contents.
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
pub struct Environment(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    os: OperatingSystem,
    variables: Variables,
    files: Files,
    programs: Programs,
}

impl Environment {
    /// The process's own environment.
    pub fn system() -> Self {
        Self::on(OperatingSystem::current(), true)
    }

    /// An environment without variables, files and programs, on Linux unless [`os`](Self::os) says otherwise.
    pub fn new() -> Self {
        Self::on(OperatingSystem::Linux, false)
    }

    fn on(os: OperatingSystem, real: bool) -> Self {
        Self(Arc::new(Inner {
            os,
            variables: Variables::new(real),
            files: Files::new(real),
            programs: Programs::new(real),
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The operating system, which decides where folders are.
    #[must_use]
    pub fn os(self, os: OperatingSystem) -> Self {
        self.change(|inner| inner.os = os)
    }

    /// The operating system.
    pub fn operating_system(&self) -> OperatingSystem {
        self.0.os
    }
}

impl Default for Environment {
    /// [`Environment::system`].
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("os", &self.0.os)
            .field("variables", &self.0.variables)
            .field("files", &self.0.files)
            .field("programs", &self.0.programs)
            .finish()
    }
}
