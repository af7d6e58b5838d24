//! Tokens that the account signs itself.

use gapi_auth::{AuthErrorKind, Credentials, Scopes, ServiceAccount};
use serde_json::json;

use super::support::*;

fn offline() -> (Endpoint, ServiceAccount) {
    let endpoint = Endpoint::default();
    let account = account()
        .self_signed(true)
        .transport(endpoint.shared())
        .clock(clock());
    (endpoint, account)
}

async fn claims(account: &ServiceAccount, scopes: Scopes<'_>) -> serde_json::Value {
    let headers = ask_for(account, scopes).await.expect("a token");
    let token = Jwt::read(bearer(&headers));
    assert_eq!(
        token.header,
        json!({"typ": "JWT", "alg": "RS256", "kid": "key-1"})
    );
    token.claims
}

#[tokio::test]
async fn without_scopes_the_host_is_the_audience() {
    let (endpoint, account) = offline();
    assert_eq!(
        claims(&account, Scopes::Default(&["default"])).await,
        json!({"iss": EMAIL, "sub": EMAIL, "aud": "https://drive.googleapis.com/", "iat": NOW - 10, "exp": NOW + 3590})
    );
    assert!(endpoint.recorded().is_empty(), "no network");
    assert_eq!(account.metrics(), Some("cred-type/jwt"));
}

#[tokio::test]
async fn scopes_replace_the_audience() {
    let (_, account) = offline();
    let account = account.scopes(["b", "a"]);
    assert_eq!(
        claims(&account, Scopes::Default(&["default"])).await,
        json!({"iss": EMAIL, "sub": EMAIL, "scope": "a b", "iat": NOW - 10, "exp": NOW + 3590})
    );
    assert_eq!(
        claims(&account, Scopes::Exactly(&["exact"])).await["scope"],
        "exact"
    );
}

#[tokio::test]
async fn an_audience_that_was_set_wins_over_the_accounts_scopes() {
    let account = account()
        .audience("https://pubsub.googleapis.com/")
        .scopes(["own"]);
    let signed = claims(&account, Scopes::Default(&["default"])).await;
    assert_eq!(signed["aud"], "https://pubsub.googleapis.com/");
    assert_eq!(signed.get("scope"), None);
    assert_eq!(
        claims(&account, Scopes::Exactly(&["exact"])).await["scope"],
        "exact"
    );
}

#[tokio::test]
async fn other_universes_always_sign_themselves() {
    let mut file = key_file();
    file["universe_domain"] = json!("example-universe.goog");
    let account = ServiceAccount::from_json(&file.to_string()).expect("an account");
    assert_eq!(
        Credentials::universe_domain(&account)
            .await
            .expect("a universe"),
        "example-universe.goog"
    );
    assert_eq!(
        claims(&account, Scopes::Default(&["default"])).await["aud"],
        "https://drive.googleapis.com/"
    );
    let error = ask(&account.clone().scopes(["a"]).subject("user@example.com"))
        .await
        .expect_err("no delegation");
    assert_eq!(error.kind(), AuthErrorKind::Universe);
    assert!(
        error.to_string().contains("example-universe.goog"),
        "{error}"
    );
}

#[tokio::test]
async fn a_self_signed_token_cannot_act_for_a_user() {
    let (_, account) = offline();
    let error = ask(&account.subject("user@example.com").scopes(["a"]))
        .await
        .expect_err("no delegation");
    assert_eq!(error.kind(), AuthErrorKind::Config);
}

#[tokio::test]
async fn a_token_is_signed_once_for_each_audience() {
    let (_, account) = offline();
    let first = ask(&account).await.expect("a token");
    let second = ask(&account).await.expect("a token");
    assert_eq!(first.generation(), second.generation());
}
