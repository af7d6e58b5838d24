//! Chores that build and run a program of another package.

use std::path::Path;

use crate::workspace::{Failure, cargo, read, target, write};

#[derive(Debug, clap::Args)]
pub(crate) struct Runtime {
    /// Arguments of the program that measures; `-- --help` shows them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Queue {
    /// How many calls begin at once.
    #[arg(long, default_value_t = 2_000)]
    calls: u64,
    /// How many streams the one connection of HTTP/2 has.
    #[arg(long, default_value_t = 100)]
    streams: u64,
    /// How many seconds the server takes for each.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many files the process that calls over HTTP/1.1 may have open.
    #[arg(long, default_value_t = 512)]
    files: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SoakMedia {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// How many bytes are uploaded and downloaded for each.
    #[arg(long, default_value_t = 64 << 20)]
    size: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Stampede {
    /// How many callers request a token at once.
    #[arg(long, default_value_t = 10_000)]
    callers: usize,
    /// Only this type; may be given several times.
    #[arg(long = "type")]
    types: Vec<String>,
    /// Print what each trial needed.
    #[arg(long)]
    verbose: bool,
}

/// Measures calls; false where a goal is missed.
pub(crate) fn bench_runtime(arguments: &Runtime, root: &Path) -> Result<bool, Failure> {
    if let Some((first, rest)) = arguments.rest.split_first()
        && first == "crowd"
    {
        let rest = rest.iter().map(String::as_str);
        let arguments: Vec<_> = ["--release", "--"].into_iter().chain(rest).collect();
        return outside_of_workspace("benches/crowd", &arguments, root);
    }
    bench("runtime", arguments.rest.clone(), root)
}

/// Measures requests that are made from a document, also by the command; false where a goal is missed.
pub(crate) fn first_byte(root: &Path) -> Result<bool, Failure> {
    let mut build = cargo();
    build
        .current_dir(root)
        .args(["build", "--release", "--quiet", "--package", "gapi-cli"]);
    if !succeeds(build)? {
        return Ok(false);
    }
    let command = target(root)?.join("release/gapi").display().to_string();
    bench("first-byte", vec![command], root)
}

/// Makes calls that have to wait for each other; false where one fails or is carried out twice.
pub(crate) fn queue(arguments: &Queue, root: &Path) -> Result<bool, Failure> {
    let numbers = [
        ("--calls", arguments.calls),
        ("--streams", arguments.streams),
        ("--seconds", arguments.seconds),
        ("--files", arguments.files),
    ];
    bench("queue", numbered(&numbers), root)
}

/// Sends media through every fault; false where a seed fails.
pub(crate) fn soak_media(arguments: &SoakMedia, root: &Path) -> Result<bool, Failure> {
    let numbers = [
        ("--seeds", arguments.seeds),
        ("--size", arguments.size),
        ("--first", arguments.first),
    ];
    bench("soak-media", numbered(&numbers), root)
}

fn numbered(numbers: &[(&str, u64)]) -> Vec<String> {
    let texts = numbers.iter();
    texts
        .map(|(name, number)| format!("{name}={number}"))
        .collect()
}

/// Runs a program of package gapi-benches, with optimizations.
fn bench(program: &str, arguments: Vec<String>, root: &Path) -> Result<bool, Failure> {
    let mut command = cargo();
    command
        .current_dir(root)
        .args(["run", "--release", "--quiet", "--package", "gapi-benches"])
        .args(["--bin", program, "--"])
        .args(arguments);
    succeeds(command)
}

/// Runs package gapi-stampede, so that this one needs no HTTP client; false where a refresh needed more than one token request.
pub(crate) fn stampede(arguments: &Stampede, root: &Path) -> Result<bool, Failure> {
    let mut command = cargo();
    command
        .current_dir(root)
        .args(["run", "--quiet", "--bin", "gapi-stampede", "--"])
        .args(["--callers", &arguments.callers.to_string()]);
    for name in &arguments.types {
        command.args(["--type", name]);
    }
    if arguments.verbose {
        command.arg("--verbose");
    }
    succeeds(command)
}

/// Runs gapi in a program that turns on what the workspace cannot turn on for all of its packages.
pub(crate) fn all_features(root: &Path) -> Result<bool, Failure> {
    outside_of_workspace("tests/all_features", &[], root)
}

/// Runs gapi in a program on other runtimes than tokio.
pub(crate) fn runtimes(root: &Path) -> Result<bool, Failure> {
    outside_of_workspace("tests/other_runtimes", &[], root)
}

/// Compresses every file of a folder, with a package that is a workspace of its own and has its own lock file; false where one fails.
pub(crate) fn zstd(folder: &Path, root: &Path) -> Result<bool, Failure> {
    let mut command = cargo();
    command
        .current_dir(root.join("xtask/zstd"))
        .args(["run", "--quiet", "--release", "--locked", "--target-dir"])
        .arg(target(root)?)
        .arg("--")
        .arg(folder);
    succeeds(command)
}

/// Runs a package that is a workspace of its own; `arguments` are those of `cargo run`.
fn outside_of_workspace(folder: &str, arguments: &[&str], root: &Path) -> Result<bool, Failure> {
    let package = root.join(folder);
    // The versions that the repository is tested with; cargo adds those that only this program needs.
    write(&package.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
    let mut command = cargo();
    command
        .current_dir(&package)
        .arg("run")
        .arg("--target-dir")
        .arg(target(root)?)
        .args(arguments)
        // No keyring, on any machine.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/bus");
    succeeds(command)
}

fn succeeds(mut command: std::process::Command) -> Result<bool, Failure> {
    let status = command
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
