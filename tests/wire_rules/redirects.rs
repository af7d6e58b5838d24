//! Redirects.

use gapi::{ErrorKind, auth::AccessToken};
use http::Method;

use crate::{
    api::{Create, Get, thing},
    script::{Script, Step, json, redirect},
};

fn signed_in(script: &std::sync::Arc<Script>) -> gapi::Client {
    script
        .builder()
        .credentials(AccessToken::new("CANARY").quota_project("p"))
        .build()
        .expect("a client")
}

fn secret(text: &'static str) -> http::HeaderValue {
    let mut value = http::HeaderValue::from_static(text);
    value.set_sensitive(true);
    value
}

async fn get(script: &std::sync::Arc<Script>) -> Result<crate::api::Thing, gapi::Error> {
    Get::new()
        .set("name", "a")
        .send(&signed_in(script))
        .header("x-a", "1")
        .header("cookie", "CANARY")
        .header("x-secret", secret("CANARY"))
        .await
}

#[tokio::test]
async fn the_same_host_keeps_credentials() {
    for status in [301, 302, 303, 307, 308] {
        let script = Script::steps([redirect(status, "/v2/a?x=1"), json(200, "{}")]);
        get(&script).await.expect("a response");
        let recorded = &script.recorded()[1];
        assert_eq!(
            (&recorded.method, recorded.url.as_str()),
            (&Method::GET, "https://things.googleapis.com/v2/a?x=1")
        );
        assert_eq!(recorded.header("authorization"), Some("Bearer CANARY"));
        assert_eq!(recorded.header("x-a"), Some("1"));
    }
}

#[tokio::test]
async fn another_host_or_port_gets_no_credentials_even_back_at_the_first() {
    for there in [
        "https://evil.example/",
        "https://things.googleapis.com:8443/",
        "https://x.things.googleapis.com/",
    ] {
        let script = Script::steps([
            redirect(302, there),
            redirect(302, "https://things.googleapis.com/back"),
            json(200, "{}"),
        ]);
        get(&script).await.expect("a response");
        for recorded in &script.recorded()[1..] {
            for (name, value) in &recorded.headers {
                assert!(
                    !value.to_str().expect("text").contains("CANARY"),
                    "{name} reached {}",
                    recorded.url
                );
            }
            assert_eq!(recorded.header("x-goog-user-project"), None);
            assert_eq!(
                recorded.header("x-a"),
                Some("1"),
                "headers of the caller reach every request"
            );
        }
    }
}

#[tokio::test]
async fn a_401_of_another_host_does_not_reject_the_token() {
    let script = Script::steps([redirect(302, "https://evil.example/"), json(401, "{}")]);
    let error = get(&script).await.expect_err("401");
    assert!(error.is_unauthenticated());
}

#[tokio::test]
async fn https_never_becomes_http() {
    let script = Script::steps([redirect(302, "http://things.googleapis.com/v1/a")]);
    let error = get(&script).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("plain http"), "{error}");
    assert_eq!(error.status().map(|s| s.as_u16()), Some(302));
}

#[tokio::test]
async fn loops_end() {
    let script = Script::new(|_| redirect(302, "/v1/a"));
    let error = get(&script).await.expect_err("a loop");
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(script.recorded().len(), 6, "the request and five redirects");
}

#[tokio::test]
async fn a_303_turns_a_post_into_a_get() {
    let script = Script::steps([redirect(303, "/result"), json(200, r#"{"name": "a"}"#)]);
    let response = Create::new()
        .body(thing("x"))
        .send(&script.client())
        .await
        .expect("a response");
    assert_eq!(response.name.as_deref(), Some("a"));
    let recorded = &script.recorded()[1];
    assert_eq!(
        (&recorded.method, recorded.target()),
        (&Method::GET, "/result")
    );
    assert!(recorded.body.is_empty());
    for name in ["content-type", "content-length"] {
        assert_eq!(recorded.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_post_is_repeated_only_where_that_is_meant_and_on_the_same_host() {
    let script = Script::steps([redirect(307, "/again"), json(200, "{}")]);
    Create::new()
        .body(thing("x"))
        .send(&script.client())
        .await
        .expect("a response");
    assert_eq!(script.recorded()[1].method, Method::POST);
    assert_eq!(script.recorded()[1].body, script.recorded()[0].body);
    for step in [
        redirect(301, "/again"),
        redirect(302, "/again"),
        redirect(307, "https://other.example/"),
    ] {
        let script = Script::steps([step]);
        let error = Create::new()
            .body(thing("x"))
            .send(&script.client())
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Redirect);
    }
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_error_response() {
    for (step, kind) in [
        (json(302, ""), ErrorKind::Api),
        (json(308, ""), ErrorKind::Api),
        (redirect(302, "https://"), ErrorKind::Redirect),
    ] {
        let script = Script::steps([step]);
        assert_eq!(get(&script).await.expect_err("an error").kind(), kind);
    }
    let script = Script::steps([
        redirect(302, "https://token:CANARY@evil.example/?key=CANARY"),
        Step::Fail(gapi::transport::TransportErrorKind::Reset),
    ]);
    let error = get(&script).await.expect_err("an error");
    assert!(
        !format!("{error} {error:?}").contains("CANARY"),
        "{error:?}"
    );
}
