//! A token endpoint on this machine, reached through the default transport.

use std::net::SocketAddr;

use gapi_auth::{AuthErrorKind, ServiceAccount};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::support::*;

/// Serves each of `responses` to one connection, and returns the bodies of the requests.
async fn serve(responses: Vec<String>) -> (SocketAddr, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let mut bodies = Vec::new();
        for response in responses {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let mut recorded = Vec::new();
            let body = loop {
                connection.read_buf(&mut recorded).await.expect("a request");
                let text = String::from_utf8_lossy(&recorded).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let length = head.lines().find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                });
                if body.len() >= length.unwrap_or(0) {
                    break body.to_owned();
                }
            };
            bodies.push(body);
            connection
                .write_all(response.as_bytes())
                .await
                .expect("written");
            connection.shutdown().await.expect("closed");
        }
        bodies
    });
    (address, server)
}

fn http(status: &str, headers: &str, length: usize, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn local(address: SocketAddr) -> ServiceAccount {
    account().token_uri(format!("http://{address}/token"))
}

const GRANTED: &str = r#"{"access_token":"local","expires_in":3600}"#;

#[tokio::test]
async fn a_token_comes_over_the_default_transport() {
    let (address, server) = serve(vec![http("200 OK", "", GRANTED.len(), GRANTED)]).await;
    assert_eq!(
        bearer(&ask(&local(address)).await.expect("a token")),
        "local"
    );
    let bodies = server.await.expect("served");
    assert!(bodies[0].starts_with(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"
    ));
}

#[tokio::test]
async fn connections_that_break_are_tried_again() {
    let half = http("200 OK", "", GRANTED.len(), &GRANTED[..20]);
    let (address, server) = serve(vec![
        String::new(),
        half,
        http("200 OK", "", GRANTED.len(), GRANTED),
    ])
    .await;
    assert_eq!(
        bearer(&ask(&local(address)).await.expect("a token")),
        "local"
    );
    assert_eq!(server.await.expect("served").len(), 3);
}

#[tokio::test]
async fn a_token_endpoint_that_redirects_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    for status in [
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!(
            "location: http://{}/\r\n",
            elsewhere.local_addr().expect("an address")
        );
        let (address, _server) = serve(vec![http(status, &location, 0, "")]).await;
        let error = ask(&local(address)).await.expect_err("a redirect");
        assert_eq!(
            (error.kind(), error.is_transient()),
            (AuthErrorKind::Http, false)
        );
        assert!(error.to_string().contains("redirects"), "{error}");
    }
    assert!(
        futures_util::FutureExt::now_or_never(elsewhere.accept()).is_none(),
        "nobody came"
    );
}

#[tokio::test]
async fn an_endpoint_without_a_server_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = ask(&local(address)).await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.is_transient()),
        (AuthErrorKind::Transport, true)
    );
    assert!(
        error.to_string().contains("no connection to 127.0.0.1"),
        "{error}"
    );
}
