//! How responses are read.

use gapi_auth::{AuthError, AuthErrorKind, Credentials};
use gapi_fakes::metadata::MetadataServer;
use gapi_transport::TransportErrorKind;

use super::super::machine::{Act, Machine, ask, refused, response, settle, silent, status, token};

async fn error(acts: impl IntoIterator<Item = Act>) -> AuthError {
    let machine = Machine::new();
    machine.next(acts);
    ask(&machine.credentials()).await.expect_err("no token")
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_ready_is_asked_five_times() {
    let machine = Machine::new();
    machine.next([refused(), status(503), status(500), status(429)]);
    let credentials = machine.credentials();
    assert!(machine.server.accepts(&token(&credentials).await));
    assert_eq!(machine.recorded().len(), 5);

    let machine = Machine::new();
    machine.always(Some(refused));
    let error = ask(&machine.credentials()).await.expect_err("nobody there");
    // Address and name.
    assert_eq!(machine.recorded().len(), 10);
    assert_eq!(
        (error.kind(), error.is_transient()),
        (AuthErrorKind::Transport, true)
    );
    assert!(
        error.to_string().contains("metadata.google.internal"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn values_are_asked_for_five_times_too() {
    let machine = Machine::new();
    machine.next([
        silent(),
        refused(),
        status(502),
        Act::Break(TransportErrorKind::Reset),
    ]);
    let credentials = machine.credentials();
    assert_eq!(
        credentials.project_id().await.expect("a project"),
        "example-123"
    );
    assert_eq!(machine.recorded().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_googles_is_not_believed() {
    let token = r#"{"access_token":"evil","expires_in":3600,"token_type":"Bearer"}"#;
    let error = error([response(200, false, token)]).await;
    assert_eq!(
        (error.kind(), error.is_transient()),
        (AuthErrorKind::Http, false)
    );
    assert!(
        error.to_string().contains("is not a metadata server"),
        "{error}"
    );
    assert!(!format!("{error:?} {error}").contains("evil"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn refusals_name_what_to_do() {
    let machine = Machine::with(
        MetadataServer::new("p")
            .expect("a server")
            .without_account(),
    );
    let missing = ask(&machine.credentials()).await.expect_err("no account");
    assert_eq!(missing.kind(), AuthErrorKind::NotFound);
    assert!(
        missing
            .to_string()
            .contains("has no service account; attach one"),
        "{missing}"
    );
    let email = machine.credentials().email().await.expect_err("no account");
    assert_eq!(email.kind(), AuthErrorKind::NotFound);

    let forbidden = error([status(403)]).await;
    assert_eq!(
        (
            forbidden.status().map(|s| s.as_u16()),
            forbidden.is_transient()
        ),
        (Some(403), false)
    );
    assert!(
        forbidden.to_string().contains("Workload Identity User"),
        "{forbidden}"
    );
    assert!(forbidden.to_string().contains("said so"), "{forbidden}");
    let moved = error([status(302)]).await;
    assert!(moved.to_string().contains("never redirected"), "{moved}");
    assert!(!moved.is_transient());
}

#[tokio::test(start_paused = true)]
async fn responses_that_are_no_token_are_tried_again_and_never_displayed() {
    for body in [
        "",
        "<html>canary</html>",
        "[]",
        "{}",
        r#"{"access_token":"","expires_in":1}"#,
        r#"{"access_token":"canary","expires_in":"soon","token_type":"Bearer"}"#,
        r#"{"access_token":"canary","token_type":"MAC"}"#,
    ] {
        let machine = Machine::new();
        machine.next([response(200, true, body)]);
        let first = ask(&machine.credentials())
            .await
            .expect("the second one is whole");
        assert!(
            machine
                .server
                .accepts(&super::super::machine::bearer(&first)),
            "{body}"
        );
        let machine = Machine::new();
        machine.next((0..5).map(|_| response(200, true, body)));
        let error = ask(&machine.credentials()).await.expect_err(body);
        assert!(!format!("{error:?}").contains(r#""canary""#), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn responses_longer_than_a_mebibyte_are_refused() {
    let long: &'static str = Box::leak("x".repeat(1024 * 1024 + 1).into_boxed_str());
    let error = error([response(200, true, long)]).await;
    assert!(error.to_string().contains("1048576"), "{error}");
    assert!(!error.is_transient());
}

#[tokio::test(start_paused = true)]
async fn no_constructor_and_no_setter_asks() {
    let machine = Machine::new();
    let credentials = machine
        .credentials()
        .scopes(["a"])
        .quota_project("p")
        .licenses(true);
    let tokens = credentials.id_token("https://a.example");
    settle().await;
    assert_eq!(
        (credentials.describe(), tokens.describe()),
        (
            String::from("service account of the metadata server"),
            String::from(
                "ID token of service account of the metadata server for https://a.example"
            ),
        )
    );
    assert!(machine.recorded().is_empty());
}
