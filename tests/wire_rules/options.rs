//! Options of one call, and defaults of a client.

use std::{
    panic::{RefUnwindSafe, UnwindSafe},
    time::Duration,
};

use gapi::{CallOptions, Client};

use crate::{
    api::{Create, Get, List, Search},
    script::{self, Script},
};

#[tokio::test]
async fn query_parameters_that_every_api_understands() {
    let script = Script::empty();
    Create::new()
        .send(&script.client())
        .fields("name,size")
        .quota_user("u 1")
        .pretty_print(false)
        .trace("token:x")
        .key("K")
        .xgafv("2")
        .param("custom", 3)
        .param("custom", 4)
        .await
        .expect("a response");
    assert_eq!(
        script.only().target(),
        "/v1/things?fields=name%2Csize&quotaUser=u%201&prettyPrint=false&trace=token%3Ax&key=K&%24.xgafv=2&custom=3&custom=4&alt=json"
    );
}

#[tokio::test]
async fn an_option_replaces_the_parameter_of_its_name() {
    let script = Script::empty();
    Get::new()
        .set("name", "a")
        .set("view", "request")
        .send(&script.client())
        .param("view", "option")
        .await
        .expect("a response");
    assert_eq!(script.only().target(), "/v1/a?view=option&alt=json");
    // The path is not a matter of options.
    Get::new()
        .set("name", "a")
        .send(&script.client())
        .param("name", "b")
        .await
        .expect("a response");
    assert_eq!(script.recorded()[1].target(), "/v1/a?name=b&alt=json");
}

#[tokio::test]
async fn defaults_of_a_client_yield_to_the_call() {
    let script = Script::empty();
    let client = script.client().with_options(
        CallOptions::new()
            .fields("a")
            .param("p", 1)
            .param("p", 2)
            .param("q", 1),
    );
    let narrower = client.with_options(CallOptions::new().param("q", 2));
    Create::new()
        .send(&narrower)
        .fields("b")
        .await
        .expect("a response");
    Create::new().send(&client).await.expect("a response");
    Create::new()
        .send(&client)
        .options(CallOptions::new().fields("c"))
        .param("p", 9)
        .await
        .expect("a response");
    let targets: Vec<_> = script
        .recorded()
        .iter()
        .map(|recorded| recorded.target().to_owned())
        .collect();
    assert_eq!(
        targets,
        [
            "/v1/things?fields=b&q=2&p=1&p=2&alt=json",
            "/v1/things?fields=a&p=1&p=2&q=1&alt=json",
            "/v1/things?fields=c&p=9&q=1&alt=json",
        ]
    );
}

#[tokio::test]
async fn pages_and_items_have_the_same_options() {
    let script = Script::empty();
    let client = script.client();
    let _ = List::new()
        .pages(&client)
        .header("x-a", "1")
        .key("K")
        .try_next()
        .await
        .expect("a page");
    let _ = List::new()
        .items(&client)
        .header("x-a", "1")
        .key("K")
        .try_next()
        .await
        .expect("no item");
    let _ = Search::new()
        .pages(&client)
        .options(CallOptions::new().header("x-a", "1").key("K"))
        .try_next()
        .await
        .expect("a page");
    for recorded in script.recorded() {
        assert_eq!(recorded.header("x-a"), Some("1"));
        assert!(recorded.url.contains("key=K"), "{}", recorded.url);
    }
}

#[tokio::test]
async fn a_clients_api_key_is_an_identity_of_its_own() {
    let script = Script::empty();
    let client = script.builder().api_key("K").build().expect("a client");
    Create::new().send(&client).await.expect("a response");
    let recorded = script.only();
    assert_eq!(recorded.target(), "/v1/things?key=K&alt=json");
    assert_eq!(recorded.header("authorization"), None);
    let error = Client::builder().build().expect_err("nobody");
    assert!(error.to_string().contains("no credentials"), "{error}");
}

#[tokio::test]
async fn metadata_raw_bytes_and_text() {
    let script = Script::new(|_| {
        script::response(
            201,
            &[
                ("content-type", "application/json"),
                ("etag", "\"e1\""),
                ("x-n", "7"),
            ],
            r#"{"name": "a"}"#,
        )
    });
    let client = script.client();
    let response = Create::new()
        .send(&client)
        .with_meta()
        .await
        .expect("a response");
    assert_eq!(response.name.as_deref(), Some("a"));
    assert_eq!(
        (response.status().as_u16(), response.etag()),
        (201, Some("\"e1\""))
    );
    assert_eq!(response.headers()["x-n"], "7");
    let raw = Create::new().send(&client).raw().await.expect("a response");
    assert_eq!(&**raw, br#"{"name": "a"}"#);
    assert_eq!(
        Create::new()
            .send(&client)
            .text()
            .await
            .expect("a response"),
        r#"{"name": "a"}"#
    );
    let own: serde_json::Value = Create::new()
        .send(&client)
        .json()
        .await
        .expect("a response");
    assert_eq!(own["name"], "a");
}

#[tokio::test]
async fn generic_code_sends_requests() {
    let script = Script::empty();
    script
        .client()
        .send(Create::new())
        .timeout(Duration::from_secs(1))
        .await
        .expect("a response");
    assert_eq!(script.only().target(), "/v1/things?alt=json");
}

#[test]
fn sending_is_small_and_can_move() {
    fn movable<T: Send + 'static>(_: &T) {}
    let client = Script::empty().client();
    let sending = Create::new().send(&client);
    movable(&sending);
    movable(&std::future::IntoFuture::into_future(
        Create::new().send(&client),
    ));
    movable(&List::new().items(&client));
    assert_eq!(size_of_val(&sending), size_of::<usize>());
}

#[test]
fn a_client_outlives_a_panic_and_errors_are_shared() {
    fn survives<T: UnwindSafe + RefUnwindSafe>() {}
    fn shared<T: Clone + Send + Sync>() {}
    survives::<Client>();
    shared::<gapi::Error>();
    let client = Script::empty().client();
    let caught = std::panic::catch_unwind(|| Create::new().send(&client).call().method().id);
    assert_eq!(caught.ok(), Some("things.create"));
}
