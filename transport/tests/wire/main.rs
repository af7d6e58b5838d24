//! The default transport against servers that misbehave, byte by byte, and through proxies.

#![cfg(feature = "rustls")]

#[cfg(feature = "http2")]
mod connections;
mod proxies;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use gapi_transport::{
    Body, SendEvents, Transport, TransportError, TransportErrorKind, TransportOptions,
    default_transport,
};
use http::{Method, Request, Response, StatusCode};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Barrier,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// Serves one connection: reads a request's head, writes `response`, and ends by `end`.
async fn serve(response: &'static [u8], end: End) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let received = read_request(&mut connection).await;
        connection.write_all(response).await.expect("written");
        match end {
            End::Close => connection.shutdown().await.expect("closed"),
            // With nothing lingering, closing a socket resets it.
            End::Reset => connection.set_zero_linger().expect("linger"),
            End::Hang => std::future::pending().await,
        }
        received
    });
    (address, server)
}

enum End {
    Close,
    Reset,
    Hang,
}

/// Reads up to the blank line, and then as many bytes as `content-length` or the chunks declare.
async fn read_request(connection: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&received).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.parse().ok());
            let done = match length {
                Some(length) => body.len() >= length,
                None if head.contains("transfer-encoding: chunked") => body.ends_with("0\r\n\r\n"),
                None => true,
            };
            if done {
                return received;
            }
        }
        // 22 begins a TLS handshake, which is not for us to read.
        if connection.read_buf(&mut received).await.unwrap_or(0) == 0 || received[0] == 22 {
            return received;
        }
    }
}

fn transport() -> Arc<dyn Transport> {
    default_transport().expect("a transport")
}

fn get(address: SocketAddr) -> Request<Body> {
    Request::get(format!("http://{address}/path?key=canary-query"))
        .body(Body::empty())
        .expect("a request")
}

async fn fail(response: &'static [u8], end: End) -> TransportError {
    let (address, _server) = serve(response, end).await;
    transport()
        .send(get(address))
        .await
        .expect_err("no answer head")
}

async fn response(bytes: &'static [u8], end: End) -> Response<Body> {
    let (address, _server) = serve(bytes, end).await;
    transport()
        .send(get(address))
        .await
        .expect("an answer head")
}

fn assert_silent(error: &TransportError) {
    let mut texts = vec![format!("{error:?}"), error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        texts.extend([format!("{inner:?}"), inner.to_string()]);
        cause = inner.source();
    }
    assert!(
        texts.iter().all(|text| !text.contains("canary")),
        "{texts:#?}"
    );
}

#[tokio::test]
async fn a_refused_connection_is_safe_to_try_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = transport()
        .send(get(address))
        .await
        .expect_err("nobody listens");
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("no connection to {address}: ")) && text.contains("refused"),
        "{text}"
    );
    assert_silent(&error);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_head_is_reset() {
    let heads: [&'static [u8]; 2] = [b"", b"HTTP/1.1 200 OK\r\ncontent-le"];
    for head in heads {
        for end in [End::Close, End::Reset] {
            let error = fail(head, end).await;
            assert_eq!(error.kind(), TransportErrorKind::Reset, "{head:?}");
            assert_silent(&error);
        }
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_an_error_while_it_is_read() {
    let responses: [&'static [u8]; 2] = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ];
    for bytes in responses {
        for end in [End::Close, End::Reset] {
            let error = response(bytes, end)
                .await
                .into_body()
                .collect(100)
                .await
                .expect_err("half a body");
            assert_eq!(error.kind(), TransportErrorKind::Body);
            assert_silent(&error);
        }
    }
}

#[tokio::test]
async fn an_encoded_body_comes_as_it_was_sent() {
    for encoding in ["gzip", "br", "deflate", "zstd"] {
        let text = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: 4\r\n\r\nbody"
        );
        let response = response(Box::leak(text.into_boxed_str()).as_bytes(), End::Close).await;
        assert_eq!(response.headers()["content-encoding"], encoding);
        assert_eq!(response.headers()["content-length"], "4");
        let body = response.into_body().collect(100).await;
        assert_eq!(body.expect("the bytes"), "body");
    }
}

#[tokio::test]
async fn a_body_that_stalls_gives_what_came_and_leaves_the_timeout_to_the_caller() {
    let response = response(
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        End::Hang,
    )
    .await;
    assert_eq!(response.body().len(), Some(10));
    let mut body = response.into_body().into_stream();
    assert_eq!(body.next().await.expect("a chunk").expect("bytes"), "half");
    assert!(
        body.next().now_or_never().is_none(),
        "neither an end nor an error"
    );
}

#[tokio::test]
async fn any_status_is_a_response_and_redirects_are_not_followed() {
    let redirect = response(
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0\r\n\r\n",
        End::Close,
    )
    .await;
    assert_eq!(redirect.status(), StatusCode::FOUND);
    assert_eq!(
        redirect.headers()["location"],
        "http://127.0.0.1:1/elsewhere"
    );
    assert!(redirect.body().is_empty());
    let failed = response(
        b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy",
        End::Close,
    )
    .await;
    assert_eq!(failed.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(failed.into_body().collect(4).await.expect("a body"), "busy");
}

#[tokio::test]
async fn bodies_travel_whole_with_their_length_where_it_is_known() {
    let chunks = || {
        stream::iter([
            Ok::<_, io::Error>(Bytes::from("hello ")),
            Ok(Bytes::from("world")),
        ])
    };
    for (body, framing) in [
        (Body::from("hello world"), "content-length: 11"),
        (Body::from_stream(chunks(), Some(11)), "content-length: 11"),
        (
            Body::from_stream(chunks(), None),
            "transfer-encoding: chunked",
        ),
    ] {
        let (address, server) = serve(b"HTTP/1.1 204 No Content\r\n\r\n", End::Close).await;
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{address}/"))
            .body(body);
        let response = transport()
            .send(request.expect("a request"))
            .await
            .expect("a response");
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        let received = String::from_utf8(server.await.expect("served"))
            .expect("text")
            .to_ascii_lowercase();
        assert!(received.contains(framing), "{received}");
        assert!(
            received.contains("hello ") && received.contains("world"),
            "{received}"
        );
    }
}

#[tokio::test]
async fn a_request_body_that_breaks_is_named() {
    let (address, _server) = serve(b"", End::Hang).await;
    let broken = stream::iter([
        Ok(Bytes::from("half")),
        Err(io::Error::other("the disk is gone")),
    ]);
    let request = Request::post(format!("http://{address}/?key=canary"))
        .body(Body::from_stream(broken, Some(8)));
    let error = transport()
        .send(request.expect("a request"))
        .await
        .expect_err("a broken body");
    assert_eq!(error.kind(), TransportErrorKind::Body);
    assert_silent(&error);
}

#[tokio::test]
async fn a_request_body_of_another_length_than_declared_is_an_error() {
    for len in [10, 12] {
        let (address, _server) = serve(b"", End::Hang).await;
        let chunks = stream::iter([
            Ok::<_, io::Error>(Bytes::from("hello ")),
            Ok(Bytes::from("world")),
        ]);
        let request =
            Request::post(format!("http://{address}/")).body(Body::from_stream(chunks, Some(len)));
        let error = transport()
            .send(request.expect("a request"))
            .await
            .expect_err("11 bytes");
        assert_eq!(error.kind(), TransportErrorKind::Body, "{error}");
    }
}

#[tokio::test]
async fn requests_that_cannot_be_sent_are_refused() {
    for url in [
        "/relative?key=canary",
        "ftp://127.0.0.1/?key=canary",
        "https://127.0.0.1:65536/?key=canary",
        "http://[localhost]/?key=canary",
        "http://127.0.0.1/v1/%2e%2e/admin?key=canary",
        "http://127.0.0.1/v1/../admin?key=canary",
        "http://127.0.0.1/v1/./admin?key=canary",
    ] {
        let request = Request::get(url).body(Body::empty()).expect("a request");
        let error = transport().send(request).await.expect_err("not sent");
        assert_eq!(error.kind(), TransportErrorKind::Request, "{url}");
        assert_silent(&error);
    }
}

/// Returns a server of TLS for these names, which negotiates one of `protocols`, and its root certificate.
fn tls_server(names: &[&str], protocols: &[&[u8]]) -> (TlsAcceptor, String) {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(names).expect("a certificate");
    let config = ServerConfig::builder_with_provider(
        gapi_transport::crypto::provider().expect("a provider"),
    )
    .with_safe_default_protocol_versions()
    .expect("versions")
    .with_no_client_auth()
    .with_single_cert(
        vec![cert.der().clone()],
        PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key"),
    );
    let mut config = config.expect("a server");
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    (Arc::new(config).into(), cert.pem())
}

#[tokio::test]
async fn a_crowd_opens_a_connection_for_each_request_to_a_server_without_http2() {
    const CALLS: usize = 20;
    let (tls, root) = tls_server(&["localhost"], &[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let together = Arc::new(Barrier::new(CALLS));
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (tls, together) = (tls.clone(), Arc::clone(&together));
            tokio::spawn(async move {
                let mut connection = tls.accept(connection).await.expect("TLS");
                connection.read_u8().await.expect("a request");
                together.wait().await;
                let response = b"HTTP/1.1 204 No Content\r\n\r\n";
                connection.write_all(response).await.expect("written");
                std::future::pending::<()>().await;
            });
        }
    });
    let transport = TransportOptions::new().only_roots(root).build();
    let transport = transport.expect("a transport");
    let calls = (0..CALLS).map(|_| {
        let request = Request::get(format!("https://localhost:{port}/")).body(Body::empty());
        transport.send(request.expect("a request"))
    });
    for response in futures_util::future::join_all(calls).await {
        let status = response.expect("a response").status();
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn http2_is_used_without_tls_if_the_program_knows_that_the_server_has_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let mut preface = [0; 24];
        connection
            .read_exact(&mut preface)
            .await
            .expect("a preface");
        preface
    });
    let options = TransportOptions::new().http2_prior_knowledge(true);
    let transport = options.build().expect("a transport");
    transport.send(get(address)).await.expect_err("no response");
    assert_eq!(
        &server.await.expect("served"),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    );
}

#[tokio::test]
async fn a_server_without_tls_fails_an_https_request() {
    let (address, _server) = serve(b"HTTP/1.1 400 Bad Request\r\n\r\n", End::Close).await;
    let request = Request::get(format!("https://{address}/?key=canary"))
        .body(Body::empty())
        .expect("a request");
    let error = transport().send(request).await.expect_err("no TLS");
    assert_eq!(error.kind(), TransportErrorKind::Tls);
    assert_silent(&error);
}

#[cfg(target_os = "linux")]
const NO_ROOTS: &str = "GAPI_TEST_NO_ROOTS";

/// Where root certificates are is read when a client is built, so the test runs itself on a machine that has none.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_root_certificates_learns_what_to_install() {
    let name = "a_machine_without_root_certificates_learns_what_to_install";
    if std::env::var_os(NO_ROOTS).is_some() {
        let error = default_transport().expect_err("no certificates");
        assert_eq!(error.kind(), TransportErrorKind::NoClient);
        let text = error.to_string();
        for part in [
            "the HTTP client cannot be built",
            "certificates",
            "ca-certificates",
            "SSL_CERT_FILE",
        ] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
        println!("TOLD={text}");
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture"])
        .env(NO_ROOTS, "1")
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("TOLD="), "{text}");
}

/// Counts the events.
#[derive(Debug, Default)]
struct Reported {
    refuses: bool,
    taken: AtomicUsize,
    sent: AtomicUsize,
    done: AtomicUsize,
}

impl SendEvents for Reported {
    fn started(&self) -> bool {
        self.taken.fetch_add(1, Ordering::Relaxed);
        !self.refuses
    }

    fn sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn finished(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Reported {
    /// Returns how often the request was taken, and a piece of it was sent; and whether that is over.
    fn counts(&self) -> (bool, bool, bool) {
        let count = |n: &AtomicUsize| n.load(Ordering::Relaxed);
        (
            count(&self.taken) > 0,
            count(&self.sent) > 0,
            count(&self.done) == 1,
        )
    }
}

fn watched(
    address: SocketAddr,
    method: Method,
    body: Body,
    reported: &Arc<Reported>,
) -> Request<Body> {
    let uri = format!("http://{address}/");
    let request = Request::builder().method(method).uri(uri);
    request
        .body(body.with_send_events(Arc::<Reported>::clone(reported)))
        .expect("a request")
}

#[tokio::test]
async fn a_connection_that_takes_a_request_is_reported() {
    let transport = default_transport().expect("a transport");
    assert!(transport.reports_send_events());
    let pieces = || stream::iter(["ab", "cd"].map(|piece| Ok::<_, TransportError>(piece.into())));
    for (method, body, sent) in [
        (Method::GET, Body::empty(), false),
        (Method::POST, Body::empty(), false),
        (Method::POST, Body::from("abc"), false),
        // What was given went out when more is asked for.
        (Method::PUT, Body::from_stream(pieces(), Some(4)), true),
        (Method::PUT, Body::from_stream(pieces(), None), true),
    ] {
        let (address, server) =
            serve(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", End::Close).await;
        let received = Arc::new(Reported::default());
        let displayed = format!("{method} {body:?}");
        let request = watched(address, method, body, &received);
        transport.send(request).await.expect("a response");
        server.await.expect("a request");
        assert_eq!(received.counts(), (true, sent, true), "{displayed}");
    }
    // Nothing takes what finds no connection.
    let unreachable = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = unreachable.local_addr().expect("an address");
    drop(unreachable);
    let received = Arc::new(Reported::default());
    let request = watched(address, Method::POST, Body::from("abc"), &received);
    transport.send(request).await.expect_err("nobody is there");
    assert!(!received.counts().0);
}

#[tokio::test]
async fn a_request_that_was_given_up_does_not_go_out() {
    let transport = default_transport().expect("a transport");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let mut received = Vec::new();
        let _ = connection.read_to_end(&mut received).await;
        received
    });
    let refuses = Arc::new(Reported {
        refuses: true,
        ..Reported::default()
    });
    let request = watched(address, Method::POST, Body::from("abc"), &refuses);
    let error = transport.send(request).await.expect_err("it was given up");
    assert!(
        error.to_string().contains("given up before it was sent"),
        "{error}"
    );
    assert_eq!(server.await.expect("its end"), b"");
}
