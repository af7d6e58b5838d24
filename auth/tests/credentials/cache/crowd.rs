//! Many callers at once.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;

use super::support::{Act, Script, ask, ask_for, bearer, give_after, pass, permanent, secs, token};

const CROWD: usize = 10_000;

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_cause_one_fetch() {
    let script = Script::new([give_after("first", 3600, secs(2))]);
    let credentials = script.cached();
    let callers = (0..CROWD).map(|_| {
        let credentials = credentials.clone();
        tokio::spawn(async move { token(&credentials).await })
    });
    let tokens: BTreeSet<_> = join_all(callers)
        .await
        .into_iter()
        .map(|token| token.expect("a caller"))
        .collect();
    assert_eq!(tokens, BTreeSet::from([String::from("first")]));
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_of_an_expired_token_cause_one_fetch() {
    let script = Script::new([]);
    let credentials = script.cached();
    assert_eq!(token(&credentials).await, "token-1");
    pass(secs(3601)).await;
    script.then([give_after("second", 3600, Duration::from_millis(100))]);
    let tokens: BTreeSet<_> = join_all((0..CROWD).map(|_| token(&credentials)))
        .await
        .into_iter()
        .collect();
    assert_eq!(tokens, BTreeSet::from([String::from("second")]));
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_share_one_fetch_too() {
    let script = Script::new([give_after("first", 3600, Duration::from_millis(50))]);
    let credentials = script.cached();
    let callers = (0..CROWD).map(|_| {
        let credentials = credentials.clone();
        tokio::spawn(async move { token(&credentials).await })
    });
    assert!(
        join_all(callers)
            .await
            .into_iter()
            .all(|token| token.expect("a caller") == "first")
    );
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_shares_one_error() {
    let script = Script::new([Act::Fail(permanent("no"))]);
    let credentials = script.cached();
    let errors = join_all((0..CROWD).map(|_| ask(&credentials))).await;
    for error in errors {
        assert_eq!(
            error.expect_err("refused").to_string(),
            "scripted credentials: no"
        );
    }
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_set_of_scopes_has_its_own_token_in_any_order() {
    let script = Script::new([]);
    let credentials = script.cached();
    let one = ask_for(&credentials, &["a", "b"]).await.expect("a token");
    let same = ask_for(&credentials, &["b", "a", "b"])
        .await
        .expect("a token");
    let other = ask_for(&credentials, &["a"]).await.expect("a token");
    assert_eq!(bearer(&one), bearer(&same));
    assert_ne!(bearer(&one), bearer(&other));
    assert_ne!(one.generation(), other.generation());
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_cached_tokens_is_bounded() {
    let script = Script::new([]);
    let credentials = script.cached();
    let scopes: Vec<String> = (0..500).map(|n| format!("scope-{n}")).collect();
    for scope in &scopes {
        ask_for(&credentials, &[scope]).await.expect("a token");
    }
    ask_for(&credentials, &[&scopes[499]])
        .await
        .expect("a token");
    assert_eq!(script.attempts(), 500, "the latest is still there");
    ask_for(&credentials, &[&scopes[0]]).await.expect("a token");
    assert_eq!(script.attempts(), 501, "the oldest has made room");
}
