//! Compressed bodies, both ways.

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use gapi::{
    ErrorKind,
    transport::{Body, TransportError},
};
use http::Response;

use crate::{
    api::{Create, Export, Get, Insert, thing},
    script::{Script, Step},
};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text)
        .and_then(|()| encoder.finish())
        .expect("gzip")
}

/// An answer of a transport that does not undo gzip, in pieces.
fn zipped(status: u16, body: &[u8]) -> Step {
    let pieces: Vec<Result<Bytes, TransportError>> = body
        .chunks(3)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let answer = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("content-encoding", "GZip")
        .header("content-length", body.len())
        .body(Body::from_stream(
            futures_util::stream::iter(pieces),
            Some(body.len() as u64),
        ));
    Step::Answer(answer.expect("an answer"))
}

fn get() -> Get {
    Get::new().set("name", "a")
}

#[tokio::test]
async fn answers_are_decompressed() {
    let text = format!(r#"{{"name": "{}"}}"#, "x".repeat(100_000));
    let script = {
        let body = gzip(text.as_bytes());
        Script::new(move |_| zipped(200, &body))
    };
    let client = script.client();
    let answer = get().send(&client).with_meta().await.expect("an answer");
    assert_eq!(answer.name.as_deref().map(str::len), Some(100_000));
    for gone in ["content-encoding", "content-length"] {
        assert!(!answer.headers().contains_key(gone), "{gone}");
    }
    let bytes = Export::new()
        .download(&client)
        .bytes()
        .await
        .expect("all bytes");
    assert_eq!(bytes, text);
    // What little travels may become much: the limit is for what is held.
    let error = get()
        .send(&client)
        .answer_limit(50_000)
        .await
        .expect_err("too long");
    assert!(error.to_string().contains("answer_limit"), "{error}");
}

#[tokio::test]
async fn errors_are_decompressed_too() {
    let body = gzip(br#"{"error": {"message": "gone", "status": "NOT_FOUND"}}"#);
    let script = Script::new(move |_| zipped(404, &body));
    let error = get().send(&script.client()).await.expect_err("404");
    assert_eq!(error.message(), Some("gone"));
}

#[tokio::test]
async fn half_of_it_is_an_error_of_the_transport() {
    let whole = gzip(br#"{"name": "a name that is long enough"}"#);
    for half in [
        whole[..whole.len() / 2].to_vec(),
        b"no gzip at all".to_vec(),
    ] {
        let script = Script::new(move |_| zipped(200, &half));
        let error = get().send(&script.client()).await.expect_err("half");
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(
            error.is_retryable() && error.to_string().contains("gzip"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_part_stays_compressed() {
    let body = gzip(b"text")[..10].to_vec();
    let part = body.clone();
    let script = Script::new(move |_| zipped(206, &part));
    let bytes = Export::new()
        .download(&script.client())
        .header("range", "bytes=0-9")
        .bytes()
        .await;
    assert_eq!(bytes.expect("a part"), body);
}

#[tokio::test]
async fn bodies_are_compressed_on_demand() {
    let script = Script::empty();
    let client = script.client();
    let name = "x".repeat(10_000);
    Create::new()
        .body(thing(&name))
        .send(&client)
        .compress(true)
        .await
        .expect("created");
    Create::new()
        .send(&client)
        .compress(true)
        .await
        .expect("created");
    let upload = Insert::new().set("bucket", "b").upload(b"media".to_vec());
    upload.send(&client).compress(true).await.expect("uploaded");
    let seen = script.seen();
    assert_eq!(seen[0].header("content-encoding"), Some("gzip"));
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    let length = seen[0].body.len().to_string();
    assert_eq!(seen[0].header("content-length"), Some(length.as_str()));
    assert!(seen[0].body.len() < 200);
    let mut text = String::new();
    GzDecoder::new(&seen[0].body[..])
        .read_to_string(&mut text)
        .expect("gzip");
    assert_eq!(text, format!(r#"{{"name":"{name}"}}"#));
    // There is nothing to compress, and media is what it is.
    assert_eq!(seen[1].header("content-encoding"), None);
    assert_eq!(seen[2].header("content-encoding"), None);
}
