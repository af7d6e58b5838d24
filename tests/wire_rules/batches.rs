//! Batches: what goes out, what comes back, and what is sent again.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use gapi::{
    Batch, CallOptions, Client, Error, ErrorKind, RetryPolicy,
    auth::AccessToken,
    body,
    mock::{Mock, Reply},
};
use serde_json::json;

use crate::{
    api::{Create, Delete, Get, Labels, List, OldGet, Patch, Thing},
    script::{Recorded, Script, Step, response},
};

fn get(name: &str) -> Get {
    Get::new().set("name", name)
}

/// The parts of a batch request: id, request line, and everything after it.
fn parts(recorded: &Recorded) -> Vec<(String, String, String)> {
    let kind = recorded.header("content-type").expect("a type");
    let boundary = kind
        .strip_prefix("multipart/mixed; boundary=")
        .expect("a boundary");
    let text = std::str::from_utf8(&recorded.body).expect("text");
    assert!(
        !text.replace("\r\n", "").contains('\n'),
        "lines end in CRLF"
    );
    assert!(text.ends_with(&format!("--{boundary}--\r\n")));
    let open = format!("--{boundary}\r\n");
    text.split(&*open)
        .skip(1)
        .map(|part| {
            let (outer, inner) = part.split_once("\r\n\r\n").expect("headers");
            let id = outer
                .split("Content-ID: <")
                .nth(1)
                .expect("an id")
                .split('>')
                .next()
                .expect("an id");
            let (line, rest) = inner.split_once("\r\n").expect("a line");
            let rest = rest.split("\r\n--").next().expect("a rest");
            (id.to_owned(), line.to_owned(), rest.to_owned())
        })
        .collect()
}

/// A response to a batch: status and body by id.
fn mixed(parts: &[(&str, u16, &str)]) -> Step {
    let text: String = parts
        .iter()
        .map(|(id, status, body)| {
            format!("--x\r\nContent-Type: application/http\r\nContent-ID: <response-{id}>\r\n\r\nHTTP/1.1 {status} Some\r\nContent-Type: application/json\r\n\r\n{body}\r\n")
        })
        .collect();
    response(
        200,
        &[("content-type", "multipart/mixed; boundary=\"x\"")],
        &format!("{text}--x--\r\n"),
    )
}

#[tokio::test]
async fn calls_travel_together_and_come_back_typed() {
    let script = Script::steps([mixed(&[
        ("part+3", 204, ""),
        ("part+1", 200, r#"{"name": "a"}"#),
        (
            "part+2",
            404,
            r#"{"error": {"code": 404, "message": "no b"}}"#,
        ),
        ("part+4", 200, r#"{"name": "d"}"#),
    ])]);
    let client = script
        .builder()
        .credentials(AccessToken::new("secret"))
        .endpoint("https://proxy.example/gate")
        .build()
        .expect("a client");
    let mut batch = Batch::new();
    let a = batch.add(get("things/a").set("view", "full"));
    let b = batch.add_with(
        get("things/b"),
        CallOptions::new().fields("name").header("x-mine", "1"),
    );
    let c = batch.add(Delete::new().set("id", "c"));
    let d = batch.add(Create::new().body(body!(Thing { name: "d" })));
    assert_eq!(batch.len(), 4);
    let mut responses = batch
        .send(&client)
        .header("x-all", "2")
        .await
        .expect("a batch");
    assert_eq!(
        responses
            .errors()
            .map(|(index, _)| index)
            .collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(responses.take(a).expect("a").name.as_deref(), Some("a"));
    let error = responses.take(b).expect_err("no b");
    assert!(
        error.is_not_found() && error.method() == Some("things.get"),
        "{error}"
    );
    assert!(
        error.url().is_some_and(|url| url.contains("things/b")),
        "{error:?}"
    );
    responses.take(c).expect("gone");
    assert_eq!(responses.take_with_meta(d).expect("d").status(), 200);

    let recorded = script.only();
    assert_eq!(
        (recorded.method.as_str(), recorded.url.as_str()),
        ("POST", "https://proxy.example/gate/batch/things")
    );
    assert_eq!(recorded.header("authorization"), Some("Bearer secret"));
    assert_eq!(recorded.header("x-all"), Some("2"));
    let parts = parts(&recorded);
    let lines: Vec<_> = parts
        .iter()
        .map(|(id, line, _)| format!("{id} {line}"))
        .collect();
    assert_eq!(
        lines,
        [
            "part+1 GET /v1/things/a?view=full&alt=json HTTP/1.1",
            "part+2 GET /v1/things/b?fields=name&alt=json HTTP/1.1",
            "part+3 DELETE /v1/things/c HTTP/1.1",
            "part+4 POST /v1/things?alt=json HTTP/1.1",
        ]
    );
    assert!(
        parts[0].2.contains("x-goog-api-version: 2026-11-01\r\n"),
        "{}",
        parts[0].2
    );
    assert!(parts[1].2.contains("x-mine: 1\r\n") && parts[1].2.contains("x-all: 2\r\n"));
    assert!(
        parts[3].2.contains("content-length: 12\r\n")
            && parts[3].2.ends_with("\r\n\r\n{\"name\":\"d\"}")
    );
    assert!(
        !recorded.body.windows(6).any(|w| w == b"secret"),
        "credentials are in the head only"
    );
}

#[tokio::test]
async fn one_host_and_so_many_calls_per_request() {
    let mock = Mock::new().on("*", json!({"name": "n"}));
    let client = mock.client();
    let mut batch = Batch::new();
    let many = batch.add_all((0..250).map(|n| get(&format!("things/{n}"))));
    let old = batch.add(OldGet::new());
    let script = Script::new(|recorded| {
        let parts = parts(recorded);
        let ids: Vec<_> = parts
            .iter()
            .map(|(id, ..)| (id.as_str(), 200, "{}"))
            .collect();
        mixed(&ids)
    });
    let mut responses = batch.clone().send(&client).await.expect("a batch");
    assert!(responses.take_all(many).iter().all(Result::is_ok));
    assert!(responses.take(old).is_ok());
    assert_eq!(mock.calls().len(), 251);

    let _ = batch.clone().send(&script.client()).await.expect("a batch");
    let sizes = |script: &Script| -> Vec<_> {
        script
            .recorded()
            .iter()
            .map(|recorded| (recorded.target().to_owned(), parts(recorded).len()))
            .collect()
    };
    let url = || String::from("/batch/things");
    assert_eq!(
        sizes(&script),
        [
            (url(), 100),
            (url(), 100),
            (url(), 50),
            ("/batch/old".into(), 1)
        ]
    );
    assert!(
        script.recorded()[3]
            .url
            .starts_with("https://old.googleapis.com/")
    );

    let universe = Script::new(|recorded| mixed(&[(&parts(recorded)[0].0, 200, "{}")]));
    let client = universe
        .builder()
        .credentials(AccessToken::new("t").universe_domain("example.goog"))
        .universe_domain("example.goog")
        .build()
        .expect("a client");
    let mut one = Batch::default();
    let handle = one.add(get("things/a"));
    let mut responses = one.send(&client).await.expect("a batch");
    responses.take(handle).expect("a response");
    assert_eq!(
        universe.only().url,
        "https://things.example.goog/batch/things"
    );
}

#[tokio::test]
async fn parts_that_may_pass_are_sent_again_where_that_is_safe() {
    let busy = || {
        Reply::sequence([
            Reply::status(503),
            Reply::status(429),
            Reply::json(json!({"name": "late"})),
        ])
    };
    let mock = Mock::new()
        .on(get("things/a"), busy())
        .on("things.create", Reply::sequence([Reply::status(503)]))
        .on(
            "things.patch",
            Reply::sequence([Reply::status(503), Reply::json(json!({"name": "told"}))]),
        )
        .on(
            get("things/b"),
            Reply::sequence([Reply::json(json!({"name": "b"}))]),
        )
        .on(
            get("things/lost"),
            Reply::sequence([Reply::reset(), Reply::json(json!({"name": "found"}))]),
        );
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let create = batch.add(Create::new().body(body!(Thing { name: "c" })));
    let patch = batch.add_with(
        Patch::new()
            .set("bucket", "b")
            .set("object", "o")
            .body(body!(Thing {})),
        CallOptions::new().idempotent(true),
    );
    let b = batch.add(get("things/b"));
    let lost = batch.add(get("things/lost"));
    let mut responses = batch.send(&mock.client()).await.expect("a batch");
    assert_eq!(responses.take(a).expect("a").name.as_deref(), Some("late"));
    let error = responses.take(create).expect_err("a POST is not repeated");
    assert_eq!(
        (error.status().map(|s| s.as_u16()), error.attempts()),
        (Some(503), 1),
        "{error}"
    );
    assert_eq!(
        responses
            .take(patch)
            .expect("said to be safe")
            .name
            .as_deref(),
        Some("told")
    );
    assert_eq!(responses.take(b).expect("b").name.as_deref(), Some("b"));
    assert_eq!(
        responses.take(lost).expect("asked again").name.as_deref(),
        Some("found")
    );
    assert_eq!(mock.calls_of("things.create").len(), 1);
    assert_eq!(mock.unused(), Vec::<String>::new());
}

#[tokio::test]
async fn errors_report_the_end_of_retries() {
    let mock = Mock::new().on("*", 503);
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let mut responses = batch
        .send(&mock.client())
        .retry(RetryPolicy::new().max_attempts(3))
        .await
        .expect("a batch");
    let error = responses.take(a).expect_err("busy");
    assert_eq!((error.attempts(), mock.calls().len()), (3, 3), "{error}");
}

#[tokio::test]
async fn a_part_that_is_missing_or_cut_is_an_error_of_its_call() {
    let script = Script::new(|_| {
        let text = "--x\r\nContent-ID: <response-part+2>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"name\": \"b\"";
        response(
            200,
            &[("content-type", "multipart/mixed; boundary=x")],
            text,
        )
    });
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let b = batch.add(get("things/b"));
    let sent = batch.send(&script.client()).retry(RetryPolicy::none());
    // Nothing came for any call.
    let text = match sent.await {
        Ok(mut responses) => format!(
            "{} / {}",
            responses.take(a).expect_err("missing"),
            responses.take(b).expect_err("cut")
        ),
        Err(error) => panic!("{error}"),
    };
    assert!(text.contains("has no part for this call"), "{text}");
    assert!(text.contains("has 12 of its 20 bytes"), "{text}");
}

/// A response to a batch with this body, in which the boundary is `x`.
fn multipart(body: &str) -> Step {
    let headers = [("content-type", "multipart/mixed; boundary=x")];
    response(200, &headers, body)
}

#[tokio::test]
async fn a_part_that_is_empty_is_none() {
    for text in ["--x\r\n--x--", "--x\n\n--x\n--x--\n", "--x--", ""] {
        let script = Script::new(move |_| multipart(text));
        let mut batch = Batch::new();
        let a = batch.add(get("things/a"));
        let mut responses = batch.send(&script.client()).await.expect("a batch");
        let error = responses.take(a).expect_err("nothing came");
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.is_retryable(), "{error}");
    }
    let script = Script::new(|_| {
        multipart(
            "--x\r\n--x\r\ncontent-id: <response-part+1>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"name\": \"a\"}\r\n--x--",
        )
    });
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let mut responses = batch.send(&script.client()).await.expect("a batch");
    assert_eq!(responses.take(a).expect("a").name.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_response_that_is_cut_is_never_a_success_without_its_value() {
    let message = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{\"name\": \"a\"}";
    let whole = format!("--x\r\ncontent-id: <response-part+1>\r\n\r\n{message}\r\n--x--\r\n");
    for end in 0..=whole.len() {
        let text = whole[..end].to_owned();
        let script = Script::new(move |_| multipart(&text));
        let mut batch = Batch::new();
        let a = batch.add(get("things/a"));
        let mut responses = batch.send(&script.client()).await.expect("a batch");
        match responses.take(a) {
            Ok(thing) => assert_eq!(thing.name.as_deref(), Some("a"), "{end}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Transport, "{end}: {error}");
                assert!(error.is_retryable(), "{end}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_part_that_ended_too_early_is_repeated_where_that_is_safe() {
    let tries = AtomicUsize::new(0);
    let script = Script::new(move |recorded| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => multipart(
            "--x\r\ncontent-id: <response-part+2>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--x\r\ncontent-id: <response-part+1>\r\n\r\nHTTP/1.1 200",
        ),
        _ => {
            assert_eq!(parts(recorded).len(), 1);
            mixed(&[("part+1", 200, r#"{"name": "a"}"#)])
        }
    });
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let b = batch.add(Create::new().body(body!(Thing {})));
    let client = script.retrying().jitter(|| 0.0).build().expect("a client");
    let mut responses = batch.send(&client).await.expect("a batch");
    assert_eq!(
        responses.take(a).expect("asked again").name.as_deref(),
        Some("a")
    );
    assert!(responses.take(b).is_ok());
    assert_eq!(script.recorded().len(), 2);
}

#[tokio::test]
async fn a_success_without_its_content_is_not_believed() {
    let lost = || {
        multipart("--x\r\ncontent-id: <response-part+1>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n--x--")
    };
    let cut = || multipart("--x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"name\": \r\n--x--");
    let good = mixed(&[("part+1", 200, r#"{"name": "a"}"#)]);
    let script = Script::steps([lost(), cut(), good]);
    let client = script.retrying().jitter(|| 0.0).build().expect("a client");
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let mut responses = batch.send(&client).await.expect("a batch");
    assert_eq!(
        responses.take(a).expect("at last").name.as_deref(),
        Some("a")
    );

    let script = Script::steps([lost()]);
    let mut batch = Batch::new();
    let create = batch.add(Create::new().body(body!(Thing {})));
    let client = script.retrying().build().expect("a client");
    let mut responses = batch.send(&client).await.expect("a batch");
    let error = responses.take(create).expect_err("nothing");
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    // Where nothing is declared, nothing is what comes.
    let mut batch = Batch::new();
    let gone = batch.add(Delete::new().set("id", "1"));
    let mut responses = batch
        .send(&Script::steps([lost()]).client())
        .await
        .expect("a batch");
    responses.take(gone).expect("deleted");
}

#[tokio::test]
async fn a_failure_of_the_endpoint_is_one_of_the_batch() {
    let refused = |status| {
        Script::new(move |recorded| match recorded.target() {
            "/batch/things" => response(
                status,
                &[("content-type", "text/html")],
                "<p>No such page.</p>",
            ),
            _ => mixed(&[("part+1", 200, "{}")]),
        })
    };
    for status in [404, 409, 412, 403] {
        let mut batch = Batch::new();
        let _a = batch.add(get("things/a"));
        let _b = batch.add(get("things/b"));
        let error = batch
            .send(&refused(status).client())
            .await
            .expect_err("all");
        assert_eq!((error.kind(), error.method()), (ErrorKind::Api, None));
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        assert_eq!(
            error.url(),
            Some("https://things.googleapis.com/batch/things")
        );
        assert!(
            !(error.is_not_found()
                || error.is_conflict()
                || error.is_precondition_failed()
                || error.is_permission_denied()),
            "{error}"
        );
        let text = error.to_string();
        let start = "the batch of 2 calls to https://things.googleapis.com/batch/things failed: ";
        assert!(
            text.starts_with(start) && text.ends_with(": No such page."),
            "{text}"
        );
    }
    // The same where other calls, of another host, have responses.
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let old = batch.add(OldGet::new());
    let mut responses = batch.send(&refused(404).client()).await.expect("one");
    responses.take(old).expect("a response");
    let error = responses.take(a).expect_err("refused");
    assert!(!error.is_not_found(), "{error}");
    assert_eq!(error.method(), Some("things.get"));
    assert_eq!(
        error.to_string(),
        "things.get: the batch of 1 call to https://things.googleapis.com/batch/things failed: 404 Not Found: No such page."
    );
}

#[tokio::test]
async fn the_error_of_a_batch_without_a_response_is_its_cause() {
    for (step, kind) in [
        (
            response(
                403,
                &[],
                r#"{"error": {"code": 403, "message": "no batches for you"}}"#,
            ),
            ErrorKind::Api,
        ),
        (
            response(200, &[("content-type", "text/html")], "<p>proxy"),
            ErrorKind::Decode,
        ),
    ] {
        let script = Script::steps([step]);
        let mut batch = Batch::new();
        let _a = batch.add(get("things/a"));
        let error = batch.send(&script.client()).await.expect_err("the whole");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn a_broken_connection_repeats_only_what_is_safe() {
    let tries = AtomicUsize::new(0);
    let script = Script::new(move |recorded| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => Step::Fail(gapi::transport::TransportErrorKind::Reset),
        _ => {
            assert_eq!(parts(recorded).len(), 1, "the POST stays out");
            mixed(&[("part+1", 200, r#"{"name": "a"}"#)])
        }
    });
    let client = script
        .builder()
        .credentials(gapi::auth::Anonymous)
        .jitter(|| 0.0)
        .retry(RetryPolicy::new())
        .build()
        .expect("a client");
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let create = batch.add(Create::new().body(body!(Thing {})));
    let mut responses = batch.send(&client).await.expect("one answer");
    assert_eq!(responses.take(a).expect("a").name.as_deref(), Some("a"));
    let error = responses.take(create).expect_err("nobody knows");
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_for_all_parts() {
    let script = Script::new(|recorded| {
        let parts = parts(recorded);
        let fresh = recorded.header("authorization") == Some("Bearer token-2");
        let responses: Vec<_> = parts
            .iter()
            .map(|(id, line, _)| {
                let is_open = line.contains("things/open");
                let status = if fresh || is_open { 200 } else { 401 };
                (
                    id.as_str(),
                    status,
                    if status == 200 {
                        r#"{"name": "n"}"#
                    } else {
                        "{}"
                    },
                )
            })
            .collect();
        mixed(&responses)
    });
    let made = AtomicUsize::new(0);
    let credentials = gapi::auth::from_fn(move || {
        let number = made.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            Ok(gapi::auth::Token::new(format!("token-{number}"))
                .expires_at(std::time::SystemTime::now() + Duration::from_secs(3600)))
        }
    });
    let client: Client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    let mut batch = Batch::new();
    let open = batch.add(get("things/open"));
    let a = batch.add(get("things/a"));
    let b = batch.add(get("things/b"));
    let mut responses = batch.send(&client).await.expect("a batch");
    for handle in [open, a, b] {
        responses.take(handle).expect("a response");
    }
    let sizes: Vec<_> = script
        .recorded()
        .iter()
        .map(|recorded| parts(recorded).len())
        .collect();
    assert_eq!(sizes, [3, 2]);
}

#[tokio::test]
async fn time_that_runs_out_leaves_what_came() {
    let tries = AtomicUsize::new(0);
    let script = Script::new(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => mixed(&[("part+1", 200, r#"{"name": "a"}"#)]),
        _ => Step::Hang,
    });
    tokio::time::pause();
    let mut batch = Batch::new();
    let a = batch.add(get("things/a"));
    let b = batch.add(get("things/b"));
    let mut responses = batch
        .send(&script.client())
        .limit(1)
        .timeout(Duration::from_secs(5))
        .await
        .expect("one");
    assert!(responses.take(a).is_ok());
    let error = responses.take(b).expect_err("late");
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn mistakes_are_reported_before_anything_is_sent() {
    async fn reported(fill: impl FnOnce(&mut Batch)) -> Error {
        let script = Script::steps([]);
        let mut batch = Batch::new();
        fill(&mut batch);
        batch.send(&script.client()).await.expect_err("a mistake")
    }
    let path = reported(|batch| {
        let _handle = batch.add(get("a/../b"));
    });
    assert_eq!(path.await.kind(), ErrorKind::Usage);
    let none = reported(|batch| {
        let _handle = batch.add(Labels::new());
    });
    assert!(none.await.to_string().contains("no endpoint for batches"));

    let script = Script::steps([]);
    let mut responses = Batch::new()
        .send(&script.client())
        .await
        .expect("nothing to send");
    let mut other = Batch::new();
    let handle = other.add(get("a"));
    let error = responses.take(handle).expect_err("another batch");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn parts_of_responses_and_long_urls() {
    #[derive(gapi::Fields)]
    #[fields(of = Thing)]
    struct Size {
        size: i64,
    }
    let mock = Mock::new().on("*", json!({"size": "3"}));
    let mut batch = Batch::new();
    let size = batch.add_select::<Size, _>(get("things/a"));
    let long = batch.add(List::new().set("q", "x".repeat(3000)));
    let mut responses = batch.send(&mock.client()).await.expect("a batch");
    assert_eq!(responses.take(size).expect("a part").size, 3);
    responses.take(long).expect("a list");
    let calls = mock.calls();
    assert_eq!(calls[0].parameter("fields"), Some("size"));
    assert_eq!(
        (
            calls[1].http_method().as_str(),
            calls[1].parameter("q").map(str::len)
        ),
        ("GET", Some(3000))
    );
}
