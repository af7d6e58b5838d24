//! HTTP/2: negotiated by TLS, one connection for many calls, and what servers do to its streams.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use gapi::{
    Client, ErrorKind,
    auth::AccessToken,
    transport::{Body, TransportOptions},
};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{body::Frame, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use tokio::{net::TcpListener, sync::Barrier};
use tokio_rustls::TlsAcceptor;

use crate::support::{Hurried, PROJECT, sqladmin};

/// What a stream ends with in place of an answer.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// A reset with this reason, before the head.
    Reset(h2::Reason),
    /// A reset in the middle of the body.
    HalfBody,
    /// A whole answer, after which the connection takes no further stream (GOAWAY).
    GoAway,
}

/// A server of HTTP/2 over TLS on loopback, which ends with the runtime of its test.
struct Server {
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
}

impl Server {
    /// Does `acts` to the first requests, and lets requests, but not those of `first`, wait until there are `together`.
    async fn start(acts: &[Act], together: usize) -> Self {
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
        let state = Arc::new(State {
            acts: Mutex::new(acts.iter().rev().copied().collect()),
            barrier: (together > 1).then(|| Barrier::new(together)),
            ..State::default()
        });
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
    fn client(&self) -> Client {
        let transport = TransportOptions::new()
            .only_roots(&self.roots)
            .direct(true)
            .build()
            .unwrap();
        Client::builder()
            .credentials(AccessToken::new("token"))
            .endpoint(format!("https://localhost:{}", self.port))
            .clock(Arc::new(Hurried))
            .transport(transport)
            .build()
            .unwrap()
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
    let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service);
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

type Answer = http::Response<UnsyncBoxBody<bytes::Bytes, h2::Error>>;

async fn respond(
    request: http::Request<hyper::body::Incoming>,
    state: Arc<State>,
    leave: Arc<tokio::sync::Notify>,
) -> Result<Answer, h2::Error> {
    assert_eq!(request.version(), http::Version::HTTP_2);
    let method = request.method().clone();
    let is_first = request.uri().path().ends_with("/first");
    let token = request.headers().get("authorization").cloned();
    assert_eq!(token.unwrap(), "Bearer token");
    let body = request.into_body().collect().await;
    let len = body.map_or(0, |body| body.to_bytes().len());
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
    let text = r#"{"name": "orders"}"#;
    let whole = Full::from(text).map_err(|never: Infallible| match never {});
    let act = state.acts.lock().unwrap().pop();
    let body = match act {
        Some(Act::Reset(reason)) => return Err(reason.into()),
        Some(Act::HalfBody) => Half(Some(&text[..9])).boxed_unsync(),
        Some(Act::GoAway) => {
            leave.notify_one();
            whole.boxed_unsync()
        }
        None => whole.boxed_unsync(),
    };
    let mut answer = http::Response::new(body);
    let json = http::HeaderValue::from_static("application/json");
    answer.headers_mut().insert("content-type", json);
    Ok(answer)
}

/// A body that breaks after its first bytes.
struct Half(Option<&'static str>);

impl hyper::body::Body for Half {
    type Data = bytes::Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, h2::Error>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(text) => Ok(Frame::data(text.into())),
            None => Err(h2::Reason::INTERNAL_ERROR.into()),
        }))
    }
}

#[tokio::test]
async fn many_calls_share_one_connection() {
    // No request is answered before all of them are there, so they do travel side by side.
    let server = Server::start(&[], 20).await;
    let client = server.client();
    // Until the first handshake is over, nobody knows that one connection is enough.
    let first = sqladmin::instances().get(PROJECT, "first").send(&client);
    first.await.unwrap();
    let calls = (0..20).map(|_| {
        sqladmin::instances()
            .get(PROJECT, "orders")
            .send(&client)
            .into_future()
    });
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap().name.as_deref(), Some("orders"));
    }
    assert_eq!(server.requests().len(), 21);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn what_the_server_never_looked_at_is_sent_again_whatever_it_is() {
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
    let answer = transport.send(request).await.unwrap();
    assert_eq!(answer.version(), http::Version::HTTP_2);
    assert_eq!(answer.status(), 200);
    assert_eq!(server.requests(), [format!("POST {large}")]);
}
