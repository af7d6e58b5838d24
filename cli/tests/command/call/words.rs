//! Parameters by position and by name, in any order.

use gapi_fakes::{Reply, Request};
use serde_json::json;

use super::{Desk, run, with_documents};

async fn desk() -> Desk {
    Desk::new(|_: &Request| Reply::json(200, &json!({}))).await
}

fn query(desk: &Desk) -> Vec<(String, String)> {
    let pairs = desk.last().query_pairs();
    pairs.into_iter().filter(|(key, _)| key != "alt").collect()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_are_made_from_the_document() {
    let desk = desk().await;
    desk.call(&[
        "gmail:v1",
        "users.messages.list",
        "me",
        "--q",
        "is:unread",
        "--include-spam-trash",
        "--label-ids",
        "A",
        "--label-ids",
        "B",
    ])
    .ok();
    assert_eq!(desk.last().path, "/gmail/v1/users/me/messages");
    let mut sent = query(&desk);
    sent.sort();
    assert_eq!(
        sent,
        pairs(&[
            ("includeSpamTrash", "true"),
            ("labelIds", "A"),
            ("labelIds", "B"),
            ("q", "is:unread")
        ])
    );
    desk.call(&["--verbose", "gmail:v1", "-q", "users.messages.list", "me"])
        .fails_with(2, &["--quiet"]);
    desk.call(&[
        "gmail:v1",
        "users.messages.list",
        "--user-id=me",
        "--include-spam-trash=false",
        "--q",
        "",
        "--page-token",
        "-abc=",
    ])
    .ok();
    let mut sent = query(&desk);
    sent.sort();
    assert_eq!(
        sent,
        pairs(&[
            ("includeSpamTrash", "false"),
            ("pageToken", "-abc="),
            ("q", "")
        ])
    );
    desk.call(&["gmail:v1", "users.messages.list", "me", "--q=--dry-run"])
        .ok();
    assert_eq!(query(&desk), pairs(&[("q", "--dry-run")]));
    desk.call(&[
        "gmail:v1",
        "users.messages.list",
        "me",
        "--include-spam-trash",
        "true",
    ])
    .fails_with(2, &["`true` is no argument", "--name=true"]);
    desk.call(&["gmail:v1", "users.messages.list", "me", "--format", "xml"])
        .fails_with(2, &["'--format <FORMAT>'; [possible values: json"]);
    desk.call(&["gmail:v1", "users.messages.list", "--", "-x"])
        .ok();
    assert_eq!(desk.last().path, "/gmail/v1/users/-x/messages");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_fill_what_has_no_flag() {
    let desk = desk().await;
    desk.call(&["sqladmin:v1", "instances.get", "db", "--project", "p"])
        .ok();
    assert_eq!(desk.last().path, "/v1/projects/p/instances/db");
    desk.call(&["sqladmin:v1", "instances.get", "p", "a/b#%é"])
        .ok();
    assert_eq!(
        desk.last().path,
        "/v1/projects/p/instances/a%2Fb%23%25%C3%A9"
    );
    desk.call(&[
        "sqladmin:v1",
        "instances.list",
        "p",
        "--filter",
        "name:a b+c",
    ])
    .ok();
    assert!(
        desk.last()
            .query
            .unwrap()
            .contains("filter=name%3Aa%20b%2Bc")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_names_are_reached_by_name() {
    let desk = desk().await;
    let folder = &desk.folder;
    folder.write(
        "odd.json",
        &json!({"kind": "discovery#restDescription", "name": "odd", "version": "v1", "rootUrl": "https://odd.googleapis.com/", "servicePath": "",
            "schemas": {}, "resources": {"r": {"methods": {"get": {"id": "odd.r.get", "httpMethod": "GET", "path": "r", "parameters": {
                "dryRun": {"type": "boolean", "location": "query"}, "interval.startTime": {"type": "string", "location": "query"},
                "pageSize": {"type": "string", "location": "query"}, "page-size": {"type": "string", "location": "query"}}},
                "broken": {"id": "odd.r.broken", "httpMethod": "GET", "path": "r", "response": {"$ref": "None"}}}}}})
        .to_string(),
    );
    desk.call(&[
        "./odd.json",
        "r.get",
        "-p",
        "dryRun=true",
        "--interval-start-time",
        "x",
    ])
    .ok();
    let mut sent = query(&desk);
    sent.sort();
    assert_eq!(
        sent,
        pairs(&[("dryRun", "true"), ("interval.startTime", "x")])
    );
    let before = desk.server.log().len();
    desk.call(&["odd.json", "r.get", "--dry-run"]).ok();
    assert_eq!(desk.server.log().len(), before);
    let help = desk.call(&["odd.json", "r.get", "--help"]).ok().stdout;
    for name in ["-p dryRun=VALUE", "-p pageSize=VALUE"] {
        assert!(help.contains(name), "{help}");
    }
    desk.call(&["odd.json", "r.broken"])
        .fails_with(5, &["the schema `None`", "correct the document"]);
}

#[test]
fn the_help_has_what_a_method_can_do() {
    let folder = with_documents();
    for (spec, method, lines) in [
        (
            "drive:v3",
            "files.download",
            &[
                "--wait, --wait=response: it starts an operation",
                "for the media itself: files.export or files.get, with --media -o FILE",
            ][..],
        ),
        (
            "storage:v1",
            "objects.insert",
            &["gapi call storage:v1 objects.insert BUCKET --upload FILE"],
        ),
    ] {
        let help = run(&folder, &[spec, method, "--help"]).ok().stdout;
        for line in lines {
            assert!(help.contains(line), "{line}\n{help}");
        }
    }
}
