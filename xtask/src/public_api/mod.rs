//! `cargo xtask public-api BASE`: compares the public items of the published libraries with those of another commit.

mod difference;
mod surface;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use surface::Surface;

use crate::process::{succeed, with_rustdoc};
use crate::workspace::{Failure, cargo, published, read, target};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The commit, branch or tag to compare with.
    base: String,
    /// Compare this package alone; may be given several times.
    #[arg(short, long = "package", value_name = "NAME")]
    packages: Vec<String>,
    /// List what is new, too.
    #[arg(long)]
    all: bool,
}

/// A library's version and public items.
struct Library {
    version: String,
    surface: Surface,
}

/// Compares the libraries; false where a breaking change has a version that promises compatibility.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let temporary = tempfile::tempdir()?;
    let checkout = temporary.path().join("base");
    let git = |words: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(root).args(words).arg(&checkout);
        command
    };
    succeed(git(&["worktree", "add", "--quiet", "--detach"]).arg(&arguments.base))?;
    let old = libraries(&checkout, &arguments.packages, &target(root)?);
    succeed(&mut git(&["worktree", "remove", "--force"]))?;
    let old = old?;
    let new = libraries(root, &arguments.packages, &target(root)?)?;

    let mut is_sound = true;
    for (name, old) in &old {
        let Some(new) = new.get(name) else {
            println!("{name}: the package is gone");
            is_sound = false;
            continue;
        };
        let differences = difference::between(&old.surface, &new.surface);
        let (breaking, additive): (Vec<_>, Vec<_>) =
            differences.iter().partition(|found| found.is_breaking);
        for found in &breaking {
            println!("{name}: {}", found.text);
        }
        for found in additive.iter().filter(|_| arguments.all) {
            println!("{name}: {}", found.text);
        }
        println!(
            "{name} {} -> {}: {} breaking, {} additive",
            old.version,
            new.version,
            breaking.len(),
            additive.len()
        );
        is_sound &= breaking.is_empty() || difference::may_break(&old.version, &new.version);
    }
    Ok(is_sound)
}

/// Returns the published libraries of a checkout with all features.
fn libraries(
    tree: &Path,
    names: &[String],
    target: &Path,
) -> Result<BTreeMap<String, Library>, Failure> {
    let mut packages = published(tree)?;
    packages.retain(|package| {
        package.has_library() && (names.is_empty() || names.contains(&package.name))
    });
    if packages.is_empty() {
        return Err(format!("{} has no such library", tree.display()).into());
    }
    let mut command = cargo();
    command
        .args([
            "doc",
            "--no-deps",
            "--all-features",
            "--quiet",
            "--lib",
            "--target-dir",
        ])
        .arg(target)
        .current_dir(tree);
    for package in &packages {
        command.args(["--package", &package.name]);
    }
    let flags = "-Z unstable-options --output-format json --cap-lints allow";
    succeed(with_rustdoc(&mut command, flags)?)?;
    let mut libraries = BTreeMap::new();
    for package in packages {
        let file = target
            .join("doc")
            .join(format!("{}.json", package.name.replace('-', "_")));
        let surface = Surface::read(&read(&file)?)?;
        let version = package.version;
        libraries.insert(package.name, Library { version, surface });
    }
    Ok(libraries)
}
