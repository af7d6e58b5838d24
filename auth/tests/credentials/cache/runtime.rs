//! Runtimes that end, stall or are missing.

use std::{sync::Arc, thread, time::SystemTime};

use futures_util::FutureExt;
use gapi_transport::ManualClock;
use tokio::runtime::{Builder, Runtime};

use super::support::{Act, Script, ask, give, secs, settle, token};

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Waits, in real time, until something happens on another thread.
fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

#[test]
fn when_the_fetching_runtime_is_shut_down_a_waiting_caller_takes_over() {
    let script = Script::new([Act::Hang]);
    let credentials = script.cached();
    let first = runtime();
    let starter = credentials.clone();
    first.spawn(async move { ask(&starter).await });
    until(|| script.attempts() == 1);
    let second = runtime();
    let waiter = second.spawn(async move { token(&credentials).await });
    second.block_on(settle());
    first.shutdown_background();
    assert_eq!(second.block_on(waiter).expect("a caller"), "token-2");
    assert_eq!(script.attempts(), 2);
}

#[test]
fn a_fetch_on_a_runtime_that_is_not_driven_is_given_up() {
    let script = Script::new([Act::Hang]);
    let clock = ManualClock::new(SystemTime::now());
    let credentials = script.cached().clock(Arc::new(clock.clone()));
    let stalled = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // Polled once, so that the task is running; then the runtime is not driven any more.
    stalled.block_on(async {
        assert!(ask(&credentials).now_or_never().is_none());
        settle().await;
    });
    assert_eq!(script.attempts(), 1);
    let other = runtime();
    let asleep = clock.sleepers();
    let waiter = other.spawn(async move { token(&credentials).await });
    until(|| clock.sleepers() > asleep);
    clock.advance(secs(5));
    assert_eq!(other.block_on(waiter).expect("a caller"), "token-2");
}

#[test]
fn a_refresh_on_a_runtime_that_is_not_driven_is_given_up() {
    let script = Script::new([give("first", 3600), Act::Hang]);
    let clock = ManualClock::new(SystemTime::now());
    let credentials = script.cached().clock(Arc::new(clock.clone()));
    let stalled = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    stalled.block_on(async {
        token(&credentials).await;
        clock.advance(secs(3400));
        assert_eq!(token(&credentials).await, "first");
        settle().await;
    });
    assert_eq!(script.attempts(), 2, "the refresh hangs");
    clock.advance(secs(75));
    let other = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    other.block_on(async {
        assert_eq!(token(&credentials).await, "first");
        settle().await;
        assert_eq!(
            token(&credentials).await,
            "token-3",
            "long before the first one expires"
        );
    });
}

#[test]
fn tokens_outlive_the_runtime_that_fetched_them() {
    let script = Script::new([]);
    let credentials = script.cached();
    assert_eq!(runtime().block_on(token(&credentials)), "token-1");
    assert_eq!(runtime().block_on(token(&credentials)), "token-1");
}

#[test]
fn without_a_runtime_the_caller_fetches() {
    let script = Script::new([]);
    let credentials = script.cached();
    let fetched = token(&credentials)
        .now_or_never()
        .expect("nothing to wait for");
    assert_eq!(fetched, "token-1");
    let refresh_is_due = ManualClock::new(SystemTime::now());
    let credentials = script.cached().clock(Arc::new(refresh_is_due.clone()));
    assert_eq!(
        token(&credentials)
            .now_or_never()
            .expect("nothing to wait for"),
        "token-2"
    );
    refresh_is_due.advance(secs(3500));
    assert_eq!(
        token(&credentials).now_or_never().expect("the old one"),
        "token-2"
    );
    refresh_is_due.advance(secs(100));
    assert_eq!(
        token(&credentials).now_or_never().expect("a new one"),
        "token-3"
    );
}
