//! `gapi list`, `gapi methods`, `gapi show`, `gapi completions`

use std::path::Path;

use serde_json::Value;

use crate::support::Folder;

/// A folder with a few of the vendored documents.
fn folder() -> Folder {
    let folder = Folder::empty();
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let specs = "tasks:v1 oauth2:v2 sqladmin:v1 sqladmin:v1beta4";
    let call = format!("fetch {specs} --from {}", vendored.to_string_lossy());
    folder.gapi(&call).ok();
    folder
}

#[test]
fn documents_are_listed() {
    let folder = folder();
    let text = folder.gapi("list").ok().stdout;
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        names,
        ["oauth2:v2", "sqladmin:v1", "sqladmin:v1beta4", "tasks:v1"]
    );
    let found = folder.gapi("list TASKS").ok().stdout;
    assert!(
        found.starts_with("tasks:v1") && found.ends_with("Google Tasks API\n"),
        "{found}"
    );
    let json: Value = serde_json::from_str(&folder.gapi("list sql --json").ok().stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["title"], "Cloud SQL Admin API");
    folder
        .gapi("list zebra")
        .fails_with(1, &["zebra", "gapi fetch"]);
    Folder::empty()
        .gapi("list")
        .fails_with(5, &["gapi fetch sqladmin:v1"]);
}

#[test]
fn methods_are_listed() {
    let folder = folder();
    let text = folder.gapi("methods tasks:v1").ok().stdout;
    assert_eq!(text.lines().count(), 14);
    let line = "tasks.list        GET tasks/v1/lists/{tasklist}/tasks               Returns all tasks in the specified task list.";
    assert!(text.lines().any(|other| other == line), "{text}");
    let found = folder.gapi("methods tasks:v1 DELETE").ok().stdout;
    assert_eq!(found.lines().count(), 2, "{found}");
    let json = folder
        .gapi("methods tasks:v1 tasks.clear --json")
        .ok()
        .stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["id"], "tasks.tasks.clear");
    assert_eq!(json[0]["http"], "POST tasks/v1/lists/{tasklist}/clear");
    folder
        .gapi("methods tasks:v1 zebra")
        .fails_with(1, &["zebra", "gapi methods tasks:v1"]);
    // Patterns are those of selections.
    for (pattern, count) in [("tasks.*", 8), ("tasks.{list,get}", 2), ("**", 14)] {
        let found = folder.gapi(&format!("methods tasks:v1 {pattern}")).ok();
        assert_eq!(found.stdout.lines().count(), count, "{pattern}");
    }
    folder
        .gapi("methods https://www.googleapis.com/discovery/v1/apis/tasks/v1/rest")
        .fails_with(5, &["no URL", "gapi fetch"]);
    folder
        .gapi("methods tasks:v1 task.*")
        .fails_with(1, &["task.*", "tasks"]);
}

/// `EXPECTORATE=overwrite` writes the current output.
#[test]
fn methods_are_described() {
    let folder = folder();
    for (file, line) in [
        ("tasks.insert.txt", "show tasks:v1 tasks.insert"),
        ("instances.list.txt", "show sqladmin:v1 instances.list"),
        (
            "operations.cancel.txt",
            "show sqladmin:v1 sql.operations.cancel",
        ),
        ("tokeninfo.txt", "show oauth2.tokeninfo"),
        ("tasks.v1.txt", "show tasks:v1"),
        ("tasks.txt", "show tasks:v1 tasks"),
        ("Task.txt", "show tasks:v1 Task"),
        ("tasks.insert.json", "show tasks:v1 tasks.insert --body"),
    ] {
        let text = folder.gapi(line).ok().stdout;
        expectorate::assert_contents(format!("tests/show/{file}"), &text);
    }
}

#[test]
fn descriptions_are_json_for_scripts() {
    let folder = folder();
    let text = folder
        .gapi("show sqladmin:v1 instances.insert --json --depth 1")
        .ok()
        .stdout;
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["name"], "instances.insert");
    assert_eq!(json["operation"], true);
    assert_eq!(json["body"]["type"], "sqladmin::DatabaseInstance");
    assert_eq!(
        json["body"]["json"]["settings"]["ipConfiguration"],
        serde_json::json!({})
    );
    // To be filled in: nothing that a server would act on.
    let body = &json["body"]["json"];
    assert_eq!(body["databaseVersion"], "SQL_DATABASE_VERSION_UNSPECIFIED");
    assert_eq!(
        body["settings"]["activationPolicy"],
        "SQL_ACTIVATION_POLICY_UNSPECIFIED"
    );
    for (line, property) in [
        ("show tasks:v1 --json", "resources"),
        ("show tasks:v1 Task --json", "properties"),
    ] {
        let json: Value = serde_json::from_str(&folder.gapi(line).ok().stdout).unwrap();
        assert!(json[property].as_array().unwrap().len() > 1, "{json}");
    }
    folder
        .gapi("show tasks:v1 tasks.list --body")
        .fails_with(1, &["no body"]);
    let shallow = folder
        .gapi("show sqladmin:v1 instances.insert --json")
        .ok()
        .stdout;
    let shallow: Value = serde_json::from_str(&shallow).unwrap();
    assert_eq!(shallow["body"]["json"]["settings"], serde_json::json!({}));
    let first = &json["parameters"][0];
    assert_eq!(
        (&first["name"], &first["required"]),
        (&"project".into(), &true.into())
    );
}

/// A document with odd texts and one broken method.
fn odd() -> Folder {
    let folder = Folder::empty();
    let text = "A \u{1b}]0;pwn\u{7}\u{202e} and\ttabs.";
    let method = |path: &str| {
        serde_json::json!({"id": "odd.r.g\u{9b}", "httpMethod": "GET", "path": path, "description": text,
            "parameters": {"\u{2066}x": {"type": "string", "location": "query", "description": text, "default": "\u{1b}[31m"}}})
    };
    let document = serde_json::json!({"kind": "discovery#restDescription", "name": "odd", "version": "v1\u{1b}", "title": text,
        "revision": "1\r", "rootUrl": "https://odd.example/", "resources": {"r": {"methods": {
            "g": method("x"), "bad\u{1b}[1m": method("{y}")}}}});
    folder.write("odd.json", &document.to_string());
    folder.write(
        "empty.json",
        &document.to_string().replace("resources", "unknown"),
    );
    folder
}

#[test]
fn texts_of_documents_do_nothing_to_a_terminal() {
    let folder = odd();
    for line in [
        "methods odd.json",
        "methods odd.json --json",
        "show odd.json r.g",
        "show odd.json r.g --json",
        "show odd.json r.x",
        "generate odd.json -o -",
        "generate odd.json -o - --methods r.g",
        "diff odd.json empty.json",
        "diff odd.json empty.json --json",
    ] {
        let ran = folder.gapi(line);
        for text in [&ran.stdout, &ran.stderr] {
            let acts = |c: char| c != '\n' && gapi_codegen::text::is_active(c);
            assert!(!text.contains(acts), "{line}: {text:?}");
        }
        assert!(ran.stdout.len() + ran.stderr.len() > 20, "{line}");
    }
    let json = folder.gapi("methods odd.json --json").ok().stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["id"], "odd.r.g\u{9b}");
}

#[test]
fn methods_that_are_wrong_are_left_out_with_a_warning() {
    let folder = odd();
    let ran = folder.gapi("methods odd.json").ok();
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert_eq!(
        ran.stderr,
        "warning: odd.json: resources.r.methods.\"bad\\u001b[1m\".path: `{y}` has `y`, which is not a parameter of the method\n"
    );
    folder
        .gapi("methods empty.json")
        .fails_with(1, &["empty.json has no methods"]);
}

#[test]
fn unknown_methods_are_explained() {
    let folder = folder();
    folder
        .gapi("show tasks:v1 tasks.lsit")
        .fails_with(1, &["tasks:v1", "`tasks.list`"]);
    folder.gapi("show sql.instances.list").fails_with(
        2,
        &[
            "sqladmin:v1 and of sqladmin:v1beta4",
            "sqladmin:v1beta4 sql.instances.list",
        ],
    );
    folder
        .gapi("show tasks.tasks.lsit")
        .fails_with(2, &["did you mean `tasks.tasks.list`"]);
    folder
        .gapi("show drive.files.list")
        .fails_with(2, &["drive.files.list", "gapi list"]);
    folder
        .gapi("show tasks.tasks.list tasks")
        .fails_with(2, &["nothing follows"]);
    folder.gapi("show").fails_with(2, &["API [NAME]"]);
}

#[test]
fn shells_complete_the_commands() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.gapi(&format!("completions {shell}")).ok().stdout;
        for word in ["gapi", "COMPLETE"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    folder.gapi("completions tcl").fails_with(2, &["bash"]);
}
