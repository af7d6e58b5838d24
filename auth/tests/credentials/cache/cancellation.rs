//! Callers who go away.

use futures_util::{FutureExt, future::join_all};

use super::support::{Act, Script, ask, give_after, pass, permanent, secs, settle, token};

#[tokio::test(start_paused = true)]
async fn the_fetch_goes_on_without_the_caller_who_started_it() {
    let script = Script::new([give_after("first", 3600, secs(5))]);
    let credentials = script.cached();
    {
        let mut caller = Box::pin(ask(&credentials));
        assert!(
            (&mut caller).now_or_never().is_none(),
            "the fetch takes five seconds"
        );
        settle().await;
    }
    assert_eq!(script.finished(), 0);
    pass(secs(6)).await;
    assert_eq!(script.finished(), 1, "nobody waited, and still it finished");
    assert_eq!(token(&credentials).await, "first");
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn others_wait_on_when_some_go() {
    let script = Script::new([give_after("first", 3600, secs(5))]);
    let credentials = script.cached();
    let impatient = (0..1000).map(|n| tokio::time::timeout(secs(n % 5), ask(&credentials)));
    let patient = (0..10).map(|_| token(&credentials));
    let (gone, stayed) = tokio::join!(join_all(impatient), join_all(patient));
    assert!(gone.iter().all(Result::is_err));
    assert!(stayed.iter().all(|token| token == "first"));
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_went_does_not_take_the_error_along() {
    let script = Script::new([Act::Hang, Act::Fail(permanent("refused"))]);
    let credentials = script.cached();
    assert!(
        tokio::time::timeout(secs(1), ask(&credentials))
            .await
            .is_err()
    );
    let error = ask(&credentials).await.expect_err("refused");
    assert_eq!(error.to_string(), "scripted credentials: refused");
    assert_eq!(
        script.attempts(),
        2,
        "the hanging attempt and the refused one, of one fetch"
    );
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_never_polled_fetches_nothing() {
    let script = Script::new([]);
    let credentials = script.cached();
    drop(ask(&credentials));
    settle().await;
    assert_eq!(script.attempts(), 0);
}
