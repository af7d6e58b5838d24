//! Responses that break, and redirects.

use std::sync::Arc;

use gapi::{Client, ErrorKind, auth::AccessToken};
use gapi_fakes::{Fault, Reply, Request, Server};
use serde_json::json;

use crate::support::{Hurried, INSTANCES, PROJECT, client, google, signed_in, sqladmin};

/// The error of one `get` under `fault`; a second call has to succeed.
async fn under(fault: Fault) -> gapi::Error {
    let (google, client) = signed_in().await;
    google.server().inject(fault.on(INSTANCES).times(1));
    let request = sqladmin::instances().get(PROJECT, "orders");
    let error = request.clone().send(&client).await.unwrap_err();
    assert_eq!(
        request.send(&client).await.unwrap().name.as_deref(),
        Some("orders")
    );
    error
}

#[tokio::test]
async fn broken_connections_are_transport_errors() {
    for fault in [
        Fault::reset(),
        Fault::close(),
        Fault::lose(),
        Fault::half_body(),
        Fault::content_length(10),
    ] {
        let case = format!("{fault:?}");
        assert_eq!(under(fault).await.kind(), ErrorKind::Transport, "{case}");
    }
}

#[tokio::test]
async fn responses_that_are_no_json_are_explained() {
    let html = under(Fault::reply(Reply::html(200, "<html>please log in</html>"))).await;
    assert_eq!(html.kind(), ErrorKind::Decode);
    assert!(
        html.to_string().contains("text/html") && !html.to_string().contains("please"),
        "{html}"
    );
    assert!(html.body().unwrap().starts_with(b"<html>"));

    let wrong = under(Fault::reply(Reply::text(
        200,
        r#"{"settings": {"tier": "\x"}}"#,
    )))
    .await;
    assert_eq!(wrong.json_path(), Some("settings.tier"));
    assert!(
        wrong
            .to_string()
            .contains("settings.tier: the response is not valid JSON: invalid escape"),
        "{wrong}"
    );

    let cut = under(Fault::reply(Reply::text(200, r#"{"name": "ord"#))).await;
    assert_eq!(cut.kind(), ErrorKind::Decode);
    assert!(cut.to_string().contains("ends in the middle"), "{cut}");

    let gateway = under(Fault::reply(Reply::html(404, "<html>proxy</html>"))).await;
    assert!(gateway.kind() == ErrorKind::Api && gateway.is_not_found());
}

#[tokio::test]
async fn an_attempt_that_hangs_ends_at_its_limit() {
    let (google, client) = signed_in().await;
    // Signed in first, so that the limit has only one thing to limit.
    let request = sqladmin::instances().get(PROJECT, "orders");
    request.clone().send(&client).await.unwrap();
    google.server().inject(Fault::hang().on(INSTANCES).times(1));
    // Long enough for the request to reach the server, which hangs at one only.
    let limit = std::time::Duration::from_secs(1);
    let error = request
        .clone()
        .send(&client)
        .timeout(limit)
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert!(request.send(&client).await.is_ok());
}

#[tokio::test]
async fn a_redirect_to_another_host_loses_credentials() {
    let (google, _) = google().await;
    let other = Server::start(|_: &Request| Reply::json(200, &json!({"name": "elsewhere"})))
        .await
        .unwrap();
    let client = client(&google, AccessToken::new("token").quota_project("payer"));
    let location = format!("{}/moved", other.url());
    google
        .server()
        .inject(Fault::reply(Reply::redirect(307, &location)));
    let request = sqladmin::instances().get(PROJECT, "orders");
    let moved = request
        .send(&client)
        .header("cookie", "crumbs")
        .header("x-kept", "1")
        .await
        .unwrap();
    assert_eq!(moved.name.as_deref(), Some("elsewhere"));

    let first = &google.server().log()[0].request;
    assert_eq!(
        (first.bearer(), first.header("x-goog-user-project")),
        (Some("token"), Some("payer"))
    );
    let second = &other.log()[0].request;
    for name in ["authorization", "cookie", "x-goog-user-project"] {
        assert_eq!(second.header(name), None, "{name}");
    }
    assert_eq!(second.header("x-kept"), Some("1"));
}

#[tokio::test]
async fn a_redirect_within_a_host_keeps_them() {
    let (google, client) = signed_in().await;
    let target = format!("{INSTANCES}/staging");
    google.server().inject(
        Fault::reply(Reply::redirect(308, &target))
            .on(INSTANCES)
            .times(1),
    );
    let moved = sqladmin::instances()
        .get(PROJECT, "orders")
        .send(&client)
        .await
        .unwrap();
    assert_eq!(moved.name.as_deref(), Some("staging"));
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let (google, client) = signed_in().await;
    google
        .server()
        .inject(Fault::reply(Reply::redirect(302, &format!("{INSTANCES}/orders"))).on(INSTANCES));
    let error = sqladmin::instances()
        .get(PROJECT, "orders")
        .send(&client)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(google.server().count(INSTANCES), 6);
}

#[tokio::test]
async fn what_breaks_once_is_tried_again() {
    let (google, account) = google().await;
    let client = Client::builder()
        .credentials(account)
        .endpoint(google.url())
        .clock(Arc::new(Hurried))
        .build()
        .unwrap();
    for fault in [
        Fault::reset(),
        Fault::close(),
        Fault::lose(),
        Fault::half_body(),
        Fault::content_length(10),
        Fault::reply(
            Reply::text(200, r#"{"name": "ord"#).header("content-type", "application/json"),
        ),
        Fault::reply(Reply::html(502, "<html>")),
        Fault::reply(Reply::json(503, &json!({}))),
        Fault::reply(Reply::json(429, &json!({})).header("retry-after", "1")),
    ] {
        let case = format!("{fault:?}");
        let before = google.server().count(INSTANCES);
        google.server().inject(fault.on(INSTANCES).times(2));
        let request = sqladmin::instances().get(PROJECT, "orders");
        let instance = request.send(&client).await;
        assert_eq!(
            instance.expect(&case).name.as_deref(),
            Some("orders"),
            "{case}"
        );
        assert_eq!(google.server().count(INSTANCES) - before, 3, "{case}");
    }
}
