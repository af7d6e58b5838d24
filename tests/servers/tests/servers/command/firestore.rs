//! Google's emulator of Firestore: lists where the document declares objects, paths that its own pattern refuses.

use serde_json::json;

use super::{Desk, document};

#[test]
fn documents_are_written_and_queried() {
    let Some(url) = gapi_servers::optional_server("firestore-emulator") else {
        return;
    };
    let host = url.trim_start_matches("http://");
    let variables = [("FIRESTORE_EMULATOR_HOST", host)];
    let (desk, api) = (Desk::new(), document("firestore.v1"));
    let call = |words: &[&str]| {
        desk.call(
            &variables,
            &[&[api.as_str(), "-H", "authorization: Bearer owner"], words].concat(),
        )
    };
    let root = "projects/p/databases/(default)/documents";
    for number in ["1", "2", "3"] {
        let set = format!("fields.i.integerValue={number}");
        let words = [
            "projects.databases.documents.createDocument",
            root,
            "things",
            "--document-id",
            number,
            "--set",
            &set,
        ];
        call(&words).ok();
    }
    let query = r#"{"structuredQuery": {"from": [{"collectionId": "things"}], "where": {"fieldFilter": {
        "field": {"fieldPath": "i"}, "op": "GREATER_THAN", "value": {"integerValue": "1"}}}}}"#;
    std::fs::write(desk.path("q.json"), query).expect("a file");
    let found = call(&[
        "projects.databases.documents.runQuery",
        root,
        "--body",
        "@q.json",
        "--format",
        "jsonl",
    ])
    .ok()
    .stdout;
    let lines: Vec<serde_json::Value> = found
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2, "{found}");
    assert_eq!(
        lines[1]["document"]["fields"],
        json!({"i": {"integerValue": "3"}})
    );
    let listed = call(&[
        "projects.databases.documents.list",
        root,
        "things",
        "--order-by",
        "i desc",
        "--all",
        "--format",
        "value",
        "--columns",
        "fields.i.integerValue",
    ])
    .ok();
    assert_eq!(listed.stdout, "3\n2\n1\n");
    let document = format!("{root}/things/1");
    call(&[
        "projects.databases.documents.patch",
        &document,
        "--set",
        "fields.a-b.stringValue=x",
    ])
    .ok();
    let fields = call(&["projects.databases.documents.get", &document])
        .ok()
        .json()["fields"]
        .clone();
    assert_eq!(
        fields,
        json!({"i": {"integerValue": "1"}, "a-b": {"stringValue": "x"}})
    );
}
