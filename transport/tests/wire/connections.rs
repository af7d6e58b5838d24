//! How connections are opened, and which requests they take.

use std::{io, sync::Arc};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use gapi_transport::{Body, TransportErrorKind, TransportOptions};
use http::{Method, Request, Response, Version};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{End, assert_silent, serve, tls_server, transport};

#[tokio::test]
async fn http2_that_the_program_knows_of_is_the_only_protocol_that_tls_offers() {
    let (tls, root) = tls_server(&["localhost"], &[b"http/1.1", b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.expect("a connection");
        let mut connection = tls.accept(connection).await.expect("TLS");
        connection.shutdown().await.expect("closed");
        connection.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
    });
    let options = TransportOptions::new().only_roots(root);
    let transport = options.http2_prior_knowledge(true).build();
    let request = Request::get(format!("https://localhost:{port}/")).body(Body::empty());
    let response = transport.expect("a transport");
    let response = response.send(request.expect("a request")).await;
    response.expect_err("no response");
    let protocol = server.await.expect("served");
    assert_eq!(protocol.as_deref(), Some(&b"h2"[..]));
}

#[tokio::test]
async fn a_request_that_waited_for_a_connection_that_was_given_up_is_unprocessed() {
    // Its backlog accepts connections, and nothing begins TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let options = TransportOptions::new().http2_prior_knowledge(true);
    let transport = options.build().expect("a transport");
    let send = || {
        let request = Request::post(format!("https://{address}/?key=canary"));
        transport.send(request.body(Body::empty()).expect("a request"))
    };
    let (mut opens, mut waits) = (send(), send());
    assert!((&mut opens).now_or_never().is_none());
    assert!((&mut waits).now_or_never().is_none());
    drop(opens);
    let error = waits.await.expect_err("no connection");
    assert_eq!(error.kind(), TransportErrorKind::Unprocessed, "{error}");
    assert_silent(&error);
}

/// A missing client certificate is reported after the handshake of TLS 1.3.
#[tokio::test]
async fn what_tls_refuses_after_the_handshake_is_an_error_of_tls() {
    for protocol in [&b"h2"[..], b"http/1.1"] {
        let (tls, root) = tls_server(&["localhost"], &[protocol]);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = tokio::spawn(async move {
            let (connection, _) = listener.accept().await.expect("a connection");
            let mut connection = tls.accept(connection).await.expect("TLS");
            connection.read_u8().await.expect("a request");
            let (tcp, session) = connection.get_mut();
            let mut record = &b"\x17\x03\x03\x00\x20 a record that was not encrypted "[..];
            session.read_tls(&mut record).expect("a record");
            session.process_new_packets().expect_err("a bad record");
            let mut alert = Vec::new();
            session.write_tls(&mut alert).expect("an alert");
            tcp.write_all(&alert).await.expect("written");
            tcp.read(&mut [0; 100]).await
        });
        let transport = TransportOptions::new().only_roots(root).build();
        let request = Request::get(format!("https://localhost:{port}/")).body(Body::empty());
        let transport = transport.expect("a transport");
        let response = transport.send(request.expect("a request")).await;
        let error = response.expect_err("no response");
        assert_eq!(error.kind(), TransportErrorKind::Tls, "{error}");
        let text = error.to_string();
        assert!(
            text.contains("received fatal alert: BadRecordMac"),
            "{text}"
        );
        server.abort();
    }
}

#[tokio::test]
async fn no_version_and_no_method_loses_the_body() {
    for (method, version) in [
        (Method::POST, Version::HTTP_09),
        (Method::POST, Version::HTTP_10),
        (Method::POST, Version::HTTP_2),
        (Method::GET, Version::HTTP_11),
    ] {
        let (address, server) = serve(b"HTTP/1.1 204 No Content\r\n\r\n", End::Close).await;
        let pieces = stream::iter([Ok::<_, io::Error>(Bytes::from("hello"))]);
        let url = format!("http://{address}/");
        let request = Request::builder().method(&method).uri(url).version(version);
        let request = request.body(Body::from_stream(pieces, None));
        let response = transport().send(request.expect("a request")).await;
        response.expect("a response");
        let received = String::from_utf8(server.await.expect("served")).expect("text");
        let line = format!("{method} / HTTP/1.1\r\n");
        assert!(received.starts_with(&line), "{received}");
        assert!(received.ends_with("5\r\nhello\r\n0\r\n\r\n"), "{received}");
    }
}

/// With few open files allowed, which the test runs itself again for.
#[cfg(unix)]
#[tokio::test]
async fn a_name_that_no_file_is_left_to_look_up_has_no_room() {
    const NAME: &str = "connections::a_name_that_no_file_is_left_to_look_up_has_no_room";
    const AGAIN: &str = "GAPI_TEST_NO_FILES";
    if std::env::var_os(AGAIN).is_some() {
        let transport = transport();
        let request = Request::get("http://localhost:1/").body(Body::empty());
        let all: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
        let response = transport.send(request.expect("a request")).await;
        drop(all);
        let error = response.expect_err("no file is left");
        assert_eq!(error.kind(), TransportErrorKind::NoRoom, "{error}");
        return;
    }
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this program"))
        .args([NAME, "--exact"])
        .env(AGAIN, "1")
        .output()
        .expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

/// Returns a frame of HTTP/2 (RFC 9113, section 4.1) of the connection itself.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).expect("a short payload");
    [&[0, 0, len, kind, 0, 0, 0, 0, 0][..], payload].concat()
}

/// hyper reports such a request as one whose runtime has ended.
#[tokio::test]
async fn a_request_that_waited_for_a_stream_of_a_connection_that_ended_is_explained() {
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        // One stream at a time.
        let settings = frame(SETTINGS, &[0, 3, 0, 0, 0, 1]);
        connection.write_all(&settings).await.expect("written");
        connection
            .read_exact(&mut [0; 24])
            .await
            .expect("a preface");
        let (mut has_request, mut has_settings) = (false, false);
        while !has_request || !has_settings {
            let mut head = [0; 9];
            connection.read_exact(&mut head).await.expect("a frame");
            has_request |= head[3] == HEADERS;
            has_settings |= head[3] == SETTINGS && head[4] == 1;
            let len = usize::from(head[1]) * 256 + usize::from(head[2]);
            let mut payload = vec![0; len];
            connection
                .read_exact(&mut payload)
                .await
                .expect("a payload");
        }
        connection
    });
    let options = TransportOptions::new().http2_prior_knowledge(true);
    let transport = options.build().expect("a transport");
    let send = || {
        let transport = Arc::clone(&transport);
        let request = Request::post(format!("http://{address}/")).body(Body::empty());
        tokio::spawn(async move { transport.send(request.expect("a request")).await })
    };
    let first = send();
    let connection = server.await.expect("served");
    let second = send();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    drop(connection);
    first.await.expect("ended").expect_err("no response");
    let error = second.await.expect("ended").expect_err("no stream");
    assert_eq!(error.kind(), TransportErrorKind::Reset, "{error}");
    let text = error.to_string();
    assert!(text.ends_with(": the connection has ended"), "{text}");
}

#[tokio::test]
async fn bodies_that_are_not_read_hold_up_no_other_call() {
    const LARGE: usize = 8 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.expect("a connection");
        let mut connection = h2::server::handshake(connection).await.expect("HTTP/2");
        while let Some(request) = connection.accept().await {
            let (request, mut respond) = request.expect("a request");
            let len = if request.uri().path() == "/large" {
                LARGE
            } else {
                1
            };
            let response = respond.send_response(Response::new(()), false);
            let body = Bytes::from(vec![0; len]);
            let sent = response.expect("a stream").send_data(body, true);
            sent.expect("a body");
        }
    });
    let options = TransportOptions::new().http2_prior_knowledge(true);
    let transport = options.build().expect("a transport");
    let get = async |path: &str| {
        let request = Request::get(format!("http://{address}{path}")).body(Body::empty());
        let response = transport.send(request.expect("a request")).await;
        response.expect("a response").into_body()
    };
    let mut unread = Vec::new();
    for _ in 0..5 {
        unread.push(get("/large").await);
        // Waits for ever, if no window is left.
        assert_eq!(
            get("/small").await.collect(1).await.expect("a body").len(),
            1
        );
    }
    for body in unread {
        assert_eq!(body.collect(LARGE).await.expect("a body").len(), LARGE);
    }
}
