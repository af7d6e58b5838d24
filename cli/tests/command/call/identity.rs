//! Who calls, and what is not shown.

use gapi_fakes::{Google, Reply, Request};
use serde_json::json;

use super::{Desk, run, with_documents};
use crate::support::Ran;

const LIST: [&str; 3] = ["sqladmin:v1", "instances.list", "p"];

async fn desk() -> Desk {
    Desk::new(|request: &Request| {
        // A server that repeats what it was sent.
        let authorization = request.header("authorization").unwrap_or("none");
        Reply::json(
            403,
            &json!({"error": {"code": 403, "message": format!("no: {authorization}")}}),
        )
    })
    .await
}

fn call(desk: &Desk, words: &[&str], variables: &[(&str, &str)], input: &str) -> Ran {
    let url = desk.server.url();
    let mut command = desk.folder.command();
    command
        .args(["call", "--endpoint-url", &url])
        .args(words)
        .envs(variables.iter().copied());
    Ran::of(command, input)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_keys_come_from_files_and_variables() {
    let desk = desk().await;
    desk.folder.write("token.txt", "canary-token-0123456789\n");
    let words: Vec<&str> = LIST
        .into_iter()
        .chain(["--access-token-file", "token.txt", "-v"])
        .collect();
    let ran = call(&desk, &words, &[], "").fails_with(1, &["403"]);
    assert_eq!(
        desk.last().header("authorization"),
        Some("Bearer canary-token-0123456789")
    );
    assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    let words: Vec<&str> = LIST
        .into_iter()
        .chain(["--access-token-file", "-"])
        .collect();
    call(&desk, &words, &[], "canary-pipe").fails_with(1, &[]);
    assert_eq!(
        desk.last().header("authorization"),
        Some("Bearer canary-pipe")
    );
    call(
        &desk,
        &LIST,
        &[("GAPI_ACCESS_TOKEN", "canary-variable")],
        "",
    )
    .fails_with(1, &[]);
    assert_eq!(
        desk.last().header("authorization"),
        Some("Bearer canary-variable")
    );
    desk.folder.write("key.txt", "canary-key");
    let words: Vec<&str> = LIST
        .into_iter()
        .chain(["--api-key-file", "key.txt"])
        .collect();
    call(&desk, &words, &[], "").fails_with(1, &[]);
    assert_eq!(desk.last().header("x-goog-api-key"), Some("canary-key"));
    let words: Vec<&str> = LIST
        .into_iter()
        .chain(["--api-key-file", "none.txt"])
        .collect();
    call(&desk, &words, &[], "").fails_with(7, &["none.txt"]);
    let words: Vec<&str> = LIST
        .into_iter()
        .chain(["-H", "authorization: Bearer canary-header-0123456789", "-v"])
        .collect();
    let ran = call(&desk, &words, &[], "").fails_with(1, &[]);
    assert_eq!(
        desk.last().header("authorization"),
        Some("Bearer canary-header-0123456789")
    );
    assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
}

#[test]
fn one_source_at_a_time() {
    let folder = with_documents();
    for words in [
        &["--account", "ann@example.com", "--anonymous"][..],
        &["--credentials", "a", "--access-token-file", "b"],
        &[
            "--account",
            "ann@example.com",
            "--subject",
            "bob@example.com",
        ],
        &[
            "--subject",
            "bob@example.com",
            "--impersonate",
            "sa@example.com",
        ],
    ] {
        run(&folder, &[&LIST[..], words].concat()).fails_with(2, &["cannot be used with"]);
    }
    run(
        &folder,
        &[&LIST[..], &["--account", "ann@example.com"]].concat(),
    )
    .fails_with(
        4,
        &[
            "ann@example.com is not signed in",
            "gapi auth login --account ann@example.com",
        ],
    );
    let ran = run(
        &folder,
        &[&LIST[..], &["--credentials", "none.json"]].concat(),
    )
    .fails_with(4, &["error: none.json: there is no such file"]);
    assert!(!ran.stderr.contains("hint"), "{}", ran.stderr);
    run(
        &folder,
        &[&LIST[..], &["--access-token", "canary"]].concat(),
    )
    .fails_with(2, &["--access-token: a secret does not belong"]);
    run(
        &folder,
        &[&LIST[..], &["--scopes", "sqlservice.amdin", "--anonymous"]].concat(),
    )
    .fails_with(2, &["--scopes"]);
    run(
        &folder,
        &[&LIST[..], &["--scopes", "sqlservice.amdin"]].concat(),
    )
    .fails_with(2, &["did you mean `sqlservice.admin`?"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_short_and_accounts_act_for_others() {
    let google = Google::start().await.unwrap();
    let folder = with_documents();
    folder.write("key.json", &google.key_json());
    google.tokens().allow_subject(
        "bob@example.com",
        ["https://www.googleapis.com/auth/sqlservice.admin"],
    );
    let url = google.url();
    let call = |words: &[&str]| {
        let mut command = folder.command();
        let list = [
            "call",
            "--endpoint-url",
            &url,
            "--credentials",
            "key.json",
            "sqladmin:v1",
            "instances.list",
            Google::PROJECT,
        ];
        command.args(list).args(words);
        Ran::of(command, "")
    };
    call(&["--scopes", "sqlservice.admin"]).ok();
    assert_eq!(
        google.tokens().claims().pop().unwrap()["scope"],
        "https://www.googleapis.com/auth/sqlservice.admin"
    );
    call(&[
        "--scopes",
        "sqlservice.admin",
        "--subject",
        "bob@example.com",
    ])
    .ok();
    assert_eq!(
        google.tokens().claims().pop().unwrap()["sub"],
        "bob@example.com"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_asks_for_nothing_and_shows_no_secret() {
    let desk = desk().await;
    let google = Google::start().await.unwrap();
    desk.folder.write("key.json", &google.key_json());
    let words = [
        "sqladmin:v1",
        "users.insert",
        "p",
        "db",
        "--set",
        "name=ann",
        "--set",
        "password=canary",
        "-H",
        "x-goog-api-key: canary",
        "-H",
        "if-match: x",
        "--credentials",
        "key.json",
        "--no-check",
        "-p",
        "trace=canary",
    ];
    for form in ["--dry-run", "--dry-run=curl"] {
        let words: Vec<&str> = words.into_iter().chain([form]).collect();
        let ran = call(&desk, &words, &[], "").ok();
        assert!(
            !ran.stdout.contains("canary") && !ran.stderr.contains("canary"),
            "{}",
            ran.stdout
        );
        assert!(
            ran.stdout.contains("REDACTED") && ran.stdout.contains("if-match: x"),
            "{}",
            ran.stdout
        );
    }
    let words: Vec<&str> = words.into_iter().chain(["--dry-run"]).collect();
    let text = call(&desk, &words, &[], "").ok().stdout;
    assert!(
        text.contains(&format!("service account {}", google.account().email())),
        "{text}"
    );
    assert_eq!(
        (desk.server.connections(), google.tokens().requests()),
        (0, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_curl_command_has_the_header_of_the_credentials() {
    let folder = with_documents();
    folder.write("key.txt", "canary");
    let curl = |words: &[&str], variables: &[(&str, &str)]| {
        let mut command = folder.command();
        command
            .args(["call", "--dry-run=curl"])
            .args(words)
            .envs(variables.iter().copied());
        let text = Ran::of(command, "").ok().stdout;
        assert!(!text.contains("canary"), "{text}");
        text
    };
    let with = |words: &[&'static str]| curl(&[&LIST[..], words].concat(), &[]);
    let token = r#" -H "authorization: Bearer $TOKEN""#;
    assert!(with(&[]).contains(token));
    assert!(with(&["--access-token-file", "key.txt"]).contains(token));
    let text = with(&["--api-key-file", "key.txt"]);
    assert!(text.contains(r#" -H "x-goog-api-key: $KEY""#), "{text}");
    assert!(!text.contains("authorization"), "{text}");
    assert!(!with(&["--anonymous"]).contains("authorization"));
    let text = with(&["-H", "authorization: Bearer canary"]);
    assert_eq!(text.matches("authorization").count(), 1, "{text}");
    let text = curl(&LIST, &[("GAPI_ENDPOINT", "http://127.0.0.1:1")]);
    assert!(
        text.contains("http://127.0.0.1:1/") && text.contains(token),
        "{text}"
    );
    let topic = ["pubsub:v1", "projects.topics.get", "projects/p/topics/t"];
    let text = curl(&topic, &[("PUBSUB_EMULATOR_HOST", "localhost:1")]);
    assert!(
        text.contains("http://localhost:1/") && !text.contains("authorization"),
        "{text}"
    );
}
