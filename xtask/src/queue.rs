//! `cargo xtask queue`: calls that have to wait for each other.

use std::path::Path;

use crate::workspace::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many calls begin at once.
    #[arg(long, default_value_t = 2_000)]
    calls: u64,
    /// How many streams the one connection of HTTP/2 has.
    #[arg(long, default_value_t = 100)]
    streams: u64,
    /// How many seconds the server takes for each.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many files the process may have open that calls over HTTP/1.1.
    #[arg(long, default_value_t = 512)]
    files: u64,
}

/// Builds the program with optimizations and runs it. False if a call failed, or was carried out twice.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let numbers = [
        ("--calls", arguments.calls),
        ("--streams", arguments.streams),
        ("--seconds", arguments.seconds),
        ("--files", arguments.files),
    ];
    let status = crate::workspace::cargo()
        .current_dir(root)
        .args(["run", "--release", "--quiet", "--package", "gapi-benches"])
        .args(["--bin", "queue", "--"])
        .args(numbers.map(|(name, number)| format!("{name}={number}")))
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
