//! `cargo xtask features`: checks that no set of gapi's features warns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::progress::Progress;
use crate::workspace::{Failure, cargo, published, target};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Check this set alone, such as `macros,rustls`, or `none`; may be repeated.
    #[arg(long = "set", value_name = "FEATURES")]
    sets: Vec<String>,
    /// Print the sets and check nothing.
    #[arg(long)]
    list: bool,
}

/// Features that are combined in pairs: transport, macros, kinds of credentials. A feature that depends on all kinds is left out.
const PAIRED: &[&str] = &[
    "rustls",
    "reqwest",
    "macros",
    "service-account",
    "authorized-user",
    "impersonation",
    "external-account",
    "downscoped",
    "gdch",
    "client-certificate",
    "id-token",
    "id-token-verification",
    "signed-url",
    "metadata",
    "user-flows",
    "keyring-store",
    "adc",
];

type Features = BTreeMap<String, Vec<String>>;
type Set = BTreeSet<String>;

/// Checks every set in one target folder, with warnings as errors; false where one fails.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let features = features(root)?;
    let sets = if arguments.sets.is_empty() {
        sets(&features)?
    } else {
        let given = arguments.sets.iter().map(|set| named(set));
        given.collect()
    };
    if arguments.list {
        for set in &sets {
            println!("{}", title(set));
        }
        return Ok(true);
    }
    let folder = target(root)?.join("features");
    let progress = Progress::new("checking", sets.len());
    let mut failed = Vec::new();
    for set in &sets {
        progress.working_on(&title(set));
        let features: Vec<&str> = set.iter().map(String::as_str).collect();
        let output = cargo()
            .args(["check", "--package", "gapi", "--lib", "--quiet"])
            .args(["--no-default-features", "--features", &features.join(",")])
            .env("RUSTFLAGS", "-D warnings")
            .env("CARGO_TARGET_DIR", &folder)
            .current_dir(root)
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        if !output.status.success() {
            failed.push((
                title(set),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ));
        }
        progress.done();
    }
    drop(progress);
    for (set, errors) in &failed {
        println!("{set}:\n{errors}");
    }
    println!("{}/{} sets", sets.len() - failed.len(), sets.len());
    Ok(failed.is_empty())
}

/// Returns the sets to check, without those that mean the same features as an earlier one: none, each feature alone, each default feature
/// left out, each other one added to the default, every pair of [`PAIRED`], and all.
fn sets(features: &Features) -> Result<Vec<Set>, Failure> {
    let default: Set = features
        .get("default")
        .ok_or("gapi has no default features")?
        .iter()
        .cloned()
        .collect();
    let names: Vec<&String> = features.keys().filter(|name| *name != "default").collect();
    let mut sets = vec![Set::new()];
    for name in &names {
        sets.push(Set::from([(*name).clone()]));
    }
    for name in &names {
        let mut set = default.clone();
        if !set.remove(*name) {
            set.insert((*name).clone());
        }
        sets.push(set);
    }
    for (index, first) in PAIRED.iter().enumerate() {
        for name in [first].into_iter().chain(&PAIRED[index + 1..]) {
            if !features.contains_key(*name) {
                return Err(format!("gapi has no feature {name}").into());
            }
        }
        for second in &PAIRED[index + 1..] {
            sets.push(Set::from([(*first).to_owned(), (*second).to_owned()]));
        }
    }
    sets.push(names.into_iter().cloned().collect());
    let mut checked = BTreeSet::new();
    sets.retain(|set| checked.insert(enabled(set, features)));
    Ok(sets)
}

/// Returns the features that a set turns on, directly and through others.
fn enabled(set: &Set, features: &Features) -> Set {
    let mut enabled = Set::new();
    let mut waiting: Vec<&String> = set.iter().collect();
    while let Some(name) = waiting.pop() {
        if enabled.insert(name.clone()) {
            waiting.extend(features.get(name).into_iter().flatten());
        }
    }
    enabled
}

fn named(set: &str) -> Set {
    set.split(',')
        .filter(|name| *name != "none" && !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn title(set: &Set) -> String {
    if set.is_empty() {
        return "none".to_owned();
    }
    set.iter().cloned().collect::<Vec<_>>().join(",")
}

/// Reads the features of package gapi.
fn features(root: &Path) -> Result<Features, Failure> {
    let mut packages = published(root)?.into_iter();
    let package = packages.find(|package| package.name == "gapi");
    Ok(package.ok_or("there is no package gapi")?.features)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_mean_the_same_are_checked_once() {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut features: Features = PAIRED
            .iter()
            .map(|name| ((*name).to_owned(), Vec::new()))
            .collect();
        features.insert("default".to_owned(), of(&["macros", "rustls"]));
        features.insert("adc".to_owned(), of(&["metadata"]));
        let sets = sets(&features).expect("sets");
        let titles: Vec<String> = sets.iter().map(title).collect();
        for expected in ["none", "adc", "macros", "adc,macros,rustls", "adc,gdch"] {
            assert!(titles.contains(&expected.to_owned()), "{expected}");
        }
        // `metadata` is a part of `adc`.
        assert!(!titles.contains(&"adc,metadata".to_owned()));
        assert_eq!(sets[0], Set::new());
        assert_eq!(sets.last().map(Set::len), Some(PAIRED.len()));
    }
}
