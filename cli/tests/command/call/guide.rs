//! The lines of the guide, and the tour.

use std::path::Path;
use std::process::Command;

use gapi_fakes::{Google, storage::Storage};

use super::with_documents;
use crate::support::{Folder, Ran};

const GUIDE: &str = include_str!("../../../../docs/guide/command.md");

/// A command of the name `gapi` in a folder of its own, which a shell finds first.
fn with_shell(folder: &Folder, script: &str) -> Command {
    folder.write("bin/gapi", script);
    let mode = Command::new("chmod")
        .args(["+x", "bin/gapi"])
        .current_dir(folder.path(""))
        .status();
    assert!(mode.unwrap().success());
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    for (name, value) in folder.command().get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell
        .current_dir(folder.path(""))
        .env("PATH", format!("{}:{path}", folder.path("bin").display()))
        .env("GAPI", env!("CARGO_BIN_EXE_gapi"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    shell
}

/// Returns the blocks of shell commands of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        match (line.trim(), &mut block) {
            ("```sh", _) => block = Some(String::new()),
            ("```", Some(text)) => {
                blocks.push(std::mem::take(text));
                block = None;
            }
            (line, Some(text)) => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

/// Each call of the page is a call that could be sent.
#[test]
fn the_lines_of_the_guide_are_right() {
    let folder = with_documents();
    folder.write("instance.json", r#"{"settings": {"tier": "db-f1-micro"}}"#);
    folder.write("report.csv", "a,b\n");
    folder.write("key.json", "{}");
    // Calls are previews without credentials, and print nothing to those that read them.
    let script = "#!/bin/sh\n[ \"$1\" = call ] || exit 0\necho call >> calls.txt\n\"$GAPI\" \"$@\" --dry-run > /dev/null 2> error.txt || { cat error.txt >> failures.txt; echo \"$*\" >> failures.txt; }\n";
    let calls: String = blocks(GUIDE)
        .concat()
        .replace("--dry-run=curl", "")
        .replace("--dry-run", "");
    let mut shell = with_shell(&folder, script);
    shell
        .arg("-c")
        .arg(calls.replace("$topic", "projects/p/topics/t"));
    let ran = Ran::of(shell, "");
    let failures = std::fs::read_to_string(folder.path("failures.txt")).unwrap_or_default();
    assert!(failures.is_empty(), "{failures}\n{}", ran.stderr);
    assert!(folder.read("calls.txt").lines().count() > 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour() {
    let (google, storage) = (
        Google::start().await.unwrap(),
        Storage::start().await.unwrap(),
    );
    google.cloud_sql().set_polls(1);
    let folder = with_documents();
    folder.write("key.json", &google.key_json());
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tour.sh");
    let mut shell = with_shell(&folder, "#!/bin/sh\nexec \"$GAPI\" \"$@\"\n");
    shell
        .arg(tour)
        .env("SERVER", google.url())
        .env("STORAGE", storage.url());
    let ran = Ran::of(shell, "").ok();
    for line in [
        "tour  db-f1-micro    blue",
        r#"{"maintenanceVersion":null,"settings":{"userLabels":{"team":"blue"}}}"#,
        "error: body.setings.tier: there is no property `setings`; did you mean `settings`?",
        "status 1",
        "from the tour",
        "tour is in europe-west1",
    ] {
        assert!(
            ran.stdout.lines().any(|other| other == line),
            "{line}\n{}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
    assert_eq!(super::json(&folder.read("error.json"))["status"], 404);
}
