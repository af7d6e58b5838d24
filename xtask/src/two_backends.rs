//! `cargo xtask two-backends`: gapi-auth in a program that turns on both backends of jsonwebtoken.

use std::{path::Path, process::Command};

use crate::{Failure, corpus::target, read, write};

/// Whether the program signs and verifies.
///
/// # Errors
/// When the repository's lock file cannot be copied, or cargo cannot be run.
pub(crate) fn run(root: &Path) -> Result<bool, Failure> {
    let package = root.join("tests/crypto");
    // The versions that the repository is tested with; cargo adds those that only this program needs.
    write(&package.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(&package)
        .arg("run")
        .arg("--target-dir")
        .arg(target(root)?)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
