//! `gapi init`, in packages as `cargo new` makes them.

use std::path::Path;

use serde_json::Value;

use crate::support::{Folder, Ran};

const HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

/// A package of `cargo new`.
fn package() -> Folder {
    let folder = Folder::empty();
    let manifest =
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n";
    folder.write("Cargo.toml", manifest);
    folder.write("src/main.rs", HELLO);
    folder
}

fn vendored(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    path.join(file).to_string_lossy().into_owned()
}

fn init(folder: &Folder, line: &str) -> Ran {
    folder.gapi(&format!("init {line}"))
}

/// `EXPECTORATE=overwrite` writes the current programs, which a test of package gapi compiles.
#[test]
fn programs_are_what_they_were() {
    for (file, line) in [
        ("drive.rs", "drive.v3.json"),
        ("tasks.rs", "tasks.v1.json tasks.list --user"),
        (
            "storage.rs",
            "storage.v1.json buckets.list objects.* --blocking --service-account key.json",
        ),
        ("gmail.rs", "gmail.v1.json --blocking"),
        ("sqladmin.rs", "sqladmin.v1.json instances.insert"),
    ] {
        let folder = package();
        let line = vendored(line);
        init(&folder, &line).ok();
        let program = folder.read("src/main.rs");
        expectorate::assert_contents(format!("tests/init/{file}"), &program);
    }
}

#[test]
fn a_package_is_set_up_once() {
    let folder = package();
    let line = vendored("tasks.v1.json");
    let ran = init(&folder, &line).ok();
    assert_eq!(
        ran.stdout,
        "Cargo.toml                     changed
discovery-docs/tasks.v1.json   new
src/main.rs                    replaced

Next:
    gapi auth login --client-secrets client_secret.json --scopes https://www.googleapis.com/auth/tasks.readonly
    cargo run
"
        .replace("   new", "  new")
        .replace("                     changed", "                    changed")
        .replace("                    replaced", "                   replaced")
    );
    let manifest = folder.read("Cargo.toml");
    let tokio = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }";
    assert!(manifest.ends_with(&format!("\n[dependencies]\ngapi = \"0.1\"\n{tokio}\n")));
    // From then on, the document has a name.
    folder.gapi("generate tasks:v1 -o -").ok();

    let files = ["Cargo.toml", "src/main.rs", "discovery-docs/index.json"];
    let before = files.map(|file| folder.read(file));
    for line in [line.as_str(), "tasks:v1", "tasks:v1 --dry-run"] {
        let again = init(&folder, line).ok().stdout;
        assert_eq!(again.matches("up to date").count(), 2, "{again}");
        assert_eq!(files.map(|file| folder.read(file)), before);
    }
    assert_eq!(folder.names(), ["Cargo.toml", "discovery-docs", "src"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = package();
    let line = format!("{} --dry-run", vendored("tasks.v1.json"));
    let ran = init(&folder, &line).ok();
    for text in [
        "gapi = \"0.1\"",
        "src/main.rs:",
        "mod tasks = \"tasks:v1\"",
        "dry run",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {}", ran.stdout);
    }
    assert_eq!(folder.names(), ["Cargo.toml", "src"]);
    assert_eq!(folder.read("src/main.rs"), HELLO);
    let report = init(&folder, &format!("{line} --json")).ok().stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["written"], false);
    assert_eq!(report["files"][1]["status"], "new");
}

#[test]
fn programs_of_the_user_are_not_replaced() {
    let folder = package();
    folder.write("src/main.rs", "fn main() { run() }\n");
    folder.write("deep/file", "");
    folder.write("gapi/Cargo.toml", "[package]\nname = \"gapi\"\n");
    let line = format!(
        "init {} --blocking --path ../gapi",
        vendored("sqladmin.v1.json")
    );
    let ran = folder.gapi_in("deep", &line).ok();
    assert!(
        ran.stdout
            .ends_with("cargo run --example sqladmin -- PROJECT\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(folder.read("src/main.rs"), "fn main() { run() }\n");
    assert!(
        folder
            .read("examples/sqladmin.rs")
            .contains("blocking::iter")
    );
    let manifest = folder.read("Cargo.toml");
    assert!(
        manifest.contains("gapi = { path = \"deep/../gapi\", features = [\"blocking\"] }"),
        "{manifest}"
    );
    assert!(!manifest.contains("tokio"), "{manifest}");
}

#[test]
fn the_feature_with_all_documents_brings_none() {
    let folder = package();
    let line = format!("{} --documents", vendored("tasks.v1.json"));
    for _ in 0..2 {
        init(&folder, &line).ok();
        assert_eq!(folder.names(), ["Cargo.toml", "src"]);
        let manifest = folder.read("Cargo.toml");
        let gapi = "gapi = { version = \"0.1\", features = [\"documents\"] }\n";
        assert_eq!(manifest.matches(gapi).count(), 1, "{manifest}");
    }
}

#[test]
fn what_cannot_be_set_up_is_explained() {
    let folder = package();
    let tasks = vendored("tasks.v1.json");
    init(&folder, "").fails_with(2, &["name an API", "gapi init drive:v3"]);
    let line = format!("{tasks} tasks.lsit");
    init(&folder, &line).fails_with(1, &["tasks.lsit", "`tasks.list`"]);
    let line = format!("{tasks} --path src");
    init(&folder, &line).fails_with(2, &["src is no checkout of gapi"]);
    assert_eq!(folder.names(), ["Cargo.toml", "src"]);

    folder.write("Cargo.toml", "[workspace]\n");
    init(&folder, &tasks).fails_with(1, &["has no package", "member"]);
    folder.write("Cargo.toml", "[package\n");
    init(&folder, &tasks).fails_with(1, &["Cargo.toml"]);
    let empty = Folder::empty();
    init(&empty, &tasks).fails_with(7, &["no Cargo.toml", "cargo new"]);
}
