//! The standard streams of all verbs: `-`, `--json`, and the status of errors.

use std::path::Path;

use serde_json::Value;

use crate::support::Folder;

fn tasks() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs/tasks.v1.json");
    std::fs::read_to_string(path).unwrap()
}

const OVERRIDES: &str = r#"{"overrides": [{"at": "schemas.TaskList", "rename": "Checklist"}]}"#;
const RUST: &str = "gapi::api! { mod todo = \"tasks:v1\" { tasks.list }; }";

#[test]
fn every_file_may_be_the_standard_input_stream() {
    let folder = Folder::new();
    folder.write("Cargo.toml", "[package]\nname = \"app\"\n");
    folder.write("src/lib.rs", "");
    let user = r#"{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}"#;
    for (line, input, expected) in [
        ("generate - -o -", tasks().as_str(), "pub struct TaskList"),
        (
            "generate tasks:v1 -o - --overrides -",
            OVERRIDES,
            "pub struct Checklist",
        ),
        ("expand - --methods tasks.list", &tasks(), "pub mod tasks"),
        ("expand -", RUST, "mod todo"),
        ("expand tasks:v1 --overrides -", OVERRIDES, "Checklist"),
        ("methods -", &tasks(), "tasks.list"),
        ("show -", &tasks(), "tasks:v1 Google Tasks API"),
        ("show - Task", &tasks(), "Properties:"),
        (
            "call - tasks.list LIST --dry-run --anonymous",
            &tasks(),
            "GET https://tasks.googleapis.com/tasks/v1/lists/LIST/tasks",
        ),
        (
            "call tasks:v1 tasks.insert LIST --body @- --dry-run --anonymous",
            "{}",
            "POST ",
        ),
        ("diff - tasks:v1", &tasks(), "no changes"),
        ("diff tasks:v1 -", &tasks(), "no changes"),
        (
            "diff tasks:v1 tasks:v1 --overrides -",
            OVERRIDES,
            "no changes",
        ),
        (
            "diff tasks:v1 tasks:v1 --new-overrides -",
            OVERRIDES,
            "Checklist",
        ),
        (
            "fetch --from - --dir docs",
            &tasks(),
            "tasks:v1: new, revision",
        ),
        ("init - --dry-run", &tasks(), "mod tasks = \"tasks:v1\""),
        (
            "auth import - --account ann",
            user,
            "(standard input) is in",
        ),
    ] {
        let ran = folder.gapi_with(line, input);
        assert!(
            ran.stdout.contains(expected),
            "{line}\n{}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
    // There is one stream.
    for line in [
        "diff - -",
        "generate - -o - --overrides -",
        "call - tasks.insert LIST --body @- --dry-run",
    ] {
        folder
            .gapi_with(line, &tasks())
            .fails_with(2, &["standard input stream"]);
    }
    folder
        .gapi_with("methods -", "text")
        .fails_with(1, &["(standard input)"]);
}

#[test]
fn json_is_without_exception() {
    let folder = Folder::new();
    folder.write("Cargo.toml", "[package]\nname = \"app\"\n");
    folder.write("main.rs", RUST);
    for line in [
        "index",
        "list",
        "methods tasks:v1",
        "show tasks:v1",
        "show tasks:v1 tasks.list",
        "show tasks:v1 tasks.insert --body",
        "generate tasks:v1 -o tasks.rs",
        "generate tasks:v1 -o tasks.rs --check",
        "generate tasks:v1 -o -",
        "expand main.rs",
        "diff tasks:v1 tasks:v1",
        "fetch tasks:v1 --from discovery-docs",
        "init tasks:v1",
        "auth list",
        "completions bash",
    ] {
        for line in [format!("{line} --json"), format!("--json {line}")] {
            let ran = folder.gapi(&line).ok();
            let value: Result<Value, _> = serde_json::from_str(&ran.stdout);
            assert!(value.is_ok(), "{line}\n{}", ran.stdout);
        }
    }
    for (line, status, kind) in [
        ("list --no-such-option", 2, "usage"),
        ("nothing", 2, "usage"),
        ("methods tasks:v1 zebra", 1, "invalid"),
        ("show tasks:v1 zebra", 1, "invalid"),
        ("generate zebra:v1 -o -", 5, "document"),
        ("generate tasks:v1 -o no/such/folder.rs", 7, "file"),
        ("expand none.rs", 7, "file"),
        ("diff none.json tasks:v1", 5, "document"),
        ("fetch zebra:v1 --from discovery-docs", 5, "document"),
        ("index none", 7, "file"),
        ("init", 2, "usage"),
        ("auth status", 4, "credentials"),
        ("auth print-token", 4, "credentials"),
        ("auth revoke ann@example.com", 4, "credentials"),
    ] {
        let ran = folder.gapi(&format!("{line} --json"));
        let last = ran.stderr.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_default();
        let error = &error["error"];
        assert_eq!(
            (ran.status, &error["kind"]),
            (status, &kind.into()),
            "{line}\n{}",
            ran.stderr
        );
        assert_eq!(error["exit"], status, "{line}");
        assert!(error["message"].is_string(), "{line}");
    }
    // Of a call, both come from one option.
    let ran = folder.gapi("call tasks:v1 tasks.lsit --json");
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((ran.status, &error["kind"]), (2, &"usage".into()));
}

#[test]
fn colours_are_an_option() {
    let folder = Folder::new();
    for line in ["methods tasks:v1", "show tasks:v1"] {
        let plain = folder.gapi(line).ok().stdout;
        assert!(!plain.contains('\u{1b}'), "{line}");
        let coloured = folder.gapi(&format!("{line} --color always")).ok().stdout;
        assert!(coloured.contains("\u{1b}["), "{line}");
        assert_eq!(console::strip_ansi_codes(&coloured), plain, "{line}");
    }
}
