//! Token endpoints on bad days.

use futures_util::future::join_all;
use gapi_auth::TokenRetryPolicy;
use tokio::time::Instant;

use super::support::{Act, Script, ask, give, pass, permanent, secs, settle, token, transient};

fn fail(n: usize) -> impl Iterator<Item = Act> {
    (0..n).map(|_| Act::Fail(permanent("down")))
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_never_costs_a_valid_token() {
    let script = Script::new([give("first", 3600)]);
    let credentials = script.cached();
    assert_eq!(token(&credentials).await, "first");
    script.then(fail(1000));
    pass(secs(3400)).await;
    for _ in 0..150 {
        assert_eq!(token(&credentials).await, "first");
        pass(secs(1)).await;
    }
    // Refreshes after 0, 10, 30, 70 and 150 s, give or take the second that a caller comes late.
    assert_eq!(script.attempts() - 1, 4);
}

#[tokio::test(start_paused = true)]
async fn when_the_token_has_expired_callers_see_the_error_and_recovery_needs_no_restart() {
    let script = Script::new([give("first", 3600)]);
    let credentials = script.cached();
    assert_eq!(token(&credentials).await, "first");
    script.then(fail(2));
    pass(secs(3580)).await;
    assert_eq!(token(&credentials).await, "first");
    settle().await;
    assert_eq!(script.attempts(), 2);
    pass(secs(15)).await;
    let error = ask(&credentials).await.expect_err("expired, and down");
    assert_eq!(error.to_string(), "scripted credentials: down");
    assert_eq!(
        script.attempts(),
        3,
        "an expired token ends the background's pause"
    );
    pass(secs(10)).await;
    assert_eq!(token(&credentials).await, "token-4");
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_tried_again_within_the_fetch() {
    let script = Script::new([Act::Fail(transient("reset")), Act::Fail(transient("busy"))]);
    let credentials = script.cached();
    let callers = join_all((0..100).map(|_| token(&credentials))).await;
    assert!(callers.iter().all(|token| token == "token-3"));
    assert_eq!(script.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn three_attempts_are_enough() {
    let script = Script::new((0..3).map(|_| Act::Fail(transient("busy"))));
    let credentials = script.cached();
    let error = ask(&credentials).await.expect_err("busy");
    assert!(error.is_transient());
    assert_eq!(script.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_is_not_tried_again() {
    let script = Script::new(fail(1));
    let credentials = script.cached();
    assert!(!ask(&credentials).await.expect_err("refused").is_transient());
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_within_a_fetch() {
    let script = Script::new([Act::Fail(
        transient("busy").with_retry_after(Some(secs(17))),
    )]);
    let credentials = script.cached();
    let start = Instant::now();
    assert_eq!(token(&credentials).await, "token-2");
    assert!(start.elapsed() >= secs(17));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_deadline_is_reported_at_once_and_obeyed() {
    let script = Script::new([Act::Fail(
        transient("busy").with_retry_after(Some(secs(120))),
    )]);
    let credentials = script.cached();
    let start = Instant::now();
    let error = ask(&credentials).await.expect_err("busy");
    assert_eq!(error.retry_after(), Some(secs(120)));
    assert!(start.elapsed() < secs(1));
    pass(secs(119)).await;
    ask(&credentials).await.expect_err("still busy");
    assert_eq!(script.attempts(), 1);
    pass(secs(2)).await;
    assert_eq!(token(&credentials).await, "token-2");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_hangs_fails_within_a_minute_and_recovers() {
    let script = Script::new([Act::Hang, Act::Hang, Act::Hang]);
    let credentials = script.cached();
    let start = Instant::now();
    let error = ask(&credentials).await.expect_err("no answer");
    assert!(error.is_transient());
    assert!(
        error.to_string().contains("no token came within"),
        "{error}"
    );
    assert!(start.elapsed() <= secs(61));
    pass(secs(10)).await;
    script.then([]);
    assert!(token(&credentials).await.starts_with("token-"));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_hangs_in_the_background_costs_no_caller_anything() {
    let script = Script::new([give("first", 3600), Act::Hang, Act::Hang, Act::Hang]);
    let credentials = script.cached();
    assert_eq!(token(&credentials).await, "first");
    pass(secs(3450)).await;
    let start = Instant::now();
    assert_eq!(token(&credentials).await, "first");
    assert!(start.elapsed() < secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_remembered_briefly() {
    let script = Script::new(fail(3));
    let credentials = script.cached();
    for _ in 0..1000 {
        ask(&credentials).await.expect_err("down");
    }
    assert_eq!(script.attempts(), 1, "no storm");
    for attempts in [2, 3] {
        pass(secs(11)).await;
        ask(&credentials).await.expect_err("down");
        assert_eq!(script.attempts(), attempts);
    }
    pass(secs(11)).await;
    assert_eq!(token(&credentials).await, "token-4");
}

#[tokio::test(start_paused = true)]
async fn a_flapping_endpoint_keeps_tokens_coming() {
    let script = Script::new([]);
    let credentials = script.cached();
    for hour in 0..24 {
        // Each refresh fails once, for good as far as the source knows.
        script.then([
            give(&format!("hour-{hour}"), 3600),
            Act::Fail(permanent("flap")),
        ]);
        if hour == 0 {
            token(&credentials).await;
        }
        for _ in 0..360 {
            token(&credentials).await;
            pass(secs(10)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_is_an_error_and_not_a_hang() {
    let script = Script::new([Act::Panic]);
    let credentials = script.cached();
    let errors = join_all((0..10).map(|_| ask(&credentials))).await;
    for error in errors {
        assert!(
            error
                .expect_err("panicked")
                .to_string()
                .contains("panicked")
        );
    }
    pass(secs(10)).await;
    assert_eq!(token(&credentials).await, "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_program_sets_how_often_and_for_how_long_a_token_is_asked_for() {
    let busy = || Script::new((0..100).map(|_| Act::Fail(transient("busy"))));
    let hanging = || Script::new((0..100).map(|_| Act::Hang));
    let policy = TokenRetryPolicy::new;
    for (script, policy, attempts, from, to) in [
        (busy(), TokenRetryPolicy::none(), 1, 0.0, 0.0),
        (busy(), policy().max_attempts(0), 1, 0.0, 0.0),
        // 1, 2, 4 and 8 s, give or take a quarter.
        (busy(), policy().max_attempts(5), 5, 11.0, 19.0),
        (
            busy(),
            policy().max_attempts(4).initial_delay(secs(4)),
            4,
            21.0,
            35.0,
        ),
        // No attempt begins after the deadline.
        (
            busy(),
            policy().max_attempts(50).deadline(secs(5)),
            3,
            2.2,
            5.0,
        ),
        (
            hanging(),
            TokenRetryPolicy::none().attempt_timeout(secs(3)),
            1,
            3.0,
            3.0,
        ),
        (hanging(), policy().attempt_timeout(secs(3)), 3, 11.2, 12.8),
        (hanging(), policy().deadline(secs(7)), 1, 7.0, 7.0),
        // An attempt may take longer than the usual ones.
        (
            hanging(),
            TokenRetryPolicy::none().attempt_timeout(secs(300)),
            1,
            300.0,
            300.0,
        ),
    ] {
        let credentials = script.cached().retry(policy.clone());
        let start = Instant::now();
        let error = ask(&credentials).await.expect_err("no token");
        assert!(error.is_transient());
        assert_eq!(script.attempts(), attempts, "{policy:?}");
        let took = start.elapsed().as_secs_f64();
        assert!(
            (from - 0.01..=to + 0.01).contains(&took),
            "{policy:?}: {took}"
        );
    }
}
