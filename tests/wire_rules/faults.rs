//! Connections that break, responses that end early, servers that hang.

use std::time::Duration;

use bytes::Bytes;
use gapi::{
    CallOptions, ErrorKind,
    auth::{Token, from_fn},
    transport::{Body, TransportError, TransportErrorKind},
};
use http::Response;

use crate::{
    api::Create,
    script::{Script, Step, response},
};

#[tokio::test]
async fn transport_failures_have_their_kind() {
    for (transport, kind) in [
        (TransportErrorKind::Connect, ErrorKind::Connect),
        (TransportErrorKind::Tls, ErrorKind::Connect),
        (TransportErrorKind::Timeout, ErrorKind::Timeout),
        (TransportErrorKind::Reset, ErrorKind::Transport),
        (TransportErrorKind::Body, ErrorKind::Transport),
        (TransportErrorKind::Request, ErrorKind::Usage),
        (TransportErrorKind::Other, ErrorKind::Transport),
    ] {
        let script = Script::new(move |_| Step::Fail(transport));
        let error = Create::new()
            .send(&script.client())
            .await
            .expect_err("a failure");
        assert_eq!(error.kind(), kind, "{transport:?}");
        assert_eq!(error.to_string(), "things.create: as the script says");
        assert_eq!(
            error.url(),
            Some("https://things.googleapis.com/v1/things?alt=json")
        );
        assert!(std::error::Error::source(&error).is_some());
    }
}

fn half(
    result: Result<(), TransportErrorKind>,
    declared: Option<&'static str>,
) -> std::sync::Arc<Script> {
    Script::new(move |_| {
        let mut chunks = vec![Ok(Bytes::from_static(b"{\"name\":"))];
        chunks.extend(
            result
                .err()
                .map(|kind| Err(TransportError::new(kind, "it broke"))),
        );
        let mut response =
            Response::new(Body::from_stream(futures_util::stream::iter(chunks), None));
        if let Some(declared) = declared {
            response
                .headers_mut()
                .insert("content-length", declared.parse().expect("a number"));
        }
        Step::Respond(response)
    })
}

#[tokio::test]
async fn half_a_response_is_a_transport_error() {
    let broken = half(Err(TransportErrorKind::Body), None);
    let error = Create::new()
        .send(&broken.client())
        .await
        .expect_err("half");
    assert_eq!(error.kind(), ErrorKind::Transport);
    // An end that looks clean is found by counting.
    let short = half(Ok(()), Some("20"));
    let error = Create::new().send(&short.client()).await.expect_err("half");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(
        error.to_string(),
        "things.create: the response ended after 8 of 20 bytes"
    );
    assert_eq!(
        Create::new()
            .send(&short.client())
            .raw()
            .await
            .expect_err("half")
            .kind(),
        ErrorKind::Transport
    );
}

#[tokio::test]
async fn responses_that_are_too_long_are_refused() {
    let script = Script::new(|_| response(200, &[], r#"{"name": "0123456789"}"#));
    let error = Create::new()
        .send(&script.client())
        .response_limit(10)
        .await
        .expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        error.to_string().contains("10 bytes") && error.to_string().contains("response_limit"),
        "{error}"
    );
    Create::new()
        .send(&script.client())
        .response_limit(22)
        .await
        .expect("just right");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_runs_into_the_attempt_timeout() {
    let script = Script::new(|_| Step::Hang);
    let client = script.client();
    let start = tokio::time::Instant::now();
    let error = Create::new().send(&client).await.expect_err("late");
    assert_eq!(
        (error.kind(), start.elapsed().as_secs()),
        (ErrorKind::Timeout, 60)
    );
    let start = tokio::time::Instant::now();
    let error = Create::new()
        .send(&client)
        .attempt_timeout(Duration::from_secs(5))
        .await
        .expect_err("late");
    assert_eq!(
        (error.kind(), start.elapsed().as_secs()),
        (ErrorKind::Timeout, 5)
    );
    assert_eq!(
        error.to_string(),
        "things.create: the attempt took longer than its timeout of 5 s: it was waiting for the response of things.googleapis.com"
    );
    assert!(error.is_timeout());
    let start = tokio::time::Instant::now();
    let patient = client.with_options(CallOptions::new().attempt_timeout(Duration::MAX));
    let error = Create::new()
        .send(&patient)
        .timeout(Duration::from_secs(3600))
        .await
        .expect_err("late");
    assert_eq!(
        (error.kind(), start.elapsed().as_secs()),
        (ErrorKind::Timeout, 3600)
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_counts_for_the_attempt() {
    let script = Script::new(|_| {
        Step::Respond(Response::new(Body::from_stream(
            futures_util::stream::pending::<Result<Bytes, TransportError>>(),
            None,
        )))
    });
    let error = Create::new()
        .send(&script.client())
        .await
        .expect_err("late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn the_total_timeout_covers_credentials() {
    let script = Script::steps([]);
    let slow = from_fn(|| async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        Ok(Token::new("t"))
    });
    let client = script
        .builder()
        .credentials(slow)
        .build()
        .expect("a client");
    let start = tokio::time::Instant::now();
    let error = Create::new()
        .send(&client)
        .timeout(Duration::from_secs(7))
        .await
        .expect_err("late");
    assert_eq!(
        (error.kind(), start.elapsed().as_secs()),
        (ErrorKind::Timeout, 7)
    );
    assert_eq!(error.method(), Some("things.create"));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_stops() {
    let script = Script::new(|_| Step::Hang);
    let call = std::future::IntoFuture::into_future(Create::new().send(&script.client()));
    assert!(
        tokio::time::timeout(Duration::from_secs(1), call)
            .await
            .is_err()
    );
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(script.recorded().len(), 1);
}
