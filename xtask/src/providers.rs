//! `cargo xtask providers`: the crypto providers that gapi is built with, by its features, and programs that use them.

use std::{collections::BTreeSet, path::Path};

use crate::workspace::{Failure, cargo, read, target, write};

/// A set of features, and the crates that are built for it.
struct Build {
    package: &'static str,
    features: &'static [&'static str],
    /// Of [`WATCHED`], those that are built.
    expected: &'static [&'static str],
    /// No more crates than this.
    limit: usize,
}

/// Providers, TLS libraries, and what signatures and an HTTP client need.
const WATCHED: [&str; 9] = [
    "aws-lc-rs",
    "boring",
    "hyper",
    "jsonwebtoken",
    "native-tls",
    "openssl",
    "ring",
    "rsa",
    "rustls",
];

const BUILDS: [Build; 7] = [
    Build {
        package: "gapi",
        features: &[],
        expected: &["aws-lc-rs", "hyper", "jsonwebtoken", "rustls"],
        limit: usize::MAX,
    },
    Build {
        package: "gapi-auth",
        features: &[],
        expected: &["aws-lc-rs", "hyper", "jsonwebtoken", "rustls"],
        limit: usize::MAX,
    },
    Build {
        package: "gapi",
        features: &["--no-default-features"],
        expected: &[],
        limit: usize::MAX,
    },
    Build {
        package: "gapi-auth",
        features: &["--no-default-features"],
        expected: &[],
        limit: usize::MAX,
    },
    // A program that brings native-tls, for example.
    Build {
        package: "gapi",
        features: &[
            "--no-default-features",
            "--features=macros,reqwest,authorized-user,metadata",
        ],
        expected: &["hyper"],
        limit: usize::MAX,
    },
    // The small program of docs/guide/small-programs.md.
    Build {
        package: "gapi",
        features: &[
            "--no-default-features",
            "--features=macros,rustls,ring,service-account",
        ],
        expected: &["hyper", "jsonwebtoken", "ring", "rustls"],
        limit: 100,
    },
    Build {
        package: "gapi",
        features: &["--all-features"],
        expected: &["aws-lc-rs", "hyper", "jsonwebtoken", "ring", "rustls"],
        limit: usize::MAX,
    },
];

/// Features of `tests/providers`, and what the program expects.
const PROGRAMS: [(&str, &str); 10] = [
    ("", "nothing"),
    ("aws-lc-rs", "works"),
    ("ring", "works"),
    ("aws-lc-rs,ring", "works"),
    ("graviola", "works"),
    ("graviola,aws-lc-rs", "works"),
    ("neighbour", "agrees"),
    ("neighbour,ring", "agrees"),
    ("neighbour,aws-lc-rs", "differs"),
    ("neighbour,aws-lc-rs", "installs"),
];

/// Whether the dependencies are as they should be, and the programs find what they expect.
///
/// # Errors
/// When cargo cannot be run.
pub(crate) fn run(root: &Path) -> Result<bool, Failure> {
    let mut fine = true;
    for build in BUILDS {
        let crates = dependencies(root, &build)?;
        let found: Vec<_> = WATCHED
            .into_iter()
            .filter(|watched| crates.iter().any(|(name, _)| name == watched))
            .collect();
        println!(
            "{} {}: {} crates, of which {found:?}",
            build.package,
            build.features.join(" "),
            crates.len()
        );
        fine &= found == build.expected && crates.len() <= build.limit;
    }
    for (features, expected) in PROGRAMS {
        println!("\nfeatures {features:?}: {expected}");
        fine &= program(root, features, expected)?;
    }
    Ok(fine)
}

/// Runs the program of `tests/providers`.
fn program(root: &Path, features: &str, expected: &str) -> Result<bool, Failure> {
    let package = root.join("tests/providers");
    // The versions that the repository is tested with; cargo adds those that only this program needs.
    write(&package.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
    let status = cargo()
        .current_dir(&package)
        .args(["run", "--quiet", "--features", features, "--target-dir"])
        .arg(target(root)?.join("providers"))
        .args(["--", expected])
        .env("SSL_CERT_FILE", package.join("pki/ca.pem"))
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}

/// Names and versions of everything that a package is built with.
fn dependencies(root: &Path, build: &Build) -> Result<BTreeSet<(String, String)>, Failure> {
    let output = cargo()
        .current_dir(root)
        .args(["tree", "--package", build.package])
        .args(["--edges", "normal", "--prefix", "none"])
        .args(build.features)
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        })
        .collect())
}
