//! ID tokens of users who signed in.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_auth::{
    AuthErrorKind, AuthRequest, AuthorizedUser, Credentials, IdTokenCredentials, MemoryStore,
    Scopes, TokenKey,
};
use serde_json::{Value, json};

use super::endpoint::{Endpoint, NOW, ask, bearer, clock, response};

fn jwt(name: &str, exp: u64) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = json!({"aud": "client-1", "email": name, "exp": exp});
    format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(claims))
}

fn refreshed(name: &str) -> Value {
    json!({"access_token": format!("access-{name}"), "expires_in": 3600, "id_token": jwt(name, NOW + 3600)})
}

fn endpoint(responses: impl IntoIterator<Item = Value>) -> Endpoint {
    Endpoint::new(
        responses
            .into_iter()
            .map(|reply| Ok(response(200, &reply.to_string()))),
    )
}

fn user(endpoint: &Endpoint, info: &Value) -> AuthorizedUser {
    let mut file = json!({"client_id": "client-1", "client_secret": "s", "refresh_token": "r", "scopes": ["openid", "a"]});
    for (name, value) in info.as_object().expect("an object") {
        file[name] = value.clone();
    }
    AuthorizedUser::from_authorized_user_info(&file.to_string())
        .expect("a user")
        .transport(endpoint.shared())
        .clock(clock())
}

fn id_tokens(user: &AuthorizedUser, endpoint: &Endpoint, audience: &str) -> IdTokenCredentials {
    let tokens = user.id_tokens().expect("ID tokens");
    IdTokenCredentials::new(tokens, audience)
        .transport(endpoint.shared())
        .clock(clock())
}

#[tokio::test]
async fn a_refresh_gives_the_id_token_of_the_client() {
    let endpoint = endpoint([refreshed("ann"), refreshed("ann-2")]);
    // A copy that asks for less still has the grant's ID token.
    let user = user(&endpoint, &json!({})).scopes(["a"]);
    let credentials = id_tokens(&user, &endpoint, user.client_id());
    let token = credentials.token().await.expect("a token");
    assert_eq!(token.secret(), jwt("ann", NOW + 3600));
    assert!(token.expiry().is_some());
    assert_eq!(
        credentials.token().await.expect("cached").secret(),
        token.secret()
    );
    let [recorded] = &endpoint.recorded()[..] else {
        panic!("one refresh")
    };
    assert_eq!(recorded.form()["scope"], "openid a");
    // One that a server refuses is replaced.
    let url = http::Uri::from_static("https://service.example/");
    let request = AuthRequest::new(&url, Scopes::Default(&[]));
    let used = credentials.headers(&request).await.expect("headers");
    assert!(credentials.reject(&used));
    let token = credentials.token().await.expect("another");
    assert_eq!(token.secret(), jwt("ann-2", NOW + 3600));
    assert!(!format!("{credentials:?}").contains("c2ln"));
}

#[tokio::test]
async fn a_token_that_is_known_and_alive_needs_no_refresh() {
    let endpoint = endpoint([refreshed("new")]);
    let live = user(&endpoint, &json!({"id_token": jwt("known", NOW + 600)}));
    let token = id_tokens(&live, &endpoint, "client-1").token().await;
    assert_eq!(token.expect("a token").secret(), jwt("known", NOW + 600));
    assert!(endpoint.recorded().is_empty());
    let old = user(&endpoint, &json!({"id_token": jwt("known", NOW + 10)}));
    let token = id_tokens(&old, &endpoint, "client-1").token().await;
    assert_eq!(token.expect("a token").secret(), jwt("new", NOW + 3600));
    // The access token that came along is used, too.
    assert_eq!(bearer(&ask(&old).await.expect("a token")), "access-new");
    assert_eq!(endpoint.recorded().len(), 1);
}

#[tokio::test]
async fn what_a_refresh_returns_is_stored_for_all_programs() {
    let endpoint = endpoint([refreshed("ann")]);
    let store = Arc::new(MemoryStore::new());
    let key = TokenKey::new("client-1", "", ["openid", "a"]);
    let stored = user(&endpoint, &json!({}))
        .save_in(store.clone(), key.clone())
        .await
        .expect("saved");
    id_tokens(&stored, &endpoint, "client-1")
        .token()
        .await
        .expect("a token");
    let other = AuthorizedUser::from_store(store, key)
        .await
        .expect("readable")
        .expect("kept")
        .clock(clock());
    let token = id_tokens(&other, &endpoint, "client-1").token().await;
    assert_eq!(token.expect("a token").secret(), jwt("ann", NOW + 3600));
    assert_eq!(endpoint.recorded().len(), 1);
}

#[tokio::test]
async fn other_audiences_and_grants_without_openid_are_explained() {
    let endpoint = endpoint([json!({"access_token": "a", "expires_in": 3600})]);
    let user = user(&endpoint, &json!({"scopes": ["a"]}));
    let error = id_tokens(&user, &endpoint, "https://service.example")
        .token()
        .await
        .expect_err("not the client");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(
        error.to_string().contains("client-1") && error.to_string().contains("impersonate"),
        "{error}"
    );
    assert!(endpoint.recorded().is_empty());
    let error = id_tokens(&user, &endpoint, "client-1")
        .token()
        .await
        .expect_err("no openid");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(error.to_string().contains("`openid`"), "{error}");
}
