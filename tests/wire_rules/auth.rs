//! Credentials on requests.

use std::sync::{Arc, Mutex};

use gapi::{
    ErrorKind, ScopePolicy,
    auth::{AccessToken, ApiKey, AuthError, AuthHeaders, AuthRequest, Credentials, Scopes},
    transport::BoxFuture,
};

use crate::{
    api::{API, CLOUD, Create, Get, Patch},
    script::{Script, json},
};

/// Remembers what it was asked for.
#[derive(Debug, Default)]
struct Asked(Mutex<Vec<(bool, Vec<String>, String)>>);

impl Credentials for Asked {
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        let (exactly, scopes) = match request.scopes {
            Scopes::Exactly(scopes) => (true, scopes),
            Scopes::Default(scopes) => (false, scopes),
            _ => panic!("a new kind of scopes"),
        };
        assert!(request.transport.is_some(), "the transport is lent");
        let scopes = scopes.iter().map(ToString::to_string).collect();
        self.0
            .lock()
            .expect("lock")
            .push((exactly, scopes, request.url.to_string()));
        Box::pin(async { AuthHeaders::bearer("t") })
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/sa")
    }
}

#[tokio::test]
async fn scopes_that_credentials_are_asked_for() {
    let script = Script::empty();
    let asked = Arc::new(Asked::default());
    let client = script
        .builder()
        .credentials(Arc::clone(&asked))
        .build()
        .expect("a client");
    let get = || Get::new().set("name", "a");
    let patch = || Patch::new().set("bucket", "b").set("object", "o");
    get().send(&client).await.expect("a response");
    patch().send(&client).await.expect("a response");
    get()
        .send(&client)
        .scopes(["one", "two"])
        .await
        .expect("a response");
    let narrow = script
        .builder()
        .credentials(Arc::clone(&asked))
        .scope_policy(ScopePolicy::Narrowest)
        .build()
        .expect("a client");
    get().send(&narrow).await.expect("a response");
    let asked: Vec<_> = asked
        .0
        .lock()
        .expect("lock")
        .drain(..)
        .map(|(exactly, scopes, _)| (exactly, scopes))
        .collect();
    let owned = |scopes: &[&str]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        asked,
        [
            (false, owned(&[CLOUD])),
            (false, owned(API.scopes)),
            (true, owned(&["one", "two"])),
            (false, owned(&["https://x/auth/things"])),
        ]
    );
    let recorded = script.recorded();
    assert_eq!(recorded[0].header("authorization"), Some("Bearer t"));
    assert!(
        recorded[0]
            .header("x-goog-api-client")
            .expect("a header")
            .ends_with(" cred-type/sa")
    );
}

#[tokio::test]
async fn the_kinds_of_identity() {
    let script = Script::empty();
    let key = script
        .builder()
        .credentials(ApiKey::new("K"))
        .build()
        .expect("a client");
    Create::new().send(&key).await.expect("a response");
    Create::new()
        .send(&key.with_credentials(AccessToken::new("T")))
        .await
        .expect("a response");
    Create::new()
        .send(&key)
        .header("authorization", "Custom x")
        .await
        .expect("a response");
    let recorded = script.recorded();
    assert_eq!(recorded[0].header("x-goog-api-key"), Some("K"));
    assert_eq!(recorded[1].header("x-goog-api-key"), None);
    assert_eq!(recorded[1].header("authorization"), Some("Bearer T"));
    // Who writes the header himself needs no credentials.
    assert_eq!(recorded[2].header("authorization"), Some("Custom x"));
    assert_eq!(recorded[2].header("x-goog-api-key"), None);
}

#[tokio::test]
async fn no_token_no_request() {
    let script = Script::steps([]);
    let broken = AccessToken::new("line\nbreak");
    let client = script
        .builder()
        .credentials(broken)
        .build()
        .expect("a client");
    let error = Create::new().send(&client).await.expect_err("no token");
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.auth_error().is_some());
    assert!(
        error.to_string().contains("line break"),
        "the way out: {error}"
    );
}

#[tokio::test]
async fn a_universe_that_does_not_fit_is_noticed_before_a_token_leaves() {
    let script = Script::new(|_| json(200, "{}"));
    let theirs = || AccessToken::new("CANARY").universe_domain("example.goog");
    let client = script
        .builder()
        .credentials(theirs())
        .build()
        .expect("a client");
    let error = Create::new()
        .send(&client)
        .await
        .expect_err("another universe");
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(
        error
            .to_string()
            .contains("universe_domain(\"example.goog\")"),
        "{error}"
    );
    assert!(script.recorded().is_empty());
    let client = script
        .builder()
        .credentials(theirs())
        .universe_domain("example.goog")
        .build()
        .expect("a client");
    Create::new().send(&client).await.expect("a response");
    assert!(
        script
            .only()
            .url
            .starts_with("https://things.example.goog/")
    );
    // The check belongs to an identity, not to the client.
    let error = Create::new()
        .send(&client.with_credentials(AccessToken::new("t")))
        .await
        .expect_err("another universe");
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test]
async fn an_endpoint_of_the_client_gets_credentials_over_http() {
    let script = Script::empty();
    let client = script
        .builder()
        .credentials(AccessToken::new("t"))
        .endpoint("http://127.0.0.1:1")
        .build()
        .expect("a client");
    Create::new().send(&client).await.expect("a response");
    assert_eq!(script.only().header("authorization"), Some("Bearer t"));
}
