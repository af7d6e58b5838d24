//! Compressed bodies, both ways.

use std::{
    io::{Read as _, Write as _},
    sync::Arc,
};

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

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text)
        .and_then(|()| encoder.finish())
        .expect("gzip")
}

/// A response of a transport that does not undo gzip, in pieces.
pub(crate) fn zipped(status: u16, body: &[u8]) -> Step {
    let pieces: Vec<Result<Bytes, TransportError>> = body
        .chunks(3)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("content-encoding", "GZip")
        .header("content-length", body.len())
        .body(Body::from_stream(
            futures_util::stream::iter(pieces),
            Some(body.len() as u64),
        ));
    Step::Respond(response.expect("a response"))
}

fn get() -> Get {
    Get::new().set("name", "a")
}

#[tokio::test]
async fn responses_are_decompressed() {
    let text = format!(r#"{{"name": "{}"}}"#, "x".repeat(100_000));
    let script = {
        let body = gzip(text.as_bytes());
        Script::new(move |_| zipped(200, &body))
    };
    let client = script.client();
    let response = get().send(&client).with_meta().await.expect("a response");
    assert_eq!(response.name.as_deref().map(str::len), Some(100_000));
    for gone in ["content-encoding", "content-length"] {
        assert!(!response.headers().contains_key(gone), "{gone}");
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
        .response_limit(50_000)
        .await
        .expect_err("too long");
    assert!(error.to_string().contains("response_limit"), "{error}");
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

/// A response with these headers, in pieces of so many bytes.
fn encoded(status: u16, headers: &[(&str, &str)], body: &[u8], size: usize) -> Step {
    let pieces: Vec<Result<Bytes, TransportError>> = body
        .chunks(size)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let body = Body::from_stream(futures_util::stream::iter(pieces), None);
    Step::Respond(response.body(body).expect("a response"))
}

/// The same for every request.
fn always(headers: &'static [(&str, &str)], body: Vec<u8>, size: usize) -> Arc<Script> {
    Script::new(move |_| encoded(200, headers, &body, size))
}

async fn bytes_of(script: &Arc<Script>) -> Result<Bytes, gapi::Error> {
    Export::new().download(&script.client()).bytes().await
}

#[tokio::test]
async fn several_members_are_one_content() {
    let members = [gzip(b"id,name\n1,a\n"), gzip(b"2,b\n3,c\n")].concat();
    for size in [1, 7, 1000] {
        let script = always(&[("content-encoding", "gzip")], members.clone(), size);
        assert_eq!(
            bytes_of(&script).await.expect("all of it"),
            "id,name\n1,a\n2,b\n3,c\n"
        );
    }
    let json = [gzip(br#"{"name":"#), gzip(br#" "a"}"#)].concat();
    let script = always(&[("content-encoding", "gzip")], json, 1000);
    let thing = get().send(&script.client()).await.expect("a thing");
    assert_eq!(thing.name.as_deref(), Some("a"));
    let garbage = [members, b"garbage".to_vec()].concat();
    let script = always(&[("content-encoding", "gzip")], garbage, 1000);
    let error = bytes_of(&script).await.expect_err("garbage");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains("gzip"), "{error}");
}

#[tokio::test]
async fn every_form_of_content_encoding() {
    let (once, twice) = (gzip(b"text"), gzip(&gzip(b"text")));
    for (headers, body) in [
        (&[("content-encoding", "GZIP")][..], &once),
        (&[("content-encoding", "x-gzip")], &once),
        (&[("content-encoding", "identity, gzip")], &once),
        (&[("content-encoding", "gzip, gzip")], &twice),
        (
            &[("content-encoding", "gzip"), ("content-encoding", "gzip")],
            &twice,
        ),
        (&[("content-encoding", "gzip")], &Vec::new()),
    ] {
        let script = always(headers, body.clone(), 3);
        let wanted = if body.is_empty() { "" } else { "text" };
        assert_eq!(bytes_of(&script).await.expect("decoded"), wanted);
    }
}

#[tokio::test]
async fn an_unknown_encoding_is_named_or_given_as_it_is() {
    let headers = &[
        ("content-type", "application/json"),
        ("content-encoding", "br"),
    ];
    let script = always(headers, b"\x8b\x01\x80{}\x03".to_vec(), 100);
    let client = script.client();
    for error in [
        get().send(&client).await.expect_err("br"),
        get().send(&client).text().await.expect_err("br"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(
            error.to_string(),
            "things.get: the response is encoded as \"br\", which is not decoded here; `raw` returns the bytes as they are"
        );
    }
    let raw = get().send(&client).raw().await.expect("the bytes");
    assert_eq!(&raw[..], b"\x8b\x01\x80{}\x03");
    assert_eq!(raw.headers()["content-encoding"], "br");
    let error = bytes_of(&script).await.expect_err("br");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        error.to_string(),
        "things.export: the content is encoded as \"br\", which is not decoded here; it can be read compressed"
    );
    let download = Export::new().download(&client).read_compressed();
    let bytes = download.await.expect("the bytes");
    assert_eq!(&bytes[..], b"\x8b\x01\x80{}\x03");
    assert_eq!(bytes.headers()["content-encoding"], "br");
}

#[tokio::test]
async fn gzip_is_asked_for_but_not_with_a_range() {
    let script = Script::new(|_| encoded(200, &[("content-length", "4")], b"text", 9));
    let client = script.client();
    let download = || Export::new().download(&client);
    download().await.expect("all");
    download().range(1..3).await.expect("a part");
    let part = download().header("range", "bytes=1-2");
    part.await.expect("what the server sends");
    let own = download().range(1..3).header("accept-encoding", "br");
    own.await.expect("a part");
    let stored = download().range(1..3).read_compressed();
    stored.await.expect("a part");
    let recorded = script.recorded();
    let asked: Vec<_> = recorded
        .iter()
        .map(|s| s.header("accept-encoding"))
        .collect();
    let [gzip, identity] = [Some("gzip"), Some("identity")];
    assert_eq!(asked, [gzip, identity, identity, Some("br"), gzip]);
}

#[tokio::test]
async fn nothing_inflates_further_than_the_limit() {
    // A body that comes as one chunk, and one that inflates in between only.
    let bomb = gzip(&vec![0; 32 << 20]);
    let nothing = gzip(&gzip(b"").repeat(20_000));
    for (headers, body) in [
        (&[("content-encoding", "gzip")][..], bomb.clone()),
        (&[("content-encoding", "gzip, gzip")], gzip(&bomb)),
    ] {
        let script = always(headers, body, usize::MAX);
        let client = script.client();
        let download = Export::new().download(&client).response_limit(1 << 20);
        let error = download.await.expect_err("too much");
        assert!(error.to_string().contains("response_limit"), "{error}");
        let call = get().send(&client).response_limit(1 << 20);
        let error = call.await.expect_err("too much");
        assert!(error.to_string().contains("response_limit"), "{error}");
        let mut chunks = Export::new().download(&client).stream().await.expect("all");
        while let Some(chunk) = chunks.try_next().await.expect("a chunk") {
            assert!(chunk.len() <= 64 << 10, "{}", chunk.len());
        }
    }
    let script = always(&[("content-encoding", "gzip, gzip")], nothing, usize::MAX);
    assert_eq!(bytes_of(&script).await.expect("nothing"), "");
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
    let recorded = script.recorded();
    assert_eq!(recorded[0].header("content-encoding"), Some("gzip"));
    assert_eq!(recorded[0].header("content-type"), Some("application/json"));
    let length = recorded[0].body.len().to_string();
    assert_eq!(recorded[0].header("content-length"), Some(length.as_str()));
    assert!(recorded[0].body.len() < 200);
    let mut text = String::new();
    GzDecoder::new(&recorded[0].body[..])
        .read_to_string(&mut text)
        .expect("gzip");
    assert_eq!(text, format!(r#"{{"name":"{name}"}}"#));
    // There is nothing to compress, and media is what it is.
    assert_eq!(recorded[1].header("content-encoding"), None);
    assert_eq!(recorded[2].header("content-encoding"), None);
}
