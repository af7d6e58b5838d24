//! Time limits: every way of sending, held up at every step.

use std::{
    fmt,
    future::pending,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gapi::{
    Batch, CallOptions, Client, Credentials, Error, ErrorKind, Media, RetryPolicy, Upload,
    auth::{AccessToken, AuthError, AuthHeaders, AuthRequest},
    transport::{
        Body, BoxFuture, Clock as _, ManualClock, Transport, TransportError, TransportErrorKind,
    },
};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt as _, AsyncWrite};

use crate::api::{Content, Create, Get, List, Thing, Video, thing};

const LIMIT: Duration = Duration::from_secs(5);
const STANDSTILL: Duration = Duration::from_secs(60);
const SESSION: &str = "https://things.googleapis.com/upload/v1/videos?upload_id=CANARY";

/// Where a call is held up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The credentials never come.
    Credentials,
    /// No connection takes the request.
    Connection,
    /// The connection stops in the middle of the request.
    Request,
    /// There is no response.
    Response,
    /// The response stops behind its head.
    Body,
    /// The call waits before the next attempt.
    Pause,
    /// Nowhere.
    Nowhere,
}

impl At {
    /// What an error reports of it.
    fn text(self, host: &str) -> String {
        match self {
            Self::Credentials => "it was waiting for credentials; nothing was sent".into(),
            Self::Connection => {
                format!("it was waiting for a connection to {host}; nothing was sent")
            }
            Self::Request => format!("it was sending the request to {host}"),
            Self::Response => format!("it was waiting for the response of {host}"),
            Self::Body => format!("it was reading the response of {host}"),
            Self::Pause => "it was waiting to try again; the attempt before ended with".into(),
            Self::Nowhere => String::new(),
        }
    }
}

/// A transport that reports connections, and holds up one request.
struct Line {
    at: At,
    /// How many requests go through before.
    after: usize,
    requests: AtomicUsize,
}

impl Line {
    fn new(at: At, after: usize) -> Arc<Self> {
        Arc::new(Self {
            at,
            after,
            requests: AtomicUsize::new(0),
        })
    }

    fn client(self: &Arc<Self>, clock: &ManualClock, options: CallOptions) -> Client {
        let builder = Client::builder()
            .transport(Arc::<Self>::clone(self))
            .clock(Arc::new(clock.clone()))
            .jitter(|| 1.0)
            .retry(RetryPolicy::none())
            .options(options);
        let builder = match self.at {
            At::Credentials => builder.credentials(Never),
            At::Pause => builder.credentials(AccessToken::new("t")).retry(
                RetryPolicy::new()
                    .initial_delay(Duration::from_secs(30))
                    .max_delay(Duration::from_secs(30)),
            ),
            _ => builder.credentials(AccessToken::new("t")),
        };
        builder.build().expect("a client")
    }
}

impl Transport for Line {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let at = if number == self.after {
            self.at
        } else {
            At::Nowhere
        };
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let to = Arc::clone(body.send_events().expect("somebody to tell"));
            match at {
                At::Connection => {
                    let _held = body;
                    return pending().await;
                }
                At::Request => {
                    assert!(to.started());
                    to.sent();
                    let _held = body;
                    return pending().await;
                }
                _ => {}
            }
            // As hyper does.
            if hyper::body::Body::is_end_stream(&body) {
                drop(body);
            } else {
                BodyExt::collect(body).await?;
            }
            drop(to);
            if at == At::Response {
                return pending().await;
            }
            let path = head.uri.path();
            let response = Response::builder();
            if at == At::Pause {
                let response = response.status(StatusCode::SERVICE_UNAVAILABLE);
                return Ok(response.body(Body::empty()).expect("a response"));
            }
            let begins = head.headers.contains_key("x-upload-content-type");
            let response = response
                .header("content-type", "application/json")
                .header("location", if begins { SESSION } else { "" });
            let text = match path {
                _ if begins => "",
                _ => "{}",
            };
            let body = match at {
                At::Body => {
                    Body::from_stream(stream::pending::<Result<Bytes, TransportError>>(), None)
                }
                _ => Body::from(text),
            };
            let mut response = response.body(body).expect("a response");
            if !begins {
                response.headers_mut().remove("location");
            }
            Ok(response)
        })
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

/// Credentials that never come.
#[derive(Debug)]
struct Never;

impl Credentials for Never {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(pending())
    }
}

/// A writer that takes nothing.
struct Full;

impl AsyncWrite for Full {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }
}

type Sent = BoxFuture<'static, Result<(), Error>>;

/// A way of sending, and how many of its requests come before the one that it is about.
struct Kind {
    name: &'static str,
    host: &'static str,
    after: usize,
    send: fn(Client) -> Sent,
}

macro_rules! kinds {
    ($($name:literal, $after:literal: |$client:ident| $send:expr;)*) => {
        &[$(Kind {
            name: $name,
            host: if matches!($name.as_bytes(), [b'o', b'p', ..]) {
                "compute.googleapis.com"
            } else {
                "things.googleapis.com"
            },
            after: $after,
            send: |$client| Box::pin(async move { $send.map(|_| ()) }),
        }),*]
    };
}

fn get() -> Get {
    Get::new().set("name", "a")
}

fn content() -> Content {
    Content::new().set("id", "x")
}

/// Media of which four bytes come.
fn stalled(len: Option<u64>) -> Media {
    let four = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"four"))]);
    Media::stream(four.chain(stream::pending()), len).content_type("video/mp4")
}

fn video(media: Media) -> Upload<Thing> {
    Video::new()
        .body(thing("x"))
        .upload(media.content_type("video/mp4"))
}

fn batch() -> Batch {
    let mut batch = Batch::new();
    let _ = batch.add(get());
    batch
}

const KINDS: &[Kind] = kinds! {
    "JSON", 0: |client| Create::new().body(thing("a")).send(&client).await;
    "raw", 0: |client| get().send(&client).raw().await;
    "pages", 0: |client| List::new().pages(&client).try_next().await;
    "items", 0: |client| List::new().items(&client).try_next().await;
    "stream", 0: |client| get().send(&client).stream().try_next().await;
    "operation that is waited for", 0: |client| crate::operations::insert().send(&client).wait().await;
    "operation that is watched", 0: |client| crate::operations::insert().send(&client).wait().watch().try_next().await;
    "batch", 0: |client| batch().send(&client).await;
    "upload in one request", 0: |client| video(Media::bytes("abc")).send(&client).await;
    "upload of a stream in one request", 0: |client| {
        video(Media::reader(tokio::io::repeat(7).take(9 << 20), Some(9 << 20))).in_one_request().send(&client).await
    };
    "beginning of a session", 0: |client| video(Media::bytes("abc")).resumable().send(&client).await;
    "chunk of a session", 1: |client| video(Media::bytes("abc")).resumable().send(&client).await;
    "beginning of a session by steps", 0: |client| video(Media::bytes("abc")).start(&client).await;
    "chunk of a session by steps", 1: |client| {
        video(Media::bytes("abc")).start(&client).await.expect("a session").next_chunk().await
    };
    "end of a session by steps", 1: |client| {
        video(Media::bytes("abc")).start(&client).await.expect("a session").finish().await
    };
    "cancelling of a session", 1: |client| {
        video(Media::bytes("abc")).start(&client).await.expect("a session").cancel().await
    };
    "download to memory", 0: |client| content().download(&client).await;
    "download as a stream", 0: |client| async {
        let mut chunks = content().download(&client).stream().await?;
        chunks.try_next().await
    }.await;
    "download to a writer", 0: |client| content().download(&client).to_writer(Vec::new()).await;
    "download to a file", 0: |client| {
        let folder = tempfile::tempdir().expect("a folder");
        content().download(&client).to_file(folder.path().join("x")).await
    };
};

async fn poll_once<F: Future>(mut call: Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await
}

/// How a call ends, and after how long.
async fn end(clock: &ManualClock, call: Sent) -> (Result<(), Error>, Duration) {
    let mut call = pin!(call);
    let begun = clock.monotonic();
    for _ in 0..400 {
        for _ in 0..20 {
            if let Poll::Ready(result) = poll_once(call.as_mut()).await {
                return (result, clock.monotonic() - begun);
            }
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(1));
    }
    panic!("it hangs");
}

async fn ends(at: At, kind: &Kind, limits: CallOptions, after: Duration, text: &str) {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let held = if at == At::Credentials { 0 } else { kind.after };
    let line = Line::new(at, held);
    let call = (kind.send)(line.client(&clock, limits));
    let (result, passed) = end(&clock, call).await;
    let case = format!("{} at {at:?}", kind.name);
    let error = result.expect_err(&case);
    assert_eq!(passed, after, "{case}: {error}");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{case}: {error}");
    assert!(error.is_retryable(), "{case}: {error}");
    let displayed = error.to_string();
    assert!(displayed.contains(text), "{case}: {displayed}");
    let sent = !matches!(at, At::Credentials | At::Connection);
    // What went out before, in a session, was sent.
    let text = at.text(kind.host);
    let text = match text.strip_suffix("; nothing was sent") {
        Some(text) if held > 0 => text,
        _ => &text,
    };
    assert!(displayed.contains(text), "{case}: {displayed}");
    assert!(!displayed.contains("CANARY"), "{case}: {displayed}");
    if sent {
        assert!(
            !displayed.contains("nothing was sent"),
            "{case}: {displayed}"
        );
        assert!(error.attempts() > 0, "{case}");
    }
}

#[tokio::test]
async fn the_timeout_ends_every_call_at_every_step_and_the_error_names_it() {
    for kind in KINDS {
        for at in [
            At::Credentials,
            At::Connection,
            At::Request,
            At::Response,
            At::Body,
        ] {
            // A session's beginning is over before its chunks ask for credentials again.
            if at == At::Credentials && kind.after > 0 {
                continue;
            }
            let limits = CallOptions::new().timeout(LIMIT);
            let text = "longer than its timeout of 5 s";
            ends(at, kind, limits, LIMIT, text).await;
        }
    }
}

#[tokio::test]
async fn without_a_timeout_what_comes_before_the_sending_ends_when_nothing_gets_on() {
    for kind in KINDS {
        for at in [At::Credentials, At::Connection] {
            if at == At::Credentials && kind.after > 0 {
                continue;
            }
            // However long an attempt may take.
            for attempt in [None, Some(Duration::MAX), Some(Duration::from_secs(1))] {
                let mut limits = CallOptions::new();
                if let Some(attempt) = attempt {
                    limits = limits.attempt_timeout(attempt);
                }
                let text = "the call made no progress within its limit of 60 s";
                ends(at, kind, limits, STANDSTILL, text).await;
            }
        }
    }
}

#[tokio::test]
async fn the_attempt_timeout_ends_every_attempt_after_its_request_was_handed_over() {
    for kind in KINDS {
        for at in [At::Request, At::Response, At::Body] {
            let limits = CallOptions::new().attempt_timeout(LIMIT);
            ends(at, kind, limits, LIMIT, "timeout of 5 s").await;
        }
    }
}

#[tokio::test]
async fn the_timeout_ends_the_wait_before_another_attempt() {
    for kind in KINDS {
        // Of an upload in a session only its steps are repeated, however they are sent.
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let limits = CallOptions::new().timeout(LIMIT).idempotent(true);
        // The policy itself never waits longer than the timeout allows, unless a server fails late.
        let line = Line::new(At::Pause, kind.after);
        let call = (kind.send)(line.client(&clock, limits));
        let (result, passed) = end(&clock, call).await;
        assert!(passed <= LIMIT, "{}", kind.name);
        // A stream has no second attempt at a medium that passed by.
        let error = result.expect_err(kind.name);
        assert!(error.attempts() > 0, "{}: {error}", kind.name);
    }
}

#[tokio::test]
async fn a_writer_that_takes_nothing_is_waited_for_until_the_timeout() {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let client = Line::new(At::Nowhere, 0).client(&clock, CallOptions::new().timeout(LIMIT));
    let call = async move {
        let written = content().download(&client).to_writer(Full).await;
        written.map(|_| ())
    };
    let (result, passed) = end(&clock, Box::pin(call)).await;
    let error = result.expect_err("late");
    assert_eq!((error.kind(), passed), (ErrorKind::Timeout, LIMIT));
    assert_eq!(
        error.to_string(),
        "things.content: the call took longer than its timeout of 5 s: it was writing what had come"
    );
}

/// The methods that send media without progress.
const STALLED: &[Kind] = kinds! {
    "as it goes", 0: |client| video(stalled(None)).send(&client).await;
    "of a length", 0: |client| video(stalled(Some(64))).send(&client).await;
    "large", 0: |client| video(stalled(Some(9 << 20))).send(&client).await;
    "in one request", 0: |client| video(stalled(None)).in_one_request().send(&client).await;
    "of a length in one request", 0: |client| video(stalled(Some(64))).in_one_request().send(&client).await;
    "large in one request", 0: |client| video(stalled(Some(9 << 20))).in_one_request().send(&client).await;
    "in a session", 0: |client| video(stalled(None)).resumable().send(&client).await;
    "by steps", 0: |client| async {
        video(stalled(None)).start(&client).await?.next_chunk().await
    }.await;
};

#[tokio::test]
async fn media_without_progress_ends_by_the_timeout_and_without_one_after_a_minute() {
    for kind in STALLED {
        for (limits, after) in [
            (CallOptions::new().timeout(LIMIT), LIMIT),
            (CallOptions::new(), STANDSTILL),
        ] {
            let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
            let client = Line::new(At::Nowhere, 0).client(&clock, limits);
            let (result, passed) = end(&clock, (kind.send)(client)).await;
            let error = result.expect_err(kind.name);
            assert_eq!(passed, after, "{}: {error}", kind.name);
            let text = if after == LIMIT {
                "timeout of 5 s: it was reading the media"
            } else {
                "the media failed after 4 bytes: nothing more came for 60 s"
            };
            assert!(error.to_string().contains(text), "{}: {error}", kind.name);
        }
    }
}

#[tokio::test]
async fn media_that_comes_slowly_but_steadily_is_no_failure() {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let client = Line::new(At::Nowhere, 0).client(&clock, CallOptions::new());
    let slow = clock.clone();
    let pieces = stream::iter(0..4).then(move |_| {
        let clock = slow.clone();
        async move {
            clock.sleep(Duration::from_secs(50)).await;
            Ok::<_, std::io::Error>(Bytes::from_static(b"four"))
        }
    });
    let upload = video(Media::stream(pieces, None)).in_one_request();
    let call = async move { upload.send(&client).await.map(|_| ()) };
    let (result, passed) = end(&clock, Box::pin(call)).await;
    result.expect("all of it came");
    assert_eq!(passed, Duration::from_secs(200));
}

/// A transport that fails in ways that show that nothing was sent, or that it was.
#[derive(Debug)]
struct Failing {
    kind: TransportErrorKind,
    takes: bool,
    failures: usize,
    requests: AtomicUsize,
}

impl Transport for Failing {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let body = request.into_body();
            let to = Arc::clone(body.send_events().expect("somebody to tell"));
            let number = self.requests.fetch_add(1, Ordering::Relaxed);
            if self.takes || number >= self.failures {
                assert!(to.started());
                to.sent();
            }
            drop(body);
            if number < self.failures {
                return Err(TransportError::new(self.kind, "as the test says"));
            }
            Ok(Response::new(Body::from("{}")))
        })
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

/// How a POST ends that may not be repeated, with the number of requests.
async fn create(kind: TransportErrorKind, takes: bool, failures: usize) -> (Option<Error>, usize) {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let failing = Arc::new(Failing {
        kind,
        takes,
        failures,
        requests: AtomicUsize::new(0),
    });
    let client = Client::builder()
        .transport(Arc::clone(&failing))
        .credentials(AccessToken::new("t"))
        .clock(Arc::new(clock.clone()))
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    let call = async move {
        let made = Create::new().body(thing("a")).send(&client).await;
        made.map(|_| ())
    };
    let (result, _) = end(&clock, Box::pin(call)).await;
    (result.err(), failing.requests.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_request_that_no_connection_took_is_sent_again_for_every_method() {
    use TransportErrorKind::{Connect, NoRoom, Other, Reset, Timeout, Unprocessed};
    for kind in [Reset, Other, Timeout, Unprocessed] {
        let (error, sent) = create(kind, false, 2).await;
        assert!(error.is_none(), "{kind:?}: {error:?}");
        assert_eq!(sent, 3, "{kind:?}");
        // Not without end; and the error reports that it may be sent again.
        let (error, sent) = create(kind, false, 9).await;
        let error = error.expect("a failure");
        assert!(error.is_retryable(), "{kind:?}: {error}");
        assert_eq!((sent, error.attempts()), (3, 1), "{kind:?}: {error}");
    }
    // What a connection took may have been sent, unless the server reports that it did not process it.
    for (kind, sent) in [(Reset, 1), (Timeout, 1), (Unprocessed, 3)] {
        assert_eq!(create(kind, true, 2).await.1, sent, "{kind:?}");
    }
    // The policy is asked about servers that cannot be reached.
    assert_eq!(create(Connect, false, 2).await.1, 1);
    // Without room for a connection, the request waits for it.
    let (error, sent) = create(NoRoom, false, 7).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(sent, 8);
    let (error, sent) = create(NoRoom, false, usize::MAX).await;
    let error = error.expect("no room for a minute");
    assert!(sent > 50, "{sent}");
    assert_eq!(
        error.to_string(),
        "things.create: the call made no progress within its limit of 60 s: it was waiting for a connection to things.googleapis.com \
         (as the test says); nothing was sent"
    );
}

#[tokio::test]
async fn an_attempt_counts_from_the_hand_over() {
    /// Takes each request after 50 s, and responds after 50 s more.
    #[derive(Debug)]
    struct Slow(ManualClock);
    impl Transport for Slow {
        fn send(
            &self,
            request: Request<Body>,
        ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
            Box::pin(async move {
                self.0.sleep(Duration::from_secs(50)).await;
                BodyExt::collect(request.into_body()).await?;
                self.0.sleep(Duration::from_secs(50)).await;
                Ok(Response::new(Body::from("{}")))
            })
        }

        fn reports_send_events(&self) -> bool {
            true
        }
    }
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let client = Client::builder()
        .transport(Slow(clock.clone()))
        .credentials(AccessToken::new("t"))
        .clock(Arc::new(clock.clone()))
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    let call = async move {
        let made = Create::new().body(thing("a")).send(&client).await;
        made.map(|_| ())
    };
    let (result, passed) = end(&clock, Box::pin(call)).await;
    result.expect("50 s of its 60");
    assert_eq!(passed, Duration::from_secs(100));
}

#[tokio::test]
async fn a_request_that_is_given_up_before_a_connection_takes_it_is_never_sent() {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    /// Keeps the bodies that it was given.
    #[derive(Debug, Default)]
    struct Keeps(std::sync::Mutex<Vec<Body>>);
    impl Transport for Keeps {
        fn send(
            &self,
            request: Request<Body>,
        ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
            self.0.lock().expect("lock").push(request.into_body());
            Box::pin(pending())
        }

        fn reports_send_events(&self) -> bool {
            true
        }
    }
    let keeps = Arc::new(Keeps::default());
    let client = Client::builder()
        .transport(Arc::clone(&keeps))
        .credentials(AccessToken::new("t"))
        .clock(Arc::new(clock.clone()))
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    let call = async move {
        let made = Create::new().body(thing("a")).send(&client).await;
        made.map(|_| ())
    };
    let (result, _) = end(&clock, Box::pin(call)).await;
    result.expect_err("no connection");
    let body = keeps.0.lock().expect("lock").pop().expect("a body");
    assert!(!hyper::body::Body::is_end_stream(&body));
    let read = BodyExt::collect(body)
        .await
        .expect_err("it must not be sent");
    assert_eq!(
        read.to_string(),
        "the request was given up before it was sent"
    );
}
