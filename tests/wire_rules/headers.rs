//! Headers.

use gapi::{CallOptions, ErrorKind};

use crate::{
    api::{Create, Delete, Get, thing},
    script::Script,
};

#[tokio::test]
async fn the_headers_of_every_request() {
    let script = Script::empty();
    Get::new()
        .set("name", "a")
        .send(&script.client())
        .await
        .expect("a response");
    let recorded = script.only();
    assert_eq!(recorded.header("accept"), Some("application/json"));
    assert_eq!(recorded.header("accept-encoding"), Some("gzip"));
    assert_eq!(
        recorded.header("user-agent"),
        Some(concat!("gapi/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(recorded.header("x-goog-api-version"), Some("2026-11-01"));
    let client = recorded
        .header("x-goog-api-client")
        .expect("x-goog-api-client");
    let (rust, ours) = client.split_once(' ').expect("two parts");
    let version = rust.strip_prefix("gl-rust/").expect("the compiler");
    assert_eq!(version.split('.').count(), 3, "{version}");
    assert_eq!(ours, concat!("gdcl/", env!("CARGO_PKG_VERSION")));
    for absent in [
        "content-type",
        "content-length",
        "authorization",
        "x-goog-user-project",
    ] {
        assert_eq!(recorded.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn content_headers_follow_the_body() {
    let script = Script::empty();
    let client = script.client();
    Create::new()
        .body(thing("a"))
        .send(&client)
        .await
        .expect("a response");
    Create::new().send(&client).await.expect("a response");
    Delete::new()
        .set("id", "1")
        .send(&client)
        .await
        .expect("deleted");
    let recorded = script.recorded();
    assert_eq!(recorded[0].header("content-type"), Some("application/json"));
    assert_eq!(recorded[0].header("content-length"), Some("12"));
    assert_eq!(recorded[1].header("content-type"), None);
    assert_eq!(recorded[1].header("content-length"), Some("0"));
    assert_eq!(recorded[2].header("content-length"), None);
    assert_eq!(
        recorded[2].header("accept"),
        Some("*/*"),
        "a method without an answer takes anything"
    );
}

#[tokio::test]
async fn user_agents() {
    let script = Script::empty();
    let builder = || script.builder().credentials(gapi::auth::Anonymous);
    let client = builder()
        .user_agent("inventory/1.4")
        .build()
        .expect("a client");
    Create::new().send(&client).await.expect("a response");
    assert_eq!(
        script.only().header("user-agent"),
        Some(concat!("inventory/1.4 gapi/", env!("CARGO_PKG_VERSION")))
    );
    let error = builder()
        .user_agent("a\nb")
        .build()
        .expect_err("a line break");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn headers_of_the_caller() {
    let script = Script::empty();
    let client = script.client().with_options(
        CallOptions::new()
            .header("x-a", "default")
            .header("x-b", "default"),
    );
    Create::new()
        .send(&client)
        .header("x-a", "call")
        .header("X-A", "again")
        .header(http::header::IF_MATCH, "\"etag\"".to_owned())
        .header("x-number", 7)
        .await
        .expect("a response");
    let recorded = script.only();
    assert_eq!(recorded.headers.get_all("x-a").iter().count(), 1);
    assert_eq!(recorded.header("x-a"), Some("again"));
    assert_eq!(recorded.header("x-b"), Some("default"));
    assert_eq!(recorded.header("if-match"), Some("\"etag\""));
    assert_eq!(recorded.header("x-number"), Some("7"));
}

#[tokio::test]
async fn headers_that_http_does_not_allow_are_reported_by_name() {
    let script = Script::steps([]);
    let client = script.client();
    for (name, value) in [
        ("x y", "v"),
        ("", "v"),
        ("x-a", "line\nbreak"),
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
    ] {
        let error = Create::new()
            .send(&client)
            .header(name, value)
            .await
            .expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
        assert!(!error.to_string().contains("line"), "{error}");
    }
}

#[tokio::test]
async fn who_pays() {
    let script = Script::empty();
    let client = script
        .builder()
        .credentials(gapi::auth::AccessToken::new("t").quota_project("of-credentials"))
        .build()
        .expect("a client");
    Create::new().send(&client).await.expect("a response");
    let on_client = client.with_options(CallOptions::new().quota_project("of-client"));
    Create::new().send(&on_client).await.expect("a response");
    Create::new()
        .send(&on_client)
        .quota_project("of-call")
        .await
        .expect("a response");
    let projects: Vec<_> = script
        .recorded()
        .iter()
        .map(|recorded| {
            recorded
                .header("x-goog-user-project")
                .expect("a project")
                .to_owned()
        })
        .collect();
    assert_eq!(projects, ["of-credentials", "of-client", "of-call"]);
    let displayed = Create::new().send(&on_client).to_http().expect("a request");
    assert_eq!(displayed.headers()["x-goog-user-project"], "of-client");
    let error = Create::new()
        .send(&client)
        .quota_project("a\nb")
        .await
        .expect_err("a line break");
    assert_eq!(error.kind(), ErrorKind::Usage);
}
