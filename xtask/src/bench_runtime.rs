//! `cargo xtask bench-runtime`: what calls cost, beside hand-written ones.

use std::path::Path;

use crate::workspace::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Arguments of the program that measures; `-- --help` shows them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Builds the program with optimizations and runs it. False if a goal was missed.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let status = crate::workspace::cargo()
        .current_dir(root)
        .args(["run", "--release", "--quiet", "--package", "gapi-benches"])
        .args(["--bin", "runtime", "--"])
        .args(&arguments.rest)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
