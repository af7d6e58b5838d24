//! `cargo xtask all-features`: gapi in a program that turns on what the workspace cannot turn on for all of its packages.

use std::path::Path;

use crate::workspace::{Failure, read, target, write};

/// Whether the program runs to its end.
///
/// # Errors
/// When the repository's lock file cannot be copied, or cargo cannot be run.
pub(crate) fn run(root: &Path) -> Result<bool, Failure> {
    let package = root.join("tests/all_features");
    // The versions that the repository is tested with; cargo adds those that only this program needs.
    write(&package.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
    let status = crate::workspace::cargo()
        .current_dir(&package)
        .arg("run")
        .arg("--target-dir")
        .arg(target(root)?)
        // No keyring, on any machine.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/bus")
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
