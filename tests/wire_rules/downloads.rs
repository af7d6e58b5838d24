//! Media from the server.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gapi::{
    CallOptions, ErrorKind,
    auth::Anonymous,
    transport::{Body, Clock as _, SystemClock, TransportError, TransportErrorKind},
};
use http::Response;

use crate::{
    api::{Content, Export},
    script::{Script, Step, json, redirect, response},
    tokens::counted,
};

fn content() -> Content {
    Content::new().set("id", "a/b")
}

type Piece = Result<&'static str, TransportErrorKind>;

/// A response in pieces, each `pause` after the one before.
fn pieces(
    pieces: impl IntoIterator<Item = Piece>,
    pause: Duration,
    headers: &[(&'static str, &'static str)],
) -> Step {
    let pieces: Vec<Piece> = pieces.into_iter().collect();
    let stream = stream::iter(pieces).then(move |piece| async move {
        SystemClock.sleep(pause).await;
        piece
            .map(Bytes::from)
            .map_err(|kind| TransportError::new(kind, "it broke"))
    });
    let mut response = Response::builder().header("content-type", "text/plain");
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Step::Respond(
        response
            .body(Body::from_stream(stream, None))
            .expect("a response"),
    )
}

fn three(headers: &'static [(&'static str, &'static str)]) -> Arc<Script> {
    Script::new(move |_| {
        pieces(
            [Ok("one,"), Ok("two,"), Ok("three")],
            Duration::ZERO,
            headers,
        )
    })
}

#[tokio::test]
async fn all_bytes_with_their_type() {
    let script = three(&[("content-length", "13"), ("etag", "\"e\"")]);
    let client = script.client();
    let file = content()
        .all("part", ["x", "y"])
        .download(&client)
        .quota_user("u")
        .header("range", "bytes=0-12")
        .await
        .expect("the media");
    assert_eq!(&file[..], b"one,two,three");
    assert_eq!(file.content_type(), Some("text/plain"));
    assert_eq!(file.etag(), Some("\"e\""));
    let recorded = script.only();
    assert_eq!(
        recorded.url,
        "https://things.googleapis.com/v1/things/a%2Fb?part=x&part=y&quotaUser=u&alt=media"
    );
    assert_eq!(recorded.method, "GET");
    assert_eq!(recorded.header("accept"), Some("*/*"));
    assert_eq!(recorded.header("range"), Some("bytes=0-12"));
    assert_eq!(
        Export::new()
            .download(&client)
            .bytes()
            .await
            .expect("the media"),
        "one,two,three"
    );
    assert_eq!(script.recorded()[1].target(), "/v1/things:export?alt=media");
}

#[tokio::test]
async fn alt_is_always_media() {
    let script = three(&[]);
    content()
        .set("alt", "json")
        .download(&script.client())
        .options(CallOptions::new().alt("json"))
        .await
        .expect("the media");
    assert_eq!(script.only().target(), "/v1/things/a%2Fb?alt=media");
    assert_eq!(script.only().header("accept"), Some("*/*"));
}

#[tokio::test]
async fn the_download_service_is_asked_on_request() {
    let script = three(&[]);
    let client = script
        .builder()
        .credentials(Anonymous)
        .endpoint("http://127.0.0.1:9/p/")
        .build()
        .expect("a client");
    let download = content().download(&client).via_download_service();
    let displayed = download.to_http().expect("a request").uri().to_string();
    download.await.expect("the media");
    assert_eq!(
        script.only().url,
        "http://127.0.0.1:9/p/download/v1/things/a%2Fb?alt=media"
    );
    assert_eq!(displayed, script.only().url);
    let error = Export::new()
        .download(&client)
        .via_download_service()
        .await
        .expect_err("there is none");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(
        error.to_string(),
        "things.export: the method has no download service; leave out `via_download_service`"
    );
}

#[tokio::test]
async fn chunks_come_one_by_one() {
    let script = three(&[("content-length", "13")]);
    let mut chunks = content()
        .download(&script.client())
        .response_limit(1)
        .stream()
        .await
        .expect("a response");
    assert_eq!(chunks.status(), 200);
    assert_eq!(chunks.content_type(), Some("text/plain"));
    assert_eq!(chunks.content_length(), Some(13));
    assert_eq!(
        chunks.try_next().await.expect("a chunk").as_deref(),
        Some(&b"one,"[..])
    );
    let rest: Vec<Bytes> = (&mut chunks).map(|c| c.expect("a chunk")).collect().await;
    assert_eq!(rest, ["two,", "three"]);
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn bytes_go_to_a_writer() {
    let script = three(&[("content-length", "13")]);
    let mut file = Vec::new();
    let written = content()
        .download(&script.client())
        .response_limit(1)
        .to_writer(&mut file)
        .await
        .expect("the media");
    assert_eq!((*written, written.content_type()), (13, Some("text/plain")));
    assert_eq!(file, b"one,two,three");
}

/// Takes so many bytes.
struct Full(usize);

impl tokio::io::AsyncWrite for Full {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.0 < bytes.len() {
            return Poll::Ready(Err(io::Error::other("the disk is full")));
        }
        self.0 -= bytes.len();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_writer_that_fails_is_an_error_of_its_own() {
    let script = three(&[]);
    let error = content()
        .download(&script.client())
        .to_writer(Full(8))
        .await
        .expect_err("full");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        error.to_string(),
        "things.content: the writer failed after 8 bytes: the disk is full"
    );
    assert!(error.url().is_some());
}

#[tokio::test]
async fn less_or_more_than_declared_is_an_error() {
    for (headers, why) in [
        (
            &[("content-length", "14")][..],
            "things.content: the response ended after 13 of 14 bytes",
        ),
        (
            &[("content-length", "9")],
            "things.content: the response continues after its 9 bytes",
        ),
    ] {
        let script = Script::new(move |_| {
            pieces(
                [Ok("one,"), Ok("two,"), Ok("three")],
                Duration::ZERO,
                headers,
            )
        });
        let client = script.client();
        let error = content().download(&client).await.expect_err(why);
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert_eq!(error.to_string(), why);
        assert_eq!(
            error.url(),
            Some("https://things.googleapis.com/v1/things/a%2Fb?alt=media")
        );
        let mut chunks = content()
            .download(&client)
            .stream()
            .await
            .expect("a response");
        let mut good = 0;
        let error = loop {
            match chunks.try_next().await {
                Ok(chunk) => good += chunk.expect("an error comes first").len(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), why);
        assert!(good >= 8, "{good}");
        assert!(chunks.next().await.is_none(), "after an error nothing");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error() {
    let script = Script::new(|_| {
        pieces(
            [Ok("one,"), Err(TransportErrorKind::Body)],
            Duration::ZERO,
            &[],
        )
    });
    let mut file = Vec::new();
    let error = content()
        .download(&script.client())
        .to_writer(&mut file)
        .await
        .expect_err("broken");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.to_string(), "things.content: it broke");
    assert_eq!(file, b"one,");
}

#[tokio::test]
async fn memory_is_limited_where_it_is_used() {
    for headers in [&[][..], &[("content-length", "13")]] {
        let script = Script::new(move |_| {
            pieces(
                [Ok("one,"), Ok("two,"), Ok("three")],
                Duration::ZERO,
                headers,
            )
        });
        let client = script.client();
        let error = content()
            .download(&client)
            .response_limit(12)
            .await
            .expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.to_string().contains("response_limit"), "{error}");
        content()
            .download(&client)
            .response_limit(13)
            .await
            .expect("just so");
    }
}

#[tokio::test]
async fn an_error_response_is_decoded() {
    let body = r#"{"error": {"code": 404, "message": "File not found: x.", "errors": [{"reason": "notFound"}]}}"#;
    let script = Script::new(move |_| json(404, body));
    let client = script.client();
    let error = content().download(&client).stream().await.expect_err("404");
    assert!(error.is_not_found());
    assert_eq!(error.reason(), Some("notFound"));
    assert!(error.to_string().contains("File not found: x."), "{error}");
    assert_eq!(error.body().expect("kept"), body);
    let error = content().download(&client).await.expect_err("404");
    assert!(error.is_not_found());
}

#[tokio::test]
async fn redirects_and_rejected_tokens_as_with_any_call() {
    let elsewhere = "https://download.example/x?sig=s";
    let script = Script::steps([
        json(401, "{}"),
        redirect(302, elsewhere),
        response(200, &[("content-length", "5")], "bytes"),
    ]);
    let (credentials, _) = counted();
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    let bytes = content().download(&client).bytes().await.expect("bytes");
    assert_eq!(bytes, "bytes");
    let recorded = script.recorded();
    assert_eq!(recorded[1].header("authorization"), Some("Bearer token-2"));
    assert_eq!(recorded[2].url, elsewhere);
    assert_eq!(recorded[2].header("authorization"), None);
}

#[tokio::test(start_paused = true)]
async fn patience_is_for_each_chunk() {
    let slow = |seconds: u64| {
        Script::new(move |_| {
            pieces(
                [Ok("one,"), Ok("two,"), Ok("three")],
                Duration::from_secs(seconds),
                &[],
            )
        })
    };
    content()
        .download(&slow(59).client())
        .await
        .expect("177 s in all, never 60 without a byte");
    let error = content()
        .download(&slow(61).client())
        .await
        .expect_err("it stands still");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        "things.content: nothing more came for the attempt's timeout of 60 s: it was reading the response of things.googleapis.com"
    );
    content()
        .download(&slow(61).client())
        .attempt_timeout(Duration::MAX)
        .await
        .expect("as long as it takes");
    let error = content()
        .download(&slow(10).client())
        .timeout(Duration::from_secs(25))
        .to_writer(Vec::new())
        .await
        .expect_err("the call is over");
    assert_eq!(
        error.to_string(),
        "things.content: the call took longer than its timeout of 25 s: it was reading the response of things.googleapis.com"
    );
}
