//! Statuses and texts of failures.

use gapi_fakes::{Fault, Reply, Request};
use serde_json::json;

use super::{Desk, json, run, with_documents};
use crate::support::Ran;

const GET: [&str; 4] = ["sqladmin:v1", "instances.get", "p", "db"];

fn with<'a>(words: &[&'a str]) -> Vec<&'a str> {
    GET.into_iter().chain(words.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_refuses() {
    let desk = Desk::new(|_: &Request| {
        Reply::json(409, &json!({"error": {"code": 409, "status": "ALREADY_EXISTS", "message": "there is one", "details": [
            {"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": "r-1"}]}}))
    })
    .await;
    let ran = desk.call(&with(&[])).fails_with(
        1,
        &[
            "sql.instances.get: 409 ALREADY_EXISTS: there is one",
            "request id: r-1",
        ],
    );
    assert_eq!(ran.stdout, "");
    let ran = desk.call(&with(&["--error-format", "json"]));
    let error = json(&ran.stderr);
    assert_eq!(ran.status, 1);
    assert_eq!(
        (
            &error["kind"],
            &error["status"],
            &error["code"],
            &error["message"],
            &error["exit"],
            &error["method"],
            &error["retryable"]
        ),
        (
            &json!("api"),
            &json!(409),
            &json!("ALREADY_EXISTS"),
            &json!("there is one"),
            &json!(1),
            &json!("sql.instances.get"),
            &json!(false)
        )
    );
    assert_eq!(error["details"][0]["requestId"], "r-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_status() {
    let desk = Desk::new(|_: &Request| Reply::json(200, &json!({"name": "db"}))).await;
    desk.server.inject(Fault::status(401).times(2));
    desk.call(&with(&[]))
        .fails_with(4, &["401", "sent with no credentials; gapi auth login"]);
    desk.server.heal();
    desk.server
        .inject(Fault::status(429).retry_after(0).times(1));
    desk.call(&with(&[])).ok();
    desk.server
        .inject(Fault::status(429).retry_after(7).times(1));
    let error = json(
        &desk
            .call(&with(&["--retries", "0", "--error-format=json"]))
            .fails_with(1, &[])
            .stderr,
    );
    assert_eq!(
        (&error["retryable"], &error["retry_after"]),
        (&json!(true), &json!(7.0))
    );
    desk.server.heal();
    desk.server.inject(Fault::reply(
        Reply::new(200).body("application/json", "\"text\""),
    ));
    desk.call(&with(&[])).fails_with(6, &["sql.instances.get"]);
    desk.server.heal();
    desk.server
        .inject(Fault::status(503).retry_after(0).times(1));
    let insert = ["sqladmin:v1", "instances.insert", "p", "--set", "name=db"];
    desk.call(&insert)
        .fails_with(1, &["it would be with the option `idempotent`"]);
    desk.server
        .inject(Fault::status(503).retry_after(0).times(1));
    desk.call(&[&insert[..], &["--idempotent"]].concat()).ok();
    desk.server.heal();
    let reason = json!({"error": {"code": 403, "errors": [{"reason": "insufficientPermissions"}], "message": "scopes"}});
    desk.server.inject(Fault::reply(Reply::json(403, &reason)));
    desk.call(&with(&[])).fails_with(
        1,
        &["gapi auth login --scopes https://www.googleapis.com/auth/"],
    );
    desk.server.heal();
    desk.server
        .inject(Fault::reply(Reply::json(200, &json!({"items": "none"}))));
    desk.call(&["sqladmin:v1", "instances.list", "p", "--all"])
        .fails_with(6, &["items: "]);
    desk.server.heal();
    desk.server.inject(Fault::half_body());
    desk.call(&with(&["--retries", "0"]))
        .fails_with(6, &["sql.instances.get"]);
    desk.server.heal();
    desk.call(&with(&["--output", "/dev/full"]))
        .fails_with(7, &["/dev/full"]);
    desk.call(&with(&["--output", "none/x"]))
        .fails_with(7, &["cannot write none/x"]);
    let mut command = desk.folder.command();
    let url = desk.server.url();
    command
        .args(["call", "--endpoint-url", &url, "--anonymous"])
        .args(with(&[]));
    command.stdout(
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap(),
    );
    assert_eq!(command.output().unwrap().status.code(), Some(7));

    let folder = with_documents();
    run(
        &folder,
        &with(&[
            "--anonymous",
            "--endpoint-url",
            "http://127.0.0.1:1",
            "--retries=0",
        ]),
    )
    .fails_with(6, &["sql.instances.get"]);
    run(&folder, &GET).fails_with(4, &["hint: gapi auth login"]);
}

#[test]
fn usage_errors_need_no_connection() {
    let folder = with_documents();
    let url = ["--anonymous", "--endpoint-url", "http://127.0.0.1:1"];
    let call = |words: &[&str]| run(&folder, &[&url[..], words].concat());
    call(&["pubsub:v1", "projects.topics.list"]).fails_with(
        2,
        &[
            "project: ",
            "hint: gapi call pubsub:v1 projects.topics.list --help",
        ],
    );
    let list = ["pubsub:v1", "projects.topics.list", "projects/p"];
    call(&[&list[..], &["--pageSise", "3"]].concat())
        .fails_with(2, &["--pageSise", "did you mean `--page-size`?"]);
    call(&[&list[..], &["-p", "pageSise=3"]].concat())
        .fails_with(2, &["pageSise", "did you mean `pageSize`?"]);
    call(&[&list[..], &["-p", "pageSise=3", "--no-check"]].concat()).fails_with(6, &[]);
    call(&[&list[..], &["--page-size", "many"]].concat()).fails_with(2, &["pageSize"]);
    call(&[&list[..], &["extra"]].concat()).fails_with(2, &["extra"]);
    call(&[&list[..], &["--project", "p"]].concat()).fails_with(2, &["`projects/p`"]);
    call(&[&list[..], &["-p", "key=x"]].concat()).fails_with(2, &["--api-key-file"]);
    call(&["sqladmin:v1", "instances.lst", "p"])
        .fails_with(2, &["`instances.list`", "hint: gapi methods sqladmin:v1"]);
    call(&["pubsub:v1", "projects", "topics", "list", "p"])
        .fails_with(2, &["`projects`; did you mean `projects.topics.list`?"]);
    call(&["sqladmin:v1"]).fails_with(2, &["name a method of sqladmin:v1"]);
    call(&[&list[..], &["--limit", "0"]].concat()).fails_with(2, &["1 or more"]);
    call(&["sql.instances.list", "p"]).fails_with(
        2,
        &[
            "sqladmin:v1 sql.instances.list",
            "sqladmin:v1beta4 sql.instances.list",
        ],
    );
    for bad in ["projects/../x", "projects//x", "projects/./x"] {
        call(&["pubsub:v1", "projects.topics.list", bad])
            .fails_with(2, &["pubsub.projects.topics.list"]);
    }
    call(&["sqladmin:v1", "instances.get", "p", ".."]).fails_with(2, &["sql.instances.get"]);
    let error = json(
        &call(&[
            "sqladmin:v1",
            "instances.insert",
            "p",
            "--body",
            r#"{"nmae":"x"}"#,
            "--error-format",
            "json",
        ])
        .fails_with(2, &[])
        .stderr,
    );
    assert_eq!(error["mistakes"][0]["nearest"], json!(["name"]));
    assert_eq!(error["mistakes"][0]["at"], "body.nmae");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_reading_when_it_is_wished() {
    let desk = Desk::new(|_: &Request| Reply::json(200, &json!({"name": "db"}))).await;
    let delete = ["sqladmin:v1", "instances.delete", "p", "db"];
    desk.call(&[&delete[..], &["--read-only"]].concat())
        .fails_with(2, &["--read-only", "DELETE"]);
    desk.call(&[&delete[..], &["--read-only", "--dry-run"]].concat())
        .ok();
    let url = desk.server.url();
    let mut command = desk.folder.command();
    command
        .args(["call", "--anonymous", "--endpoint-url", &url])
        .args(delete)
        .env("GAPI_READ_ONLY", "1");
    Ran::of(command, "").fails_with(2, &["error: GAPI_READ_ONLY: "]);
    assert_eq!(desk.server.connections(), 0);
    desk.call(&with(&["--read-only"])).ok();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn closed_streams_are_no_failure() {
    let desk =
        Desk::new(|_: &Request| Reply::json(200, &json!({"items": [], "nextPageToken": "x"})))
            .await;
    let url = desk.server.url();
    for words in [
        &["sqladmin:v1", "instances.list", "p", "-v"][..],
        &["sqladmin:v1", "instances.lst", "p"],
        &["drvie:v3", "files.list"],
    ] {
        let status = |stderr: std::process::Stdio| {
            let mut command = desk.folder.command();
            command
                .args(["call", "--endpoint-url", &url, "--anonymous", "--offline"])
                .args(words);
            command.stderr(stderr);
            command.output().unwrap().status.code()
        };
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        // Nobody reads the messages; the result and the status are the same.
        assert_eq!(
            status(writer.into()),
            status(std::process::Stdio::null()),
            "{words:?}"
        );
    }
}
