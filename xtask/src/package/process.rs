//! Programs that run to their end.

use std::process::Command;

use crate::workspace::Failure;

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
