//! Service accounts against npm oidc-provider, which verifies every assertion with jose.

use gapi::{
    auth::{
        AuthErrorKind, AuthRequest, Credentials, IdTokenCheck, IdTokenVerifier, Scopes,
        ServiceAccount,
    },
    transport::{Body, default_transport},
};
use gapi_fakes::keys;
use serde_json::{Value, json};

const SQL: &str = "https://www.googleapis.com/auth/sqlservice.admin";

/// One request to the server, and its response as JSON.
async fn call(request: http::Request<Body>) -> Value {
    let transport = default_transport().expect("a transport");
    let response = transport.send(request).await.expect("loopback responds");
    assert!(response.status().is_success(), "{}", response.status());
    let body = response.into_body().collect(1 << 20).await.expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

/// A service account that the server knows, with the key file that a user would have.
async fn account(name: &str) -> (keys::ServiceAccount, String) {
    let account = keys::ServiceAccount::new(name, "shop").expect("randomness");
    let known =
        json!({"email": account.email(), "kid": account.key_id(), "pem": account.public_key_pem()});
    let server = gapi_servers::server("oidc-provider");
    let request = http::Request::post(format!("{server}/keys"))
        .body(Body::from(known.to_string()))
        .expect("a request");
    call(request).await;
    let file = account.key_json(&format!("{server}/token"));
    (account, file)
}

/// Returns the server's information about the token in `credentials`' headers.
async fn introspect(credentials: &impl Credentials) -> Value {
    let url = "https://sqladmin.googleapis.com/v1/projects/shop/instances"
        .parse()
        .expect("a URL");
    let headers = credentials
        .headers(&AuthRequest::new(&url, Scopes::Default(&[])))
        .await
        .expect("a token");
    let value = headers.headers()[http::header::AUTHORIZATION]
        .to_str()
        .expect("ASCII");
    let token = value.strip_prefix("Bearer ").expect("a bearer token");
    let server = gapi_servers::server("oidc-provider");
    call(
        http::Request::get(format!("{server}/introspect?token={token}"))
            .body(Body::empty())
            .expect("a request"),
    )
    .await
}

#[tokio::test]
async fn an_assertion_is_exchanged_for_a_token_with_the_scopes_asked_for() {
    let (account, file) = account("robot").await;
    let credentials = ServiceAccount::from_json(&file)
        .expect("a key file")
        .scopes([SQL]);
    let token = introspect(&credentials).await;
    assert_eq!(
        token,
        json!({"scope": SQL, "iss": account.email(), "sub": null})
    );
}

#[tokio::test]
async fn a_delegated_account_acts_for_its_subject() {
    let (account, file) = account("delegate").await;
    let credentials = ServiceAccount::from_json(&file)
        .expect("a key file")
        .scopes([SQL])
        .subject("mia@example.com");
    let token = introspect(&credentials).await;
    assert_eq!(
        token,
        json!({"scope": SQL, "iss": account.email(), "sub": "mia@example.com"})
    );
}

#[tokio::test]
async fn a_key_that_the_server_does_not_know_is_an_invalid_grant() {
    let server = gapi_servers::server("oidc-provider");
    let another = keys::ServiceAccount::new("stranger", "shop").expect("randomness");
    let file = another.key_json(&format!("{server}/token"));
    let credentials = ServiceAccount::from_json(&file)
        .expect("a key file")
        .scopes([SQL]);
    let url = "https://sqladmin.googleapis.com/".parse().expect("a URL");
    let error = credentials
        .headers(&AuthRequest::new(&url, Scopes::Default(&[])))
        .await
        .expect_err("unknown key");
    assert_eq!(error.kind(), AuthErrorKind::OAuth);
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    assert!(!error.is_transient());
}

#[tokio::test]
async fn id_tokens_of_a_server_that_others_wrote_are_verified_with_its_key_set() {
    let server = gapi_servers::server("oidc-provider");
    let (account, file) = account("caller").await;
    let robot = ServiceAccount::from_json(&file).expect("a key file");
    let audiences = [
        "https://hello.example.com",
        "https://hello.example.com#ES256",
    ];
    let verifier = IdTokenVerifier::new(format!("{server}/jwks"), [&*server], audiences)
        .emails([account.email()]);
    for audience in audiences {
        let token = robot.id_token(audience).token().await.expect("an ID token");
        let claims = verifier.verify(token.secret()).await.expect("accepted");
        assert_eq!(claims.audiences(), [audience]);
        assert_eq!(claims.subject(), account.email());
    }
    let other = robot.id_token("https://other.example.com");
    let other = other.token().await.expect("an ID token");
    let error = verifier
        .verify(other.secret())
        .await
        .expect_err("for another");
    assert_eq!(error.check(), IdTokenCheck::Audience);
}
