//! `cargo xtask first-programs`: what `gapi init` makes of every vendored document compiles, and runs where an embedded server has the API.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::package::server;
use crate::process::{printed, succeed};
use crate::workspace::{Failure, cargo, documents, read, root, target, write};

/// The options of `gapi init`, one set after the other.
const OPTIONS: [&[&str]; 4] = [
    &[],
    &["--blocking"],
    &["--user"],
    &["--service-account", "key.json", "--blocking"],
];

/// Programs that the embedded server has an API for, with their arguments and a line of their output.
const RUN: [(&str, &[&str], &str); 2] = [
    ("drive", &[], "plan.md"),
    ("sqladmin", &["example-123"], "orders"),
];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only documents whose file name begins with one of these.
    names: Vec<String>,
    /// The folder of documents, instead of the vendored ones.
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

/// Makes, compiles and runs the programs.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let root = root();
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let target = target(&root)?;
    let from = match &arguments.from {
        Some(from) => std::path::absolute(from)?,
        None => root.join("discovery-docs"),
    };
    succeed(
        cargo()
            .args(["build", "--quiet", "--bin", "gapi"])
            .current_dir(&root),
    )?;
    let gapi = target.join("debug").join("gapi");

    write(&folder.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"key.json\", \"Cargo.lock\"]\n";
    let mut programs = Vec::new();
    for document in documents(&from)? {
        let file = document.file_name().unwrap_or_default().to_string_lossy();
        let is_named = |name: &String| file.starts_with(name.as_str());
        if !arguments.names.is_empty() && !arguments.names.iter().any(is_named) {
            continue;
        }
        let name = file.trim_end_matches(".json").replace('.', "-");
        succeed(
            cargo()
                .args(["new", "--quiet", "--vcs", "none", &name])
                .current_dir(folder),
        )?;
        let mut init = Command::new(&gapi);
        init.arg("init")
            .arg(&document)
            .arg("--path")
            .arg(&root)
            .args(OPTIONS[programs.len() % OPTIONS.len()])
            .current_dir(folder.join(&name));
        let first = succeed(&mut init)?;
        let files = |name: &str| read(&folder.join(name).join("src/main.rs"));
        let before = files(&name)?;
        let again = succeed(&mut init)?;
        if files(&name)? != before || !first.contains("changed") || again.contains("changed") {
            return Err(format!("{name}: the second run changes something").into());
        }
        programs.push(name);
    }
    write(&folder.join("Cargo.toml"), members)?;
    let mut check = cargo();
    check
        .args(["check", "--workspace", "--quiet"])
        .current_dir(folder);
    let checked = printed(check.env("CARGO_TARGET_DIR", &target))?;
    if !checked.is_success || checked.stderr.contains("warning") {
        return Err(checked.stderr.into());
    }
    let ran = run_all(&programs, folder, &target)?;
    println!(
        "{} programs compile without a warning, {ran} of them run",
        programs.len()
    );
    Ok(ran > 0 || !arguments.names.is_empty() || arguments.from.is_some())
}

/// Runs programs against an embedded server, and returns their number.
fn run_all(programs: &[String], folder: &Path, target: &Path) -> Result<usize, Failure> {
    let (url, key) = server()?;
    let credentials = folder.join("key.json");
    write(&credentials, key)?;
    let mut ran = 0;
    for (api, arguments, expected) in RUN {
        let is_api = |name: &&String| name.split('-').next() == Some(api);
        let Some(name) = programs.iter().find(is_api) else {
            continue;
        };
        // Programs of a signed-in user find none here.
        let source = String::from_utf8(read(&folder.join(name).join("src/main.rs"))?)?;
        if source.contains("signed_in") {
            continue;
        }
        let mut run = cargo();
        run.args(["run", "--quiet", "--package", name, "--"])
            .args(arguments)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target)
            .env("GOOGLE_APPLICATION_CREDENTIALS", &credentials)
            .env("GAPI_ENDPOINT", &url);
        let output = succeed(&mut run)?;
        if !output.lines().any(|line| line == expected) {
            return Err(format!("{name}: no line `{expected}` in:\n{output}").into());
        }
        ran += 1;
    }
    Ok(ran)
}
