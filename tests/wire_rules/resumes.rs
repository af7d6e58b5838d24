//! Parts of media, and downloads that break on the way.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream;
use gapi::{
    Client, Download, ErrorKind, RetryPolicy,
    auth::Anonymous,
    transport::{Body, TransportError, TransportErrorKind},
};
use http::Response;

use crate::{
    api::Content,
    script::{Recorded, Script, Step, json, response},
};

const ALL: &[u8] = b"0123456789abcdefghij";

fn download(client: &Client) -> Download {
    Content::new().set("id", "x").download(client)
}

fn patient(script: &Arc<Script>) -> Client {
    script
        .builder()
        .credentials(Anonymous)
        .retry(RetryPolicy::new())
        .jitter(|| 0.0)
        .build()
        .expect("a client")
}

type Headers = &'static [(&'static str, &'static str)];

const VERSION: Headers = &[("etag", "\"v1\"")];

/// Bytes `from..end`, of which `good` arrive before the connection breaks.
fn part(from: usize, end: usize, good: Option<usize>, headers: Headers) -> Step {
    let mut response = Response::builder().header("content-length", end - from);
    if from > 0 {
        response = response
            .status(206)
            .header("content-range", format!("bytes {from}-{}/20", end - 1));
    }
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let bytes = &ALL[from..end];
    let mut pieces = vec![Ok(Bytes::from_static(
        &bytes[..good.unwrap_or(bytes.len())],
    ))];
    if good.is_some() {
        pieces.push(Err(TransportError::new(
            TransportErrorKind::Body,
            "it broke",
        )));
    }
    Step::Respond(
        response
            .body(Body::from_stream(stream::iter(pieces), None))
            .expect("a response"),
    )
}

fn asked(recorded: &[Recorded]) -> Vec<&str> {
    recorded
        .iter()
        .map(|s| s.header("range").unwrap_or("all"))
        .collect()
}

#[tokio::test]
async fn parts_are_asked_for() {
    let script = Script::new(
        |recorded| match recorded.header("range").expect("a range") {
            "bytes=5-9" => part(5, 10, None, &[]),
            "bytes=15-" | "bytes=-5" => part(15, 20, None, &[]),
            other => panic!("{other}"),
        },
    );
    let client = script.client();
    assert_eq!(
        download(&client)
            .range(5..10)
            .bytes()
            .await
            .expect("a part"),
        ALL[5..10]
    );
    assert_eq!(
        download(&client)
            .range(5..=9)
            .bytes()
            .await
            .expect("a part"),
        ALL[5..10]
    );
    assert_eq!(
        download(&client).range(15..).bytes().await.expect("a part"),
        ALL[15..]
    );
    let chunks = download(&client).last(5).stream().await.expect("a part");
    assert_eq!(
        (chunks.status().as_u16(), chunks.content_length()),
        (206, Some(5))
    );
    let displayed = download(&client).range(7..8).to_http().expect("a request");
    assert_eq!(displayed.headers()["range"], "bytes=7-7");
    for empty in [download(&client).range(5..5), download(&client).last(0)] {
        let error = empty.await.expect_err("nothing");
        assert_eq!(error.to_string(), "things.content: the range holds no byte");
    }
    // The whole needs no header, for which an empty file has status 416.
    let script = Script::new(|_| part(0, 20, None, &[]));
    download(&script.client()).range(0..).await.expect("all");
    assert_eq!(asked(&script.recorded()), ["all"]);
}

#[tokio::test]
async fn a_part_is_found_in_the_whole() {
    let script = Script::new(|_| part(0, 20, None, VERSION));
    let client = script.client();
    assert_eq!(
        download(&client)
            .range(5..10)
            .bytes()
            .await
            .expect("a part"),
        ALL[5..10]
    );
    assert_eq!(
        download(&client).range(15..).bytes().await.expect("a part"),
        ALL[15..]
    );
    assert_eq!(
        download(&client).last(3).bytes().await.expect("a part"),
        ALL[17..]
    );
    let error = download(&client)
        .range(20..)
        .await
        .expect_err("nothing there");
    assert_eq!(error.kind(), ErrorKind::Media);
    assert_eq!(
        error.to_string(),
        "things.content: the server sent all of the media, which has no byte 20"
    );
    let script = Script::new(|_| part(4, 10, None, &[]));
    let error = download(&script.client())
        .range(5..10)
        .await
        .expect_err("another part");
    assert_eq!(
        error.to_string(),
        "things.content: the server sent bytes 4 to 9, which is not the part that was asked for"
    );
}

#[tokio::test]
async fn what_breaks_goes_on_where_it_was() {
    let reported = Arc::new(Mutex::new(Vec::new()));
    let watch = Arc::clone(&reported);
    let script = Script::steps([
        part(0, 20, Some(5), VERSION),
        response(503, &[("retry-after", "0")], ""),
        part(5, 20, Some(4), VERSION),
        // All of it, though a part was asked for.
        part(0, 20, Some(12), VERSION),
        part(12, 20, None, VERSION),
    ]);
    let file = download(&patient(&script))
        .quota_user("u")
        .on_progress(move |p| watch.lock().expect("lock").push((p.bytes, p.total)))
        .await
        .expect("all");
    assert_eq!(&file[..], ALL);
    let recorded = script.recorded();
    assert_eq!(
        asked(&recorded),
        [
            "all",
            "bytes=5-19",
            "bytes=5-19",
            "bytes=9-19",
            "bytes=12-19"
        ]
    );
    for later in &recorded[1..] {
        assert_eq!(later.header("if-range"), Some("\"v1\""));
        assert!(
            later.url.ends_with("?quotaUser=u&alt=media"),
            "{}",
            later.url
        );
    }
    let reported = std::mem::take(&mut *reported.lock().expect("lock"));
    assert_eq!(
        reported.iter().map(|(bytes, _)| *bytes).collect::<Vec<_>>(),
        [5, 9, 12, 20]
    );
    assert!(reported.iter().all(|(_, total)| *total == Some(20)));

    // A part of the whole, too.
    let script = Script::steps([part(5, 15, Some(5), VERSION), part(10, 15, None, VERSION)]);
    let file = download(&patient(&script))
        .range(5..15)
        .bytes()
        .await
        .expect("a part");
    assert_eq!(file, ALL[5..15]);
    assert_eq!(asked(&script.recorded()), ["bytes=5-14", "bytes=10-14"]);
}

#[tokio::test]
async fn two_versions_are_never_mixed() {
    let broken = || part(0, 20, Some(5), VERSION);
    for (next, why) in [
        (
            part(0, 20, None, &[("etag", "\"v2\"")]),
            "the download broke after 5 bytes and cannot be resumed: the media is another version now",
        ),
        (
            part(5, 20, None, &[("etag", "\"v2\"")]),
            "the download broke after 5 bytes and cannot be resumed: the media is another version now",
        ),
        (
            part(5, 20, None, &[]),
            "the download broke after 5 bytes and cannot be resumed: the server does not identify the version of the rest",
        ),
        (
            part(6, 20, None, VERSION),
            "the download broke after 5 bytes and cannot be resumed: the server sent bytes 6 to 19, which is not the part that was asked for",
        ),
    ] {
        let script = Script::steps([broken(), next]);
        let error = download(&patient(&script)).await.expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Media);
        assert_eq!(
            error.to_string(),
            format!("things.content: {why} (after 2 attempts)")
        );
    }
    // Without a version, the rest may be of another one.
    for headers in [&[][..], &[("etag", "W/\"v1\"")]] {
        let script = Script::steps([part(0, 20, Some(5), headers)]);
        let error = download(&patient(&script)).await.expect_err("broken");
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert_eq!(error.to_string(), "things.content: it broke");
    }
    // Cloud Storage is asked for the generation that has begun.
    let headers: Headers = &[("x-goog-generation", "17")];
    let script = Script::steps([part(0, 20, Some(5), headers), part(5, 20, None, headers)]);
    download(&patient(&script)).await.expect("all");
    assert!(
        script.recorded()[1].url.contains("?generation=17&"),
        "{}",
        script.recorded()[1].url
    );
    let missing = r#"{"error": {"code": 404, "message": "No such object"}}"#;
    let script = Script::steps([part(0, 20, Some(5), headers), json(404, missing)]);
    let error = download(&patient(&script)).await.expect_err("it is gone");
    assert!(error.is_not_found());
}

#[tokio::test]
async fn the_policy_limits_what_is_tried() {
    let script = Script::new(|recorded| match recorded.header("range") {
        None => part(0, 20, Some(5), VERSION),
        Some(_) => part(5, 20, Some(0), VERSION),
    });
    let error = download(&patient(&script))
        .await
        .expect_err("broken for ever");
    assert_eq!(
        error.to_string(),
        "things.content: it broke (after 4 attempts)"
    );
    assert_eq!(
        script.recorded().len(),
        4,
        "the one that got on is the first of four"
    );
    let error = download(&script.client()).await.expect_err("one attempt");
    assert_eq!(error.to_string(), "things.content: it broke");
    assert_eq!(script.recorded().len(), 5);
}

#[tokio::test]
async fn checksums_of_the_whole_are_compared() {
    // Of ALL, as Cloud Storage sends them.
    const RIGHT: Headers = &[(
        "x-goog-hash",
        "crc32c=xArWNg==,md5=ZEvgbfxUBh/R5n9eu6vNWA==",
    )];
    const WRONG: Headers = &[("x-goog-hash", "crc32c=AAAAAA==")];
    const COMPRESSED: Headers = &[
        ("x-goog-hash", "crc32c=AAAAAA=="),
        ("x-goog-stored-content-encoding", "gzip"),
    ];
    let script = |headers: Headers| Script::new(move |_| part(0, 20, None, headers));
    download(&script(RIGHT).client()).await.expect("right");
    download(&script(COMPRESSED).client())
        .await
        .expect("of the compressed form");
    let error = download(&script(WRONG).client()).await.expect_err("wrong");
    assert_eq!(error.kind(), ErrorKind::Media);
    assert!(
        error.to_string().starts_with("things.content: the media did not arrive as it is stored: the CRC-32C of its content is AAAAAA== with the server"),
        "{error}"
    );
    download(&script(WRONG).client())
        .range(5..10)
        .await
        .expect("not of a part");
    // It breaks, and is compared all the same.
    let script = Script::steps([part(0, 20, Some(5), WRONG), part(5, 20, None, WRONG)]);
    download(&patient(&script)).await.expect_err("wrong");
}

#[tokio::test]
async fn a_file_is_there_when_it_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("media.bin");
    let names = || -> Vec<_> {
        let entries = std::fs::read_dir(folder.path()).expect("a folder");
        entries.map(|e| e.expect("an entry").file_name()).collect()
    };
    // Nothing there, nothing made.
    let script = Script::new(|_| json(404, "{}"));
    download(&script.client())
        .to_file(&path)
        .await
        .expect_err("404");
    assert!(names().is_empty());

    std::fs::write(&path, "before").expect("a file");
    let script = Script::new(|_| part(0, 20, Some(5), &[]));
    download(&script.client())
        .to_file(&path)
        .await
        .expect_err("broken");
    assert_eq!(std::fs::read(&path).expect("the file"), b"before");
    assert_eq!(names(), ["media.bin"], "no temporary file is left");

    let script = Script::new(|_| part(0, 20, None, VERSION));
    let written = download(&script.client())
        .to_file(&path)
        .await
        .expect("all");
    assert_eq!((*written, written.etag()), (20, Some("\"v1\"")));
    assert_eq!(std::fs::read(&path).expect("the file"), ALL);
    assert_eq!(names(), ["media.bin"]);

    let error = download(&script.client())
        .to_file(folder.path().join("none/media.bin"))
        .await
        .expect_err("no folder");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("cannot write"), "{error}");
    download(&script.client())
        .to_file(folder.path())
        .await
        .expect_err("a folder is there");
    assert_eq!(names(), ["media.bin"]);
}
