//! Bodies: JSON, properties, files, masks.

use gapi_fakes::{Reply, Request};
use serde_json::json;

use super::{Desk, json};

fn echo(request: &Request) -> Reply {
    Reply::json(
        200,
        &json!({"name": "done", "body": request.json().unwrap_or_default()}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn text_becomes_what_the_schema_declares() {
    let desk = Desk::new(echo).await;
    let ran = desk
        .call(&[
            "storage:v1",
            "buckets.patch",
            "b",
            "--set-json",
            "labels.x=null",
            "--set",
            "labels.y=1",
            "--dry-run",
        ])
        .ok();
    assert!(
        ran.stdout
            .ends_with("\n\n{\"labels\":{\"x\":null,\"y\":\"1\"}}\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(desk.server.connections(), 0);
    desk.call(&[
        "sqladmin:v1",
        "instances.insert",
        "p",
        "--body",
        r#"{"name":"db","settings":{"tier":"a"}}"#,
        "--set",
        "settings.tier=007",
        "--set",
        "settings.dataDiskSizeGb=20",
        "--set",
        "settings.storageAutoResize=true",
        "--set",
        "replicaNames[]=a",
        "--set",
        "replicaNames[]=@b=c",
        "--set-json",
        r#"settings.ipConfiguration={"ipv4Enabled":false}"#,
    ])
    .ok();
    assert_eq!(
        desk.last().json().unwrap(),
        json!({"name": "db", "replicaNames": ["a", "@b=c"], "settings": {
            "tier": "007", "dataDiskSizeGb": "20", "storageAutoResize": true, "ipConfiguration": {"ipv4Enabled": false}}})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_mistakes_are_reported_at_once() {
    let desk = Desk::new(echo).await;
    let ran = desk.call(&[
        "pubsub:v1",
        "projects.topics.create",
        "projects/p/topics/t",
        "--body",
        r#"{"labls":{}}"#,
    ]);
    ran.fails_with(2, &["body.labls: ", "did you mean `labels`?"]);
    desk.call(&[
        "sqladmin:v1",
        "instances.insert",
        "p",
        "--set",
        "setings.tier=x",
        "--set",
        "settings.dataDiskSizeGb=many",
        "--set",
        "settings.tier.x=1",
        "--set-json",
        "settings=",
        "--set",
        "name",
    ])
    .fails_with(
        2,
        &[
            "body.setings.tier: there is no property `setings`; did you mean `settings`?",
            "body.settings.dataDiskSizeGb: `many` is not a whole number",
            "body.settings.tier.x: `settings.tier` has no properties",
            "body.settings: not a JSON value",
            "--set: expected PATH=TEXT: a value has no `=`",
        ],
    );
    desk.call(&["storage:v1", "buckets.get", "b", "--set", "name=x"])
        .fails_with(2, &["the method has no body"]);
    assert_eq!(desk.server.connections(), 0);
    desk.call(&[
        "pubsub:v1",
        "projects.topics.create",
        "projects/p/topics/t",
        "--body",
        r#"{"labls":{}}"#,
        "--no-check",
    ])
    .ok();
    assert_eq!(desk.last().json().unwrap(), json!({"labls": {}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_properties_come_from_files() {
    let desk = Desk::new(echo).await;
    std::fs::write(desk.folder.path("x.bin"), [0, 255, 254]).unwrap();
    desk.folder.write("body.json", r#"{"messages": []}"#);
    let publish = [
        "pubsub:v1",
        "projects.topics.publish",
        "projects/p/topics/t",
    ];
    let words: Vec<&str> = publish
        .into_iter()
        .chain([
            "--body",
            "@body.json",
            "--set-file",
            "messages[].data=x.bin",
            "--set",
            "messages[0].attributes.a.b=c",
        ])
        .collect();
    desk.call(&words).ok();
    assert_eq!(
        desk.last().json().unwrap(),
        json!({"messages": [{"data": "AP_-", "attributes": {"a.b": "c"}}]})
    );
    let words: Vec<&str> = publish.into_iter().chain(["--body", "@-"]).collect();
    desk.call_with(&words, r#"{"messages":[{"data":"YQ=="}]}"#)
        .ok();
    assert_eq!(desk.last().json().unwrap()["messages"][0]["data"], "YQ==");
    let words: Vec<&str> = publish
        .into_iter()
        .chain(["--body", "@-", "--set-file", "messages[].data=-"])
        .collect();
    desk.call_with(&words, "{}")
        .fails_with(2, &["--body reads the standard input stream already"]);
    let words: Vec<&str> = publish
        .into_iter()
        .chain(["--body", "@none.json"])
        .collect();
    desk.call(&words).fails_with(7, &["--body", "none.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_follows_what_is_set() {
    let desk = Desk::new(echo).await;
    let patch = [
        "firestore:v1",
        "projects.databases.patch",
        "projects/p/databases/d",
    ];
    let with = |words: &[&'static str]| -> Vec<&'static str> {
        patch.into_iter().chain(words.iter().copied()).collect()
    };
    desk.call(&with(&[
        "--set",
        "locationId=x",
        "--set",
        "cmekConfig.kmsKeyName=k",
    ]))
    .ok();
    let mask = |desk: &Desk| {
        desk.last()
            .query_pairs()
            .into_iter()
            .find(|(key, _)| key == "updateMask")
            .map(|(_, mask)| mask)
    };
    assert_eq!(
        mask(&desk).as_deref(),
        Some("cmekConfig.kmsKeyName,locationId")
    );
    desk.call(&with(&["--set", "locationId=x", "--update-mask", "other"]))
        .ok();
    assert_eq!(mask(&desk).as_deref(), Some("other"));
    desk.call(&with(&["--body", r#"{"locationId":"x"}"#])).ok();
    assert_eq!(mask(&desk), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_displayed_is_the_body_that_is_sent() {
    let desk = Desk::new(echo).await;
    let values = [
        "spreadsheets.values.update",
        "ID",
        "Sheet1!A1:B2",
        "--value-input-option",
        "RAW",
        "--set-json",
        r#"values=[["=1+1","x"]]"#,
    ];
    let words: Vec<&str> = ["sheets:v4"].into_iter().chain(values).collect();
    let preview = desk
        .call(&[&words[..], &["--dry-run"]].concat())
        .ok()
        .stdout;
    desk.call(&words).ok();
    let last = desk.last();
    let (head, body) = preview.split_once("\n\n").unwrap();
    assert_eq!(body.trim_end().as_bytes(), last.body);
    assert_eq!(
        head.lines().next(),
        Some(format!("PUT {}?{}", last.url(), last.query.unwrap_or_default()).as_str())
    );
    desk.call(&[
        "sheets:v4",
        "spreadsheets.values.update",
        "ID",
        "A1",
        "--value-input-option",
        "RAWW",
        "--body",
        "{}",
    ])
    .fails_with(2, &["valueInputOption", "RAW", "USER_ENTERED"]);
    assert_eq!(json(body)["values"][0][0], "=1+1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_body_is_sent_byte_for_byte() {
    let desk = Desk::new(echo).await;
    let body = "{\"name\": \"db\",\n \"databaseVersion\" : \"MYSQL_8_0\", \"createTime\": null, \"maxDiskSize\": 1e2}";
    let insert = ["sqladmin:v1", "instances.insert", "p", "--body", "@b.json"];
    desk.folder.write("b.json", &format!("\u{feff}{body}\n"));
    desk.call(&insert).ok();
    assert_eq!(String::from_utf8_lossy(&desk.last().body), body);
    let preview = desk.call(&[&insert[..], &["--dry-run"]].concat()).ok();
    assert!(preview.stdout.ends_with(&format!("\n\n{body}\n")));
    desk.call(&[&insert[..], &["--set", "name=x"]].concat())
        .ok();
    assert_eq!(
        String::from_utf8_lossy(&desk.last().body),
        r#"{"createTime":null,"databaseVersion":"MYSQL_8_0","maxDiskSize":100.0,"name":"x"}"#
    );
}
