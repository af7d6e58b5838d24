//! Which calls are repeated, and what the error of one that is not reports.

use std::{
    io::Cursor,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use gapi::{
    AttemptMetrics, CallOptions, Client, ErrorKind, Media, Observer, PendingCall, RetryPolicy,
    transport::TransportErrorKind,
};
use tokio::time::Instant;

use crate::{
    api::{
        Add, Content, Create, Delete, Get, Insert, Patch, Photo, Replace, Search, Settled, Shared,
        Thing, Video, thing,
    },
    retries::{once, unavailable},
    script::{Script, Step, json, redirect, response},
    tokens::counted,
};

fn get() -> Get {
    Get::new().set("name", "a")
}

fn replace() -> Replace {
    Replace::new().set("id", "a")
}

fn delete() -> Delete {
    Delete::new().set("id", "a")
}

async fn attempts<R: gapi::FromResponse>(make: impl Fn(&gapi::Client) -> PendingCall<R>) -> usize {
    let script = Script::new(|_| unavailable());
    let client = script.retrying().build().expect("a client");
    let error = make(&client).raw().await.expect_err("503");
    let sent = script.recorded().len();
    assert_eq!(error.attempts() as usize, sent);
    sent
}

#[tokio::test(start_paused = true)]
async fn what_is_safe_to_repeat() {
    // By verb.
    assert_eq!(attempts(|c| get().send(c)).await, 4);
    assert_eq!(attempts(|c| Delete::new().set("id", "a").send(c)).await, 4);
    assert_eq!(attempts(|c| Photo::new().send(c)).await, 4);
    let patch = || Patch::new().set("bucket", "b").set("object", "o");
    assert_eq!(attempts(|c| patch().send(c)).await, 1);
    assert_eq!(attempts(|c| Create::new().send(c)).await, 1);
    // A list is read, with any verb.
    assert_eq!(attempts(|c| Search::new().send(c)).await, 4);
    // By the option of the caller.
    assert_eq!(
        attempts(|c| Create::new().send(c).idempotent(true)).await,
        4
    );
    assert_eq!(attempts(|c| get().send(c).idempotent(false)).await, 1);
    assert_eq!(
        attempts(|c| patch().send(c).header("if-match", "\"x\"")).await,
        4
    );
    // By request id.
    assert_eq!(attempts(|c| Add::new().send(c)).await, 4);
    assert_eq!(attempts(|c| Add::new().send(c).request_id(None)).await, 1);
    assert_eq!(
        attempts(|c| Add::new().send(c).request_id(Some("x"))).await,
        4
    );
    assert_eq!(
        attempts(|c| Add::new().set("requestId", "x").send(c).request_id(None)).await,
        4
    );
    // A method that offers a precondition needs one.
    assert_eq!(attempts(|c| replace().send(c)).await, 1);
    assert_eq!(attempts(|c| replace().body(thing("x")).send(c)).await, 1);
    assert_eq!(
        attempts(|c| replace().set("ifGenerationMatch", 3).send(c)).await,
        4
    );
    assert_eq!(
        attempts(|c| replace().send(c).param("ifGenerationMatch", "3")).await,
        4
    );
    let with_etag = || serde_json::json!({"name": "x", "etag": "\"7\""});
    assert_eq!(attempts(|c| replace().body(with_etag()).send(c)).await, 4);
    assert_eq!(attempts(|c| replace().send(c).idempotent(true)).await, 4);
    // What is known of a method wins over all of that, and the caller over what is known.
    assert_eq!(attempts(|c| Settled::new().send(c)).await, 4);
    assert_eq!(
        attempts(|c| Settled::new().send(c).idempotent(false)).await,
        1
    );
    assert_eq!(attempts(|c| Shared::new().send(c)).await, 1);
    assert_eq!(
        attempts(|c| Shared::new().send(c).if_match("\"x\"")).await,
        1
    );
    assert_eq!(
        attempts(|c| Shared::new().send(c).idempotent(true)).await,
        4
    );
}

const OLD: &str = r#"{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}"#;
const NEW: &str = r#"{"error": {"details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_unit": "1/min/{project}"}}]}}"#;

#[tokio::test(start_paused = true)]
async fn refusals_for_rate_are_repeated_for_every_method() {
    for (status, body) in [(429, "{}"), (429, NEW), (403, OLD), (403, NEW)] {
        for headers in [&[][..], &[("retry-after", "7")]] {
            let script = once(move || response(status, headers, body));
            let client = script.retrying().build().expect("a client");
            let start = Instant::now();
            let sent = Create::new().send(&client).idempotent(false).await;
            sent.unwrap_or_else(|error| panic!("{status} {body}: {error}"));
            let waited = start.elapsed().as_secs_f64();
            let asked = if headers.is_empty() { 0.0 } else { 7.0 };
            assert_eq!(waited, asked + 0.5, "{status} {body}");
            assert_eq!(script.recorded().len(), 2);
        }
    }
    let script = once(|| json(429, "{}"));
    let client = script.retrying().build().expect("a client");
    Patch::new()
        .set("bucket", "b")
        .set("object", "o")
        .send(&client)
        .await
        .expect("the second attempt");
}

#[tokio::test(start_paused = true)]
async fn quotas_that_are_used_up_are_errors_at_once() {
    for status in [403, 429] {
        for reason in ["dailyLimitExceeded", "quotaExceeded"] {
            let body = format!(r#"{{"error": {{"errors": [{{"reason": "{reason}"}}]}}}}"#);
            let script = Script::new(move |_| json(status, &body));
            let client = script.retrying().build().expect("a client");
            let error = get().send(&client).await.expect_err("no quota");
            assert!(!error.is_retryable(), "{error}");
            assert_eq!(script.recorded().len(), 1, "{status} {reason}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_one_attempt_is_one_attempt() {
    for status in [429, 503] {
        let script = Script::new(move |_| json(status, "{}"));
        let client = script.retrying().build().expect("a client");
        let error = Create::new()
            .send(&client)
            .retry(RetryPolicy::none())
            .await
            .expect_err("refused");
        assert!(error.is_retryable());
        // That it might not be safe is not why.
        assert!(!error.to_string().contains('('), "{error}");
        assert_eq!(script.recorded().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_was_not_repeated_names_what_would_make_it_safe() {
    let script = Script::new(|_| unavailable());
    let client = script.retrying().build().expect("a client");
    let c = &client;
    let because = "not retried, because it may have been carried out";
    for (error, remedies) in [
        (
            Create::new().send(c).await.expect_err("503"),
            "; it would be with the option `idempotent`",
        ),
        (
            Add::new().send(c).request_id(None).await.expect_err("503"),
            "; it would be with a `requestId` or the option `idempotent`",
        ),
        (
            replace().send(c).await.expect_err("503"),
            "; it would be with `ifGenerationMatch` or `etag` in the body or the option `idempotent`",
        ),
        (
            Shared::new().send(c).await.expect_err("503"),
            "; it would be with the option `idempotent`",
        ),
        (
            get().send(c).idempotent(false).await.expect_err("503"),
            ", and `.idempotent(false)` is set",
        ),
    ] {
        let method = error.method().expect("a method");
        assert_eq!(
            error.to_string(),
            format!("{method}: 503 UNAVAILABLE: later ({because}{remedies})")
        );
    }
    // A response that ends early is a failure too, though its status is a success.
    let script = Script::new(|_| json(200, r#"{"name": "x"#));
    let client = script.retrying().build().expect("a client");
    let error = Create::new().send(&client).await.expect_err("half");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
    let note = format!("({because}; it would be with the option `idempotent`)");
    assert!(error.to_string().ends_with(&note), "{error}");
    // What was tried as often as it may be needs no such word, nor what would fail again.
    let error = delete().send(c).await.expect_err("503");
    assert!(!error.to_string().contains(because), "{error}");
    let script = Script::new(|_| json(400, "{}"));
    let error = Create::new()
        .send(&script.retrying().build().expect("a client"))
        .await
        .expect_err("400");
    assert_eq!(error.to_string(), "things.create: 400 Bad Request");
}

/// Fails with this first, then with that.
fn then(first: impl Fn() -> Step + Send + Sync + 'static, status: u16) -> Arc<Script> {
    let calls = AtomicU32::new(0);
    Script::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => first(),
        _ => json(status, "{}"),
    })
}

#[tokio::test(start_paused = true)]
async fn an_error_names_an_attempt_before_that_may_have_caused_it() {
    const NOTE: &str = "(after 2 attempts; an attempt before may have been carried out)";
    let lost = || Step::Fail(TransportErrorKind::Reset);
    let guarded = |client: &Client| replace().set("ifGenerationMatch", 3).send(client);
    let reported = async |script: Arc<Script>, call: &dyn Fn(&Client) -> PendingCall<Thing>| {
        let client = script.retrying().build().expect("a client");
        call(&client).raw().await.expect_err("an error").to_string()
    };
    for status in [412, 409] {
        let text = reported(then(lost, status), &guarded).await;
        assert!(text.ends_with(NOTE), "{text}");
        let text = reported(then(unavailable, status), &guarded).await;
        assert!(text.ends_with(NOTE), "{text}");
    }
    // The attempt before had no effect, or another one cannot cause such an error.
    let refused = || Step::Fail(TransportErrorKind::Connect);
    for script in [
        then(refused, 412),
        then(|| json(429, "{}"), 412),
        then(lost, 404),
        then(lost, 403),
    ] {
        let text = reported(script, &guarded).await;
        assert!(text.ends_with("(after 2 attempts)"), "{text}");
    }
    let text = reported(then(lost, 412), &|c| get().send(c)).await;
    assert!(text.ends_with("(after 2 attempts)"), "{text}");

    // What is to be deleted may be gone by that.
    let script = then(lost, 404);
    let client = script.retrying().build().expect("a client");
    let error = delete().send(&client).await.expect_err("404");
    assert!(error.is_not_found());
    assert!(error.to_string().ends_with(NOTE), "{error}");
}

#[derive(Default)]
struct Reported(Mutex<Vec<AttemptMetrics>>);

impl Observer for Reported {
    fn attempt(&self, attempt: &AttemptMetrics) {
        self.0.lock().expect("lock").push(attempt.clone());
    }
}

/// Media that can be read once, in a PUT, which is safe to repeat.
async fn put_once(client: &Client) -> gapi::Error {
    let media = Media::reader(Cursor::new(vec![7; 9 << 20]), None);
    let sent = Photo::new().upload(media).in_one_request().send(client);
    sent.await.expect_err("an error")
}

const PASSED_BY: &str = "not retried: the media comes from a reader or a stream, which can be read once; give the request new media";

#[tokio::test(start_paused = true)]
async fn media_that_cannot_be_had_again_leaves_the_error_that_asked_for_it() {
    let failures: [fn() -> Step; 5] = [
        unavailable,
        || json(429, "{}"),
        || json(403, OLD),
        || response(408, &[], ""),
        || Step::Fail(TransportErrorKind::Reset),
    ];
    for failure in failures {
        let script = Script::new(move |_| failure());
        let reported = Arc::new(Reported::default());
        let client = script.retrying().observer(Arc::clone(&reported));
        let start = Instant::now();
        let error = put_once(&client.build().expect("a client")).await;
        assert!(
            matches!(error.kind(), ErrorKind::Api | ErrorKind::Transport),
            "{error}"
        );
        let text = error.to_string();
        assert!(text.ends_with(&format!(" ({PASSED_BY})")), "{text}");
        // No wait, and no attempt that was never sent.
        assert_eq!(start.elapsed().as_millis(), 0);
        assert_eq!((error.attempts(), script.recorded().len()), (1, 1));
        assert_eq!(reported.0.lock().expect("lock").len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn media_that_was_not_read_is_there_for_another_attempt() {
    let script = Script::unread(1);
    let client = script.retrying().build().expect("a client");
    let media = Media::reader(Cursor::new(vec![7; 9 << 20]), None);
    Photo::new()
        .upload(media)
        .in_one_request()
        .send(&client)
        .await
        .expect("the second attempt");
    assert_eq!(script.only().body.len(), 9 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_or_a_redirect_stays_the_error_too() {
    let script = Script::new(|_| json(401, "{}"));
    let (credentials, fetched) = counted();
    let client = script.retrying().credentials(credentials);
    let client = client.build().expect("a client");
    let error = put_once(&client).await;
    assert!(error.is_unauthenticated());
    assert!(
        error.to_string().ends_with(&format!("({PASSED_BY})")),
        "{error}"
    );
    assert_eq!((error.attempts(), script.recorded().len()), (1, 1));
    // The next call does not use that token.
    put_once(&client).await;
    assert_eq!(fetched.load(Ordering::SeqCst), 2);

    let script = Script::new(|_| redirect(307, "https://old.googleapis.com/elsewhere"));
    let error = put_once(&script.retrying().build().expect("a client")).await;
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(error.status().map(|s| s.as_u16()), Some(307));
    assert!(error.to_string().ends_with(PASSED_BY), "{error}");
    assert_eq!(script.recorded().len(), 1);
}

/// A session that is gone after all of the media was sent, and before a response to that came.
#[tokio::test(start_paused = true)]
async fn a_session_that_may_have_ended_is_begun_anew_only_where_that_is_safe() {
    let url = "https://things.googleapis.com/upload/v1/videos?uploadType=resumable&upload_id=1";
    let upload = async |idempotent: Option<bool>| {
        let script = Script::steps([
            response(200, &[("location", url)], ""),
            Step::Fail(TransportErrorKind::Reset),
            json(404, "{}"),
            response(200, &[("location", url)], ""),
            json(200, r#"{"name": "made"}"#),
        ]);
        let mut options = CallOptions::new();
        if let Some(idempotent) = idempotent {
            options = options.idempotent(idempotent);
        }
        let client = script.retrying().options(options).build();
        let video = Video::new().body(thing("x"));
        let sent = video
            .upload(Media::bytes("abc").content_type("video/mp4"))
            .resumable()
            .send(&client.expect("a client"))
            .await;
        (sent, script.recorded().len())
    };
    let (sent, requests) = upload(Some(true)).await;
    sent.expect("an upload");
    assert_eq!(requests, 5);
    for (idempotent, remedy) in [
        (None, "; it would be with the option `idempotent`"),
        (Some(false), ", and `.idempotent(false)` is set"),
    ] {
        let (sent, requests) = upload(idempotent).await;
        let error = sent.expect_err("nobody knows");
        assert_eq!((error.kind(), requests), (ErrorKind::Media, 3));
        assert_eq!(
            error.to_string(),
            format!(
                "things.video: the session is gone, and the response to the last of the media was lost \
                 (after 3 attempts; not retried, because it may have been carried out{remedy})"
            )
        );
    }
}

/// What `.idempotent(false)` forbids, and what not.
#[tokio::test(start_paused = true)]
async fn not_idempotent_forbids_repeats_of_what_may_have_had_an_effect() {
    let never = CallOptions::new().idempotent(false);
    for (failure, attempts) in [
        (unavailable as fn() -> Step, 1),
        (|| Step::Fail(TransportErrorKind::Reset), 1),
        (|| Step::Fail(TransportErrorKind::Connect), 2),
        (|| json(429, "{}"), 2),
    ] {
        let script = once(failure);
        let client = script.retrying().options(never.clone());
        let sent = get().send(&client.build().expect("a client")).await;
        assert_eq!(script.recorded().len(), attempts);
        assert_eq!(sent.is_ok(), attempts == 2);
    }

    // The steps of a session: only its end makes something, and the server knows whether it did.
    let url = "https://things.googleapis.com/upload/v1/videos?uploadType=resumable&upload_id=1";
    let script = Script::steps([
        unavailable(),
        response(200, &[("location", url)], ""),
        unavailable(),
        response(308, &[], ""),
        json(200, r#"{"name": "made"}"#),
    ]);
    let client = script.retrying().options(never.clone()).build();
    Video::new()
        .body(thing("x"))
        .upload(Media::bytes("abc").content_type("video/mp4"))
        .resumable()
        .send(&client.expect("a client"))
        .await
        .expect("an upload");

    // In one request it is a call like others.
    let script = Script::new(|_| unavailable());
    let client = script.retrying().options(never.clone()).build();
    let insert = Insert::new().set("bucket", "b").body(thing("x"));
    let error = insert
        .upload(Media::bytes("abc").content_type("image/png"))
        .send(&client.expect("a client"))
        .await
        .expect_err("503");
    assert_eq!(error.attempts(), 1);

    // The rest of a download that broke.
    let script = Script::steps([
        crate::budgets::part(0, 5),
        unavailable(),
        crate::budgets::part(5, 15),
    ]);
    let client = script.retrying().options(never).build().expect("a client");
    let media = Content::new().set("id", "a").download(&client).await;
    assert_eq!(media.expect("all of it").len(), 20);
}
