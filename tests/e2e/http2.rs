//! HTTP/2: negotiated by TLS, one connection for many calls, and what servers do to its streams.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use gapi::{
    CallOptions, Client, ErrorKind, Media, RetryPolicy, Upload,
    auth::AccessToken,
    generated::v1 as generated,
    transport::{Body, Clock, ManualClock, TransportOptions},
};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{body::Frame, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use tokio::{
    net::TcpListener,
    sync::{Barrier, Semaphore},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::support::{Hurried, PROJECT, sqladmin};

/// What a stream ends with in place of a response.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// A reset with this reason, before the head.
    Reset(h2::Reason),
    /// A reset in the middle of the body.
    HalfBody,
    /// A whole response, whose end comes in a frame of its own.
    LateEnd,
    /// A whole response, after which the connection takes no further stream (GOAWAY).
    GoAway,
}

/// A server of HTTP/2 over TLS on loopback, which ends with the runtime of its test.
pub(crate) struct Server {
    port: u16,
    roots: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    acts: Mutex<Vec<Act>>,
    /// Where requests wait for each other.
    barrier: Option<Barrier>,
    /// How many streams a connection may have at once.
    streams: Option<u32>,
    /// Where requests wait until the test lets them go.
    held: Option<Semaphore>,
    waiting: AtomicUsize,
}

impl Server {
    /// Does `acts` to the first requests, and lets requests, but not those of `first`, wait until there are `together`.
    pub(crate) async fn start(acts: &[Act], together: usize) -> Self {
        Self::serving(State {
            acts: Mutex::new(acts.iter().rev().copied().collect()),
            barrier: (together > 1).then(|| Barrier::new(together)),
            ..State::default()
        })
        .await
    }

    /// Lets a connection have `streams` streams, and holds every request until it is let go.
    async fn holding(streams: u32) -> Self {
        Self::serving(State {
            streams: Some(streams),
            held: Some(Semaphore::new(0)),
            ..State::default()
        })
        .await
    }

    async fn serving(state: State) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([String::from("localhost")]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(state);
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    let stream = acceptor.accept(stream).await.unwrap();
                    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
                    state.connections.fetch_add(1, Ordering::Relaxed);
                    serve(TokioIo::new(stream), state).await;
                });
            }
        });
        Self {
            port,
            roots: authority.pem(),
            state,
        }
    }

    /// A client with the default transport, which trusts the server.
    pub(crate) fn client(&self) -> Client {
        self.client_with(Arc::new(Hurried), CallOptions::new())
    }

    fn client_with(&self, clock: Arc<dyn Clock>, options: CallOptions) -> Client {
        let transport = TransportOptions::new()
            .only_roots(&self.roots)
            .direct(true)
            .build()
            .unwrap();
        Client::builder()
            .credentials(AccessToken::new("token"))
            .endpoint(format!("https://localhost:{}", self.port))
            .clock(clock)
            .options(options)
            .jitter(|| 0.0)
            .transport(transport)
            .build()
            .unwrap()
    }

    /// Waits until this many requests are held.
    async fn held(&self, requests: usize) {
        while self.state.waiting.load(Ordering::Relaxed) < requests {
            tokio::task::yield_now().await;
        }
    }

    /// Lets this many requests go that are held.
    fn release(&self, requests: usize) {
        self.state.waiting.fetch_sub(requests, Ordering::Relaxed);
        self.state.held.as_ref().unwrap().add_permits(requests);
    }

    fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }
}

async fn serve<I>(stream: I, state: Arc<State>)
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
{
    let leave = Arc::new(tokio::sync::Notify::new());
    let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
        respond(request, Arc::clone(&state), Arc::clone(&leave))
    });
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.max_concurrent_streams(state.streams);
    let connection = builder.serve_connection(stream, service);
    let mut connection = std::pin::pin!(connection);
    // Errors are the client's, which is gone when its test ends.
    let _ = tokio::select! {
        ended = connection.as_mut() => ended,
        () = leave.notified() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}

type StreamResponse = http::Response<UnsyncBoxBody<bytes::Bytes, h2::Error>>;

async fn respond(
    request: http::Request<hyper::body::Incoming>,
    state: Arc<State>,
    leave: Arc<tokio::sync::Notify>,
) -> Result<StreamResponse, h2::Error> {
    assert_eq!(request.version(), http::Version::HTTP_2);
    let method = request.method().clone();
    let is_first = request.uri().path().ends_with("/first");
    let token = request.headers().get("authorization").cloned();
    assert_eq!(token.unwrap(), "Bearer token");
    let Ok(body) = request.into_body().collect().await else {
        // It was given up before its end.
        return Err(h2::Reason::CANCEL.into());
    };
    let len = body.to_bytes().len();
    state
        .requests
        .lock()
        .unwrap()
        .push(format!("{method} {len}"));
    if let Some(barrier) = &state.barrier
        && !is_first
    {
        barrier.wait().await;
    }
    if let Some(held) = &state.held {
        state.waiting.fetch_add(1, Ordering::Relaxed);
        held.acquire().await.unwrap().forget();
    }
    let text = r#"{"name": "orders"}"#;
    let whole = Full::from(text).map_err(|never: Infallible| match never {});
    let act = state.acts.lock().unwrap().pop();
    let body = match act {
        Some(Act::Reset(reason)) => return Err(reason.into()),
        Some(Act::HalfBody) => {
            Short(Some(&text[..9]), Some(h2::Reason::INTERNAL_ERROR)).boxed_unsync()
        }
        Some(Act::LateEnd) => Short(Some(text), None).boxed_unsync(),
        Some(Act::GoAway) => {
            leave.notify_one();
            whole.boxed_unsync()
        }
        None => whole.boxed_unsync(),
    };
    let mut response = http::Response::new(body);
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    Ok(response)
}

/// A body that ends after its first frame, with a reset if there is a reason.
struct Short(Option<&'static str>, Option<h2::Reason>);

impl hyper::body::Body for Short {
    type Data = bytes::Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, h2::Error>>> {
        Poll::Ready(match self.0.take() {
            Some(text) => Some(Ok(Frame::data(text.into()))),
            None => self.1.take().map(|reason| Err(reason.into())),
        })
    }
}

#[tokio::test]
async fn a_burst_of_small_responses_does_not_end_the_connection() {
    const CALLS: usize = 300;
    let server = Server::serving(State {
        streams: Some(400),
        acts: Mutex::new(vec![Act::LateEnd; CALLS + 1]),
        barrier: Some(Barrier::new(CALLS)),
        ..State::default()
    })
    .await;
    let client = server.client();
    let first = sqladmin::instances().get(PROJECT, "first").send(&client);
    first.await.unwrap();
    let calls = (0..CALLS).map(|_| sqladmin::instances().get(PROJECT, "orders").send(&client));
    let calls: JoinSet<_> = calls.map(IntoFuture::into_future).collect();
    for result in calls.join_all().await {
        assert_eq!(result.unwrap().name.as_deref(), Some("orders"));
    }
    assert_eq!(
        (server.connections(), server.requests().len()),
        (1, CALLS + 1)
    );
}

#[tokio::test]
async fn a_crowd_that_finds_no_connection_opens_one() {
    // No response is sent before all requests are there, so they do travel side by side.
    let server = Server::start(&[], 100).await;
    let client = server.client();
    let calls = (0..100).map(|_| sqladmin::instances().get(PROJECT, "orders").send(&client));
    let calls: JoinSet<_> = calls.map(IntoFuture::into_future).collect();
    for result in calls.join_all().await {
        assert_eq!(result.unwrap().name.as_deref(), Some("orders"));
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 100));
}

#[tokio::test]
async fn many_calls_share_one_connection() {
    // No response is sent before all requests are there, so they do travel side by side.
    let server = Server::start(&[], 20).await;
    let client = server.client();
    let first = sqladmin::instances().get(PROJECT, "first").send(&client);
    first.await.unwrap();
    let calls = (0..20).map(|_| {
        sqladmin::instances()
            .get(PROJECT, "orders")
            .send(&client)
            .into_future()
    });
    for response in futures_util::future::join_all(calls).await {
        assert_eq!(response.unwrap().name.as_deref(), Some("orders"));
    }
    assert_eq!(server.requests().len(), 21);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn unprocessed_requests_are_sent_again_for_every_method() {
    let refused = Act::Reset(h2::Reason::REFUSED_STREAM);
    let server = Server::start(&[refused, refused], 1).await;
    let client = server.client();
    let instance = sqladmin::DatabaseInstance {
        name: Some("orders".into()),
        ..sqladmin::DatabaseInstance::default()
    };
    let created = sqladmin::instances()
        .insert(PROJECT, instance)
        .send(&client);
    assert_eq!(created.await.unwrap().name.as_deref(), Some("orders"));
    assert_eq!(server.requests(), ["POST 17"; 3]);
}

#[tokio::test]
async fn a_broken_stream_is_retried_where_that_is_safe() {
    for act in [Act::Reset(h2::Reason::INTERNAL_ERROR), Act::HalfBody] {
        let server = Server::start(&[act], 1).await;
        let client = server.client();
        let read = sqladmin::instances().get(PROJECT, "orders").send(&client);
        assert_eq!(read.await.unwrap().name.as_deref(), Some("orders"));
        assert_eq!(server.requests(), ["GET 0"; 2], "{act:?}");

        let server = Server::start(&[act], 1).await;
        let client = server.client();
        let instance = sqladmin::DatabaseInstance::default();
        let create = sqladmin::instances().insert(PROJECT, instance);
        let error = create.send(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{act:?}");
        assert_eq!(error.attempts(), 1, "{act:?}");
        assert_eq!(server.requests(), ["POST 2"], "{act:?}");
        // The connection outlives its streams.
        let read = sqladmin::instances().get(PROJECT, "orders").send(&client);
        read.await.unwrap();
        assert_eq!(server.connections(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_leaves_is_replaced() {
    let server = Server::start(&[Act::GoAway, Act::GoAway], 1).await;
    let client = server.client();
    for _ in 0..3 {
        let read = sqladmin::instances().get(PROJECT, "orders").send(&client);
        assert_eq!(read.await.unwrap().name.as_deref(), Some("orders"));
    }
    assert!(server.connections() >= 2);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn bodies_larger_than_a_window_pass() {
    let server = Server::start(&[], 1).await;
    let transport = TransportOptions::new()
        .only_roots(&server.roots)
        .direct(true)
        .build()
        .unwrap();
    let large = 5 * 1024 * 1024;
    let chunks =
        (0..5).map(move |_| Ok::<_, gapi::transport::TransportError>(vec![7; large / 5].into()));
    let body = Body::from_stream(futures_util::stream::iter(chunks), Some(large as u64));
    let request = http::Request::post(format!("https://localhost:{}/x", server.port))
        .header("authorization", "Bearer token")
        .body(body)
        .unwrap();
    let response = transport.send(request).await.unwrap();
    assert_eq!(response.version(), http::Version::HTTP_2);
    assert_eq!(response.status(), 200);
    assert_eq!(server.requests(), [format!("POST {large}")]);
}

fn create() -> sqladmin::instances::Insert {
    sqladmin::instances().insert(PROJECT, sqladmin::DatabaseInstance::default())
}

/// A server, a clock that a test moves, and a client of both whose connection is there.
async fn held(streams: u32, options: CallOptions) -> (Server, ManualClock, Client) {
    let server = Server::holding(streams).await;
    let clock = ManualClock::new(SystemTime::now());
    let client = server.client_with(Arc::new(clock.clone()), options);
    // Until the first handshake is over, the number of streams is not known.
    server.release_first();
    let first = sqladmin::instances().get(PROJECT, "first").send(&client);
    first.await.unwrap();
    (server, clock, client)
}

impl Server {
    /// Lets the next request go before it is held.
    fn release_first(&self) {
        self.state.held.as_ref().unwrap().add_permits(1);
    }

    /// Forgets the requests so far.
    fn forget(&self) {
        self.state.requests.lock().unwrap().clear();
        self.state.waiting.store(0, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn two_thousand_posts_queue_for_the_hundred_streams_of_one_connection() {
    const CALLS: usize = 2_000;
    const STREAMS: usize = 100;
    let once = CallOptions::new().retry(RetryPolicy::none());
    let (server, clock, client) = held(STREAMS as u32, once).await;
    server.forget();
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        calls.spawn(create().send(&client).with_meta());
    }
    // The last ones wait for twenty minutes, and have a minute from when they are sent.
    for _ in 0..CALLS / STREAMS {
        server.held(STREAMS).await;
        clock.advance(Duration::from_secs(59));
        server.release(STREAMS);
        for _ in 0..STREAMS {
            let made = calls.join_next().await.unwrap().unwrap().unwrap();
            assert_eq!(made.attempts(), 1);
        }
    }
    assert!(calls.is_empty());
    assert_eq!(server.requests().len(), CALLS);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_request_without_a_body_counts_from_its_stream_too() {
    let once = CallOptions::new().retry(RetryPolicy::none());
    let (server, clock, client) = held(1, once).await;
    server.forget();
    let get = || {
        let get = sqladmin::instances().get(PROJECT, "orders");
        tokio::spawn(get.send(&client).into_future())
    };
    let first = get();
    server.held(1).await;
    // The connection has taken the second one, and waits with it for a stream.
    let (second, third) = (get(), get());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    for call in [first, second, third] {
        clock.advance(Duration::from_secs(50));
        server.release(1);
        call.await.unwrap().unwrap();
        if server.requests().len() < 3 {
            server.held(1).await;
        }
    }
    assert_eq!(server.requests(), ["GET 0"; 3]);
}

#[tokio::test]
async fn a_post_that_got_no_stream_is_sent_again_and_carried_out_once() {
    let patient = CallOptions::new().attempt_timeout(Duration::MAX);
    let (server, clock, client) = held(1, patient).await;
    server.forget();
    let post = || tokio::spawn(create().send(&client).with_meta());
    let first = post();
    server.held(1).await;
    // The connection has taken one more; the third waits behind it.
    let second = post();
    let taken = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    taken.await;
    let third = post();
    while clock.sleepers() < 3 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(60));
    // What the connection had may go out yet, so that only its sender knows whether it may be repeated.
    let error = second.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(
        error
            .to_string()
            .contains("waiting for a connection to localhost"),
        "{error}"
    );
    assert!(!error.to_string().contains("nothing was sent"), "{error}");
    server.release(1);
    first.await.unwrap().unwrap();
    server.held(1).await;
    server.release(1);
    let made = third.await.unwrap().unwrap();
    assert_eq!(made.attempts(), 2);
    // The second one never came as a whole.
    assert_eq!(server.requests(), ["POST 2"; 2]);
}

static INSERT: generated::Method = generated::Method::new(
    &STORAGE,
    generated::Verb::Post,
    "storage.objects.insert",
    "o",
)
.with_upload(generated::MediaUpload::new().with_simple());

static STORAGE: generated::Api =
    generated::Api::new("storage", "", "", "https://storage.googleapis.com/");

/// Of the stream, the connection only sees that it is reset.
#[tokio::test]
async fn media_that_cannot_be_read_is_reported_over_http2_too() {
    let server = Server::start(&[], 1).await;
    let pieces = [
        Ok(vec![7; 9 << 20].into()),
        Err(std::io::Error::other("the tape is torn")),
    ];
    let media = Media::stream(futures_util::stream::iter(pieces), Some(10 << 20));
    let upload = Upload::<serde_json::Value>::new(generated::Call::new(&INSERT), media);
    let error = upload.send(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(
        error.to_string(),
        "storage.objects.insert: the media failed after 9437184 bytes: the tape is torn"
    );
    assert_eq!(error.attempts(), 1);
}
