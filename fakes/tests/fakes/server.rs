//! The server itself: routing, log, faults, compression, and its end.

use std::{io, io::Read, time::Duration};

use crate::client::{Received, get, send};
use gapi_fakes::{Fault, Gate, Reply, Request, Routes, Server};
use serde_json::json;

async fn server() -> Server {
    let hello = |request: &Request| {
        Reply::json(
            200,
            &json!({"path": request.path, "length": request.body.len()}),
        )
    };
    let routes = Routes::new()
        .at("/a/", hello)
        .at("/a/special/", |_: &Request| Reply::text(201, "special"));
    Server::start(routes).await.unwrap()
}

#[tokio::test]
async fn routes_by_the_longest_prefix_and_logs() {
    let server = server().await;
    let response = send(
        &server.url(),
        "POST",
        "/a/x%2Fy?q=a%20b+c&r=",
        &[("x-test", "1")],
        "12345",
    )
    .await
    .unwrap();
    assert_eq!(
        (response.status, response.json()),
        (200, json!({"path": "/a/x%2Fy", "length": 5}))
    );
    assert_eq!(get(&server.url(), "/a/special/1").await.status, 201);
    assert_eq!(get(&server.url(), "/other").await.status, 404);

    let log = server.log();
    assert_eq!(
        log.iter().map(|entry| entry.status).collect::<Vec<_>>(),
        [Some(200), Some(201), Some(404)]
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        log[0].request.query_pairs(),
        [pair("q", "a b+c"), pair("r", "")]
    );
    assert_eq!(log[0].request.header("x-test"), Some("1"));
    assert_eq!((server.count("/a/"), server.connections()), (2, 3));
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let server = server().await;
    let headers = [("authorization", "Bearer canary")];
    send(&server.url(), "POST", "/a/?key=canary", &headers, "canary")
        .await
        .unwrap();
    assert_eq!(server.log()[0].request.bearer(), Some("canary"));
    assert!(!format!("{:?} {:#?}", server, server.log()).contains("canary"));
    assert!(!format!("{:?}", Reply::text(200, "canary")).contains("canary"));
}

#[tokio::test]
async fn gzip_only_when_asked() {
    let server = server().await;
    for (accepted, encoded) in [("gzip, deflate", true), ("br", false), ("gzip;q=0", false)] {
        let response = send(
            &server.url(),
            "GET",
            "/a/1",
            &[("accept-encoding", accepted)],
            "",
        )
        .await
        .unwrap();
        assert_eq!(
            response.header("content-encoding") == Some("gzip"),
            encoded,
            "{accepted}"
        );
        let mut text = String::new();
        if encoded {
            flate2::read::GzDecoder::new(response.body.as_slice())
                .read_to_string(&mut text)
                .unwrap();
        } else {
            text = String::from_utf8(response.body).unwrap();
        }
        assert_eq!(text, r#"{"length":0,"path":"/a/1"}"#);
    }
}

#[tokio::test]
async fn faults_fit_by_path_count_and_order() {
    let server = server().await;
    server.inject(
        Fault::status(503)
            .retry_after(7)
            .on("/a/")
            .after(1)
            .times(2),
    );
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(get(&server.url(), "/a/1").await.status);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    server.inject(Fault::status(429).retry_after(7).method(http::Method::GET));
    assert_eq!(
        get(&server.url(), "/a/1").await.header("retry-after"),
        Some("7")
    );
    assert_eq!(
        send(&server.url(), "POST", "/a/1", &[], "")
            .await
            .unwrap()
            .status,
        200
    );
    server.heal();
    assert_eq!(get(&server.url(), "/a/1").await.status, 200);
}

#[tokio::test]
async fn broken_connections() {
    let server = server().await;
    let kind =
        |result: io::Result<Received>| result.map(|response| response.status).unwrap_err().kind();
    server.inject(Fault::close().times(1));
    assert_eq!(
        kind(send(&server.url(), "GET", "/a/1", &[], "").await),
        io::ErrorKind::UnexpectedEof
    );
    server.inject(Fault::reset().times(1));
    assert_eq!(
        kind(send(&server.url(), "GET", "/a/1", &[], "").await),
        io::ErrorKind::ConnectionReset
    );
    server.inject(Fault::lose().times(1));
    assert_eq!(
        kind(send(&server.url(), "GET", "/a/1", &[], "").await),
        io::ErrorKind::ConnectionReset
    );
    assert!(server.log().iter().all(|entry| entry.status.is_none()));
    assert_eq!(get(&server.url(), "/a/1").await.status, 200);
}

#[tokio::test]
async fn broken_bodies() {
    let server = server().await;
    let whole = get(&server.url(), "/a/1").await.body.len();
    server.inject(Fault::half_body().times(1));
    let half = get(&server.url(), "/a/1").await;
    assert_eq!(
        (half.header("content-length"), half.body.len()),
        (Some(whole.to_string().as_str()), whole / 2)
    );
    server.inject(Fault::content_length(10).times(1));
    let short = get(&server.url(), "/a/1").await;
    assert_eq!(
        (short.header("content-length"), short.body.len()),
        (Some((whole + 10).to_string().as_str()), whole)
    );
    server.inject(Fault::raw("HTTP/1.1 200 OK\r\n\r\nx").times(1));
    assert_eq!(get(&server.url(), "/a/1").await.body, b"x");
}

#[tokio::test]
async fn a_gate_holds_responses_back() {
    let server = server().await;
    let gate = Gate::new();
    server.inject(Fault::late().held_by(&gate));
    let url = server.url();
    let waiting = tokio::spawn(async move { get(&url, "/a/1").await.status });
    while server.count("/a/") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.log()[0].status, None);
    assert!(!waiting.is_finished());
    gate.open();
    assert_eq!(waiting.await.unwrap(), 200);
    assert_eq!(get(&server.url(), "/a/1").await.status, 200);
}

#[tokio::test]
async fn dropping_ends_connections_too() {
    let server = server().await;
    server.inject(Fault::hang());
    let url = server.url();
    let waiting = tokio::spawn({
        let url = url.clone();
        async move { send(&url, "GET", "/a/1", &[], "").await.is_err() }
    });
    while server.count("/a/") == 0 {
        tokio::task::yield_now().await;
    }
    drop(server);
    assert!(waiting.await.unwrap());
    assert!(send(&url, "GET", "/a/1", &[], "").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn delays_follow_paused_time() {
    let server = server().await;
    server.inject(Fault::late().delay(Duration::from_secs(3600)));
    let before = tokio::time::Instant::now();
    assert_eq!(get(&server.url(), "/a/1").await.status, 200);
    assert!(before.elapsed() >= Duration::from_secs(3600));
}
