//! Responses that are changed at random: a call always ends with a value or with an error that shows one line.
//!
//! A failure names its seed.

use bytes::Bytes;
use futures_util::stream;
use gapi::{
    Batch, Error, ErrorKind,
    push::Notification,
    transport::{Body, TransportError},
};
use gapi_fakes::noise::{Noise, seeds};
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use crate::{
    api::{Create, Delete, Get, Thing},
    script::{Script, Step},
};

/// Words in which the parsers of responses take an interest.
const WORDS: [&[u8]; 22] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\n\n",
    b"--x",
    b"--x--",
    b"\r\n--x\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"content-length: 3\r\n",
    b"Content-ID: <1>\r\n",
    b"data: ",
    b"data: [DONE]\n\n",
    b": c\n",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"\"",
    b"\\ud83d",
    b"\xEF\xBB\xBF",
    b"\x00\x0c\xff",
];

/// A success of these bytes in pieces.
fn response(content_type: &str, pieces: Vec<Bytes>) -> Step {
    let pieces = pieces.into_iter().map(Ok::<_, TransportError>);
    let body = Body::from_stream(stream::iter(pieces), None);
    let builder = Response::builder().header("content-type", content_type);
    Step::Respond(builder.body(body).expect("a response"))
}

/// One line of a readable length, without anything that could pass for more.
fn check(error: &Error, case: impl std::fmt::Debug) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(char::is_control), "{case:?}: {text:?}");
        assert!(text.len() < 8_000, "{case:?}: {}", text.len());
    }
}

#[tokio::test]
async fn batches_end_with_the_values_that_came_or_with_errors() {
    let valid = b"preamble\r\n--x\r\nContent-Type: application/http\r\nContent-ID: <response-part+1>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                  Content-Length: 13\r\n\r\n{\"name\": \"a\"}\r\n--x\r\nContent-ID: <response-part+2>\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n{\"error\": {\"message\": \"m\"}}\r\n\
                  --x\nContent-ID: <response-part+3>\n\nHTTP/1.1 204 No Content\n\n\n--x--\r\n";
    for seed in seeds(200) {
        let mut noise = Noise::new(seed);
        let body = noise.mutated(valid, &WORDS);
        let script = Script::new(move |_| {
            response("multipart/mixed; boundary=x", noise.clone().split(&body))
        });
        let mut batch = Batch::new();
        let a = batch.add(Get::new().set("name", "a"));
        let b = batch.add(Get::new().set("name", "b"));
        let c = batch.add(Delete::new().set("id", "c"));
        let mut responses = batch.send(&script.client()).await.expect("parts");
        let ends = [
            responses.take(a).map(drop),
            responses.take(b).map(drop),
            responses.take(c),
        ];
        for end in ends {
            if let Err(error) = end {
                check(&error, seed);
                assert_ne!(error.kind(), ErrorKind::Usage, "{seed}: {error}");
            }
        }
    }
}

/// The names of all elements, and the kind of the error at the end.
async fn elements(
    content_type: &'static str,
    pieces: Vec<Bytes>,
) -> (Vec<Option<String>>, Option<ErrorKind>) {
    let script = Script::new(move |_| response(content_type, pieces.clone()));
    let sending = Create::new().send(&script.client());
    let mut stream = sending.response_limit(10_000).stream();
    let mut names = Vec::new();
    loop {
        match stream.try_next().await {
            Ok(Some(Thing { name, .. })) => names.push(name),
            Ok(None) => return (names, None),
            Err(error) => {
                check(&error, &names);
                return (names, Some(error.kind()));
            }
        }
    }
}

#[tokio::test]
async fn streams_are_the_same_in_any_pieces() {
    let list: &[u8] = b"[{\"name\": \"a]\\\"\"},\r\n{\"name\": \"b\", \"newer\": [1, {}]}, {\"size\": \"7\"}\n]\n";
    let values: &[u8] =
        b"{\"name\": \"a\"}\n{\"name\": \"b\"} {\"error\": {\"code\": 500, \"message\": \"m\"}}";
    let events: &[u8] = b": hello\r\n\r\nevent: x\ndata: {\"name\":\ndata: \"a\"}\n\ndata: {\"name\": \"b\"}\r\rid: 1\ndata: [DONE]\n\n";
    for seed in seeds(100) {
        let mut noise = Noise::new(seed);
        for (content_type, valid) in [
            ("application/json", list),
            ("application/json", values),
            ("text/event-stream", events),
        ] {
            let bytes = noise.mutated(valid, &WORDS);
            let whole = elements(content_type, vec![Bytes::copy_from_slice(&bytes)]).await;
            let pieces = elements(content_type, noise.split(&bytes)).await;
            let displayed = String::from_utf8_lossy(&bytes);
            assert_eq!(pieces, whole, "seed {seed}: {displayed:?}");
        }
    }
}

#[tokio::test]
async fn error_bodies_and_details_are_read_or_passed_over() {
    let bodies: [(&str, &[u8]); 4] = [
        ("application/json", b"{\"error\": {\"code\": 429, \"message\": \"Slow down.\", \"status\": \"RESOURCE_EXHAUSTED\", \"errors\": [{\"reason\": \"r\"}], \"details\": [{\"@type\": \"type.googleapis.com/google.rpc.RetryInfo\", \"retryDelay\": \"1.5s\"}]}}"),
        ("application/xml", b"<?xml version='1.0'?><Error><Code>Slow</Code><Message>Slow &amp; down.</Message></Error>"),
        ("text/html", b"<!DOCTYPE html><title>Error 503</title><style>a{}</style><p>That&rsquo;s <b id='x'>all</b>.<script>x()</script>"),
        ("text/plain", b"No such object: b/\xc3\xa9."),
    ];
    let waits: [&[u8]; 3] = [
        b"7",
        b"Sun, 06 Nov 1994 08:49:37 GMT",
        b"Sunday, 06-Nov-94 08:49:37 GMT",
    ];
    tokio::time::pause();
    for seed in seeds(200) {
        let mut noise = Noise::new(seed);
        let (content_type, valid) = *noise.one_of(&bodies);
        let body = noise.mutated(
            valid,
            &[
                b"<",
                b"&",
                b"<!--",
                b"\"",
                b"{",
                b"\xff",
                b"\0",
                b"9999999999",
            ],
        );
        let status = *noise.one_of(&[404, 429, 503]);
        let wait = *noise.one_of(&waits);
        let wait = noise.mutated(wait, &[b"9999999999999999", b"-", b"."]);
        let script = Script::new(move |_| {
            let mut builder = Response::builder()
                .status(status)
                .header("content-type", content_type);
            if let Ok(wait) = HeaderValue::from_bytes(&wait) {
                builder = builder.header("retry-after", wait);
            }
            Step::Respond(builder.body(Body::from(body.clone())).expect("a response"))
        });
        let client = script.retrying().build().expect("a client");
        let error = Get::new()
            .set("name", "a")
            .send(&client)
            .await
            .expect_err("a failure");
        check(&error, seed);
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        if let Some(message) = error.message() {
            assert!(
                content_type == "application/json" || message.chars().count() <= 303,
                "{seed}: {message}"
            );
        }
    }
}

#[test]
fn notifications_are_read_or_refused() {
    let valid: [(&str, &[u8]); 7] = [
        ("x-goog-channel-id", b"c1"),
        ("x-goog-channel-token", b"secret"),
        (
            "x-goog-channel-expiration",
            b"Tue, 19 Nov 2013 01:13:52 GMT",
        ),
        ("x-goog-resource-id", b"r1"),
        ("x-goog-resource-state", b"update"),
        ("x-goog-message-number", b"10"),
        ("x-goog-changed", b"content, parents"),
    ];
    for seed in seeds(500) {
        let mut noise = Noise::new(seed);
        let mut headers = HeaderMap::new();
        for (name, value) in valid {
            let value = noise.mutated(value, &[b"99999999999999999999", b",,", b"\xe9", b" +0000"]);
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        match Notification::parse(&headers, noise.mutated(b"{\"a\": 1}", &WORDS)) {
            Ok(notification) => {
                let _ = notification.json::<serde_json::Value>();
                assert!(notification.check_token("another").is_err());
                assert!(!format!("{notification:?}").contains(char::is_control));
            }
            Err(error) => assert!(
                !error.to_string().contains(char::is_control),
                "{seed}: {error}"
            ),
        }
    }
}
