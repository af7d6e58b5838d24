//! Google's emulator of Pub/Sub, which refuses unknown properties itself.

use serde_json::{Value, json};

use super::{Desk, document, python};

#[test]
fn topics_and_messages() {
    let Some(url) = gapi_servers::optional_server("pubsub-emulator") else {
        return;
    };
    let host = url.trim_start_matches("http://");
    let variables = [("PUBSUB_EMULATOR_HOST", host)];
    let (desk, api) = (Desk::new(), document("pubsub.v1"));
    let call = |words: &[&str]| desk.call(&variables, &[&[api.as_str()], words].concat());
    let topic = "projects/p/topics/abc";

    let ran = call(&["projects.topics.create", topic, "--body", "{}"]).ok();
    assert_eq!(ran.json(), json!({"name": topic}));
    assert!(ran.stderr.contains("emulator"), "{}", ran.stderr);
    let ran = call(&["projects.topics.create", topic, "--body", "{}"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("409 ALREADY_EXISTS"), "{}", ran.stderr);
    let ran = call(&[
        "projects.topics.create",
        topic,
        "--body",
        "{}",
        "--error-format",
        "json",
        "-q",
    ]);
    let error: Value = serde_json::from_str(&ran.stderr).expect("JSON");
    assert_eq!(
        (&error["status"], &error["code"], &error["exit"]),
        (&json!(409), &json!("ALREADY_EXISTS"), &json!(1))
    );
    let wrong = [
        "projects.topics.create",
        "projects/p/topics/other",
        "--body",
        r#"{"labls":{}}"#,
    ];
    assert_eq!(call(&wrong).status, 2);
    let ran = call(&[&wrong[..], &["--no-check"]].concat());
    assert!(
        ran.status == 1 && ran.stderr.contains("400"),
        "{}",
        ran.stderr
    );

    let subscription = "projects/p/subscriptions/subs";
    call(&[
        "projects.subscriptions.create",
        subscription,
        "--set",
        &format!("topic={topic}"),
        "--set",
        "ackDeadlineSeconds=10",
    ])
    .ok();
    std::fs::write(desk.path("x.bin"), [0, 255, 254, 1]).expect("a file");
    call(&[
        "projects.topics.publish",
        topic,
        "--set-file",
        "messages[].data=x.bin",
        "--set",
        "messages[0].attributes.a.b=c",
    ])
    .ok();
    let pulled = call(&[
        "projects.subscriptions.pull",
        subscription,
        "--set",
        "maxMessages=1",
    ])
    .ok()
    .json();
    let message = &pulled["receivedMessages"][0]["message"];
    assert_eq!(
        (&message["data"], &message["attributes"]),
        (&json!("AP/+AQ=="), &json!({"a.b": "c"}))
    );
    // The mask is in the body.
    let masked = [
        "projects.topics.patch",
        topic,
        "--set",
        "topic.messageRetentionDuration=600s",
    ];
    assert_eq!(
        call(&masked).ok().json()["messageRetentionDuration"],
        "600s"
    );

    for number in 0..24 {
        call(&[
            "projects.topics.create",
            &format!("projects/p/topics/t{number:02}"),
            "--body",
            "{}",
        ])
        .ok();
    }
    let list = ["projects.topics.list", "projects/p", "--page-size", "10"];
    let all = call(&[&list[..], &["--all"]].concat()).ok().stdout;
    assert_eq!(
        python("import json,sys; print(len(json.load(sys.stdin)))", &all),
        "25"
    );
    let csv = call(
        &[
            &list[..],
            &["--all", "--format", "csv", "--columns", "name"],
        ]
        .concat(),
    )
    .ok()
    .stdout;
    assert_eq!(
        python(
            "import csv,sys; print(len(list(csv.reader(sys.stdin))))",
            &csv
        ),
        "26"
    );
    let page = call(&list).ok();
    assert_eq!(page.json()["topics"].as_array().map(Vec::len), Some(10));
    assert!(
        page.stderr.contains("--all fetches them"),
        "{}",
        page.stderr
    );
    let lines = call(&[&list[..], &["--limit", "12", "--format", "jsonl"]].concat())
        .ok()
        .stdout;
    assert_eq!(lines.lines().count(), 12);
}
