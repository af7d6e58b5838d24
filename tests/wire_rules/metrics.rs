//! The metrics of an observer.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use gapi::{
    AttemptMetrics, CallMetrics, Client, ErrorKind, Observer,
    auth::{Token, from_fn},
};

use crate::{
    api::{Create, Export, Get, thing},
    script::{Script, Step, json, response},
};

#[derive(Default)]
struct Reported {
    attempts: Mutex<Vec<AttemptMetrics>>,
    calls: Mutex<Vec<CallMetrics>>,
}

impl Observer for Reported {
    fn attempt(&self, attempt: &AttemptMetrics) {
        self.attempts.lock().expect("lock").push(attempt.clone());
    }

    fn call(&self, call: &CallMetrics) {
        self.calls.lock().expect("lock").push(call.clone());
    }
}

impl Reported {
    /// All that was reported since the last time.
    fn take(&self) -> (Vec<AttemptMetrics>, Vec<CallMetrics>) {
        (
            std::mem::take(&mut *self.attempts.lock().expect("lock")),
            std::mem::take(&mut *self.calls.lock().expect("lock")),
        )
    }
}

fn observed(script: &Arc<Script>) -> (Arc<Reported>, Client) {
    let reported = Arc::new(Reported::default());
    let credentials = from_fn(|| async { Ok(Token::new("t")) });
    let client = script
        .retrying()
        .credentials(credentials)
        .observer(Arc::clone(&reported))
        .build()
        .expect("a client");
    (reported, client)
}

fn get() -> Get {
    Get::new().set("name", "a")
}

#[tokio::test(start_paused = true)]
async fn every_attempt_and_every_call() {
    let script = Script::steps([
        json(503, "{} "),
        json(401, "{}"),
        json(200, r#"{"name": "a"}"#),
    ]);
    let (reported, client) = observed(&script);
    get().send(&client).await.expect("the third attempt");
    let (attempts, calls) = reported.take();
    let recorded: Vec<_> = attempts
        .iter()
        .map(|a| {
            (
                a.number,
                a.status.map(|s| s.as_u16()),
                a.error,
                a.received,
                a.wait,
            )
        })
        .collect();
    let api = Some(ErrorKind::Api);
    assert_eq!(
        recorded,
        [
            (1, Some(503), api, 3, Some(Duration::from_millis(500))),
            (2, Some(401), api, 0, Some(Duration::ZERO)),
            (3, Some(200), None, 13, None),
        ]
    );
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!((call.method, call.attempts), ("things.get", 3));
    assert_eq!(call.status.map(|s| s.as_u16()), Some(200));
    assert_eq!((call.error, call.dropped, call.received), (None, false, 13));
    assert_eq!(call.duration, Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn failures_and_what_is_given_up() {
    let script = Script::steps([json(404, "{}"), Step::Hang]);
    let (reported, client) = observed(&script);
    Create::new()
        .body(thing("a"))
        .send(&client)
        .await
        .expect_err("404");
    let (attempts, calls) = reported.take();
    assert_eq!((attempts[0].sent, attempts[0].wait), (12, None));
    assert_eq!(calls[0].error, Some(ErrorKind::Api));
    assert_eq!(calls[0].status.map(|s| s.as_u16()), Some(404));

    let call = std::future::IntoFuture::into_future(get().send(&client));
    let late = tokio::time::timeout(Duration::from_secs(1), call).await;
    assert!(late.is_err());
    let (attempts, calls) = reported.take();
    assert_eq!((attempts.len(), calls[0].attempts), (1, 1));
    assert!(attempts[0].dropped && attempts[0].error.is_none());
    assert!(calls[0].dropped && calls[0].error.is_none());
    assert_eq!(calls[0].duration, Duration::from_secs(1));

    // Nothing is sent, and there is a call all the same.
    Get::new()
        .set("name", "..")
        .send(&client)
        .await
        .expect_err("no such name");
    let (attempts, calls) = reported.take();
    assert!(attempts.is_empty());
    assert_eq!(
        (calls[0].attempts, calls[0].error),
        (0, Some(ErrorKind::Usage))
    );
}

#[tokio::test(start_paused = true)]
async fn a_download_ends_with_its_last_byte() {
    let script = Script::new(|_| response(200, &[], "some bytes"));
    let (reported, client) = observed(&script);
    let mut chunks = Export::new()
        .download(&client)
        .stream()
        .await
        .expect("a response");
    let (attempts, calls) = reported.take();
    assert_eq!((attempts.len(), calls.len()), (1, 0));
    while chunks.try_next().await.expect("a chunk").is_some() {}
    drop(chunks);
    let (_, calls) = reported.take();
    assert_eq!((calls[0].received, calls[0].dropped), (10, false));

    let chunks = Export::new()
        .download(&client)
        .stream()
        .await
        .expect("a response");
    drop(chunks);
    let (_, calls) = reported.take();
    assert!(calls[0].dropped);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_calls_timeout_cuts_is_reported_and_counted() {
    let script = Script::steps([json(503, "{}"), Step::Hang]);
    let (reported, client) = observed(&script);
    let late = get().send(&client).timeout(Duration::from_secs(9)).await;
    assert_eq!(late.expect_err("late").attempts(), 2);
    let (attempts, calls) = reported.take();
    let recorded: Vec<_> = attempts
        .iter()
        .map(|a| (a.number, a.error, a.dropped, a.duration.as_millis()))
        .collect();
    assert_eq!(
        recorded,
        [
            (1, Some(ErrorKind::Api), false, 0),
            (2, Some(ErrorKind::Timeout), false, 8_500),
        ]
    );
    assert_eq!(
        (calls[0].attempts, calls[0].error, calls[0].dropped),
        (2, Some(ErrorKind::Timeout), false)
    );
}

#[tokio::test(start_paused = true)]
async fn a_download_that_goes_on_is_one_call() {
    let version = ("etag", "\"1\"");
    let script = Script::steps([
        response(200, &[version, ("content-length", "10")], "half "),
        response(206, &[version, ("content-range", "bytes 5-9/10")], "bytes"),
    ]);
    let (reported, client) = observed(&script);
    let whole = Export::new().download(&client).await.expect("both halves");
    assert_eq!((&whole[..], whole.attempts()), (&b"half bytes"[..], 2));
    let (attempts, calls) = reported.take();
    assert_eq!((attempts.len(), calls.len()), (2, 1));
    assert_eq!(
        (calls[0].attempts, calls[0].received, calls[0].dropped),
        (2, 10, false)
    );
}
