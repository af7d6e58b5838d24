//! Resumable uploads, request by request.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream;
use gapi::{
    CallOptions, Client, ErrorKind, Media, RetryPolicy, Upload, UploadSession, auth::Anonymous,
    transport::TransportErrorKind,
};

use crate::{
    api::{Insert, Photo, Thing, Video, thing},
    script::{Recorded, Script, Step, json, response},
    tokens::counted,
};

const UNIT: usize = 256 << 10;
const SESSION: &str =
    "https://things.googleapis.com/upload/v1/videos?uploadType=resumable&upload_id=CANARY";

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 7 + n / 251) as u8).collect()
}

fn begun() -> Step {
    response(200, &[("location", SESSION)], "")
}

/// A 308 with this many bytes stored.
fn stored(count: usize) -> Step {
    if count == 0 {
        return response(308, &[], "");
    }
    response(308, &[("range", &format!("bytes=0-{}", count - 1))], "")
}

fn done(size: usize) -> Step {
    json(200, &format!(r#"{{"name": "made", "size": "{size}"}}"#))
}

/// A client that does not wait.
fn patient(script: &Arc<Script>) -> Client {
    script
        .builder()
        .credentials(Anonymous)
        .retry(RetryPolicy::new())
        .jitter(|| 0.0)
        .build()
        .expect("a client")
}

fn video(media: impl Into<Media>) -> Upload<Thing> {
    Video::new()
        .body(thing("x"))
        .upload(media.into().content_type("video/mp4"))
        .resumable()
        .chunk_size(UNIT as u64)
}

/// A server that works.
fn honest() -> Arc<Script> {
    Script::new(|recorded| match recorded.header("content-range") {
        None if recorded.url.ends_with("uploadType=resumable") => begun(),
        None => json(200, "{}"),
        Some(range) => {
            let (range, total) = range["bytes ".len()..].split_once('/').expect("a total");
            let last = range
                .split_once('-')
                .map(|(_, last)| last.parse::<usize>().expect("a number"));
            match (last, total.parse()) {
                (Some(last), Ok(total)) if last + 1 < total => stored(last + 1),
                (_, Ok(total)) => done(total),
                (last, Err(_)) => stored(last.expect("a range") + 1),
            }
        }
    })
}

fn ranges(recorded: &[Recorded]) -> Vec<String> {
    let range = |recorded: &Recorded| {
        recorded
            .header("content-range")
            .unwrap_or("none")
            .to_owned()
    };
    recorded[1..].iter().map(range).collect()
}

#[tokio::test]
async fn a_session_takes_chunk_after_chunk() {
    let all = content(2 * UNIT + 30);
    let script = Script::steps([begun(), stored(UNIT), stored(2 * UNIT), done(2 * UNIT + 30)]);
    let reported = Arc::new(Mutex::new(Vec::new()));
    let watch = Arc::clone(&reported);
    let made = video(all.clone())
        .on_progress(move |p| watch.lock().expect("lock").push((p.bytes, p.fraction())))
        .send(&script.client())
        .fields("name")
        .header("x-reason", "test")
        .quota_project("payer")
        .await
        .expect("a response");
    assert_eq!(made.name.as_deref(), Some("made"));

    let recorded = script.recorded();
    assert_eq!(
        recorded[0].url,
        "https://things.googleapis.com/upload/v1/videos?fields=name&alt=json&uploadType=resumable"
    );
    assert_eq!(recorded[0].method, "POST");
    assert_eq!(recorded[0].json(), serde_json::json!({"name": "x"}));
    for (name, value) in [
        ("content-type", "application/json"),
        ("x-upload-content-type", "video/mp4"),
        ("x-upload-content-length", "524318"),
    ] {
        assert_eq!(recorded[0].header(name), Some(value), "{name}");
    }
    assert_eq!(
        ranges(&recorded),
        [
            "bytes 0-262143/524318",
            "bytes 262144-524287/524318",
            "bytes 524288-524317/524318"
        ]
    );
    let sent: Vec<u8> = recorded[1..].iter().flat_map(|s| s.body.to_vec()).collect();
    assert!(sent == all);
    for chunk in &recorded[1..] {
        assert_eq!(
            (chunk.method.as_str(), chunk.url.as_str()),
            ("PUT", SESSION)
        );
        assert_eq!(
            chunk.header("content-length"),
            Some(chunk.body.len().to_string().as_str())
        );
        assert_eq!(chunk.header("x-reason"), Some("test"));
        assert_eq!(chunk.header("x-goog-user-project"), Some("payer"));
        for name in [
            "content-type",
            "x-upload-content-type",
            "x-upload-content-length",
        ] {
            assert_eq!(chunk.header(name), None, "{name}");
        }
    }
    let reported = reported.lock().expect("lock");
    assert_eq!(reported.last(), Some(&(2 * UNIT as u64 + 30, Some(1.0))));
    assert!(reported.is_sorted_by(|a, b| a.0 <= b.0), "{reported:?}");
}

/// From readers and streams, whose length may be unknown.
#[tokio::test]
async fn an_unknown_length_is_sent_at_the_end() {
    // The last chunk is not full; it is; there is nothing at all.
    for (len, expected) in [
        (
            UNIT + 30,
            vec!["bytes 0-262143/*", "bytes 262144-262173/262174"],
        ),
        (
            2 * UNIT,
            vec![
                "bytes 0-262143/*",
                "bytes 262144-524287/*",
                "bytes */524288",
            ],
        ),
        (0, vec!["none"]),
    ] {
        let all = content(len);
        let script = honest();
        let pieces: Vec<_> = all
            .chunks(1000)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        for media in [
            Media::reader(std::io::Cursor::new(all.clone()), None),
            Media::stream(stream::iter(pieces), None),
        ] {
            let before = script.recorded().len();
            video(media)
                .send(&script.client())
                .await
                .expect("a response");
            let recorded = script.recorded().split_off(before);
            assert_eq!(recorded[0].header("x-upload-content-length"), None);
            assert_eq!(ranges(&recorded), expected);
            let sent: Vec<u8> = recorded[1..].iter().flat_map(|s| s.body.to_vec()).collect();
            assert!(sent == all);
        }
    }
}

#[tokio::test]
async fn what_breaks_goes_on_at_the_servers_offset() {
    let all = content(2 * UNIT);
    let script = Script::steps([
        begun(),
        // A part of the chunk.
        stored(1000),
        // The result is not known.
        Step::Fail(TransportErrorKind::Reset),
        response(503, &[("retry-after", "0")], ""),
        // All of it.
        stored(1000 + UNIT),
        // A response that makes no sense.
        response(308, &[("range", "bytes=7-9")], ""),
        stored(2 * UNIT),
        // The last response was lost: nothing is missing, and the server did not report that it is done.
        response(500, &[], ""),
        done(2 * UNIT),
    ]);
    video(all.clone())
        .send(&patient(&script))
        .await
        .expect("a response");
    let recorded = script.recorded();
    assert_eq!(
        ranges(&recorded),
        [
            "bytes 0-262143/524288",
            "bytes 1000-263143/524288",
            "bytes */524288",
            "bytes */524288",
            "bytes 263144-524287/524288",
            "bytes */524288",
            "bytes */524288",
            "bytes */524288",
        ]
    );
    assert!(recorded[2].body == all[1000..1000 + UNIT]);
    assert!(recorded[3].body.is_empty());
    assert!(recorded[5].body == all[1000 + UNIT..]);
}

#[tokio::test]
async fn a_beginning_whose_response_is_cut_is_repeated() {
    let head = [("location", SESSION), ("content-type", "application/json")];
    let cut = response(200, &head, r#"{"half"#);
    let script = Script::steps([cut, begun(), done(UNIT)]);
    let made = video(content(UNIT)).send(&patient(&script)).await;
    assert_eq!(made.expect("a response").name.as_deref(), Some("made"));
    let recorded = script.recorded();
    assert_eq!(recorded[0].url, recorded[1].url);
    assert_eq!(recorded[1].json(), serde_json::json!({"name": "x"}));
}

#[tokio::test]
async fn a_session_that_is_gone_is_begun_anew() {
    for status in [404, 410] {
        let script = Script::steps([
            begun(),
            stored(UNIT),
            response(status, &[], "gone"),
            begun(),
            stored(UNIT),
            done(UNIT + 1),
        ]);
        video(content(UNIT + 1))
            .send(&patient(&script))
            .await
            .expect("a response");
        assert_eq!(
            script.recorded()[4].header("content-range"),
            Some("bytes 0-262143/262145")
        );

        // What was given to the first session cannot be read again.
        let script = Script::steps([begun(), stored(UNIT), response(status, &[], "gone")]);
        let media = Media::reader(std::io::Cursor::new(content(UNIT + 1)), None);
        let error = video(media)
            .send(&patient(&script))
            .await
            .expect_err("gone");
        assert_eq!(error.kind(), ErrorKind::Media);
        assert_eq!(
            error.to_string(),
            "things.video: the session is gone, and the media, which comes from a reader or a stream, cannot be read again; send the request with new media (after 3 attempts)"
        );
    }
    // Before anything was confirmed, it can.
    let script = Script::steps([begun(), response(404, &[], ""), begun(), done(10)]);
    let media = Media::reader(std::io::Cursor::new(content(10)), None);
    video(media)
        .send(&patient(&script))
        .await
        .expect("a response");
    // Not for ever.
    let script = Script::new(|recorded| match recorded.method.as_str() {
        "POST" => begun(),
        _ => response(410, &[], ""),
    });
    let client = script
        .builder()
        .credentials(Anonymous)
        .retry(RetryPolicy::new().max_attempts(100))
        .jitter(|| 0.0)
        .build()
        .expect("a client");
    let error = video(content(10)).send(&client).await.expect_err("gone");
    assert_eq!(
        error.to_string(),
        "things.video: the server lost what it had of the media 6 times (after 12 attempts)"
    );
}

#[tokio::test]
async fn a_server_that_goes_back_gets_it_again_where_that_is_possible() {
    let steps = || [begun(), stored(2 * UNIT), stored(UNIT), done(3 * UNIT)];
    let upload = |media: Media| video(media).chunk_size(2 * UNIT as u64);
    let script = Script::steps(steps());
    upload(content(3 * UNIT).into())
        .send(&patient(&script))
        .await
        .expect("a response");
    assert_eq!(ranges(&script.recorded())[2], "bytes 262144-786431/786432");
    let script = Script::steps(steps());
    let media = Media::reader(std::io::Cursor::new(content(3 * UNIT)), None);
    let error = upload(media)
        .send(&patient(&script))
        .await
        .expect_err("it is gone");
    assert!(
        error
            .to_string()
            .contains("the server went back to byte 262144"),
        "{error}"
    );
}

#[tokio::test]
async fn what_cannot_be_true_is_an_error() {
    for (steps, why) in [
        (
            vec![begun(), stored(UNIT + 1)],
            "the server claims to have 262145 bytes, more than were sent",
        ),
        (
            vec![begun(), done(9)],
            "the media did not arrive as it was sent: the server reports that it has everything, before everything was sent",
        ),
        (
            vec![begun(), stored(UNIT), done(UNIT)],
            "the media did not arrive as it was sent: the server has 262144 of its 262154 bytes",
        ),
        (
            vec![
                begun(),
                stored(UNIT),
                json(200, r#"{"size": "262154", "crc32c": "AAAAAA=="}"#),
            ],
            "the media did not arrive as it was sent: the CRC-32C of its content is AAAAAA== with the server and ",
        ),
        (
            vec![response(200, &[], "{}")],
            "the server began no session: its response has no `location`",
        ),
    ] {
        let script = Script::steps(steps);
        let error = video(content(UNIT + 10))
            .send(&script.client())
            .await
            .expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Media);
        assert!(
            error
                .to_string()
                .starts_with(&format!("things.video: {why}")),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("CANARY"), "{error:?}");
        assert!(
            error
                .url()
                .expect("a URL")
                .starts_with("https://things.googleapis.com/upload/v1/videos?")
        );
    }
    // Drive reports the size of the document that it creates.
    let script = Script::steps([begun(), done(9)]);
    Video::new()
        .body(serde_json::json!({"mimeType": "application/vnd.google-apps.document"}))
        .upload(Media::bytes(content(10)))
        .resumable()
        .send(&script.client())
        .await
        .expect("a response");
}

#[tokio::test]
async fn permanent_errors_are_returned() {
    let refusal = r#"{"error": {"code": 412, "message": "At least one of the pre-conditions you specified did not hold."}}"#;
    let script = Script::steps([begun(), json(412, refusal)]);
    let error = video(content(10))
        .send(&patient(&script))
        .await
        .expect_err("412");
    assert!(error.is_precondition_failed());
    assert!(!format!("{error:?}").contains("CANARY"), "{error:?}");

    // As many attempts as the policy allows, counted from the last progress.
    let script = Script::new(|recorded| {
        match (recorded.method.as_str(), recorded.header("content-range")) {
            ("POST", _) => begun(),
            (_, Some("bytes 0-262143/262154")) => stored(UNIT),
            _ => response(503, &[], ""),
        }
    });
    let error = video(content(UNIT + 10))
        .send(&patient(&script))
        .await
        .expect_err("503");
    assert_eq!(error.status().expect("a status"), 503);
    // The start, the first chunk, and four times nothing.
    assert_eq!(script.recorded().len(), 6);
    assert_eq!(error.attempts(), 6);
}

#[tokio::test]
async fn the_protocol_of_media() {
    let small = 8 << 20;
    let kind = |upload: Upload<Thing>| {
        let request = upload.to_http().expect("a request");
        let query = request.uri().query().expect("a query").to_owned();
        query
            .rsplit_once("uploadType=")
            .expect("a kind")
            .1
            .to_owned()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = |len: usize| {
        let path = folder.path().join(format!("{len}.mp4"));
        std::fs::write(&path, vec![0; len]).expect("a file");
        Media::file(path)
    };
    let video = || Video::new().body(thing("x"));
    assert_eq!(
        kind(video().upload(Media::bytes(vec![0; small]))),
        "multipart"
    );
    assert_eq!(
        kind(video().upload(Media::bytes(vec![0; small])).media_only()),
        "media"
    );
    assert_eq!(
        kind(video().upload(Media::bytes(vec![0; small + 1]))),
        "resumable"
    );
    assert_eq!(
        kind(
            video()
                .upload(Media::bytes(vec![0; small + 1]))
                .in_one_request()
        ),
        "multipart"
    );
    assert_eq!(
        kind(video().upload(Media::bytes("")).resumable()),
        "resumable"
    );
    assert_eq!(kind(video().upload(file(10))), "multipart");
    assert_eq!(kind(video().upload(file(small + 1))), "resumable");
    assert_eq!(
        kind(video().upload(Media::reader(tokio::io::empty(), Some(small as u64 + 1)))),
        "resumable"
    );

    // What has no known end is looked at first.
    let script = honest();
    for (len, protocol) in [(small, "multipart"), (small + 1, "resumable")] {
        let before = script.recorded().len();
        let media = Media::reader(std::io::Cursor::new(vec![1; len]), None);
        video()
            .upload(media)
            .send(&script.client())
            .await
            .expect("a response");
        assert!(script.recorded()[before].url.ends_with(protocol));
    }
    let sent: usize = script.recorded()[2..]
        .iter()
        .map(|recorded| recorded.body.len())
        .sum();
    assert_eq!(sent, small + 1);
}

#[tokio::test]
async fn media_too_large_for_memory_travels_with_the_request_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = content(9 << 20);
    let path = folder.path().join("large.bin");
    std::fs::write(&path, &all).expect("a file");
    let script = Script::steps([
        response(503, &[], ""),
        json(200, "{}"),
        json(200, "{}"),
        response(503, &[], ""),
    ]);
    let client = patient(&script);
    let reporting = Arc::new(Mutex::new(0));
    let reported = Arc::clone(&reporting);
    Photo::new()
        .upload(Media::file(&path))
        .in_one_request()
        .on_progress(move |p| *reported.lock().expect("lock") = p.bytes)
        .send(&client)
        .await
        .expect("a PUT is tried again");
    assert_eq!(*reporting.lock().expect("lock"), all.len() as u64);
    let reader = || Media::reader(std::io::Cursor::new(all.clone()), None);
    Photo::new()
        .body(thing("x"))
        .upload(reader())
        .in_one_request()
        .send(&client)
        .await
        .expect("a response");
    let error = Photo::new()
        .upload(reader())
        .in_one_request()
        .send(&client)
        .await
        .expect_err("503");
    assert_eq!(error.status().map(|s| s.as_u16()), Some(503), "{error}");
    let recorded = script.recorded();
    assert!(recorded[0].body == all && recorded[1].body == all);
    assert_eq!(recorded[1].header("content-length"), Some("9437184"));
    assert_eq!(recorded[2].header("content-length"), None);
    let text = &recorded[2].body;
    let start =
        b"\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    let at = text
        .windows(start.len())
        .position(|w| w == start)
        .expect("a media part")
        + start.len();
    assert!(text[at..at + all.len()] == all);
    assert!(text.ends_with(b"--\r\n"));
}

#[tokio::test]
async fn a_rejected_token_in_the_middle_is_replaced() {
    let script = Script::steps([begun(), json(401, "{}"), stored(UNIT), done(UNIT + 1)]);
    let (credentials, _) = counted();
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    video(content(UNIT + 1))
        .send(&client)
        .await
        .expect("a response");
    let recorded = script.recorded();
    let tokens: Vec<_> = recorded
        .iter()
        .map(|s| s.header("authorization").expect("a token"))
        .collect();
    assert_eq!(
        tokens,
        [
            "Bearer token-1",
            "Bearer token-1",
            "Bearer token-2",
            "Bearer token-2"
        ]
    );
    assert!(recorded[1].body == recorded[2].body);
}

#[tokio::test]
async fn a_session_elsewhere_gets_no_credentials() {
    let elsewhere = "https://elsewhere.example/session";
    let script = Script::steps([
        response(200, &[("location", elsewhere)], ""),
        response(308, &[("range", "bytes=0-9"), ("location", "/other")], ""),
        done(11),
    ]);
    let (credentials, _) = counted();
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    let mut secret = http::HeaderValue::from_static("CANARY");
    secret.set_sensitive(true);
    video(content(11))
        .send(&client)
        .header("x-secret", secret)
        .header("x-open", "yes")
        .await
        .expect("a response");
    let recorded = script.recorded();
    assert_eq!(recorded[1].url, elsewhere);
    assert_eq!(recorded[2].url, "https://elsewhere.example/other");
    for chunk in &recorded[1..] {
        assert_eq!(chunk.header("authorization"), None);
        assert_eq!(chunk.header("x-secret"), None);
        assert_eq!(chunk.header("x-open"), Some("yes"));
    }
}

#[tokio::test]
async fn an_upload_goes_on_from_its_session() {
    let all = content(3 * UNIT);
    let script = Script::steps([begun(), stored(UNIT)]);
    let mut uploading = video(all.clone())
        .start(&script.client())
        .quota_user("u")
        .await
        .expect("a session");
    let progress = uploading
        .next_chunk()
        .await
        .expect("a chunk")
        .expect("more to come");
    assert_eq!(
        (progress.bytes, progress.total),
        (UNIT as u64, Some(3 * UNIT as u64))
    );
    assert!(script.recorded()[0].url.contains("quotaUser=u"));
    let session = uploading.session();
    assert_eq!(
        (session.stored(), session.method()),
        (UNIT as u64, "things.video")
    );
    assert!(!format!("{session:?} {uploading:?}").contains("CANARY"));
    let saved = serde_json::to_string(&session).expect("JSON");
    drop(uploading);

    // More went through than this process knew. The checksum is that of everything nevertheless.
    let mut crc = 0;
    crc = crc32c::crc32c_append(crc, &all);
    let crc = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        crc.to_be_bytes(),
    );
    for media in [
        Media::bytes(all.clone()),
        Media::reader(std::io::Cursor::new(all.clone()), None),
    ] {
        let script = Script::steps([
            stored(2 * UNIT),
            json(
                200,
                &format!(r#"{{"name": "made", "size": "786432", "crc32c": "{crc}"}}"#),
            ),
        ]);
        let session: UploadSession = serde_json::from_str(&saved).expect("a session");
        let made = video(media)
            .resume(session)
            .send(&script.client())
            .await
            .expect("a response");
        assert_eq!(made.name.as_deref(), Some("made"));
        let recorded = script.recorded();
        assert_eq!(recorded[0].header("content-range"), Some("bytes */786432"));
        assert_eq!(
            recorded[1].header("content-range"),
            Some("bytes 524288-786431/786432")
        );
        assert!(recorded[1].body == all[2 * UNIT..]);
    }

    // Everything was sent before, and only the media has its length.
    let script = Script::steps([begun(), response(500, &[], "")]);
    let unknown = || Media::reader(std::io::Cursor::new(content(100)), None);
    let mut uploading = video(unknown())
        .start(&script.client())
        .await
        .expect("a session");
    uploading.next_chunk().await.expect_err("500");
    let mut session = serde_json::to_value(uploading.session()).expect("JSON");
    session["total"] = serde_json::Value::Null;
    let session: UploadSession = serde_json::from_value(session).expect("a session");
    for (size, fine) in [(100, true), (99, false)] {
        let script = Script::steps([done(size)]);
        let upload = video(unknown()).resume(session.clone());
        assert_eq!(upload.send(&script.client()).await.is_ok(), fine);
    }

    // For another request or other media it is of no use.
    let script = Script::steps([]);
    let session: UploadSession = serde_json::from_str(&saved).expect("a session");
    for (upload, why) in [
        (
            video(content(10)).resume(session.clone()),
            "the session is for 786432 bytes, but the media has 10",
        ),
        (
            Photo::new().upload(content(10)).resume(session.clone()),
            "the session is one of things.video, not of old.photo",
        ),
    ] {
        let error = upload.send(&script.client()).await.expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().ends_with(why), "{error}");
    }
}

#[tokio::test]
async fn steps_survive_errors_and_dropped_futures() {
    let script = Script::steps([
        begun(),
        Step::Fail(TransportErrorKind::Reset),
        stored(5),
        Step::Hang,
        stored(5),
        done(UNIT),
    ]);
    let mut uploading = video(content(UNIT))
        .start(&script.client())
        .await
        .expect("a session");
    uploading.next_chunk().await.expect_err("one attempt");
    uploading.next_chunk().await.expect("the server was asked");
    tokio::select! {
        biased;
        _ = uploading.next_chunk() => panic!("it hangs"),
        () = tokio::task::yield_now() => {}
    }
    let made = uploading.finish().await.expect("a response");
    assert_eq!(made.name.as_deref(), Some("made"));
    assert_eq!(
        ranges(&script.recorded()),
        [
            "bytes 0-262143/262144",
            "bytes */262144",
            "bytes 5-262143/262144",
            "bytes */262144",
            "bytes 5-262143/262144"
        ]
    );
}

#[tokio::test]
async fn a_session_is_cancelled() {
    for status in [499, 204, 404] {
        let script = Script::steps([begun(), response(status, &[], "")]);
        let uploading = video(content(10))
            .start(&script.client())
            .await
            .expect("a session");
        uploading.cancel().await.expect("cancelled");
        let recorded = &script.recorded()[1];
        assert_eq!(
            (recorded.method.as_str(), recorded.url.as_str()),
            ("DELETE", SESSION)
        );
        assert_eq!(recorded.header("content-length"), Some("0"));
    }
    let script = Script::steps([begun(), json(403, "{}")]);
    let uploading = video(content(10))
        .start(&script.client())
        .await
        .expect("a session");
    uploading.cancel().await.expect_err("403");
}

#[tokio::test]
async fn what_is_set_up_wrongly_is_not_sent() {
    let script = Script::steps([]);
    let client = script.client();
    let reader = || Media::reader(tokio::io::empty(), None);
    for (upload, why) in [
        (
            video("x".as_bytes().to_vec()).chunk_size(1000),
            "a chunk of 1000 bytes is not one: servers take multiples of 262144",
        ),
        (
            video("x".as_bytes().to_vec()).chunk_size(0),
            "a chunk of 0 bytes is not one: servers take multiples of 262144",
        ),
        (
            video(reader()).one_chunk(),
            "media from a reader or a stream is held in memory until the server has it, so it cannot be one chunk; set a `chunk_size`",
        ),
        (
            Insert::new()
                .set("bucket", "b")
                .upload(Media::bytes("x"))
                .resumable(),
            "the method takes media in one request only; leave out `resumable`, `start` and `resume`",
        ),
    ] {
        let error = upload.send(&client).await.expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().ends_with(why), "{error}");
    }
    // Its length is not known before.
    let script = honest();
    let media = Media::reader(tokio::io::repeat(7), None);
    let error = video(media)
        .chunk_size(4 << 20)
        .send(&script.client())
        .await
        .expect_err("too large");
    assert_eq!(
        error.to_string(),
        "things.video: the media of 20971520 bytes is larger than the 16777216 bytes that the method accepts (after 5 attempts)"
    );
}

#[tokio::test]
async fn a_timeout_holds_for_the_whole_upload() {
    let script = Script::steps([begun(), Step::Hang]);
    let error = video(content(10))
        .send(&script.client())
        .options(CallOptions::new().timeout(std::time::Duration::from_millis(20)))
        .await
        .expect_err("it hangs");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
