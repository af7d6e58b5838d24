//! `cargo xtask package`: packs every package that is published, and builds, tests and documents the archives outside of the checkout.

mod archives;
mod checks;
mod first_program;
mod page;

use std::path::{Path, PathBuf};

use crate::progress::Progress;
use crate::workspace::{Failure, Package, published};

pub(crate) use first_program::server;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Check this package alone; may be given several times.
    #[arg(short, long = "package", value_name = "NAME")]
    packages: Vec<String>,
    /// Unpack into this folder, which stays, instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Pack and unpack, and check nothing.
    #[arg(long)]
    unpack_only: bool,
    /// Check the program of README.md alone.
    #[arg(long)]
    first_program: bool,
}

/// Packages whose archives must have tests, doctests and examples.
const COMPLETE: [&str; 4] = ["gapi", "gapi-auth", "gapi-transport", "gapi-codegen"];

/// Packs, unpacks and checks; false where a check fails.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let packages = published(root)?;
    for name in &arguments.packages {
        if !packages.iter().any(|package| package.name == *name) {
            return Err(format!("there is no published package {name}").into());
        }
    }
    let temporary = tempfile::tempdir()?;
    let folder = arguments.folder.as_deref().unwrap_or(temporary.path());
    archives::unpack(&packages, folder, root)?;
    if arguments.unpack_only {
        println!("{} packages in {}", packages.len(), folder.display());
        return Ok(true);
    }
    let mut is_sound = true;
    if !arguments.first_program {
        is_sound = check(arguments, &packages, folder, root)?;
    }
    if arguments.packages.is_empty() {
        first_program::run(&packages, folder, root)?;
    }
    Ok(is_sound)
}

fn check(
    arguments: &Arguments,
    packages: &[Package],
    folder: &Path,
    root: &Path,
) -> Result<bool, Failure> {
    let is_named =
        |name: &String| arguments.packages.is_empty() || arguments.packages.contains(name);
    let selected: Vec<_> = packages
        .iter()
        .filter(|package| is_named(&package.name))
        .collect();
    let workspace = checks::Workspace::new(folder, root)?;
    let undocumented = workspace.document(&selected)?;
    let progress = Progress::new("archives", selected.len());
    let mut sound = 0;
    println!(
        "{:22} {:>6} {:>9} {:>9}",
        "package", "tests", "doctests", "examples"
    );
    for package in &selected {
        progress.working_on(&package.name);
        let mut checked = workspace.check(package)?;
        let counts = [checked.tests, checked.doctests, checked.examples];
        println!(
            "{:22} {:>6} {:>9} {:>9}",
            package.name, counts[0], counts[1], counts[2]
        );
        if COMPLETE.contains(&package.name.as_str()) && counts.contains(&0) {
            checked
                .failures
                .push("its archive has no tests, no doctests or no examples".to_owned());
        }
        if let Some(errors) = undocumented.get(&package.name) {
            checked.failures.push(errors.clone());
        }
        for failure in &checked.failures {
            println!("{}: {failure}", package.name);
        }
        sound += usize::from(checked.failures.is_empty());
        progress.done();
    }
    drop(progress);
    println!(
        "{sound}/{} packages build, test and document from their archives",
        selected.len()
    );
    Ok(sound == selected.len())
}
