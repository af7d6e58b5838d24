//! The token exchange, claim by claim.

use std::sync::Arc;

use gapi_auth::{AuthErrorKind, AuthRequest, Credentials, Scopes, ServiceAccount};
use gapi_transport::{ManualClock, Transport};
use http::{Method, Uri};
use serde_json::json;

use super::support::*;

#[tokio::test]
async fn the_request_is_what_google_expects() {
    let endpoint = Endpoint::default();
    let account = account()
        .scopes([
            "https://www.googleapis.com/auth/drive",
            "https://www.googleapis.com/auth/calendar",
        ])
        .transport(endpoint.shared())
        .clock(clock());
    let headers = ask(&account).await.expect("a token");
    assert_eq!(bearer(&headers), "token-1");
    assert_eq!(headers.headers().len(), 1);

    let recorded = &endpoint.recorded()[..];
    let [request] = recorded else {
        panic!("one request: {recorded:?}")
    };
    assert_eq!(request.method, Method::POST);
    assert_eq!(request.uri, "https://oauth2.googleapis.com/token");
    assert_eq!(
        request.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert!(!request.headers.contains_key("authorization"));
    let metrics = request.headers["x-goog-api-client"].to_str().expect("text");
    let expected = format!(
        "gl-rust/{} auth/{} auth-request-type/at cred-type/sa",
        gapi_transport::RUST_VERSION,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(metrics, expected);
    assert!(gapi_transport::RUST_VERSION.starts_with("1."), "{metrics}");

    let form = request.form();
    assert_eq!(form.len(), 2);
    assert_eq!(
        form["grant_type"],
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    );
    let assertion = request.assertion();
    assert_eq!(
        assertion.header,
        json!({"typ": "JWT", "alg": "RS256", "kid": "key-1"})
    );
    assert_eq!(
        assertion.claims,
        json!({
            "iss": EMAIL,
            "aud": "https://oauth2.googleapis.com/token",
            "scope": "https://www.googleapis.com/auth/calendar https://www.googleapis.com/auth/drive",
            "iat": NOW - 10,
            "exp": NOW + 3590,
        })
    );
}

#[tokio::test]
async fn a_subject_is_the_sub_claim() {
    let endpoint = Endpoint::default();
    let account = account()
        .scopes(["drive"])
        .subject("user@example.com")
        .transport(endpoint.shared());
    ask(&account).await.expect("a token");
    assert_eq!(
        endpoint.recorded()[0].assertion().claims["sub"],
        "user@example.com"
    );
    assert_eq!(
        account.describe(),
        format!("service account {EMAIL} for user@example.com")
    );
}

#[tokio::test]
async fn scopes_are_exactly_the_requests_else_the_accounts_else_the_defaults() {
    let endpoint = Endpoint::default();
    let plain = account().transport(endpoint.shared());
    let scoped = plain.clone().scopes(["own"]);
    ask_for(&plain, Scopes::Default(&["default"]))
        .await
        .expect("a token");
    ask_for(&scoped, Scopes::Default(&["default"]))
        .await
        .expect("a token");
    ask_for(&scoped, Scopes::Exactly(&["exact"]))
        .await
        .expect("a token");
    let asked: Vec<_> = endpoint
        .recorded()
        .iter()
        .map(|recorded| recorded.assertion().claims["scope"].clone())
        .collect();
    assert_eq!(asked, ["default", "own", "exact"]);
}

#[tokio::test]
async fn a_subject_needs_scopes_of_its_own_or_exact_ones() {
    let endpoint = Endpoint::default();
    let account = account()
        .subject("user@example.com")
        .transport(endpoint.shared());
    let error = ask_for(&account, Scopes::Default(&["default"]))
        .await
        .expect_err("no scopes");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(
        error.to_string().contains("with the option `scopes`"),
        "{error}"
    );
    assert!(endpoint.recorded().is_empty());
    ask_for(&account, Scopes::Exactly(&["exact"]))
        .await
        .expect("a token");
    assert_eq!(endpoint.recorded()[0].assertion().claims["scope"], "exact");
}

#[tokio::test]
async fn no_scopes_at_all_is_an_error() {
    let endpoint = Endpoint::default();
    let account = account().transport(endpoint.shared());
    for scopes in [
        Scopes::Default(&[]),
        Scopes::Exactly(&[]),
        Scopes::Default(&[""]),
    ] {
        let error = ask_for(&account, scopes).await.expect_err("no scopes");
        assert_eq!(error.kind(), AuthErrorKind::Config);
    }
    assert!(endpoint.recorded().is_empty());
}

#[tokio::test]
async fn a_token_uri_elsewhere_is_asked_with_googles_audience() {
    let endpoint = Endpoint::default();
    let mut file = key_file();
    file["token_uri"] = json!("http://127.0.0.1:8080/token");
    let account = ServiceAccount::from_json(&file.to_string())
        .expect("an account")
        .transport(endpoint.shared());
    ask(&account).await.expect("a token");
    ask(&account.token_uri("https://oauth2.example.com/token"))
        .await
        .expect("a token");
    let recorded = endpoint.recorded();
    assert_eq!(recorded[0].uri, "http://127.0.0.1:8080/token");
    assert_eq!(recorded[1].uri, "https://oauth2.example.com/token");
    assert!(recorded.iter().all(
        |recorded| recorded.assertion().claims["aud"] == "https://oauth2.googleapis.com/token"
    ));
}

#[tokio::test]
async fn assertions_never_travel_in_the_clear() {
    let endpoint = Endpoint::default();
    for uri in [
        "http://oauth2.googleapis.com/token",
        "http://127.example.com/token",
        "http://localhost.example.com/",
        "oauth2.googleapis.com/token",
        "ftp://127.0.0.1/",
        "",
        "https://",
    ] {
        let account = account().token_uri(uri).transport(endpoint.shared());
        let error = ask(&account).await.expect_err("not safe");
        assert_eq!(error.kind(), AuthErrorKind::Config, "{uri}");
    }
    assert!(endpoint.recorded().is_empty());
}

#[tokio::test]
async fn claims_can_be_added_but_not_changed() {
    let endpoint = Endpoint::default();
    let account = account()
        .claim("target_audience", "https://run.example")
        .claim("iss", "somebody else")
        .transport(endpoint.shared());
    ask(&account).await.expect("a token");
    let claims = endpoint.recorded()[0].assertion().claims;
    assert_eq!(claims["target_audience"], "https://run.example");
    assert_eq!(claims["iss"], EMAIL);
}

#[tokio::test]
async fn both_kinds_of_pem_sign() {
    for pem in [
        key().pkcs1.clone(),
        key().pkcs8.clone(),
        key().pkcs8.replace('\n', "\\n"),
        key().pkcs8.replace('\n', "\r\n"),
        format!("  {}", key().pkcs1),
    ] {
        let endpoint = Endpoint::default();
        let account = ServiceAccount::from_parts(EMAIL, &pem)
            .expect("a key")
            .transport(endpoint.shared());
        ask(&account).await.expect("a token");
        let assertion = endpoint.recorded()[0].assertion();
        assert_eq!(
            assertion.header,
            json!({"typ": "JWT", "alg": "RS256"}),
            "no key ID is known"
        );
        assert_eq!(assertion.claims["iss"], EMAIL);
    }
}

#[tokio::test]
async fn the_quota_project_travels_with_the_token() {
    let endpoint = Endpoint::default();
    let mut file = key_file();
    file["quota_project_id"] = json!("from-the-file");
    let account = ServiceAccount::from_json(&file.to_string())
        .expect("an account")
        .transport(endpoint.shared());
    assert_eq!(
        ask(&account).await.expect("a token").headers()["x-goog-user-project"],
        "from-the-file"
    );
    let account = account.quota_project("set");
    assert_eq!(
        ask(&account).await.expect("a token").headers()["x-goog-user-project"],
        "set"
    );
}

#[tokio::test]
async fn clones_share_the_cache_and_setters_empty_it() {
    let endpoint = Endpoint::default();
    let account = account().scopes(["a"]).transport(endpoint.shared());
    ask(&account).await.expect("a token");
    ask(&account.clone()).await.expect("a token");
    assert_eq!(endpoint.recorded().len(), 1);
    ask(&account.clone().subject("user@example.com"))
        .await
        .expect("a token");
    ask(&account.clone().scopes(["a"])).await.expect("a token");
    assert_eq!(endpoint.recorded().len(), 3);
    ask(&account).await.expect("a token");
    assert_eq!(endpoint.recorded().len(), 3, "the original keeps its token");
}

#[tokio::test]
async fn a_request_may_lend_its_transport() {
    let (own, lent) = (Endpoint::default(), Endpoint::default());
    let url = Uri::from_static("https://drive.googleapis.com/");
    let lender: Arc<dyn Transport> = lent.shared();
    let request = AuthRequest::new(&url, Scopes::Default(&["scope"])).with_transport(&lender);
    account().headers(&request).await.expect("a token");
    account()
        .transport(own.shared())
        .headers(&request)
        .await
        .expect("a token");
    assert_eq!((own.recorded().len(), lent.recorded().len()), (1, 1));
}

#[tokio::test]
async fn a_rejected_token_is_replaced() {
    let endpoint = Endpoint::default();
    let account: Box<dyn Credentials> = Box::new(Arc::new(account().transport(endpoint.shared())));
    let first = ask(&account).await.expect("a token");
    assert!(account.reject(&first));
    assert_eq!(bearer(&ask(&account).await.expect("a token")), "token-2");
}

#[tokio::test]
async fn an_hour_later_the_token_is_another() {
    let endpoint = Endpoint::default();
    let clock = ManualClock::new(at(NOW));
    let account = account()
        .transport(endpoint.shared())
        .clock(Arc::new(clock.clone()));
    ask(&account).await.expect("a token");
    clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(bearer(&ask(&account).await.expect("a token")), "token-2");
    assert_eq!(endpoint.recorded()[1].assertion().claims["iat"], NOW + 3590);
}
