//! `cargo xtask stampede`: runs package gapi-stampede, so that this one needs no HTTP client.

use std::path::Path;

use crate::workspace::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many callers ask at once.
    #[arg(long, default_value_t = 10_000)]
    callers: usize,
    /// Only this type; may be given several times.
    #[arg(long = "type")]
    types: Vec<String>,
    /// Print what each trial needed.
    #[arg(long)]
    verbose: bool,
}

/// Whether every refresh needed one token request.
///
/// # Errors
/// When cargo cannot be run.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let mut cargo = crate::workspace::cargo();
    cargo
        .current_dir(root)
        .args(["run", "--quiet", "--bin", "gapi-stampede", "--"])
        .args(["--callers", &arguments.callers.to_string()]);
    for name in &arguments.types {
        cargo.args(["--type", name]);
    }
    if arguments.verbose {
        cargo.arg("--verbose");
    }
    let status = cargo
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
