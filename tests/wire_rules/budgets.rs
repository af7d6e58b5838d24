//! How much all calls of a client may be tried again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gapi::{
    Media,
    transport::{Body, TransportError, TransportErrorKind},
};
use http::Response;

use crate::{
    api::{Content, Create, Get, Video, thing},
    retries::unavailable,
    script::{Script, Step, json, response},
};

fn get() -> Get {
    Get::new().set("name", "a")
}

fn fail() -> Get {
    Get::new().set("name", "fail")
}

/// A service that fails what is called so.
fn half_broken() -> Arc<Script> {
    Script::new(|recorded| match recorded.url.as_str() {
        url if url.contains("fail") => unavailable(),
        url if url.contains("missing") => json(404, "{}"),
        _ => json(200, "{}"),
    })
}

#[tokio::test(start_paused = true)]
async fn a_broken_service_is_not_hammered() {
    let script = half_broken();
    // No wait takes time, which would bring retries back.
    let client = script
        .retrying()
        .jitter(|| 0.0)
        .retry_budget(5)
        .build()
        .expect("a client");
    let mut attempts = Vec::new();
    for _ in 0..4 {
        attempts.push(fail().send(&client).await.expect_err("503").attempts());
    }
    assert_eq!(attempts, [4, 3, 1, 1]);
    let error = fail().send(&client).await.expect_err("503");
    assert_eq!(
        error.to_string(),
        "things.get: 503 UNAVAILABLE: later (too many calls failed lately to try again)"
    );
    // Clones and other identities share it; ten successes pay for one retry.
    let other = client.with_credentials(gapi::auth::Anonymous);
    for _ in 0..10 {
        get().send(&other).await.expect("a success");
    }
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 2);
    assert_eq!(fail().send(&other).await.expect_err("503").attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn occasional_failures_never_use_the_budget_up() {
    let calls = AtomicU32::new(0);
    let script = Script::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) % 2 {
        0 => unavailable(),
        _ => json(200, "{}"),
    });
    let client = script.retrying().retry_budget(1).build().expect("a client");
    for _ in 0..50 {
        get().send(&client).await.expect("the second attempt");
    }
    assert_eq!(script.recorded().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_succeeds_costs_nothing_however_often_it_was_tried() {
    let calls = AtomicU32::new(0);
    let script = Script::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) % 4 {
        0..3 => unavailable(),
        _ => json(200, "{}"),
    });
    let client = script
        .retrying()
        .jitter(|| 0.0)
        .retry_budget(3)
        .build()
        .expect("a client");
    for _ in 0..20 {
        get().send(&client).await.expect("the fourth attempt");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_shows_that_the_service_works() {
    let calls = AtomicU32::new(0);
    let script = Script::new(move |_| match calls.fetch_add(1, Ordering::Relaxed) % 2 {
        0 => unavailable(),
        _ => json(404, "{}"),
    });
    let client = script
        .retrying()
        .jitter(|| 0.0)
        .retry_budget(1)
        .build()
        .expect("a client");
    for _ in 0..20 {
        let error = get().send(&client).await.expect_err("no such thing");
        assert!(error.is_not_found(), "{error}");
    }
    // So do those of a first attempt: ten of them pay for a retry.
    let script = half_broken();
    let client = script
        .retrying()
        .jitter(|| 0.0)
        .retry_budget(1)
        .build()
        .expect("a client");
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 2);
    for _ in 0..10 {
        let missing = Get::new().set("name", "missing").send(&client).await;
        missing.expect_err("404");
    }
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn rest_brings_retries_back() {
    let script = half_broken();
    let client = script
        .retrying()
        .jitter(|| 0.0)
        .retry_budget(3)
        .build()
        .expect("a client");
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 4);
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 3);
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 4);
    assert_eq!(fail().send(&client).await.expect_err("503").attempts(), 1);
}

/// A response of 20 bytes from `from` on that breaks after `count`.
pub(crate) fn part(from: usize, count: usize) -> Step {
    let mut pieces = vec![Ok(Bytes::from(vec![b'x'; count]))];
    if from + count < 20 {
        let broken = TransportError::new(TransportErrorKind::Body, "it broke");
        pieces.push(Err(broken));
    }
    let body = Body::from_stream(futures_util::stream::iter(pieces), None);
    let mut response = Response::builder()
        .header("etag", "\"v1\"")
        .header("content-length", 20 - from);
    if from > 0 {
        let range = format!("bytes {from}-19/20");
        response = response.status(206).header("content-range", range);
    }
    Step::Respond(response.body(body).expect("a response"))
}

#[tokio::test(start_paused = true)]
async fn transfers_that_get_on_need_no_budget() {
    let poor = |script: &Arc<Script>| {
        let client = script.retrying().jitter(|| 0.0).retry_budget(0);
        client.build().expect("a client")
    };
    // A download that broke, and whose rest is refused at first.
    let script = Script::steps([
        part(0, 5),
        unavailable(),
        unavailable(),
        part(5, 5),
        unavailable(),
        part(10, 10),
    ]);
    let media = Content::new().set("id", "a").download(&poor(&script)).await;
    assert_eq!(media.expect("all of it").len(), 20);

    // A session whose beginning, middle and end fail.
    let url = "https://things.googleapis.com/upload/v1/videos?uploadType=resumable&upload_id=1";
    let script = Script::steps([
        unavailable(),
        unavailable(),
        response(200, &[("location", url)], ""),
        unavailable(),
        response(308, &[], ""),
        unavailable(),
        response(308, &[], ""),
        json(200, r#"{"name": "made"}"#),
    ]);
    let made = Video::new()
        .body(thing("x"))
        .upload(Media::bytes("abc").content_type("video/mp4"))
        .resumable()
        .send(&poor(&script))
        .await;
    made.expect("an upload");

    // Other calls do.
    let script = Script::new(|_| json(429, "{}"));
    let error = Create::new().send(&poor(&script)).await.expect_err("429");
    assert_eq!(
        error.to_string(),
        "things.create: 429 Too Many Requests (too many calls failed lately to try again)"
    );
}
