//! Which parts of a batch are sent again, when, and what the errors of others report.

use gapi::{
    Batch, CallOptions, RetryPolicy,
    mock::{Mock, Reply},
};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{Create, Delete, Get, Replace};

fn get(name: &str) -> Get {
    Get::new().set("name", name)
}

fn replace() -> Replace {
    Replace::new().set("id", "a").set("ifGenerationMatch", 3)
}

fn refused(reason: &str) -> Reply {
    Reply::error(403, "too much", Some(reason))
}

#[tokio::test(start_paused = true)]
async fn parts_that_were_refused_for_rate_are_sent_again_for_every_method() {
    for (refusal, waits) in [
        (Reply::status(429), 0.0),
        (Reply::status(429).header("retry-after", "7"), 7.0),
        (refused("rateLimitExceeded"), 0.0),
        (refused("userRateLimitExceeded"), 0.0),
    ] {
        let mock = Mock::new()
            .on(
                "things.create",
                Reply::sequence([refusal, Reply::json(json!({"name": "made"}))]),
            )
            .on("things.get", json!({"name": "a"}));
        let mut batch = Batch::new();
        let created = batch.add_with(Create::new(), CallOptions::new().idempotent(false));
        let read = batch.add(get("a"));
        let start = Instant::now();
        let mut responses = batch.send(&mock.client()).await.expect("a batch");
        assert!(start.elapsed().as_secs_f64() >= waits);
        responses.take(created).expect("made");
        responses.take(read).expect("read");
        assert_eq!(mock.calls_of("things.create").len(), 2);
        assert_eq!(mock.calls_of("things.get").len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_of_a_part_counts() {
    let asks = |seconds: &str| {
        let refusal = Reply::status(429).header("retry-after", seconds);
        Reply::sequence([refusal, Reply::json(json!({}))])
    };
    let mock = Mock::new()
        .on(get("a"), asks("2"))
        .on(get("b"), asks("9"))
        .on(get("c"), asks("5"));
    let mut batch = Batch::new();
    for name in ["a", "b", "c"] {
        let _ = batch.add(get(name));
    }
    let start = Instant::now();
    let _ = batch.send(&mock.client()).await.expect("a batch");
    assert_eq!(start.elapsed().as_secs(), 9);
}

#[tokio::test(start_paused = true)]
async fn errors_of_parts_name_why_they_are_not_sent_again() {
    let mock = Mock::new()
        .on("things.create", 503)
        .on("things.delete", refused("quotaExceeded"))
        .on(
            "things.replace",
            Reply::sequence([Reply::status(503), Reply::status(412)]),
        );
    let mut batch = Batch::new();
    let created = batch.add(Create::new());
    let deleted = batch.add(Delete::new().set("id", "a"));
    let replaced = batch.add(replace());
    let mut responses = batch.send(&mock.client()).await.expect("a batch");

    let error = responses.take(created).expect_err("503").to_string();
    let note = "(not retried, because it may have been carried out; it would be with the option `idempotent`)";
    assert!(error.ends_with(note), "{error}");
    let error = responses.take(deleted).expect_err("403");
    assert_eq!(error.attempts(), 1, "{error}");
    let error = responses.take(replaced).expect_err("412").to_string();
    let note = "(after 2 attempts; an attempt before may have been carried out)";
    assert!(error.ends_with(note), "{error}");
}

#[tokio::test(start_paused = true)]
async fn one_attempt_of_a_batch_is_one() {
    let mock = Mock::new().on("*", 429);
    let mut batch = Batch::new();
    let created = batch.add(Create::new());
    let mut responses = batch
        .send(&mock.client())
        .retry(RetryPolicy::none())
        .await
        .expect("a batch");
    let error = responses.take(created).expect_err("429");
    assert_eq!(error.attempts(), 1);
    assert!(!error.to_string().contains('('), "{error}");
    assert_eq!(mock.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_refused_for_rate_as_a_whole_is_sent_again() {
    let script = crate::retries::once(|| crate::script::json(429, "{}"));
    let client = script.retrying().build().expect("a client");
    let mut batch = Batch::new();
    let _ = batch.add(Create::new());
    // What comes then is no batch, and an error.
    batch.send(&client).await.expect_err("not multipart");
    assert_eq!(script.recorded().len(), 2);
}
