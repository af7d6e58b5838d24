//! `gapi diff`

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Folder;

/// One document, and single edits of it with their classes.
fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../codegen/tests/data")
        .join(name)
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(name)).unwrap()).unwrap()
}

/// A JSON pointer's object or list, and the key in it.
fn parent<'a>(document: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (above, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    (document.pointer_mut(above).expect(pointer), key)
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    match parent(document, pointer) {
        (Value::Array(list), index) => {
            let index: usize = index.parse().unwrap();
            list.truncate(list.len().max(index));
            if index < list.len() {
                list[index] = value;
            } else {
                list.push(value);
            }
        }
        (object, key) => object[key] = value,
    }
}

fn take(document: &mut Value, pointer: &str) -> Value {
    let (object, key) = parent(document, pointer);
    object.as_object_mut().unwrap().remove(&key).expect(pointer)
}

#[test]
fn people_read_lines_and_a_sum() {
    let folder = Folder::new();
    let mut new = read("library.json");
    folder.write("old.json", &new.to_string());
    put(&mut new, "/revision", "20260201".into());
    take(&mut new, "/schemas/Book/properties/isbn");
    let added = serde_json::json!({"id": "Reader", "type": "object"});
    put(&mut new, "/schemas/Reader", added);
    folder.write("new.json", &new.to_string());

    let ran = folder.gapi("diff old.json new.json");
    assert_eq!(ran.status, 3);
    assert_eq!(ran.stderr, "");
    assert_eq!(
        ran.stdout,
        "breaking   schemas.Book.properties.isbn: the property is gone\n\
         additive   schemas.Reader: the schema is new\n\
         docs-only  revision: `20260101` became `20260201`\n\
         library:v1, revision 20260101 -> 20260201: 1 breaking, 1 additive, 1 docs-only\n"
    );
    let ran = folder.gapi("diff old.json new.json --show breaking");
    assert_eq!(ran.stdout.lines().count(), 2);
}

#[test]
fn the_status_is_for_scripts() {
    let folder = Folder::new();
    let mut document = read("library.json");
    folder.write("old.json", &document.to_string());
    put(&mut document, "/revision", "20260201".into());
    folder.write("docs.json", &document.to_string());
    let added = serde_json::json!({"id": "Reader", "type": "object"});
    put(&mut document, "/schemas/Reader", added);
    folder.write("additive.json", &document.to_string());
    take(&mut document, "/schemas/Unused");
    folder.write("breaking.json", &document.to_string());
    let table = [
        ("old", [0, 0, 0, 0]),
        ("docs", [0, 0, 0, 3]),
        ("additive", [0, 0, 3, 3]),
        ("breaking", [0, 3, 3, 3]),
    ];
    for (new, expected) in table {
        let denied = ["nothing", "breaking", "additive", "docs-only"];
        let found = denied.map(|denied| {
            let call = format!("diff old.json {new}.json --deny {denied}");
            folder.gapi(&call).status
        });
        assert_eq!(found, expected, "{new}");
    }
    // An error is no finding.
    folder
        .gapi("diff old.json none.json")
        .fails_with(5, &["none.json"]);
    folder.gapi("diff old.json").fails_with(2, &["<NEW>"]);
    folder
        .gapi("diff - -")
        .fails_with(2, &["only one argument"]);
}

#[test]
fn documents_may_be_named_and_piped() {
    let folder = Folder::new();
    let text = folder.read("discovery-docs/tasks.v1.json");
    let ran = folder.gapi_with("diff - tasks:v1", &text).ok();
    assert!(ran.stdout.contains("no changes"), "{}", ran.stdout);
    folder
        .gapi_with("diff tasks:v1 -", "{")
        .fails_with(1, &["(standard input):1:"]);
}

#[test]
fn two_versions_of_one_api_differ() {
    let folder = Folder::new();
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let path = |file: &str| vendored.join(file).to_string_lossy().into_owned();
    let call = format!(
        "diff {} {} --json --deny nothing",
        path("sqladmin.v1beta4.json"),
        path("sqladmin.v1.json")
    );
    let diff: Value = serde_json::from_str(&folder.gapi(&call).ok().stdout).unwrap();
    assert_eq!(diff["class"], "breaking");
    let changes = diff["changes"].as_array().unwrap();
    let at = |path: &str| changes.iter().find(|change| change["place"] == path);
    assert!(at("version").is_some());
    assert!(at("resources.instances.methods.list.path").is_some());
}

#[test]
fn overrides_correct_both_documents_or_the_new_one() {
    let folder = Folder::new();
    let mut new = read("library.json");
    folder.write("old.json", &new.to_string());
    let retained = take(&mut new, "/schemas/Unused");
    folder.write("new.json", &new.to_string());
    put(&mut new, "/schemas/Unused", retained);
    let drop = |at: &str| serde_json::json!({"overrides": [{"at": at, "drop": true}]}).to_string();
    folder.write("unused.json", &drop("schemas.Unused"));
    folder.write("none.json", r#"{"overrides": []}"#);

    let ran = folder.gapi("diff old.json new.json --json");
    let diff: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
    assert_eq!(diff["changes"][0]["rule"], "schema-gone");
    // What an override takes out of the old document is gone from the new one by itself.
    let ran = folder.gapi("diff old.json new.json --overrides unused.json");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("unused.json: overrides[0]"),
        "{}",
        ran.stderr
    );
    let ran =
        folder.gapi("diff old.json new.json --overrides unused.json --new-overrides none.json");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.ends_with("no changes\n"), "{}", ran.stdout);
}

#[test]
fn a_method_of_which_nothing_can_be_made_is_a_warning() {
    let folder = Folder::new();
    let mut document = read("library.json");
    let method = "/resources/shelves/methods/get";
    put(
        &mut document,
        &format!("{method}/httpMethod"),
        "FETCH".into(),
    );
    folder.write("old.json", &document.to_string());
    put(&mut document, "/version_module", "True".into());
    folder.write("new.json", &document.to_string());

    let ran = folder.gapi("diff old.json new.json");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let warned = "warning: old.json: resources.shelves.methods.get.httpMethod: ";
    assert!(ran.stderr.contains(warned), "{}", ran.stderr);
    assert!(ran.stdout.contains("1 docs-only"), "{}", ran.stdout);
}
