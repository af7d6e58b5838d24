//! Waiting for operations.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gapi_fakes::{Google, Reply, Request};
use serde_json::json;

use super::{Desk, json, with_documents};
use crate::support::Ran;

/// A Cloud SQL whose operations are done at the third poll.
async fn desk(error: bool) -> Desk {
    let polls = Arc::new(AtomicUsize::new(0));
    Desk::new(move |request: &Request| {
        let is_poll = request.path.contains("/operations/");
        let count = if is_poll { polls.fetch_add(1, Ordering::Relaxed) } else { 0 };
        let mut operation = json!({"kind": "sql#operation", "name": "op-1", "status": "PENDING", "targetProject": "p"});
        if is_poll && count >= 1 {
            operation["status"] = json!("DONE");
            if error {
                operation["error"] = json!({"errors": [{"code": "QUOTA", "message": "no room"}]});
            }
        }
        Reply::json(200, &operation)
    })
    .await
}

const PATCH: [&str; 6] = [
    "sqladmin:v1",
    "instances.patch",
    "p",
    "db",
    "--set",
    "settings.tier=x",
];

fn with<'a>(words: &[&'a str]) -> Vec<&'a str> {
    PATCH.into_iter().chain(words.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_is_waited_for() {
    let desk = desk(false).await;
    let ran = desk.call(&with(&["--wait", "--deadline", "30s"])).ok();
    assert_eq!(json(&ran.stdout)["status"], "DONE");
    let ran = desk
        .call(&[
            "sqladmin:v1",
            "operations.get",
            "p",
            "op-1",
            "--wait",
            "--fields",
            "name",
        ])
        .ok();
    assert_eq!(json(&ran.stdout)["name"], "op-1");
    desk.call(&with(&["--wait=response"]))
        .fails_with(2, &["--wait"]);
    desk.call(&["sqladmin:v1", "instances.list", "p", "--wait"])
        .fails_with(2, &["--wait", "no operation"]);
    desk.call(&with(&["--deadline", "30s"]))
        .fails_with(2, &["--wait"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_operation_is_a_failure() {
    let desk = desk(true).await;
    let ran = desk
        .call(&with(&["--wait"]))
        .fails_with(1, &["QUOTA", "no room"]);
    assert_eq!(ran.stdout, "");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_wait_can_be_resumed() {
    interrupted("-INT").await;
    interrupted("-TERM").await;
}

#[cfg(unix)]
async fn interrupted(signal: &str) {
    let desk =
        Desk::new(|_: &Request| Reply::json(200, &json!({"name": "op-1", "status": "PENDING"})))
            .await;
    let url = desk.server.url();
    let mut command = desk.folder.command();
    command
        .args(["call", "--anonymous", "--endpoint-url", &url])
        .args(with(&["--wait", "-o", "result.json"]));
    let child = command.spawn().unwrap();
    // The operation has begun once it is polled.
    while desk.server.count("/v1/projects/p/operations") == 0 {
        tokio::task::yield_now().await;
    }
    std::process::Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(
        stderr.contains("gapi call sqladmin:v1 operations.get p op-1 --wait"),
        "{stderr}"
    );
    assert!(output.stdout.is_empty());
    assert_eq!(desk.folder.names(), ["discovery-docs"]);
}

/// The whole of it: a key, a token, an operation that is polled until it is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_makes_an_instance() {
    let google = Google::start().await.unwrap();
    google.cloud_sql().set_polls(1);
    let folder = with_documents();
    folder.write("key.json", &google.key_json());
    let url = google.url();
    let run = |words: &[&str]| {
        let mut command = folder.command();
        command
            .args([
                "call",
                "--endpoint-url",
                &url,
                "--credentials",
                "key.json",
                "sqladmin:v1",
            ])
            .args(words);
        Ran::of(command, "")
    };
    let ran = run(&[
        "instances.insert",
        Google::PROJECT,
        "--set",
        "name=db-9",
        "--set",
        "databaseVersion=POSTGRES_17",
        "--set",
        "settings.tier=db-f1-micro",
        "--set",
        "region=europe-west1",
        "--wait",
    ])
    .ok();
    assert_eq!(json(&ran.stdout)["status"], "DONE");
    let names = run(&[
        "instances.list",
        Google::PROJECT,
        "--all",
        "--format",
        "value",
        "--columns",
        "name",
    ])
    .ok()
    .stdout;
    assert!(names.lines().any(|name| name == "db-9"), "{names}");
    assert_eq!(google.tokens().requests(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_and_what_it_made_are_printed_as_the_server_sent_them() {
    let desk = Desk::new(|request: &Request| {
        let body = if request.path.contains("/operations/") {
            r#"{"name":"projects/p/databases/d/operations/1","done":true,"response":{"@type":"x","uid":"1","name":"n","size":12345678901234567890123}}"#
        } else {
            r#"{"name":"projects/p/databases/d/operations/1"}"#
        };
        Reply::new(200).body("application/json", body)
    })
    .await;
    let create = [
        "firestore:v1",
        "projects.databases.create",
        "projects/p",
        "--database-id",
        "d",
        "--set",
        "locationId=nam5",
        "--format",
        "jsonl",
    ];
    let operation = desk.call(&[&create[..], &["--wait"]].concat()).ok().stdout;
    let made = r#"{"@type":"x","uid":"1","name":"n","size":12345678901234567890123}"#;
    assert_eq!(
        operation,
        format!(
            "{{\"name\":\"projects/p/databases/d/operations/1\",\"done\":true,\"response\":{made}}}\n"
        )
    );
    let response = desk
        .call(&[&create[..], &["--wait=response"]].concat())
        .ok()
        .stdout;
    assert_eq!(response, format!("{made}\n"));
    assert_eq!(
        desk.server.count("/v1/projects/p/databases/d/operations"),
        2
    );
}
