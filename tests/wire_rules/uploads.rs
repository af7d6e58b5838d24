//! Media that is sent in one request.

use std::time::Duration;

use bytes::Bytes;
use gapi::{CallOptions, ErrorKind, Media, Request as _};

use crate::{
    api::{Create, Insert, Photo, Thing, thing},
    script::{Recorded, Script, Step, json},
    tokens::counted,
};

const PNG: &[u8] = b"\x89PNG\r\n\x00--";

fn insert() -> Insert {
    Insert::new().set("bucket", "a b").body(thing("x"))
}

fn png() -> Media {
    Media::bytes(PNG).content_type("image/png")
}

fn boundary(recorded: &Recorded) -> &str {
    let content_type = recorded.header("content-type").expect("a content type");
    content_type
        .strip_prefix("multipart/related; boundary=")
        .expect("multipart")
}

#[tokio::test]
async fn json_and_media_travel_in_one_message() {
    let script = Script::new(|_| json(200, r#"{"name": "made"}"#));
    let made = insert()
        .all("part", ["a", "b"])
        .upload(png())
        .send(&script.client())
        .fields("name")
        .header("x-reason", "test")
        .await
        .expect("a response");
    assert_eq!(made.name.as_deref(), Some("made"));
    let recorded = script.only();
    assert_eq!(recorded.method, "POST");
    assert_eq!(
        recorded.url,
        "https://things.googleapis.com/upload/v1/a%20b/things?part=a&part=b&fields=name&alt=json&uploadType=multipart"
    );
    assert_eq!(recorded.header("accept"), Some("application/json"));
    assert_eq!(recorded.header("x-reason"), Some("test"));
    let boundary = boundary(&recorded);
    assert!(boundary.len() >= 32 && boundary.len() <= 70, "{boundary}");
    let mut message = format!(
        "--{boundary}\r\nContent-Type: application/json\r\n\r\n{{\"name\":\"x\"}}\r\n\
         --{boundary}\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    )
    .into_bytes();
    message.extend_from_slice(PNG);
    message.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(recorded.body, message);
    let length = recorded.body.len().to_string();
    assert_eq!(recorded.header("content-length"), Some(length.as_str()));
}

#[tokio::test]
async fn media_without_json_is_the_body() {
    let script = Script::empty();
    let client = script.client();
    Photo::new()
        .upload(PNG.to_vec())
        .send(&client)
        .await
        .expect("a response");
    insert()
        .upload(png())
        .media_only()
        .send(&client)
        .await
        .expect("a response");
    let empty = Media::bytes("");
    Photo::new()
        .upload(empty)
        .send(&client)
        .await
        .expect("a response");
    let recorded = script.recorded();
    assert_eq!(recorded[0].method, "PUT");
    assert_eq!(
        recorded[0].url,
        "https://old.googleapis.com/upload/old/v2/photo?alt=json&uploadType=media"
    );
    assert_eq!(recorded[0].body, PNG);
    assert_eq!(
        recorded[0].header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(recorded[1].header("content-type"), Some("image/png"));
    assert!(recorded[1].url.ends_with("uploadType=media"));
    assert_eq!(recorded[1].body, PNG);
    assert_eq!(recorded[2].header("content-length"), Some("0"));
}

#[tokio::test]
async fn the_wrapper_is_around_json_alone() {
    let script = Script::new(|_| json(200, r#"{"data": {"name": "made"}}"#));
    let made: Thing = Photo::new()
        .body(thing("x"))
        .upload(png())
        .send(&script.client())
        .await
        .expect("a response");
    assert_eq!(made.name.as_deref(), Some("made"));
    let recorded = script.only();
    let text = String::from_utf8_lossy(&recorded.body).into_owned();
    assert!(
        text.contains("\r\n\r\n{\"data\":{\"name\":\"x\"}}\r\n--"),
        "{text}"
    );
}

#[tokio::test]
async fn an_endpoint_keeps_its_scheme_and_prefix() {
    let script = Script::empty();
    let client = script
        .builder()
        .credentials(gapi::auth::Anonymous)
        .endpoint("http://127.0.0.1:9000/prefix")
        .build()
        .expect("a client");
    Photo::new()
        .upload(png())
        .send(&client)
        .await
        .expect("a response");
    assert!(
        script
            .only()
            .url
            .starts_with("http://127.0.0.1:9000/prefix/upload/old/v2/photo?")
    );
}

#[tokio::test]
async fn what_makes_it_an_upload_is_not_replaced() {
    let script = Script::empty();
    insert()
        .upload(png())
        .send(&script.client())
        .options(CallOptions::new().param("uploadType", "resumable"))
        .header("content-type", "text/html")
        .await
        .expect("a response");
    let recorded = script.only();
    assert!(
        recorded.url.ends_with("?alt=json&uploadType=multipart"),
        "{}",
        recorded.url
    );
    boundary(&recorded);
}

#[tokio::test]
async fn a_rejected_token_sends_the_media_again() {
    let script = Script::steps([json(401, "{}"), json(200, r#"{"name": "made"}"#)]);
    let (credentials, _) = counted();
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    insert()
        .upload(png())
        .send(&client)
        .await
        .expect("the second token is good");
    let recorded = script.recorded();
    assert_eq!(recorded.len(), 2);
    assert_eq!(recorded[0].header("authorization"), Some("Bearer token-1"));
    assert_eq!(recorded[1].header("authorization"), Some("Bearer token-2"));
    assert_eq!(recorded[0].body, recorded[1].body);
    assert_eq!(
        recorded[0].header("content-type"),
        recorded[1].header("content-type")
    );
}

#[tokio::test]
async fn media_that_is_not_accepted_is_not_sent() {
    let script = Script::steps([]);
    let client = script.client();
    for (media, why) in [
        (
            Media::bytes(vec![0; 65]),
            "things.upload: the media of 65 bytes is larger than the 64 bytes that the method accepts",
        ),
        (
            png().content_type("video/mp4; codecs=av1"),
            "things.upload: the method accepts media of image/*, application/octet-stream, not video/mp4",
        ),
        (
            png().content_type("png"),
            "things.upload: the media's content type \"png\" is not of the form \"image/png\" or \"text/plain; charset=utf-8\"",
        ),
        (
            png().content_type("image/png; name=\"a\r\nX-Evil: 1\""),
            "things.upload: the media's content type \"image/png; name=\\\"a\\r\\nX-Evil: 1\\\"\" is not of the form \"image/png\" or \
             \"text/plain; charset=utf-8\"",
        ),
    ] {
        let upload = insert().upload(media);
        let displayed = upload.to_http().expect_err(why);
        let error = upload.send(&client).await.expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(error.to_string(), why);
        assert_eq!(displayed.to_string(), why);
    }
    let error = insert()
        .upload(Media::file("notes.txt"))
        .send(&client)
        .await
        .expect_err("no image");
    assert_eq!(
        error.to_string(),
        "things.upload: the method accepts media of image/*, application/octet-stream, not text/plain, which was guessed from the file's name; \
         set its content type"
    );
    let error = gapi::Upload::<Thing>::new(Create::new().into_call(), png())
        .send(&client)
        .await
        .expect_err("no media");
    assert_eq!(
        error.to_string(),
        "things.create: the method takes no media"
    );
    // What is not declared cannot be refused, and ranges do not care for case.
    let script = Script::empty();
    for media in [
        Media::from(Bytes::from_static(PNG)),
        png().content_type("IMAGE/webp"),
        Media::bytes(vec![0; 64]),
    ] {
        insert()
            .upload(media)
            .send(&script.client())
            .await
            .expect("accepted");
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_upload_has_longer() {
    let late = |after| {
        Script::new(move |_| {
            let Step::Respond(response) = json(200, "{}") else {
                unreachable!("json answers")
            };
            Step::Late(Duration::from_secs(after), response)
        })
    };
    // 640 KiB are worth ten seconds.
    let media = Media::bytes(vec![0; 640 << 10]);
    let upload = || Photo::new().upload(media.clone());
    upload().send(&late(69).client()).await.expect("in time");
    let error = upload()
        .send(&late(71).client())
        .await
        .expect_err("too late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let error = upload()
        .send(&late(3).client())
        .attempt_timeout(Duration::from_secs(2))
        .await
        .expect_err("too late");
    assert!(error.to_string().contains("timeout of 2 s:"), "{error}");
}
