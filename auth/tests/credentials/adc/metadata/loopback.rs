//! Over the network, with the transport that is used when none is given.

use std::process::Command;

use gapi_auth::{Environment, MetadataServer};
use gapi_fakes::{Fault, Server, metadata};

use super::super::machine::{ask, token, universe};

async fn start() -> (metadata::MetadataServer, Server) {
    let double = metadata::MetadataServer::new("example-123").expect("a server");
    let server = Server::start(double.clone()).await.expect("a port");
    (double, server)
}

fn credentials(server: &Server) -> MetadataServer {
    let host = server.address().to_string();
    MetadataServer::new().environment(Environment::new().var("GCE_METADATA_HOST", host))
}

#[tokio::test]
async fn the_header_is_sent_and_nothing_is_forwarded() {
    let (double, server) = start().await;
    let credentials = credentials(&server);
    assert!(double.accepts(&token(&credentials).await));
    assert_eq!(
        universe(&credentials).await.expect("a universe"),
        "googleapis.com"
    );
    for entry in server.log() {
        let request = &entry.request;
        assert_eq!(request.header("metadata-flavor"), Some("Google"));
        assert!(request.header("x-forwarded-for").is_none());
        assert!(request.header("referer").is_none() && request.header("authorization").is_none());
        assert_eq!(entry.status, Some(200), "{}", request.path);
    }
    let metrics = server.log()[0]
        .request
        .header("x-goog-api-client")
        .map(str::to_owned);
    let metrics = metrics.expect("a header");
    assert!(metrics.starts_with("gl-rust/"), "{metrics}");
    assert!(
        metrics.ends_with(" auth-request-type/at cred-type/mds"),
        "{metrics}"
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (_, elsewhere) = start().await;
    let (_, server) = start().await;
    let target = format!(
        "{}/computeMetadata/v1/instance/service-accounts/default/token",
        elsewhere.url()
    );
    let reply = gapi_fakes::Reply::redirect(302, &target).header("metadata-flavor", "Google");
    server.inject(Fault::reply(reply));
    let error = ask(&credentials(&server)).await.expect_err("a redirect");
    assert!(error.to_string().contains("never redirected"), "{error}");
    assert!(elsewhere.log().is_empty());
}

#[tokio::test]
async fn broken_connections_are_tried_again() {
    let (double, server) = start().await;
    server.inject(Fault::reset().times(1));
    server.inject(Fault::half_body().times(1));
    assert!(double.accepts(&token(&credentials(&server)).await));
    assert_eq!(server.log().len(), 3);
}

/// The variables that name a proxy are read when a client is built, so the test runs itself with them set.
#[tokio::test]
async fn requests_go_past_proxies() {
    const CHILD: &str = "GAPI_TEST_METADATA_HOST";
    if let Ok(host) = std::env::var(CHILD) {
        assert!(std::env::var("HTTP_PROXY").is_ok());
        let environment = Environment::new().var("GCE_METADATA_HOST", host);
        token(&MetadataServer::new().environment(environment)).await;
        return;
    }
    let (_, server) = start().await;
    let (_, proxy) = start().await;
    let (host, proxy_url) = (server.address().to_string(), proxy.url());
    let run = move || {
        Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "adc::metadata::loopback::requests_go_past_proxies",
            ])
            .env(CHILD, host)
            .env("HTTP_PROXY", &proxy_url)
            .env("http_proxy", &proxy_url)
            .env("ALL_PROXY", &proxy_url)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
    };
    let output = tokio::task::spawn_blocking(run)
        .await
        .expect("a thread")
        .expect("started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!((server.log().len(), proxy.log().len()), (1, 0));
}
