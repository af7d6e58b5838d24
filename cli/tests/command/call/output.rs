//! Forms of results.

use gapi_fakes::{Reply, Request};
use serde_json::json;

use super::Desk;

const INSTANCE: &str = r#"{"zeta":1,"name":"db,\"1\"","settings":{"tier":"no","dataDiskSizeGb":12345678901234567890123},"state":"RUNNABLE","list":[]}"#;

async fn desk(text: &'static str) -> Desk {
    Desk::new(move |_: &Request| Reply::new(200).body("application/json", text)).await
}

fn get<'a>(words: &[&'a str]) -> Vec<&'a str> {
    ["sqladmin:v1", "instances.get", "p", "db"]
        .into_iter()
        .chain(words.iter().copied())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_response_in_every_form() {
    let desk = desk(INSTANCE).await;
    let out = |words: &[&str]| desk.call(&get(words)).ok().stdout;
    assert_eq!(
        out(&[]),
        "{\n  \"zeta\": 1,\n  \"name\": \"db,\\\"1\\\"\",\n  \"settings\": {\n    \"tier\": \"no\",\n    \"dataDiskSizeGb\": 12345678901234567890123\n  },\n  \"state\": \"RUNNABLE\",\n  \"list\": []\n}\n"
    );
    assert_eq!(out(&["--format", "jsonl"]), format!("{INSTANCE}\n"));
    assert_eq!(out(&["--format", "raw"]), INSTANCE);
    assert_eq!(
        out(&["--format", "yaml"]),
        "zeta: 1\nname: \"db,\\\"1\\\"\"\nsettings:\n  tier: \"no\"\n  dataDiskSizeGb: 12345678901234567890123\nstate: \"RUNNABLE\"\nlist: []\n"
    );
    assert_eq!(
        out(&["--format", "csv", "--columns", "name,settings.tier"]),
        "name,settings.tier\r\n\"db,\"\"1\"\"\",no\r\n"
    );
    assert_eq!(
        out(&[
            "--format",
            "value",
            "--columns",
            "state,settings.dataDiskSizeGb"
        ]),
        "RUNNABLE\t12345678901234567890123\n"
    );
    assert_eq!(
        out(&["--columns", "state,name"]),
        "state     name\nRUNNABLE  db,\"1\"\n"
    );
    assert_eq!(
        out(&["--format", "table"]),
        "zeta      1\nname      db,\"1\"\nsettings  {\"tier\":\"no\",\"dataDiskSizeGb\":12345678901234567890123}\nstate     RUNNABLE\nlist      []\n"
    );
    desk.call(&get(&["--columns", "nmae"]))
        .fails_with(2, &["--columns: nmae", "`name`"]);
    desk.call(&get(&["--columns", "name", "--format", "json"]))
        .fails_with(2, &["--columns"]);
    desk.call(&get(&["--format", "xml"]))
        .fails_with(2, &["xml", "jsonl"]);
    desk.call(&get(&["-o", "out.json"])).ok();
    assert!(desk.folder.read("out.json").starts_with("{\n  \"zeta\""));
    assert_eq!(desk.folder.names(), ["discovery-docs", "out.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_have_the_same_columns_on_all_pages() {
    let desk = Desk::new(|request: &Request| {
        let is_second = request
            .query_pairs()
            .iter()
            .any(|(key, _)| key == "pageToken");
        let page = if is_second {
            json!({"items": [{"name": "b", "zone": "z", "unknown": 1}]})
        } else {
            json!({"items": [{"name": "a\tb\u{1b}", "state": "RUNNABLE"}], "nextPageToken": "x"})
        };
        Reply::json(200, &page)
    })
    .await;
    let list = ["sqladmin:v1", "instances.list", "p", "--all"];
    let out = |words: &[&str]| desk.call(&[&list[..], words].concat()).ok().stdout;
    assert_eq!(
        out(&["--format", "csv", "--columns", "name,state"]),
        "name,state\r\na\tb\u{1b},RUNNABLE\r\nb,\r\n"
    );
    assert_eq!(
        out(&["--format", "value", "--columns", "name,state"]),
        "a\\tb\\u{1b}\tRUNNABLE\nb\t\n"
    );
    let table = out(&["--format", "table"]);
    assert_eq!(table.lines().count(), 3);
    assert!(table.starts_with("name"), "{table}");
    assert_eq!(
        out(&["--format", "yaml"]),
        "- name: \"a\\tb\\u001b\"\n  state: \"RUNNABLE\"\n- name: \"b\"\n  unknown: 1\n  zone: \"z\"\n"
    );
    let csv = desk
        .call(&[
            "sqladmin:v1",
            "instances.list",
            "p",
            "--format",
            "csv",
            "--columns",
            "name",
        ])
        .ok()
        .stdout;
    assert_eq!(csv, "name\r\na\tb\u{1b}\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_printed_for_nothing() {
    let desk = Desk::new(|_: &Request| Reply::new(204)).await;
    let ran = desk.call(&["storage:v1", "objects.delete", "b", "o"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let desk = self::desk("{}").await;
    assert_eq!(
        desk.call(&["sqladmin:v1", "instances.list", "p"])
            .ok()
            .stdout,
        "{}\n"
    );
    assert_eq!(
        desk.call(&["sqladmin:v1", "instances.list", "p", "--all"])
            .ok()
            .stdout,
        "[]\n"
    );
    assert_eq!(
        desk.call(&[
            "sqladmin:v1",
            "instances.list",
            "p",
            "--all",
            "--format",
            "table"
        ])
        .ok()
        .stdout,
        ""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn maps_have_keys() {
    let desk = Desk::new(|_: &Request| {
        Reply::new(200).body(
            "application/json",
            r#"{"items":{"zones/b":{"warning":{"code":"X"}},"zones/a":{"instances":[]}}}"#,
        )
    })
    .await;
    let vendored =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs/compute.v1.json");
    let path = vendored.to_str().unwrap();
    let out = desk
        .call(&[
            path,
            "instances.aggregatedList",
            "p",
            "--all",
            "--format",
            "jsonl",
        ])
        .ok()
        .stdout;
    assert_eq!(
        out,
        "{\"key\":\"zones/b\",\"value\":{\"warning\":{\"code\":\"X\"}}}\n{\"key\":\"zones/a\",\"value\":{\"instances\":[]}}\n"
    );
    let out = desk
        .call(&[
            path,
            "instances.aggregatedList",
            "p",
            "--all",
            "--format",
            "value",
            "--columns",
            "key,value.warning.code",
        ])
        .ok()
        .stdout;
    assert_eq!(out, "zones/b\tX\nzones/a\t\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn elements_are_printed_as_they_arrive() {
    let desk = desk(r#"[{"document":{"name":"a"}},{"document":{"name":"b"}}]"#).await;
    let query = [
        "firestore:v1",
        "projects.databases.documents.runQuery",
        "projects/p/databases/(default)/documents",
        "--body",
        "{}",
        "--format",
        "jsonl",
    ];
    let out = desk.call(&query).ok().stdout;
    assert_eq!(
        out,
        "{\"document\":{\"name\":\"a\"}}\n{\"document\":{\"name\":\"b\"}}\n"
    );
    // The document declares one object.
    assert!(desk.call(&query[..5]).ok().stdout.starts_with("[\n  {\n"));
    let names = [
        &query[..5],
        &["--format", "value", "--columns", "document.name"],
    ]
    .concat();
    assert_eq!(desk.call(&names).ok().stdout, "a\nb\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_forms_than_json_are_printed_as_they_come() {
    let desk = Desk::new(|request: &Request| {
        let pairs = request.query_pairs();
        let alt = pairs.iter().find(|(name, _)| name == "alt");
        match alt.map(|(_, value)| value.as_str()) {
            Some("sse") => Reply::new(200).body(
                "text/event-stream",
                ": a comment\n\ndata: {\"b\": 1,\ndata: \"a\": 12345678901234567890123}\n\ndata: {}\n\n",
            ),
            Some("csv") => Reply::new(200).body("text/csv", &b"a;\xff\n"[..]),
            _ => Reply::new(200).body("application/json", "[1, 2]"),
        }
    })
    .await;
    assert_eq!(
        desk.call(&get(&["--alt", "sse"])).ok().stdout,
        "{\"b\":1,\"a\":12345678901234567890123}\n{}\n"
    );
    let raw = desk.call(&get(&["--alt=sse", "--format=raw"])).ok().stdout;
    assert!(raw.starts_with(": a comment\n"), "{raw}");
    // A response of another form than the document declares is printed if its bytes are asked for.
    let raw = desk.call(&get(&["--format", "raw"])).ok().stdout;
    assert_eq!(raw, "[1, 2]");
    desk.call(&get(&["--alt", "csv", "-o", "table.csv"])).ok();
    assert_eq!(
        std::fs::read(desk.folder.path("table.csv")).unwrap(),
        b"a;\xff\n"
    );
    let count = desk.server.log().len();
    desk.call(&get(&["--alt", "csv", "--format", "json"]))
        .fails_with(2, &["--format"]);
    desk.call(&get(&["--alt", "sse", "--format", "yaml"]))
        .fails_with(2, &["--format"]);
    desk.call(&get(&["--alt", "media"]))
        .fails_with(2, &["--media"]);
    assert_eq!(desk.server.log().len(), count);
}
