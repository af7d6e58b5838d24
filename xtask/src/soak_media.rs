//! `cargo xtask soak-media`: media through everything that can go wrong.

use std::path::Path;

use crate::workspace::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// How many bytes go up and down for each.
    #[arg(long, default_value_t = 64 << 20)]
    size: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
}

/// Builds the program with optimizations and runs it. False if a seed failed.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let numbers = [
        ("--seeds", arguments.seeds),
        ("--size", arguments.size),
        ("--first", arguments.first),
    ];
    let status = crate::workspace::cargo()
        .current_dir(root)
        .args(["run", "--release", "--quiet", "--package", "gapi-benches"])
        .args(["--bin", "soak-media", "--"])
        .args(numbers.map(|(name, number)| format!("{name}={number}")))
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
