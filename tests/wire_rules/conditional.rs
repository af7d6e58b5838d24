//! Requests that depend on what the server has.

use gapi::ErrorKind;

use crate::{
    api::{Get, Patch},
    script::{Script, json, response},
};

fn get() -> Get {
    Get::new().set("name", "a")
}

#[tokio::test]
async fn an_etag_may_be_bytes() {
    let script = Script::new(|_| json(200, "{}"));
    let etag = gapi::value::Bytes::from_static(b"\xfb\xff\xfe\x01");
    Patch::new()
        .set("bucket", "b")
        .set("object", "o")
        .body(serde_json::json!({}))
        .send(&script.client())
        .if_match(&etag)
        .await
        .expect("sent");
    assert_eq!(script.only().header("if-match"), Some("+//+AQ=="));
}

#[tokio::test]
async fn nothing_new_is_no_error() {
    let script = Script::steps([
        response(304, &[("etag", "\"7\"")], ""),
        response(304, &[], ""),
        response(200, &[("etag", "\"8\"")], r#"{"name": "new"}"#),
        response(200, &[("etag", "\"8\"")], r#"{"name": "new"}"#),
        json(404, "{}"),
        response(304, &[], ""),
    ]);
    let client = script.client();
    assert!(
        get()
            .send(&client)
            .if_none_match("\"7\"")
            .await
            .expect("none")
            .is_none()
    );
    let meta = get().send(&client).if_none_match("\"7\"").with_meta().await;
    assert!(meta.expect("none").is_none());
    let new = get()
        .send(&client)
        .if_none_match("\"7\"")
        .await
        .expect("one")
        .expect("one");
    assert_eq!(new.name.as_deref(), Some("new"));
    let new = get()
        .send(&client)
        .if_none_match("\"7\"")
        .fields("name")
        .with_meta()
        .await;
    assert_eq!(new.expect("one").expect("one").etag(), Some("\"8\""));
    let error = get()
        .send(&client)
        .if_none_match("\"7\"")
        .await
        .expect_err("404");
    assert!(error.is_not_found());
    // Without asking for it, it is an error that names it.
    let error = get()
        .send(&client)
        .header("if-none-match", "\"7\"")
        .await
        .expect_err("304");
    assert!(error.is_not_modified());
    for recorded in script.recorded() {
        assert_eq!(recorded.header("if-none-match"), Some("\"7\""));
    }
}

#[tokio::test]
async fn a_change_of_what_was_read() {
    let script = Script::steps([json(412, "{}")]);
    let patch = Patch::new().set("bucket", "b").set("object", "o");
    let error = patch
        .send(&script.client())
        .if_match("\"7\"")
        .await
        .expect_err("412");
    assert!(error.is_precondition_failed());
    assert_eq!(script.only().header("if-match"), Some("\"7\""));
}

#[tokio::test]
async fn an_etag_that_no_header_can_carry() {
    let script = Script::steps([]);
    let error = get()
        .send(&script.client())
        .if_none_match("a\nb")
        .await
        .expect_err("a break");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("if-none-match"), "{error}");
}
