//! Refresh tokens that are replaced, and the store that must not lose them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use gapi_auth::{
    AuthError, AuthErrorKind, AuthorizedUser, Credentials, MemoryStore, StoreLock, TokenKey,
    TokenStore,
};
use gapi_transport::{BoxFuture, ManualClock};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::endpoint::{Endpoint, ask, bearer, clock, response};

fn rotating(number: usize) -> String {
    json!({"access_token": format!("access-{number}"), "expires_in": 3600, "refresh_token": format!("refresh-{number}")}).to_string()
}

fn endpoint(responses: usize) -> Endpoint {
    Endpoint::new((2..2 + responses).map(|number| Ok(response(200, &rotating(number)))))
}

fn user(endpoint: &Endpoint, clock: &Arc<ManualClock>) -> AuthorizedUser {
    AuthorizedUser::from_parts("c", "s", "refresh-1")
        .transport(endpoint.shared())
        .clock(clock.clone())
}

async fn stored(store: &dyn TokenStore, key: &TokenKey) -> Value {
    let text = store.load(key).await.expect("readable").expect("kept");
    serde_json::from_str(text.expose_secret()).expect("JSON")
}

#[tokio::test]
async fn a_new_refresh_token_replaces_the_old_one_for_every_copy() {
    let (endpoint, clock) = (endpoint(2), clock());
    let user = user(&endpoint, &clock);
    let copy = user.clone().quota_project("payer");
    ask(&user).await.expect("a token");
    assert_eq!(
        bearer(&ask(&copy).await.expect("a token")),
        "access-2",
        "copies share what is known"
    );
    let narrow = user.clone().scopes(["narrow"]);
    ask(&narrow).await.expect("a token");
    let sent: Vec<_> = endpoint
        .recorded()
        .iter()
        .map(|recorded| recorded.form()["refresh_token"].clone())
        .collect();
    assert_eq!(sent, ["refresh-1", "refresh-2"]);
    let written: Value = serde_json::from_str(&user.to_json()).expect("JSON");
    assert_eq!(written["refresh_token"], "refresh-3");
    assert_eq!(
        written["token"], "access-2",
        "the narrow token is the narrow copy's"
    );
}

#[tokio::test]
async fn processes_that_share_a_store_share_tokens() {
    let (endpoint, clock) = (endpoint(2), clock());
    let store = Arc::new(MemoryStore::new());
    let key = TokenKey::new("c", "ann", ["a"]);
    let first = user(&endpoint, &clock)
        .save_in(store.clone(), key.clone())
        .await
        .expect("saved");
    assert_eq!(stored(&*store, &key).await["refresh_token"], "refresh-1");
    ask(&first).await.expect("a token");
    assert_eq!(stored(&*store, &key).await["refresh_token"], "refresh-2");

    let second = AuthorizedUser::from_store(store.clone(), key.clone())
        .await
        .expect("readable")
        .expect("kept")
        .transport(endpoint.shared())
        .clock(clock.clone());
    let headers = ask(&second).await.expect("a token");
    assert_eq!(bearer(&headers), "access-2");
    // The second one sees a 401 and refreshes; the first one then takes over the newer token.
    assert!(second.reject(&headers));
    assert_eq!(bearer(&ask(&second).await.expect("a token")), "access-3");
    let headers = ask(&first).await.expect("a token");
    assert_eq!(bearer(&headers), "access-2");
    assert!(first.reject(&headers));
    assert_eq!(bearer(&ask(&first).await.expect("a token")), "access-3");
    assert_eq!(endpoint.recorded().len(), 2);
}

#[tokio::test]
async fn who_signed_out_elsewhere_gets_an_error() {
    let (endpoint, clock) = (endpoint(1), clock());
    let store = Arc::new(MemoryStore::new());
    let key = TokenKey::new("c", "", ["a"]);
    let user = user(&endpoint, &clock)
        .save_in(store.clone(), key.clone())
        .await
        .expect("saved");
    assert!(store.delete(&key).await.expect("deleted"));
    let error = ask(&user).await.expect_err("signed out");
    assert_eq!(error.kind(), AuthErrorKind::SignInRequired);
    assert!(endpoint.recorded().is_empty());
    let none = AuthorizedUser::from_store(store, key).await;
    assert!(none.expect("readable").is_none());
}

/// Fails to save a number of times.
#[derive(Debug, Default)]
struct Full {
    inner: MemoryStore,
    failures: AtomicUsize,
}

impl TokenStore for Full {
    fn load<'a>(
        &'a self,
        key: &'a TokenKey,
    ) -> BoxFuture<'a, Result<Option<SecretString>, AuthError>> {
        self.inner.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a TokenKey,
        value: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), AuthError>> {
        let left = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match left {
            Ok(_) => Box::pin(async {
                Err(AuthError::new(
                    AuthErrorKind::Store,
                    "no space left on device",
                ))
            }),
            Err(_) => self.inner.save(key, value),
        }
    }

    fn delete<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<bool, AuthError>> {
        self.inner.delete(key)
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<TokenKey>, AuthError>> {
        self.inner.list()
    }

    fn lock<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<StoreLock, AuthError>> {
        self.inner.lock(key)
    }
}

#[tokio::test]
async fn a_refresh_token_that_could_not_be_saved_is_held_until_it_can() {
    let (endpoint, clock) = (endpoint(2), clock());
    let store = Arc::new(Full::default());
    let key = TokenKey::new("c", "", ["a"]);
    let user = user(&endpoint, &clock)
        .save_in(store.clone(), key.clone())
        .await
        .expect("saved");
    store.failures.store(1, Ordering::SeqCst);
    let error = ask(&user).await.expect_err("the store is full");
    assert_eq!(error.kind(), AuthErrorKind::Store);
    assert!(error.to_string().contains("no space left"), "{error}");
    assert_eq!(stored(&*store, &key).await["refresh_token"], "refresh-1");
    clock.advance(std::time::Duration::from_secs(60));
    // Nothing is asked of the server again: the token that came is saved, and used.
    assert_eq!(bearer(&ask(&user).await.expect("a token")), "access-2");
    assert_eq!(endpoint.recorded().len(), 1);
    assert_eq!(stored(&*store, &key).await["refresh_token"], "refresh-2");
}

#[tokio::test]
async fn access_tokens_that_cannot_be_saved_are_used_all_the_same() {
    let (endpoint, clock) = (Endpoint::default(), clock());
    let store = Arc::new(Full::default());
    let user = user(&endpoint, &clock)
        .save_in(store.clone(), TokenKey::new("c", "", ["a"]))
        .await
        .expect("saved");
    store.failures.store(9, Ordering::SeqCst);
    for number in 1..4 {
        let token = ask(&user).await.expect("a token");
        assert_eq!(bearer(&token), format!("token-{number}"));
        clock.advance(Duration::from_secs(4000));
    }
}

#[tokio::test]
async fn a_store_takes_nothing_that_could_not_be_used() {
    let clock = clock();
    let store = Arc::new(MemoryStore::new());
    let file = |extra: &str| {
        let text = format!(
            r#"{{"type": "authorized_user", "client_id": "c", "client_secret": "s" {extra}}}"#
        );
        AuthorizedUser::from_authorized_user_info(&text)
            .expect("a file")
            .clock(clock.clone())
    };
    let elsewhere = r#", "refresh_token": "r", "token_uri": "https://elsewhere.example/token""#;
    for (extra, kind) in [
        (elsewhere, AuthErrorKind::Config),
        (
            r#", "refresh_token": "r", "token_uri": "https://storage.googleapis.com/upload/b""#,
            AuthErrorKind::Config,
        ),
        (
            r#", "refresh_token": "r", "token_uri": "http://oauth2.googleapis.com/token""#,
            AuthErrorKind::Config,
        ),
        (
            r#", "refresh_token": "r", "universe_domain": "elsewhere.example""#,
            AuthErrorKind::Universe,
        ),
        (
            r#", "token": "t", "expiry": "2020-01-01T00:00:00Z""#,
            AuthErrorKind::SignInRequired,
        ),
    ] {
        let error = file(extra)
            .save_in(store.clone(), TokenKey::new("c", "", ["a"]))
            .await
            .expect_err(extra);
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert!(store.list().await.expect("readable").is_empty());
    // What the program vouches for is believed by all readers of the store.
    let key = TokenKey::new("c", "", ["a"]);
    file(elsewhere)
        .token_uri("https://elsewhere.example/token")
        .save_in(store.clone(), key.clone())
        .await
        .expect("the program's word");
    let endpoint = Endpoint::default();
    let user = AuthorizedUser::from_store(store, key)
        .await
        .expect("readable")
        .expect("kept");
    ask(&user.transport(endpoint.shared()).clock(clock))
        .await
        .expect("a token");
    assert_eq!(endpoint.recorded().len(), 1);
}
