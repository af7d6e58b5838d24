//! The archives of the published packages: packed as `cargo publish` packs them, and unpacked into a workspace.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::process::succeed;
use crate::workspace::{Failure, Package, cargo, read, target, write};

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
        // With the time of unpacking: by that of the archive, cargo would see no change of an earlier one.
        succeed(
            Command::new("tar")
                .arg("xzmf")
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
