//! Media that cannot be read, sessions that report less than they should, and media that is not what a session began with.

use std::{io, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::stream;
use gapi::{Client, ErrorKind, Media, Upload, UploadSession};

use crate::{
    api::{Photo, Thing, Video, thing},
    script::{Script, Step, json, response},
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

fn stored(count: usize) -> Step {
    response(308, &[("range", &format!("bytes=0-{}", count - 1))], "")
}

fn done(size: usize) -> Step {
    json(200, &format!(r#"{{"name": "made", "size": "{size}"}}"#))
}

fn patient(script: &Arc<Script>) -> Client {
    let client = script.retrying().jitter(|| 0.0);
    client.build().expect("a client")
}

fn video(media: impl Into<Media>) -> Upload<Thing> {
    let media = media.into().content_type("video/mp4");
    Video::new().body(thing("x")).upload(media)
}

/// A stream that gives so many bytes and then fails.
fn failing(len: usize, stated: Option<u64>) -> Media {
    let pieces = [
        Ok(Bytes::from(content(len))),
        Err(io::Error::other("the tape is torn")),
    ];
    Media::stream(stream::iter(pieces), stated)
}

/// What the server never sees is no failure of the connection.
#[tokio::test]
async fn media_that_cannot_be_read_is_an_error_of_its_own_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mp4");
    let large = 9 << 20;
    // It was looked at, and is gone when it is read.
    std::fs::write(&path, content(large)).expect("a file");
    let script = Script::empty();
    let gone = Gone {
        inner: Arc::clone(&script),
        path: path.clone(),
    };
    let client = script.retrying().transport(gone).build().expect("a client");
    let upload = video(Media::file(&path)).in_one_request();
    let error = upload.send(&client).await.expect_err("no file");
    named(&error, &path, "No such file");
    assert_eq!(error.attempts(), 1, "{error}");
    // It is cut between the request that begins a session and the first chunk.
    std::fs::write(&path, content(large)).expect("a file");
    let cut = path.clone();
    let script = Script::new(move |_| {
        let file = std::fs::File::options().write(true).open(&cut);
        let cut = file.and_then(|file| file.set_len(1 << 20));
        cut.expect("a shorter file");
        begun()
    });
    let upload = video(Media::file(&path)).resumable();
    let error = upload.send(&patient(&script)).await.expect_err("shorter");
    named(&error, &path, "the file ended");
    assert_eq!(script.recorded().len(), 1, "the chunk never arrived");
    // A stream, in one request and in a session.
    for upload in [
        video(failing(large, None)).in_one_request(),
        video(failing(large, Some(large as u64 + 9))).in_one_request(),
        video(failing(UNIT + 1, None))
            .resumable()
            .chunk_size(UNIT as u64),
        video(failing(5, None)),
    ] {
        let script = Script::new(|recorded| match recorded.header("content-range") {
            Some(_) => stored(UNIT),
            None => begun(),
        });
        let error = upload.send(&patient(&script)).await.expect_err("torn");
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("the tape is torn"), "{error}");
    }
}

fn named(error: &gapi::Error, path: &Path, why: &str) {
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(!error.is_retryable());
    let text = error.to_string();
    let path = path.display().to_string();
    assert!(text.contains(&path) && text.contains(why), "{text}");
}

/// Removes a file before it reads the request.
#[derive(Debug)]
struct Gone {
    inner: Arc<Script>,
    path: std::path::PathBuf,
}

impl gapi::transport::Transport for Gone {
    fn send(
        &self,
        request: http::Request<gapi::transport::Body>,
    ) -> gapi::transport::BoxFuture<
        '_,
        Result<http::Response<gapi::transport::Body>, gapi::transport::TransportError>,
    > {
        std::fs::remove_file(&self.path).expect("a file");
        self.inner.send(request)
    }
}

#[tokio::test]
async fn an_empty_success_within_a_session_is_asked_about() {
    let all = content(3 * UNIT);
    // Lost after the last chunk, and in place of a 308.
    for (status, then) in [(200, done(3 * UNIT)), (201, done(3 * UNIT))] {
        let script = Script::steps([
            begun(),
            stored(UNIT),
            response(
                status,
                &[("range", "bytes=0-524287"), ("content-type", "text/html")],
                "",
            ),
            stored(2 * UNIT),
            response(status, &[], " \n"),
            then,
        ]);
        let upload = video(all.clone()).resumable().chunk_size(UNIT as u64);
        let made = upload.send(&patient(&script)).await.expect("the thing");
        assert_eq!(made.name.as_deref(), Some("made"));
        let recorded = script.recorded();
        let asked: Vec<_> = recorded[1..]
            .iter()
            .map(|s| s.header("content-range").expect("a range"))
            .collect();
        assert_eq!(
            asked,
            [
                "bytes 0-262143/786432",
                "bytes 262144-524287/786432",
                "bytes */786432",
                "bytes 524288-786431/786432",
                "bytes */786432",
            ]
        );
    }
    // For ever.
    let script = Script::new(|recorded| match recorded.header("content-range") {
        None => begun(),
        Some(_) => response(200, &[], ""),
    });
    let upload = video(content(UNIT)).resumable().send(&patient(&script));
    let error = upload.await.expect_err("never the thing");
    assert!(
        error
            .to_string()
            .contains("complete, but does not send the whole response"),
        "{error}"
    );
    // 204 has no content to read.
    let script = Script::steps([begun(), response(204, &[], "")]);
    let upload = video(content(UNIT)).resumable().send(&patient(&script));
    assert_eq!(upload.await.expect("nothing"), Thing::default());
}

#[tokio::test]
async fn a_header_has_308_if_the_status_cannot() {
    let goes_on = |count: usize| {
        let range = format!("bytes=0-{}", count - 1);
        response(
            200,
            &[("x-http-status-code-override", "308"), ("range", &range)],
            "",
        )
    };
    let script = Script::steps([
        begun(),
        goes_on(UNIT),
        goes_on(2 * UNIT),
        done(2 * UNIT + 1),
    ]);
    let upload = video(content(2 * UNIT + 1))
        .resumable()
        .chunk_size(UNIT as u64);
    let made = upload
        .send(&patient(&script))
        .header("x-guploader-no-308", "yes")
        .await
        .expect("the thing");
    assert_eq!(made.name.as_deref(), Some("made"));
    assert_eq!(
        script.recorded()[1].header("x-guploader-no-308"),
        Some("yes")
    );
    assert_eq!(script.recorded().len(), 4);
}

/// A session after the first of its chunks, as another process finds it.
async fn begun_with(all: &[u8]) -> UploadSession {
    let script = Script::steps([begun(), stored(UNIT)]);
    let upload = video(all.to_vec()).resumable().chunk_size(UNIT as u64);
    let mut uploading = upload.start(&script.client()).await.expect("a session");
    uploading.next_chunk().await.expect("a chunk");
    let saved = serde_json::to_vec(&uploading.session()).expect("JSON");
    serde_json::from_slice(&saved).expect("a session")
}

#[tokio::test]
async fn a_session_goes_on_with_the_media_that_it_began_with_only() {
    let all = content(2 * UNIT);
    let mut other = all.clone();
    other[100] ^= 1;
    let folder = tempfile::tempdir().expect("a folder");
    let session = begun_with(&all).await;
    let forms = |bytes: &[u8], name: &str| -> Vec<Media> {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let reader = io::Cursor::new(bytes.to_vec());
        let pieces = bytes
            .chunks(5000)
            .map(|piece| Ok::<_, io::Error>(Bytes::copy_from_slice(piece)));
        let pieces: Vec<_> = pieces.collect();
        vec![
            Media::bytes(bytes.to_vec()),
            Media::file(path),
            Media::reader(reader, None),
            Media::stream(stream::iter(pieces), Some(bytes.len() as u64)),
        ]
    };
    for media in forms(&all, "same.bin") {
        let script = Script::steps([stored(UNIT), done(2 * UNIT)]);
        let upload = video(media).chunk_size(UNIT as u64).resume(session.clone());
        upload.send(&script.client()).await.expect("the thing");
    }
    for media in forms(&other, "other.bin") {
        for first in [stored(UNIT), done(2 * UNIT)] {
            let script = Script::steps([first]);
            // What passes by once can be given once.
            let upload = video(media.clone())
                .chunk_size(UNIT as u64)
                .resume(session.clone());
            let error = upload
                .send(&script.client())
                .await
                .expect_err("other media");
            if error.kind() == ErrorKind::Usage {
                continue;
            }
            assert_eq!(error.kind(), ErrorKind::Media, "{error}");
            assert_eq!(
                error.to_string(),
                "things.video: the media is not the one that the session began with: its first 262144 bytes are others; upload it anew"
            );
            assert_eq!(script.recorded().len(), 1, "nothing of it was sent");
        }
    }
    // The session stays what it is while nothing was read.
    let script = Script::steps([]);
    let upload = video(all).chunk_size(UNIT as u64).resume(session.clone());
    let uploading = upload.start(&script.client()).await.expect("a session");
    assert_eq!(uploading.session(), session);
}

#[tokio::test]
async fn what_an_upload_gives_is_of_one_type() {
    for in_steps in [false, true] {
        let script = Script::steps([begun(), done(UNIT)]);
        let (upload, client) = (video(content(UNIT)).resumable(), script.client());
        let made = if in_steps {
            upload
                .start(&client)
                .await
                .expect("a session")
                .finish()
                .await
        } else {
            upload.send(&client).await
        };
        assert_eq!(made.expect("the thing").name.as_deref(), Some("made"));
    }
    let script = Script::steps([begun(), done(UNIT)]);
    let upload = video(content(UNIT)).resumable().start(&script.client());
    let made = upload.await.expect("a session").finish_with_meta().await;
    assert_eq!(made.expect("the thing").status(), 200);
}

/// Drive keeps a document of its own in place of the text that it is given.
#[tokio::test]
async fn converted_media_has_a_size_of_its_own() {
    for (body, is_fine) in [
        (
            r#"{"mimeType": "application/vnd.google-apps.document", "size": "1024"}"#,
            true,
        ),
        (r#"{"id": "d", "size": "1024"}"#, true),
        (r#"{"mimeType": "text/plain", "size": "1024"}"#, false),
    ] {
        let script = Script::new(move |_| json(200, &format!(r#"{{"data": {body}}}"#)));
        let media = Media::bytes("# text").content_type("text/markdown");
        let sent = Photo::new().upload(media).send(&script.client()).await;
        assert_eq!(sent.is_ok(), is_fine, "{body}: {:?}", sent.err());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn media_of_unknown_length_is_read_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    for in_session in [false, true] {
        for path in [&pipe, Path::new("/proc/self/status")] {
            let script = Script::new(|recorded| match recorded.header("content-range") {
                Some(range) => done(
                    range
                        .rsplit('/')
                        .next()
                        .and_then(|n| n.parse().ok())
                        .expect("a total"),
                ),
                None if recorded.url.contains("uploadType=resumable") => begun(),
                None => json(200, "{}"),
            });
            let writer = (*path == *pipe).then(|| {
                let pipe = pipe.clone();
                std::thread::spawn(move || std::fs::write(pipe, "from a pipe"))
            });
            let upload = Photo::new().upload(Media::file(path));
            let upload = if in_session {
                upload.resumable()
            } else {
                upload
            };
            let displayed = upload.clone().in_one_request().to_http();
            displayed.expect_err("a preview reads nothing");
            let client = script.client();
            let sent = upload.send(&client).await;
            if let Err(error) = sent {
                panic!("{}: {error}", path.display());
            }
            let recorded = script.recorded();
            assert_eq!(recorded[0].header("x-upload-content-length"), None);
            let body = &recorded.last().expect("a request").body;
            match writer {
                Some(writer) => {
                    assert_eq!(body, "from a pipe");
                    writer.join().expect("a writer").expect("written");
                }
                None => assert!(body.starts_with(b"Name:"), "{body:?}"),
            }
        }
    }
    // A file without bytes is one.
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").expect("a file");
    let script = Script::steps([begun(), json(200, r#"{"data": {"size": "0"}}"#)]);
    let upload = Photo::new().upload(Media::file(&empty)).resumable();
    upload
        .send(&script.client())
        .await
        .expect("nothing was sent");
    assert_eq!(
        script.recorded()[0].header("x-upload-content-length"),
        Some("0")
    );
    // A folder is none.
    let script = Script::steps([]);
    let upload = Photo::new().upload(Media::file(folder.path()));
    let error = upload.send(&script.client()).await.expect_err("a folder");
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn a_value_without_properties_shows_that_it_has_none() {
    assert_eq!(format!("{:?}", Thing::default()), "Thing {}");
    assert_eq!(format!("{:?}", thing("a")), r#"Thing { name: "a" }"#);
}
