//! Programs that run to their end, and rustdoc with the features of nightly.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::workspace::{Failure, cargo};

/// The variable by which cargo runs this program in place of rustdoc, whose path it is.
pub(crate) const RUSTDOC: &str = "GAPI_XTASK_RUSTDOC";

/// Runs rustdoc with the features of nightly, which docs.rs has too.
pub(crate) fn rustdoc(program: &OsStr) -> ExitCode {
    let status = nightly(program).args(std::env::args_os().skip(1)).status();
    ExitCode::from(u8::from(!status.is_ok_and(|status| status.success())))
}

/// Returns a program of the toolchain, with the features of nightly.
fn nightly(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    command.env("RUSTC_BOOTSTRAP", "1");
    command
}

/// Lets cargo run rustdoc with the features of nightly and these flags. (With a variable for cargo itself, build scripts would see it.)
pub(crate) fn with_rustdoc<'a>(
    command: &'a mut Command,
    flags: &str,
) -> Result<&'a mut Command, Failure> {
    Ok(command
        .env(RUSTDOC, rustdoc_path())
        .env("RUSTDOC", std::env::current_exe()?)
        .env("RUSTDOCFLAGS", flags))
}

/// Returns the rustdoc beside cargo.
fn rustdoc_path() -> PathBuf {
    let beside = PathBuf::from(cargo().get_program()).with_file_name("rustdoc");
    if beside.is_file() {
        beside
    } else {
        "rustdoc".into()
    }
}

/// Returns a rustdoc with the features of nightly.
#[cfg(test)]
pub(crate) fn nightly_rustdoc() -> Command {
    nightly(rustdoc_path().as_os_str())
}

/// What a program printed.
pub(crate) struct Printed {
    pub(crate) is_success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program to its end.
pub(crate) fn printed(command: &mut Command) -> Result<Printed, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    Ok(Printed {
        is_success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs a program that has to succeed, and returns its standard output.
pub(crate) fn succeed(command: &mut Command) -> Result<String, Failure> {
    let printed = printed(command)?;
    if printed.is_success {
        return Ok(printed.stdout);
    }
    Err(format!("{command:?} failed:\n{}{}", printed.stdout, printed.stderr).into())
}
