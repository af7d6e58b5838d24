//! The program of README.md, as a new user makes it: its commands and its text, run in a folder outside of the checkout.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Instant;

use gapi_fakes::Google;

use super::archives::patches;
use super::page::block;
use crate::process::succeed;
use crate::workspace::{Failure, Package, cargo, read, target, write};

/// The folder that the commands of README.md make.
const PROJECT: &str = "first";

/// Runs the commands and the program beside the unpacked packages, against an embedded server.
pub(super) fn run(packages: &[Package], folder: &Path, root: &Path) -> Result<(), Failure> {
    let page = String::from_utf8(read(&root.join("README.md"))?)?;
    let commands = block(&page, "## A first program", "sh")?;
    let program = block(&page, "## A first program", "rust")?;
    let project = folder.join(PROJECT);
    if project.exists() {
        std::fs::remove_dir_all(&project)?;
    }
    let (url, key) = server()?;
    let credentials = folder.join("key.json");
    write(&credentials, key)?;

    let start = Instant::now();
    for command in commands.lines() {
        let mut words = command
            .split(" #")
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let (name, arguments) = (words.next(), words.collect::<Vec<_>>());
        match name {
            Some("cargo") => {}
            Some("cd") if arguments == [PROJECT] => continue,
            _ => {
                return Err(
                    format!("README.md has a command that is not expected: {command}").into(),
                );
            }
        }
        if arguments[..] == ["run"] {
            continue;
        }
        let is_first = arguments[..] == ["new", PROJECT];
        let directory = if is_first { folder } else { &project };
        succeed(cargo().args(&arguments).current_dir(directory))?;
        if is_first {
            // The packages depend on each other as in the registry.
            let manifest = project.join("Cargo.toml");
            let text = String::from_utf8(read(&manifest)?)?;
            write(&manifest, format!("{text}\n{}", patches(packages, "..")))?;
            write(&project.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
        }
    }
    write(&project.join("src/main.rs"), program)?;
    let mut run: Command = cargo();
    run.arg("run")
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", target(root)?)
        .env("GOOGLE_APPLICATION_CREDENTIALS", &credentials)
        .env("GAPI_ENDPOINT", url);
    let output = succeed(&mut run)?;
    let files = output.lines().count();
    if files == 0 {
        return Err("the program of README.md printed nothing".into());
    }
    println!(
        "README.md: {files} lines, {:.0} s after `cargo new`",
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Starts a server that runs until the end of this program, and returns its URL and a service account's key.
pub(crate) fn server() -> Result<(String, String), Failure> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            if let Ok(google) = Google::start().await {
                let _ = sender.send((google.url().to_owned(), google.key_json()));
                std::future::pending::<()>().await;
            }
        });
    });
    receiver
        .recv()
        .map_err(|_| "the embedded server does not start".into())
}
