//! Errors name what was waited for in vain.

use std::{sync::Arc, time::Duration};

use gapi_auth::{
    AuthError, AuthErrorKind, AuthorizedUser, ClientSecrets, DeviceFlow, FileStore, Flow, TokenKey,
    TokenRetryPolicy, TokenStore,
};
use gapi_transport::{Body, BoxFuture, Transport, TransportError};
use http::{Request, Response};

use super::endpoint::ask;

/// A server that takes requests and never responds, or that never comes to the end of its response.
#[derive(Clone, Debug)]
struct Silent {
    begins: bool,
}

impl Transport for Silent {
    fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async {
            if !self.begins {
                std::future::pending::<()>().await;
            }
            let body = futures_util::stream::pending::<Result<bytes::Bytes, TransportError>>();
            Ok(Response::new(Body::from_stream(body, None)))
        })
    }
}

fn silent() -> Arc<dyn Transport> {
    Arc::new(Silent { begins: false })
}

fn user(transport: Arc<dyn Transport>) -> AuthorizedUser {
    AuthorizedUser::from_parts("c", "s", "refresh").transport(transport)
}

#[track_caller]
fn assert_error(error: &AuthError, kind: AuthErrorKind, expected: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.is_transient(), "{error}");
    assert!(error.to_string().contains(expected), "{expected}: {error}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_token_endpoint_is_named() {
    let error = ask(&user(silent())).await.expect_err("silence");
    let expected = "s: oauth2.googleapis.com did not respond";
    assert_error(&error, AuthErrorKind::Transport, expected);

    let elsewhere = user(silent()).token_uri("http://127.0.0.1:8080/token");
    let quick = TokenRetryPolicy::none().attempt_timeout(Duration::from_millis(1500));
    let error = ask(&elsewhere.retry(quick)).await.expect_err("silence");
    let expected = "no token came within 1.5 s: 127.0.0.1:8080 did not respond";
    assert_error(&error, AuthErrorKind::Transport, expected);

    let half = user(Arc::new(Silent { begins: true }));
    let error = ask(&half).await.expect_err("half a response");
    let expected = "the response of oauth2.googleapis.com did not end";
    assert_error(&error, AuthErrorKind::Transport, expected);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_another_program_holds_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(FileStore::new(folder.path().join("tokens")));
    let key = TokenKey::new("c", "ann", ["a"]);
    let stalled = user(silent())
        .save_in(store.clone(), key.clone())
        .await
        .expect("saved");
    let held = store.lock(&key).await.expect("the lock");
    let expected = format!("another program holds the lock {}", store.lock_name(&key));
    assert!(expected.ends_with(".lock"), "{expected}");
    let error = ask(&stalled).await.expect_err("held");
    assert_error(&error, AuthErrorKind::Store, &expected);
    assert!(error.hint().is_some(), "{error}");
    let error = stalled.revoke().await.expect_err("held");
    assert_error(&error, AuthErrorKind::Store, &expected);
    let error = user(silent()).save_in(store, key).await.expect_err("held");
    assert_error(&error, AuthErrorKind::Store, &expected);
    drop(held);
    let error = ask(&stalled).await.expect_err("silence");
    assert_error(&error, AuthErrorKind::Transport, "did not respond");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_fetch_of_a_token_ends_too() {
    let error = user(silent()).revoke().await.expect_err("silence");
    let expected =
        "the grant could not be revoked within 30 s: oauth2.googleapis.com did not respond";
    assert_error(&error, AuthErrorKind::Transport, expected);

    let flow = || {
        Flow::new(ClientSecrets::new("c", "s"), ["a"])
            .redirect_uri("https://app.example/cb")
            .transport(silent())
    };
    let (_, pending) = flow().authorization_url().expect("a URL");
    let callback = format!("/?code=x&state={}", pending.state());
    let error = flow()
        .exchange(pending, &callback)
        .await
        .expect_err("silence");
    let expected =
        "the code could not be exchanged within 60 s: oauth2.googleapis.com did not respond";
    assert_error(&error, AuthErrorKind::Transport, expected);

    let error = DeviceFlow::new(flow()).start().await.expect_err("silence");
    let expected = "no code came within 30 s: oauth2.googleapis.com did not respond";
    assert_error(&error, AuthErrorKind::Transport, expected);
}
