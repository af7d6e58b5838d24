//! `cargo xtask providers`: one crypto provider, no OpenSSL, and nothing of either for those who leave the features out.

use std::{collections::BTreeSet, path::Path};

use crate::workspace::Failure;

/// Second crypto providers, and bindings of libraries that are not built here.
const FORBIDDEN: [&str; 6] = [
    "openssl",
    "openssl-sys",
    "native-tls",
    "ring",
    "rsa",
    "boring",
];
/// What an HTTP client and signatures bring along.
const HEAVY: [&str; 5] = ["aws-lc-rs", "reqwest", "rustls", "jsonwebtoken", "hyper"];

/// Whether the dependencies of what users depend on are as they should be.
///
/// # Errors
/// When cargo cannot be run.
pub(crate) fn run(root: &Path) -> Result<bool, Failure> {
    let mut fine = true;
    for package in ["gapi-auth", "gapi"] {
        let all = dependencies(root, package, &["--all-features"])?;
        let providers: Vec<_> = all.iter().filter(|(name, _)| name == "aws-lc-rs").collect();
        let forbidden: Vec<_> = all
            .iter()
            .filter(|(name, _)| FORBIDDEN.contains(&name.as_str()))
            .collect();
        let bare = dependencies(root, package, &["--no-default-features"])?;
        let heavy: Vec<_> = bare
            .iter()
            .filter(|(name, _)| HEAVY.contains(&name.as_str()))
            .collect();
        println!(
            "{package}: crypto providers {providers:?}; forbidden {forbidden:?}; without features {} crates, of which heavy {heavy:?}",
            bare.len()
        );
        fine &= providers.len() == 1 && forbidden.is_empty() && heavy.is_empty();
    }
    Ok(fine)
}

/// Names and versions of everything that `package` is built with.
fn dependencies(
    root: &Path,
    package: &str,
    features: &[&str],
) -> Result<BTreeSet<(String, String)>, Failure> {
    let output = crate::workspace::cargo()
        .current_dir(root)
        .args([
            "tree",
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .args(features)
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
