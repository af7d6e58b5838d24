//! Revocation.

use std::sync::Arc;

use gapi_auth::{AuthErrorKind, AuthorizedUser, MemoryStore, TokenKey, TokenStore};
use gapi_transport::TransportErrorKind;

use serde_json::json;

use super::endpoint::{Endpoint, ask, clock, refusal, response};

fn user(endpoint: &Endpoint) -> AuthorizedUser {
    AuthorizedUser::from_parts("c", "s", "refresh-1")
        .transport(endpoint.shared())
        .clock(clock())
}

#[tokio::test]
async fn the_grant_ends_everywhere() {
    let endpoint = Endpoint::new([
        Ok(response(200, r#"{"access_token":"t","expires_in":3600}"#)),
        Ok(response(200, "{}")),
    ]);
    let store = Arc::new(MemoryStore::new());
    let key = TokenKey::new("c", "", ["a"]);
    let user = user(&endpoint)
        .save_in(store.clone(), key.clone())
        .await
        .expect("saved");
    ask(&user).await.expect("a token");
    user.revoke().await.expect("revoked");
    let recorded = endpoint.recorded();
    assert_eq!(recorded[1].uri, "https://oauth2.googleapis.com/revoke");
    assert_eq!(recorded[1].body, "token=refresh-1");
    assert!(store.list().await.expect("readable").is_empty());
    // Not even the access token that was cached.
    let error = ask(&user).await.expect_err("revoked");
    assert_eq!(error.kind(), AuthErrorKind::SignInRequired);
    assert!(!user.to_json().contains("refresh-1"));
    assert_eq!(endpoint.recorded().len(), 2);
    user.revoke().await.expect("once more is no error");
}

#[tokio::test]
async fn what_is_revoked_already_is_revoked_and_other_failures_change_nothing() {
    let endpoint = Endpoint::new([
        Err(TransportErrorKind::Connect),
        Ok(response(503, "")),
        Ok(refusal("invalid_token", "Token expired or revoked")),
    ]);
    let user = user(&endpoint);
    let error = user.revoke().await.expect_err("no connection");
    assert!(error.is_transient());
    let error = user.revoke().await.expect_err("503");
    assert!(error.is_transient());
    assert!(user.to_json().contains("refresh-1"));
    user.revoke().await.expect("invalid_token");
    assert!(!user.to_json().contains("refresh-1"));
}

#[tokio::test]
async fn other_servers_get_the_client_once_they_are_known() {
    let endpoint = Endpoint::new([Ok(response(200, ""))]);
    let user = user(&endpoint).token_uri("https://login.example/token");
    let error = user.revoke().await.expect_err("unknown");
    assert!(error.to_string().contains("revoke_uri"), "{error}");
    let elsewhere = user.clone().revoke_uri("https://evil.example/revoke");
    elsewhere.revoke().await.expect_err("another host");
    assert!(endpoint.recorded().is_empty());
    user.revoke_uri("https://login.example/revoke")
        .revoke()
        .await
        .expect("revoked");
    assert_eq!(
        endpoint.recorded()[0].body,
        "token=refresh-1&token_type_hint=refresh_token&client_id=c&client_secret=s"
    );
}

#[tokio::test]
async fn every_token_uri_of_google_is_revoked_at_google() {
    for token_uri in [
        "https://oauth2.googleapis.com/token",
        "https://accounts.google.com/o/oauth2/token",
        "https://www.googleapis.com/oauth2/v3/token",
        "https://www.googleapis.com/oauth2/v4/token",
        "https://oauth2.mtls.googleapis.com/token",
    ] {
        let file = json!({"client_id": "c", "client_secret": "s", "refresh_token": "refresh-1", "token_uri": token_uri});
        let of_file = AuthorizedUser::from_authorized_user_info(&file.to_string()).expect("a user");
        let of_program = AuthorizedUser::from_parts("c", "s", "refresh-1").token_uri(token_uri);
        for user in [of_file, of_program] {
            let endpoint = Endpoint::new([Ok(response(200, "{}"))]);
            user.transport(endpoint.shared())
                .revoke()
                .await
                .expect(token_uri);
            let [recorded] = &endpoint.recorded()[..] else {
                panic!("one request: {token_uri}")
            };
            assert_eq!(recorded.uri, "https://oauth2.googleapis.com/revoke");
            assert_eq!(recorded.body, "token=refresh-1");
        }
    }
}
