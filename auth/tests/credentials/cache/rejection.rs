//! Tokens that a server refuses before their time.

use futures_util::future::join_all;
use gapi_auth::{AccessToken, AuthHeaders, Credentials};

use super::support::{
    Act, Script, ask, bearer, give, give_after, pass, permanent, secs, settle, token,
};

#[tokio::test(start_paused = true)]
async fn a_hundred_rejections_cause_one_more_fetch() {
    let script = Script::new([]);
    let credentials = script.cached();
    let used = join_all((0..100).map(|_| ask(&credentials))).await;
    script.then([give_after("second", 3600, secs(1))]);
    let again = used.into_iter().map(|used| {
        let credentials = credentials.clone();
        tokio::spawn(async move {
            assert!(credentials.reject(&used.expect("a token")));
            token(&credentials).await
        })
    });
    assert!(
        join_all(again)
            .await
            .into_iter()
            .all(|token| token.expect("a caller") == "second")
    );
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_rejection_costs_nothing() {
    let script = Script::new([]);
    let credentials = script.cached();
    let first = ask(&credentials).await.expect("a token");
    assert!(credentials.reject(&first));
    let second = ask(&credentials).await.expect("a token");
    for _ in 0..100 {
        assert!(
            credentials.reject(&first),
            "a newer token is there to be used"
        );
    }
    assert_eq!(
        bearer(&ask(&credentials).await.expect("a token")),
        bearer(&second)
    );
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_during_a_refresh_joins_it() {
    let script = Script::new([give("first", 3600), give_after("second", 3600, secs(5))]);
    let credentials = script.cached();
    ask(&credentials).await.expect("a token");
    pass(secs(3500)).await;
    let used = ask(&credentials).await.expect("a token");
    assert_eq!(bearer(&used), "first");
    settle().await;
    assert_eq!(script.attempts(), 2, "the refresh is under way");
    assert!(credentials.reject(&used));
    assert_eq!(token(&credentials).await, "second");
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_same_token_after_a_rejection_counts_as_a_new_one() {
    let script = Script::new([give("same", 3600), give("same", 3600)]);
    let credentials = script.cached();
    let first = ask(&credentials).await.expect("a token");
    assert!(credentials.reject(&first));
    let second = ask(&credentials).await.expect("a token");
    assert_ne!(first.generation(), second.generation());
    assert!(credentials.reject(&first));
    assert_eq!(
        ask(&credentials).await.expect("a token").generation(),
        second.generation()
    );
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_fetch_after_a_rejection_is_reported() {
    let script = Script::new([give("first", 3600), Act::Fail(permanent("revoked"))]);
    let credentials = script.cached();
    let used = ask(&credentials).await.expect("a token");
    assert!(credentials.reject(&used));
    assert_eq!(
        ask(&credentials).await.expect_err("revoked").to_string(),
        "scripted credentials: revoked"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_every_new_token_is_believed() {
    let script = Script::new([]);
    let credentials = script.cached();
    let mut rejected = 0;
    for _ in 0..100 {
        let used = ask(&credentials).await.expect("a token");
        rejected += usize::from(credentials.reject(&used));
    }
    assert_eq!(rejected, 3);
    assert_eq!(
        script.attempts(),
        4,
        "not a token request for each refused call"
    );
    pass(secs(60)).await;
    let used = ask(&credentials).await.expect("a token");
    assert!(credentials.reject(&used), "this token had its time");
    assert_eq!(token(&credentials).await, "token-5");
}

#[tokio::test(start_paused = true)]
async fn headers_from_elsewhere_reject_nothing() {
    let script = Script::new([]);
    let (credentials, other) = (script.cached(), script.cached());
    assert_eq!(token(&credentials).await, "token-1");
    let other_token = ask(&other).await.expect("a token");
    assert!(!credentials.reject(&AuthHeaders::none()));
    credentials.reject(&other_token);
    assert_eq!(token(&credentials).await, "token-1");

    let fixed = AccessToken::new("fixed");
    let used = ask(&fixed).await.expect("a token");
    assert!(!fixed.reject(&used), "there is no other token to be had");
}
