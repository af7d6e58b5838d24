//! Mocks, recordings and command lines: what programs test themselves with.

use std::{sync::Arc, time::Duration};

use gapi::{
    Client, ErrorKind,
    auth::AccessToken,
    body,
    mock::{Mock, Recorder, Replay, Reply},
    transport::{Clock, ManualClock},
};
use serde_json::json;

use crate::{
    api::{Create, Delete, Get, Insert, List, Thing},
    gzip,
    script::{Script, json as step, response},
};

fn get(name: &str) -> Get {
    Get::new().set("name", name)
}

#[tokio::test]
async fn a_call_shows_what_an_assertion_needs() {
    let mock = Mock::new().on("*", json!({}));
    let client = mock.client();
    let body = body!(Thing { name: "CANARY", size: 7, settings: { tier: "CANARY" } });
    let create = Create::new().body(body).send(&client);
    create.param("view", "CANARY").await.expect("a thing");
    get("things/a")
        .set("view", "CANARY")
        .send(&client)
        .await
        .expect("a");
    let calls = mock.calls();
    assert_eq!(
        format!("{:?}", calls[0]),
        r#"MockCall { method: "things.create", http_method: POST, parameters: view=.. alt=.., body: {"name": text, "settings": {"tier": text}, "size": text} }"#
    );
    assert_eq!(
        format!("{:?}", calls[1]),
        r#"MockCall { method: "things.get", http_method: GET, parameters: name="things/a" view=.. alt=.., body: 0 bytes }"#
    );
    assert_eq!(
        calls[0].with_values(),
        r#"POST things.create view="CANARY" alt="json" {"name":"CANARY","settings":{"tier":"CANARY"},"size":"7"}"#
    );
}

#[tokio::test]
async fn methods_get_responses_and_calls_are_recorded() {
    let mock = Mock::new()
        .respond(get("things/a"), body!(Thing { name: "a", size: 7 }))
        .on("things.get", 404)
        .on(
            "things.create",
            Reply::with(|call| call.body_as::<Thing>().expect("a thing").into()),
        )
        .on(Delete::new().set("id", "x"), ());
    let client = mock.client();
    let a = get("things/a")
        .set("view", "full")
        .send(&client)
        .await
        .expect("a");
    assert_eq!((a.name.as_deref(), a.size), (Some("a"), Some(7)));
    let error = get("things/b").send(&client).await.expect_err("no b");
    assert!(
        error.is_not_found() && error.code() == Some("NOT_FOUND"),
        "{error}"
    );
    let made = Create::new()
        .body(body!(Thing { name: "c" }))
        .send(&client)
        .await
        .expect("c");
    assert_eq!(made.name.as_deref(), Some("c"));
    Delete::new()
        .set("id", "x")
        .send(&client)
        .await
        .expect("gone");

    let calls = mock.calls();
    let methods: Vec<_> = calls.iter().map(gapi::mock::MockCall::method).collect();
    assert_eq!(
        methods,
        ["things.get", "things.get", "things.create", "things.delete"]
    );
    assert_eq!(calls[0].parameter("name"), Some("things/a"));
    assert_eq!(calls[0].parameter("view"), Some("full"));
    assert_eq!(
        mock.calls_of("things.create")[0].json(),
        Some(json!({"name": "c"}))
    );
    assert_eq!(mock.unused(), Vec::<String>::new());
}

#[tokio::test]
async fn sequences_end_and_unexpected_calls_are_reported() {
    let pages = [
        json!({"items": [{"name": "a"}], "nextPageToken": "2"}),
        json!({}),
    ];
    let mock = Mock::new()
        .on("things.list", Reply::sequence(pages.map(Reply::json)))
        .on(get("things/never"), 200);
    let client = mock.client();
    let items = List::new()
        .items(&client)
        .try_collect::<Vec<_>>()
        .await
        .expect("two pages");
    assert_eq!(items.len(), 1);
    assert_eq!(mock.calls()[1].parameter("pageToken"), Some("2"));

    let error = List::new()
        .set("q", "x")
        .send(&client)
        .key("CANARY")
        .await
        .expect_err("used up");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let text = format!(
        "{}",
        std::error::Error::source(&error).expect("the mock's words")
    );
    for words in [
        "no response for things.list",
        "q=x",
        "things.list (used up)",
        "things.get name=\"things/never\"",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("CANARY"), "{text}");
    assert_eq!(mock.unused(), ["things.get name=\"things/never\""]);
    assert!(Mock::new().client().send(List::new()).await.is_err());
}

#[tokio::test]
async fn faults() {
    let mock = Mock::new()
        .on(get("reset"), Reply::reset())
        .on(get("refused"), Reply::refused())
        .on(
            get("cut"),
            Reply::json(json!({"name": "abcdef"})).cut_after(5),
        )
        .on(
            get("short"),
            Reply::json(json!({"name": "abcdef"})).short_after(5),
        );
    let client = mock.client();
    for (name, kind) in [
        ("reset", ErrorKind::Transport),
        ("refused", ErrorKind::Connect),
        ("cut", ErrorKind::Transport),
        ("short", ErrorKind::Transport),
    ] {
        let error = get(name)
            .send(&client)
            .timeout(Duration::from_secs(1))
            .await
            .expect_err(name);
        assert!(error.kind() == kind, "{name}: {error}");
    }
}

#[tokio::test]
async fn delays_pass_on_the_mocks_clock() {
    let clock = ManualClock::new(std::time::SystemTime::UNIX_EPOCH);
    let mock = Mock::with_clock(Arc::new(clock.clone()))
        .on("*", Reply::json(json!({})).after(Duration::from_secs(90)));
    let client = mock.client();
    let call = get("a")
        .send(&client)
        .attempt_timeout(Duration::from_secs(100));
    let call = tokio::spawn(async move { call.await });
    while clock.sleepers() < 2 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(90));
    call.await.expect("no panic").expect("a response");
    assert_eq!(
        clock.now(),
        std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(90)
    );
}

#[tokio::test]
async fn a_mock_is_a_transport_for_any_client() {
    let mock = Mock::new().on("*", json!({"name": "n"}));
    let client = Client::builder()
        .credentials(AccessToken::new("CANARY"))
        .transport(mock.clone())
        .build()
        .expect("a client");
    get("a").send(&client).await.expect("a response");
    assert_eq!(
        mock.calls()[0].header("authorization"),
        Some("Bearer CANARY")
    );
    assert!(!format!("{mock:?} {:?}", mock.calls()).contains("CANARY"));
}

/// What the recorded program does.
async fn session(client: &Client) -> Vec<String> {
    let mut recorded = Vec::new();
    for _ in 0..2 {
        let thing = get("things/a")
            .send(client)
            .key("CANARY-KEY")
            .await
            .expect("a");
        recorded.push(thing.name.expect("a name"));
    }
    let body = body!(Thing {
        name: "b",
        password: "CANARY-PASSWORD"
    });
    let made = Create::new()
        .body(body)
        .send(client)
        .param("requestId", uuid())
        .await
        .expect("b");
    recorded.push(made.password.expect("something"));
    let media = gapi::Media::bytes("picture").content_type("image/png");
    let up = Insert::new()
        .set("bucket", "b")
        .body(body!(Thing { name: "c" }))
        .upload(media)
        .send(client)
        .await;
    recorded.push(up.expect("c").name.expect("a name"));
    let error = Delete::new()
        .set("id", "x")
        .send(client)
        .await
        .expect_err("broken");
    recorded.push(error.kind().to_string());
    recorded
}

fn uuid() -> String {
    format!("{:p}", Box::new(0))
}

#[tokio::test]
async fn what_is_recorded_is_played_without_secrets_or_server() {
    let script = Script::new(
        |recorded| match (recorded.method.as_str(), recorded.target()) {
            ("GET", _) => response(
                200,
                &[
                    ("content-type", "application/json"),
                    ("set-cookie", "CANARY-COOKIE"),
                ],
                r#"{"name": "a"}"#,
            ),
            ("POST", target) if target.contains("upload") => {
                step(200, r#"{"name": "c", "access_token": "CANARY-TOKEN"}"#)
            }
            // As it comes from servers: within what is compressed, too, no secret is recorded.
            ("POST", _) => gzip::zipped(
                200,
                &gzip::gzip(br#"{"name": "b", "password": "CANARY-SECRET"}"#),
            ),
            _ => crate::script::Step::Fail(gapi::transport::TransportErrorKind::Reset),
        },
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("session.jsonl");
    let recorder = Recorder::new(script, &path).expect("a file");
    let client = Client::builder()
        .credentials(AccessToken::new("CANARY-BEARER"))
        .endpoint("http://127.0.0.1:1/")
        .transport(recorder)
        .build()
        .expect("a client");
    let live = session(&client).await;
    let text = std::fs::read_to_string(&path).expect("a recording");
    assert!(!text.contains("CANARY"), "{text}");
    assert!(text.lines().count() >= 5, "{text}");

    let replay = Replay::open(&path).expect("a recording");
    let mut expected = live.clone();
    expected[2] = "REDACTED".into();
    assert_eq!(session(&replay.client()).await, expected);
    assert_eq!(replay.unused(), Vec::<String>::new());
    // A GET may come again, and everything else only as often as it was recorded.
    get("things/a")
        .send(&replay.client())
        .key("other")
        .await
        .expect("again");
    for (error, words) in [
        (
            Create::new()
                .body(body!(Thing { name: "z" }))
                .send(&replay.client())
                .await
                .expect_err("z"),
            "POST /v1/things?alt=json (another body)",
        ),
        (
            get("things/a")
                .set("view", "x")
                .send(&replay.client())
                .await
                .expect_err("view"),
            "(another query)",
        ),
        (
            List::new()
                .set("q", "z")
                .send(&replay.client())
                .await
                .expect_err("list"),
            "no response for GET /v1/things?alt=json&q=z",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::Usage);
        let text = std::error::Error::source(&error)
            .expect("words")
            .to_string();
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_broken_recording_is_reported_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.jsonl");
    for (text, words) in [
        ("\n{", "x.jsonl:2: EOF"),
        ("{}", "request.method is no text"),
        (
            r#"{"request": {"method": "GET", "url": "/"}, "response": {"status": 99999}}"#,
            "response.status",
        ),
        (
            r#"{"request": {"method": "GET", "url": "/"}, "response": {"fault": "bad luck"}}"#,
            "is no fault",
        ),
    ] {
        std::fs::write(&path, text).expect("a file");
        let error = Replay::open(&path).expect_err(text).to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn a_request_is_a_command_line() {
    let client = Mock::new().client();
    let curl = Create::new()
        .body(body!(Thing {
            name: "it's",
            password: "CANARY"
        }))
        .send(&client)
        .key("CANARY")
        .header("authorization", "CANARY")
        .to_http()
        .expect("a request")
        .to_curl("authorization: Bearer $TOKEN");
    assert_eq!(
        curl,
        "curl 'https://things.googleapis.com/v1/things?key=REDACTED&alt=json' -H \"authorization: Bearer $TOKEN\" \
         -H 'accept: application/json' -H 'content-type: application/json' --data-raw '{\"name\":\"it'\\''s\",\"password\":\"REDACTED\"}'"
    );
    let delete = Delete::new()
        .set("id", "x")
        .to_http()
        .expect("a request")
        .to_curl("");
    assert!(delete.starts_with("curl -X DELETE 'https://"), "{delete}");
    let media = gapi::Media::bytes(vec![0xff, 0]).content_type("image/png");
    let upload = Insert::new()
        .set("bucket", "b")
        .upload(media)
        .to_http()
        .expect("a request")
        .to_curl("");
    assert!(upload.ends_with("--data-binary @BODY"), "{upload}");
}
