//! Tokens that expire or are rejected.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use gapi::auth::{AccessToken, Token, from_fn};

use crate::{
    api::{Create, Get},
    retries::unavailable,
    script::{Script, Step, json},
};

/// Credentials that give `token-1`, `token-2`, ..., and how many they gave.
pub(crate) fn counted() -> (impl gapi::Credentials + Clone, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetched);
    let credentials = from_fn(move || {
        let count = Arc::clone(&count);
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(Token::new(format!("token-{number}"))
                .expires_at(SystemTime::now() + Duration::from_secs(3600)))
        }
    });
    (credentials, fetched)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_make_one_token_request() {
    let (credentials, fetched) = counted();
    let script = Script::empty();
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    let calls = (0..10_000).map(|_| {
        tokio::spawn(std::future::IntoFuture::into_future(
            Create::new().send(&client),
        ))
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.expect("a task").expect("a response");
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    assert_eq!(script.recorded().len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_401s_make_one_more_token_request_and_every_call_is_replayed_once() {
    let (credentials, fetched) = counted();
    // The refusals come when all calls have been sent.
    let script =
        Script::new(
            |recorded| match (recorded.header("authorization"), json(401, "{}")) {
                (Some("Bearer token-1"), Step::Respond(refusal)) => {
                    Step::Late(Duration::from_secs(1), refusal)
                }
                _ => json(200, "{}"),
            },
        );
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    let calls: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn(std::future::IntoFuture::into_future(
                Create::new().send(&client),
            ))
        })
        .collect();
    for call in calls {
        call.await
            .expect("a task")
            .expect("an answer after the replay");
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
    assert_eq!(script.recorded().len(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_second_401_is_final() {
    let (credentials, fetched) = counted();
    let script = Script::new(|_| json(401, r#"{"error": {"message": "Never."}}"#));
    let client = script
        .builder()
        .credentials(credentials)
        .build()
        .expect("a client");
    let error = Create::new().send(&client).await.expect_err("401");
    assert!(error.is_unauthenticated());
    assert_eq!(script.recorded().len(), 2);
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_not_tried_again() {
    let script = Script::new(|_| json(401, "{}"));
    let client = script
        .builder()
        .credentials(AccessToken::new("t"))
        .build()
        .expect("a client");
    assert!(
        Create::new()
            .send(&client)
            .await
            .expect_err("401")
            .is_unauthenticated()
    );
    assert_eq!(script.recorded().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once_between_retries() {
    let tokens = AtomicUsize::new(0);
    let credentials = from_fn(move || {
        let number = tokens.fetch_add(1, Ordering::Relaxed);
        async move { Ok(Token::new(format!("t{number}"))) }
    });
    let script = Script::steps([
        unavailable(),
        json(401, "{}"),
        unavailable(),
        json(200, "{}"),
    ]);
    let client = script
        .retrying()
        .credentials(credentials)
        .build()
        .expect("a client");
    let start = tokio::time::Instant::now();
    Get::new()
        .set("name", "a")
        .send(&client)
        .await
        .expect("the fourth exchange");
    // The 401 costs no wait.
    assert_eq!(start.elapsed(), Duration::from_millis(1500));
    let tokens: Vec<String> = script
        .recorded()
        .iter()
        .map(|recorded| {
            recorded
                .header("authorization")
                .expect("a token")
                .to_owned()
        })
        .collect();
    assert_eq!(tokens, ["Bearer t0", "Bearer t0", "Bearer t1", "Bearer t1"]);

    let script = Script::steps([json(401, "{}"), unavailable(), json(401, "{}")]);
    let credentials = from_fn(|| async { Ok(Token::new("t")) });
    let client = script
        .retrying()
        .credentials(credentials)
        .build()
        .expect("a client");
    let error = Get::new()
        .set("name", "a")
        .send(&client)
        .await
        .expect_err("401");
    assert!(error.is_unauthenticated());
    assert_eq!(error.attempts(), 3);
}
