//! The archives of the published packages: packed as `cargo publish` packs them, and unpacked into a workspace.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::process::succeed;
use crate::workspace::{Failure, cargo, read, target, write};

/// A package that is published.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    version: String,
    pub(super) features: BTreeMap<String, Vec<String>>,
    pub(super) targets: Vec<CargoTarget>,
    /// The registries that it may be published in; empty for none.
    publish: Option<Vec<String>>,
}

/// A library, program, test or example of a package.
#[derive(Debug, Deserialize)]
pub(super) struct CargoTarget {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
}

impl Package {
    /// Whether it has a library, and so doctests.
    pub(super) fn has_library(&self) -> bool {
        let is_library = |kind: &String| kind == "lib" || kind == "proc-macro";
        self.targets
            .iter()
            .any(|target| target.kind.iter().any(is_library))
    }

    fn archive(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// Returns the packages of a workspace that are published.
pub(super) fn published(root: &Path) -> Result<Vec<Package>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let mut command = cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata = succeed(command.current_dir(root))?;
    let mut packages = serde_json::from_str::<Metadata>(&metadata)?.packages;
    packages.retain(|package| package.publish.is_none());
    Ok(packages)
}

/// Packs the packages, and unpacks each into a folder of its name below `folder`, which becomes a workspace.
pub(super) fn unpack(packages: &[Package], folder: &Path, root: &Path) -> Result<(), Failure> {
    let out = target(root)?.join("archives");
    let mut pack = cargo();
    pack.args([
        "package",
        "--no-verify",
        "--allow-dirty",
        "--quiet",
        "--target-dir",
    ]);
    pack.arg(&out);
    for package in packages {
        pack.args(["--package", &package.name]);
    }
    succeed(pack.current_dir(root))?;

    std::fs::create_dir_all(folder)?;
    for package in packages {
        let archive = out
            .join("package")
            .join(format!("{}.crate", package.archive()));
        succeed(
            Command::new("tar")
                .arg("xzf")
                .arg(&archive)
                .current_dir(folder),
        )?;
        let unpacked = folder.join(package.archive());
        let named = folder.join(&package.name);
        if named.exists() {
            std::fs::remove_dir_all(&named)?;
        }
        std::fs::rename(unpacked, named)?;
    }
    let mut manifest =
        String::from("[workspace]\nresolver = \"3\"\nexclude = [\"first\"]\nmembers = [\n");
    for package in packages {
        writeln!(manifest, "    {:?},", package.name)?;
    }
    write!(manifest, "]\n\n{}", patches(packages, "."))?;
    // As in the repository, so that what is built for it need not be built again.
    manifest.push_str("\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n");
    write(&folder.join("Cargo.toml"), manifest)?;
    // The versions that the repository is tested with.
    write(&folder.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)
}

/// Returns the part of a manifest that takes the unpacked packages in place of those of the registry.
pub(super) fn patches(packages: &[Package], folder: &str) -> String {
    let mut text = String::from("[patch.crates-io]\n");
    for package in packages {
        let name = &package.name;
        text.push_str(&format!("{name} = {{ path = \"{folder}/{name}\" }}\n"));
    }
    text
}
