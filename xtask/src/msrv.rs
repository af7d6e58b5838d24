//! `cargo xtask msrv`: whether every dependency of the published packages builds with the Rust version that they promise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::process::succeed;
use crate::workspace::{Failure, cargo};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Locked>,
    resolve: Resolve,
}

/// A package of the lock file.
#[derive(Deserialize)]
struct Locked {
    id: String,
    name: String,
    version: String,
    rust_version: Option<String>,
    /// The registry; none for packages of the workspace.
    source: Option<String>,
    publish: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

/// Checks the dependencies with all features, on all systems; false where one needs a later Rust.
pub(crate) fn run(root: &Path) -> Result<bool, Failure> {
    let mut command = cargo();
    command.args(["metadata", "--all-features", "--format-version", "1"]);
    let metadata: Metadata = serde_json::from_str(&succeed(command.current_dir(root))?)?;
    let (count, promised, later) = later(&metadata)?;
    for package in &later {
        println!("{package}");
    }
    println!(
        "{count} packages, {} of which need more than Rust {promised}",
        later.len()
    );
    Ok(later.is_empty())
}

/// Returns how many packages are built, the version that is promised, and the packages that need a later one.
fn later(metadata: &Metadata) -> Result<(usize, &str, Vec<String>), Failure> {
    let packages: BTreeMap<&str, &Locked> = metadata
        .packages
        .iter()
        .map(|package| (&*package.id, package))
        .collect();
    let nodes: BTreeMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (&*node.id, node))
        .collect();
    let is_published = |package: &&&Locked| package.source.is_none() && package.publish.is_none();
    let published: Vec<&Locked> = packages.values().filter(is_published).copied().collect();
    let promised = published
        .first()
        .and_then(|package| package.rust_version.as_deref());
    let promised = promised.ok_or("the published packages have no rust-version")?;

    let mut built = BTreeSet::new();
    let mut waiting: Vec<&str> = published.iter().map(|package| &*package.id).collect();
    while let Some(id) = waiting.pop() {
        if !built.insert(id) {
            continue;
        }
        for dependency in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let is_test = |kind: &DependencyKind| kind.kind.as_deref() == Some("dev");
            if !dependency.dep_kinds.iter().all(is_test) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    let mut later = Vec::new();
    for package in built.iter().filter_map(|id| packages.get(id)) {
        if let Some(needed) = &package.rust_version
            && numbers(needed) > numbers(promised)
        {
            later.push(format!(
                "{} {} needs Rust {needed}",
                package.name, package.version
            ));
        }
    }
    Ok((built.len(), promised, later))
}

/// Returns `[1, 89, 0]` for `1.89`.
fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version
        .split('.')
        .map(|part| part.parse().unwrap_or_default());
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_users_build_is_checked() {
        let package = |id: &str, rust: &str, source: &str, publish: &str| {
            format!(
                r#"{{"id": "{id}", "name": "{id}", "version": "1.0.0", "rust_version": {rust}, "source": {source}, "publish": {publish}}}"#
            )
        };
        let packages = [
            package("ours", "\"1.89\"", "null", "null"),
            package("old", "\"1.9.1\"", "\"registry\"", "null"),
            package("new", "\"1.90.0\"", "\"registry\"", "null"),
            package("silent", "null", "\"registry\"", "null"),
            package("for-tests", "\"1.95\"", "\"registry\"", "null"),
            package("private", "\"1.99\"", "null", "[]"),
        ];
        let dep = |name: &str, kind: &str| {
            format!(r#"{{"pkg": "{name}", "dep_kinds": [{{"kind": {kind}}}]}}"#)
        };
        let ours = [
            dep("old", "null"),
            dep("silent", "\"build\""),
            dep("for-tests", "\"dev\""),
        ]
        .join(",");
        let nodes = format!(
            r#"{{"id": "ours", "deps": [{ours}]}}, {{"id": "old", "deps": [{}]}}"#,
            dep("new", "null")
        );
        let text = format!(
            r#"{{"packages": [{}], "resolve": {{"nodes": [{nodes}]}}}}"#,
            packages.join(",")
        );
        let metadata: Metadata = serde_json::from_str(&text).expect("metadata");
        let (count, promised, later) = later(&metadata).expect("a version");
        assert_eq!((count, promised), (4, "1.89"));
        assert_eq!(later, ["new 1.0.0 needs Rust 1.90.0"]);
    }
}
