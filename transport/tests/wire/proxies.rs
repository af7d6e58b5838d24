//! The proxies of the environment, which a process of its own reads for each case.

use std::{net::SocketAddr, sync::Arc};

use gapi_transport::{Body, TransportError, TransportErrorKind, TransportOptions};
use http::{Request, StatusCode};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_rustls::TlsAcceptor;

use crate::{assert_silent, read_request, tls_server, transport};

/// Accepts connections, reports the first line of each, and responds.
async fn proxy(response: &'static [u8]) -> (SocketAddr, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, received) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let request = read_request(&mut connection).await;
            let text = String::from_utf8_lossy(&request).into_owned();
            let _ = sender.send(text.lines().next().unwrap_or_default().to_owned());
            let _ = connection.write_all(response).await;
        }
    });
    (address, received)
}

/// Runs the test `name` of this binary once more, with these variables.
fn again(name: &str, variables: &[(&str, String)]) {
    let output = std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", name, "--nocapture"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("a run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What the process that a test starts is to do.
fn given_address() -> Option<String> {
    std::env::var("GAPI_TEST_ADDRESS").ok()
}

async fn status(uri: &str) -> Result<StatusCode, TransportError> {
    let request = Request::get(uri).body(Body::empty()).expect("a request");
    transport()
        .send(request)
        .await
        .map(|response| response.status())
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_never_asked_through_a_proxy_of_the_environment() {
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    const TEAPOT: &[u8] =
        b"HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    if let Some(address) = given_address() {
        let port = address.rsplit(':').next().expect("a port");
        for host in ["127.0.0.1", "localhost", "127.1"] {
            let status = status(&format!("http://{host}:{port}/token")).await;
            assert_eq!(status.expect(host), StatusCode::OK, "{host}");
        }
        // Everything else still goes through it.
        let status = status("http://elsewhere.example/").await;
        assert_eq!(status.expect("the proxy"), StatusCode::IM_A_TEAPOT);
        return;
    }
    let (server, _) = proxy(OK).await;
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let (address, mut received) = proxy(TEAPOT).await;
        let variables = [
            (variable, format!("http://user:canary@{address}")),
            ("GAPI_TEST_ADDRESS", server.to_string()),
        ];
        tokio::task::spawn_blocking(move || {
            again(
                "proxies::this_machine_is_never_asked_through_a_proxy_of_the_environment",
                &variables,
            );
        })
        .await
        .expect("as expected");
        assert_eq!(
            received.recv().await.as_deref(),
            Some("GET http://elsewhere.example/ HTTP/1.1")
        );
        assert!(received.try_recv().is_err(), "the proxy saw more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_name_the_proxy_that_was_asked_and_not_its_password() {
    if let Some(address) = given_address() {
        for uri in ["https://elsewhere.example/", "http://elsewhere.example/"] {
            let error = status(uri).await.expect_err("no one listens");
            assert_eq!(error.kind(), TransportErrorKind::Connect, "{error}");
            let text = error.to_string();
            let expected =
                format!("no connection to elsewhere.example through the proxy {address}: ");
            assert!(text.starts_with(&expected), "{text}");
            assert!(text.contains("refused"), "{text}");
            assert_silent(&error);
        }
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for scheme in ["http", "https", "socks5"] {
        let variables = [
            ("ALL_PROXY", format!("{scheme}://user:can@canary@{address}")),
            ("GAPI_TEST_ADDRESS", address.to_string()),
        ];
        again(
            "proxies::errors_name_the_proxy_that_was_asked_and_not_its_password",
            &variables,
        );
    }
}

#[cfg(feature = "reqwest")]
#[tokio::test]
async fn a_proxy_that_a_program_sets_is_obeyed() {
    let (address, mut received) =
        proxy(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let client = reqwest::Client::builder()
        .proxy(reqwest::Proxy::all(format!("http://{address}")).expect("a proxy"))
        .build()
        .expect("a client");
    let request = Request::get("http://127.0.0.1:1/token").body(Body::empty());
    let response = gapi_transport::Transport::send(&client, request.expect("a request")).await;
    assert_eq!(response.expect("the proxy's").status(), StatusCode::OK);
    assert_eq!(
        received.recv().await.as_deref(),
        Some("GET http://127.0.0.1:1/token HTTP/1.1")
    );
}

/// A connection that can be read and written.
trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

/// A proxy of each kind, which reports what it is asked for, and plays the server itself: there is none of that name.
struct Everything {
    tls: TlsAcceptor,
    requests: UnboundedSender<String>,
}

impl Everything {
    /// Returns its address, its root certificate, and what it receives.
    async fn start(proxy_has_tls: bool) -> (SocketAddr, String, UnboundedReceiver<String>) {
        let (tls, root) = tls_server(&["localhost", "elsewhere.example"], &[]);
        let (requests, received) = unbounded_channel();
        let this = Arc::new(Self { tls, requests });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                if proxy_has_tls {
                    let connection = this.tls.accept(connection).await.expect("TLS");
                    this.pass(Box::new(connection)).await;
                } else {
                    this.pass(Box::new(connection)).await;
                }
            }
        });
        (address, root, received)
    }

    fn record(&self, line: impl Into<String>) {
        self.requests.send(line.into()).expect("the test is there");
    }

    async fn pass(&self, mut connection: Box<dyn Connection>) {
        let mut first = [0];
        connection.read_exact(&mut first).await.expect("a byte");
        let is_https = if first[0] == 5 {
            self.socks(&mut connection).await
        } else {
            let rest = read_head(&mut connection).await;
            let head = format!("{}{rest}", char::from(first[0]));
            self.record(summary(&head));
            if !head.starts_with("CONNECT ") {
                return respond(&mut connection).await;
            }
            let established = b"HTTP/1.1 200 Connection established\r\n\r\n";
            connection.write_all(established).await.expect("written");
            true
        };
        if is_https {
            connection = Box::new(self.tls.accept(connection).await.expect("TLS"));
        }
        self.record(summary(&read_head(&mut connection).await));
        respond(&mut connection).await;
    }

    /// Reads a greeting, a user with a password (RFC 1929), and a request (RFC 1928), of which the version is read already.
    async fn socks(&self, connection: &mut Box<dyn Connection>) -> bool {
        async fn text(connection: &mut Box<dyn Connection>) -> String {
            let mut bytes = vec![0; usize::from(connection.read_u8().await.expect("a length"))];
            connection.read_exact(&mut bytes).await.expect("a text");
            String::from_utf8(bytes).expect("UTF-8")
        }
        assert!(
            text(connection).await.contains('\u{2}'),
            "a password is offered"
        );
        connection.write_all(&[5, 2]).await.expect("written");
        assert_eq!(connection.read_u8().await.expect("a version"), 1);
        let user = text(connection).await;
        let password = text(connection).await;
        connection.write_all(&[1, 0]).await.expect("written");
        let mut request = [0; 4];
        connection
            .read_exact(&mut request)
            .await
            .expect("a request");
        assert_eq!(request, [5, 1, 0, 3], "connects to a name");
        let name = text(connection).await;
        let port = connection.read_u16().await.expect("a port");
        self.record(format!("SOCKS {name}:{port} {user}:{password}"));
        let connected = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        connection.write_all(&connected).await.expect("written");
        port == 443
    }
}

async fn respond(connection: &mut Box<dyn Connection>) {
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    connection.write_all(response).await.expect("written");
    let _ = connection.shutdown().await;
}

async fn read_head(connection: &mut Box<dyn Connection>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.expect("a head"));
    }
    String::from_utf8(head).expect("text")
}

/// The method, the target, and the credentials for a proxy.
fn summary(head: &str) -> String {
    let mut lines = head.lines();
    let first = lines.next().expect("a line").trim_end_matches(" HTTP/1.1");
    let credentials = lines.find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization")
            .then_some(value)
    });
    [Some(first), credentials]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_of_every_kind_pass_requests_on() {
    const NAME: &str = "proxies::proxies_of_every_kind_pass_requests_on";
    if let Ok(roots) = std::env::var("GAPI_TEST_ROOTS") {
        let url = std::env::var("GAPI_TEST_URL").expect("a URL");
        let transport = TransportOptions::new().only_roots(roots).build();
        let request = Request::get(url).body(Body::empty()).expect("a request");
        let response = transport.expect("a transport").send(request).await;
        assert_eq!(response.expect("a response").status(), StatusCode::OK);
        return;
    }
    const BASIC: &str = "Basic dXNlcjpwYXNz";
    let absolute = format!("GET http://elsewhere.example/a?b {BASIC}");
    let tunnel = format!("CONNECT elsewhere.example:443 {BASIC}");
    for (scheme, url, expected) in [
        ("http", "http://elsewhere.example/a?b", vec![&*absolute]),
        ("https", "http://elsewhere.example/a?b", vec![&absolute]),
        (
            "http",
            "https://elsewhere.example/a?b",
            vec![&tunnel, "GET /a?b"],
        ),
        (
            "https",
            "https://elsewhere.example/a?b",
            vec![&tunnel, "GET /a?b"],
        ),
        (
            "socks5",
            "http://elsewhere.example/a?b",
            vec!["SOCKS elsewhere.example:80 user:pass", "GET /a?b"],
        ),
        (
            "socks5h",
            "https://elsewhere.example/a?b",
            vec!["SOCKS elsewhere.example:443 user:pass", "GET /a?b"],
        ),
    ] {
        let (address, roots, mut received) = Everything::start(scheme == "https").await;
        let proxy = format!("{scheme}://user:pass@localhost:{}", address.port());
        let variables = [
            ("ALL_PROXY", proxy),
            ("GAPI_TEST_ROOTS", roots),
            ("GAPI_TEST_URL", url.to_owned()),
        ];
        tokio::task::spawn_blocking(move || again(NAME, &variables))
            .await
            .expect(scheme);
        let lines: Vec<_> = std::iter::from_fn(|| received.try_recv().ok()).collect();
        assert_eq!(lines, expected, "{scheme} {url}");
    }
}
