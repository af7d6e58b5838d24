//! What is tried again, when, how often, and what the error reports then.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use gapi::{
    CallOptions, ErrorKind, Media, RetryPolicy,
    transport::{Body, ManualClock, TransportError, TransportErrorKind},
};
use http::Response;
use tokio::time::Instant;

use crate::{
    api::{Add, AnyThing, Content, Create, Export, Get, Thing, Video, thing},
    script::{Recorded, Script, Step, json, response},
};

type Failure = Box<dyn Fn() -> Step + Send + Sync>;

fn get() -> Get {
    Get::new().set("name", "a")
}

pub(crate) fn unavailable() -> Step {
    json(
        503,
        r#"{"error": {"message": "later", "status": "UNAVAILABLE"}}"#,
    )
}

/// One failure, then an empty object.
pub(crate) fn once(failure: impl Fn() -> Step + Send + Sync + 'static) -> std::sync::Arc<Script> {
    let calls = AtomicU32::new(0);
    Script::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => failure(),
        _ => json(200, "{}"),
    })
}

/// The URLs and bodies of what was sent.
fn sent(script: &Script) -> Vec<(String, Bytes)> {
    let pair = |recorded: Recorded| (recorded.url, recorded.body);
    script.recorded().into_iter().map(pair).collect()
}

fn half(declared: Option<&'static str>, broken: bool) -> Step {
    let mut chunks = vec![Ok(Bytes::from_static(br#"{"name": "a"#))];
    chunks.extend(broken.then(|| Err(TransportError::new(TransportErrorKind::Body, "it broke"))));
    let mut response = Response::new(Body::from_stream(futures_util::stream::iter(chunks), None));
    if let Some(declared) = declared {
        let declared = declared.parse().expect("a number");
        response.headers_mut().insert("content-length", declared);
    }
    Step::Respond(response)
}

#[tokio::test(start_paused = true)]
async fn temporary_failures_are_tried_again() {
    let cases: Vec<(&str, Failure)> = vec![
        ("408", Box::new(|| json(408, "{}"))),
        ("429", Box::new(|| json(429, "{}"))),
        ("500", Box::new(|| json(500, "{}"))),
        (
            "502",
            Box::new(|| response(502, &[("content-type", "text/html")], "<html>")),
        ),
        ("503", Box::new(unavailable)),
        ("504", Box::new(|| json(504, ""))),
        (
            "old rate limit",
            Box::new(|| {
                json(
                    403,
                    r#"{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}"#,
                )
            }),
        ),
        (
            "new rate limit",
            Box::new(|| {
                json(
                    403,
                    r#"{"error": {"details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}]}}"#,
                )
            }),
        ),
        (
            "connect",
            Box::new(|| Step::Fail(TransportErrorKind::Connect)),
        ),
        ("reset", Box::new(|| Step::Fail(TransportErrorKind::Reset))),
        (
            "timeout",
            Box::new(|| Step::Fail(TransportErrorKind::Timeout)),
        ),
        ("hang", Box::new(|| Step::Hang)),
        ("broken body", Box::new(|| half(None, true))),
        ("short body", Box::new(|| half(Some("20"), false))),
        ("cut JSON", Box::new(|| half(None, false))),
    ];
    for (case, failure) in cases {
        let script = once(failure);
        let client = script.retrying().build().expect("a client");
        let start = Instant::now();
        get()
            .send(&client)
            .await
            .unwrap_or_else(|e| panic!("{case}: {e}"));
        let waited = start.elapsed().as_millis();
        let attempt = if case == "hang" { 60_000 } else { 0 };
        assert_eq!(waited, attempt + 500, "{case}");
        let sent = sent(&script);
        assert_eq!(sent.len(), 2, "{case}");
        assert_eq!(sent[0], sent[1], "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_that_stay_are_not() {
    for (status, body) in [
        (400, "{}"),
        (401, "{}"),
        (
            403,
            r#"{"error": {"errors": [{"reason": "dailyLimitExceeded"}]}}"#,
        ),
        (404, "{}"),
        (409, "{}"),
        (412, "{}"),
        (501, "{}"),
        (505, "{}"),
    ] {
        let script = Script::new(move |_| json(status, body));
        let client = script.retrying().build().expect("a client");
        let error = get().send(&client).await.expect_err("an error");
        assert!(!error.is_retryable(), "{status}");
        assert_eq!(
            (script.recorded().len(), error.attempts()),
            (1, 1),
            "{status}"
        );
    }
    for kind in [
        TransportErrorKind::Tls,
        TransportErrorKind::Request,
        TransportErrorKind::TooLarge,
        TransportErrorKind::Other,
    ] {
        let script = Script::new(move |_| Step::Fail(kind));
        let client = script.retrying().build().expect("a client");
        get().send(&client).await.expect_err("an error");
        assert_eq!(script.recorded().len(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_not_made_is_tried_again_for_every_call() {
    let script = once(|| Step::Fail(TransportErrorKind::Connect));
    let client = script.retrying().build().expect("a client");
    Create::new()
        .send(&client)
        .await
        .expect("the second attempt");
    let script = once(|| Step::Fail(TransportErrorKind::Reset));
    let client = script.retrying().build().expect("a client");
    let error = Create::new().send(&client).await.expect_err("a reset");
    assert!(error.is_retryable());
    assert_eq!(script.recorded().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_request_id_for_all_attempts_of_a_call() {
    let script = Script::new(|_| unavailable());
    let client = script.retrying().build().expect("a client");
    for _ in 0..2 {
        Add::new().send(&client).await.expect_err("503");
    }
    let ids: Vec<String> = script
        .recorded()
        .iter()
        .map(|recorded| recorded.url.split_once("requestId=").expect("an id").1[..36].to_owned())
        .collect();
    assert_eq!(ids.len(), 8);
    assert!(ids[..4].iter().all(|id| *id == ids[0]) && ids[4..].iter().all(|id| *id == ids[4]));
    assert_ne!(ids[0], ids[4]);
    uuid_of_version_4(&ids[0]);

    // The parameter of the request stays, and nothing is made up for a look.
    let script = Script::empty();
    Add::new()
        .set("requestId", "mine")
        .send(&script.client())
        .await
        .expect("added");
    assert!(
        script.only().url.contains("requestId=mine&"),
        "{}",
        script.only().url
    );
    let preview = Add::new()
        .send(&script.client())
        .to_http()
        .expect("a request");
    assert!(!preview.uri().to_string().contains("requestId"));
    let preview = Add::new()
        .send(&script.client())
        .request_id(Some("x"))
        .to_http();
    assert!(
        preview
            .expect("a request")
            .uri()
            .to_string()
            .contains("requestId=x")
    );
    let error = get()
        .send(&script.client())
        .request_id(Some("x"))
        .await
        .expect_err("no such");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("requestId"), "{error}");
}

fn uuid_of_version_4(text: &str) {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{text}");
    assert_eq!(&text[14..15], "4");
}

#[tokio::test(start_paused = true)]
async fn waits_grow_and_end() {
    let script = Script::new(|_| unavailable());
    let client = script.retrying().build().expect("a client");
    let start = Instant::now();
    let error = get().send(&client).await.expect_err("503");
    assert_eq!(start.elapsed(), Duration::from_millis(3500));
    assert_eq!(error.attempts(), 4);
    assert_eq!(
        error.to_string(),
        "things.get: 503 UNAVAILABLE: later (after 4 attempts)"
    );

    let one = get()
        .send(&client)
        .retry(RetryPolicy::none())
        .await
        .expect_err("503");
    assert_eq!(one.to_string(), "things.get: 503 UNAVAILABLE: later");
    // A call's own policy wins over the client's, field by field of nothing.
    let two = client.with_options(CallOptions::new().retry(RetryPolicy::new().max_attempts(2)));
    assert_eq!(get().send(&two).await.expect_err("503").attempts(), 2);
    let three = get()
        .send(&two)
        .retry(RetryPolicy::new().max_attempts(3))
        .await;
    assert_eq!(three.expect_err("503").attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_server_requests_the_delay() {
    for (headers, body, seconds) in [
        (vec![("retry-after", "7")], "{}", 7.5),
        (
            vec![
                ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("date", "Sun, 06 Nov 1994 08:49:27 GMT"),
            ],
            "{}",
            10.5,
        ),
        (
            vec![],
            r#"{"error": {"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}]}}"#,
            3.0,
        ),
        (vec![("retry-after", "soon")], "{}", 0.5),
    ] {
        let reported = headers.clone();
        let script = once(move || response(429, &reported, body));
        let client = script.retrying().build().expect("a client");
        let start = Instant::now();
        get().send(&client).await.expect("the second attempt");
        assert_eq!(start.elapsed().as_secs_f64(), seconds, "{headers:?}");
    }
    // Longer than anybody waits: the error at once.
    let script = once(|| response(503, &[("retry-after", "3600")], "{}"));
    let client = script.retrying().build().expect("a client");
    let start = Instant::now();
    let error = get().send(&client).await.expect_err("no time");
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(
        error.to_string(),
        "things.get: 503 Service Unavailable (no time was left to try again)"
    );
}

#[tokio::test]
async fn a_date_is_read_by_the_clients_clock() {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let script = once(|| {
        response(
            503,
            &[("retry-after", "Thu, 01 Jan 1970 00:00:20 GMT")],
            "{}",
        )
    });
    let client = script
        .retrying()
        .clock(std::sync::Arc::new(clock.clone()))
        .build()
        .expect("a client");
    let call =
        tokio::spawn(async move { get().send(&client).attempt_timeout(Duration::MAX).await });
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_millis(20_499));
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(script.recorded().len(), 1);
    clock.advance(Duration::from_millis(1));
    call.await.expect("no panic").expect("the second attempt");
}

#[tokio::test(start_paused = true)]
async fn the_time_of_the_whole_call_covers_waits() {
    let script = Script::new(|_| unavailable());
    let client = script.retrying().build().expect("a client");
    let start = Instant::now();
    // The third wait would end too late: the error is worth more than the rest of the time.
    let error = get()
        .send(&client)
        .timeout(Duration::from_secs(3))
        .await
        .expect_err("503");
    assert_eq!(
        (error.attempts(), error.status().map(|s| s.as_u16())),
        (3, Some(503))
    );
    assert_eq!(start.elapsed(), Duration::from_millis(1500));

    // Time that runs out within an attempt keeps the cause of the one before.
    let calls = AtomicU32::new(0);
    let script = Script::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => unavailable(),
        _ => Step::Hang,
    });
    let client = script.retrying().build().expect("a client");
    let error = get()
        .send(&client)
        .timeout(Duration::from_secs(3))
        .await
        .expect_err("late");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert_eq!(
        error.to_string(),
        "things.get: the call took longer than its timeout of 3 s: it was waiting for the response of things.googleapis.com; the attempt before ended with: 503 UNAVAILABLE: later (after 2 attempts)"
    );
    let cause = std::error::Error::source(&error).expect("a cause");
    assert_eq!(cause.to_string(), "things.get: 503 UNAVAILABLE: later");
}

#[tokio::test(start_paused = true)]
async fn half_of_a_response_is_returned_when_no_attempt_is_left() {
    let script = Script::new(|_| half(None, false));
    let client = script.retrying().build().expect("a client");
    let error = get().send(&client).await.expect_err("half");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .contains("ends in the middle, after 11 bytes"),
        "{error}"
    );
    assert_eq!(script.recorded().len(), 4);
    let raw = AnyThing::new()
        .send(&client)
        .retry(RetryPolicy::none())
        .raw()
        .await
        .expect("bytes");
    assert_eq!(&raw[..], br#"{"name": "a"#);
    // What is not to be JSON may end as it likes.
    let text = AnyThing::new()
        .send(&client)
        .alt("csv")
        .text()
        .await
        .expect("text");
    assert_eq!(&text[..], r#"{"name": "a"#);
    assert_eq!(script.recorded().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn the_head_of_a_download_is_tried_again() {
    let script = once(unavailable);
    let client = script.retrying().build().expect("a client");
    let bytes = Export::new()
        .download(&client)
        .bytes()
        .await
        .expect("the second attempt");
    assert_eq!(&bytes[..], b"{}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_sent_had_no_attempt() {
    let script = Script::steps([]);
    let client = script.retrying().build().expect("a client");
    let error = Get::new()
        .set("name", "..")
        .send(&client)
        .await
        .expect_err("a bad name");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Usage, 0));
    let _: Thing = thing("x");
}

#[tokio::test]
async fn every_exchange_counts_for_every_end_of_the_call() {
    let unavailable = || json(503, "{}");
    let broken = || response(200, &[("etag", "\"1\""), ("content-length", "9")], "half");
    let rest = |version| {
        let headers = [("etag", version), ("content-range", "bytes 4-8/9")];
        response(206, &headers, " more")
    };
    let begun = || response(200, &[("location", "https://things.googleapis.com/s")], "");
    let upload = || Video::new().upload(Media::bytes("abc"));
    let content = || Content::new().set("id", "x");
    type Call<'a> = (&'a str, Vec<Step>, ErrorKind, u32);
    let cases: [Call<'_>; 8] = [
        (
            "decoded",
            vec![unavailable(), json(200, "[1, 2")],
            ErrorKind::Decode,
            2,
        ),
        (
            "too long",
            vec![unavailable(), json(200, "{\"name\": \"0123456789\"}")],
            ErrorKind::Transport,
            2,
        ),
        (
            "downloaded",
            vec![broken(), unavailable(), rest("\"2\"")],
            ErrorKind::Media,
            3,
        ),
        (
            "downloaded",
            vec![response(200, &[("content-length", "9")], "half")],
            ErrorKind::Transport,
            1,
        ),
        (
            "held",
            vec![unavailable(), response(200, &[], "0123456789a")],
            ErrorKind::Transport,
            2,
        ),
        (
            "uploaded",
            vec![json(200, "{\"size\": \"4\"}")],
            ErrorKind::Media,
            1,
        ),
        (
            "resumed",
            vec![begun(), json(200, "{\"size\": \"4\"}")],
            ErrorKind::Media,
            2,
        ),
        (
            "resumed",
            vec![
                begun(),
                response(404, &[], ""),
                begun(),
                json(200, "{\"size\": \"4\"}"),
            ],
            ErrorKind::Media,
            4,
        ),
    ];
    for (how, steps, kind, attempts) in cases {
        let sent = steps.len();
        let script = Script::steps(steps);
        let client = hurried(&script);
        let error = match how {
            "decoded" => get()
                .send(&client)
                .retry(RetryPolicy::new().max_attempts(2))
                .await
                .map(|_| ()),
            "too long" => get().send(&client).response_limit(10).await.map(|_| ()),
            "held" => content()
                .download(&client)
                .response_limit(10)
                .await
                .map(|_| ()),
            "downloaded" => content().download(&client).await.map(|_| ()),
            "uploaded" => upload().send(&client).await.map(|_| ()),
            _ => upload().resumable().send(&client).await.map(|_| ()),
        }
        .expect_err(how);
        assert_eq!(
            (error.kind(), error.attempts()),
            (kind, attempts),
            "{how}: {error}"
        );
        assert_eq!(script.recorded().len(), sent, "{how}: {error}");
    }
    // A success reports it too.
    let script = Script::steps([unavailable(), json(200, "{}")]);
    let found = get().send(&hurried(&script)).with_meta().await;
    assert_eq!(found.expect("the second").attempts(), 2);
}

/// A client that waits for nothing between attempts.
fn hurried(script: &Arc<Script>) -> gapi::Client {
    let builder = script.retrying().jitter(|| 0.0);
    builder.build().expect("a client")
}
