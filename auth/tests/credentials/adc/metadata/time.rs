//! The same token again, and clocks that lie.

use std::{sync::Arc, time::SystemTime};

use gapi_transport::{Clock, ManualClock};

use super::super::machine::{Machine, secs, settle, token};

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_its_token_is_not_stormed() {
    let machine = Machine::new();
    // New tokens only in the last ten seconds.
    machine.server.set_lifetime(secs(3600), secs(10));
    let credentials = machine.credentials();
    let first = token(&credentials).await;
    let mut used = 0;
    while machine.server.issued() == 1 {
        let token = token(&credentials).await;
        assert!(machine.server.accepts(&token), "an expired token was used");
        used += 1;
        machine.pass(secs(1)).await;
    }
    assert!((3580..=3600).contains(&used), "{used}");
    // 225 s before the end, then after a quarter of what is left each time, but not more often than every two seconds.
    assert!(
        (8..=24).contains(&machine.server.requests()),
        "{}",
        machine.server.requests()
    );
    settle().await;
    assert_ne!(token(&credentials).await, first);
}

#[tokio::test(start_paused = true)]
async fn a_token_near_its_end_is_used_to_its_end() {
    let machine = Machine::new();
    machine.server.set_lifetime(secs(100), secs(5));
    let credentials = machine.credentials();
    // Another caller got the token first.
    token(&machine.credentials()).await;
    machine.pass(secs(60)).await;
    for _ in 0..600 {
        assert!(
            machine.server.accepts(&token(&credentials).await),
            "an expired token was used"
        );
        machine.pass(secs(1)).await;
    }
    assert!(machine.server.issued() <= 9, "{}", machine.server.issued());
}

#[tokio::test(start_paused = true)]
async fn a_server_with_a_wrong_clock_makes_no_difference() {
    for wrong in [-86_400, 86_400, -3_000_000] {
        let machine = Machine::new();
        machine.server.shift_clock(wrong);
        let credentials = machine.credentials();
        let first = token(&credentials).await;
        machine.pass(secs(3000)).await;
        assert_eq!(token(&credentials).await, first);
        machine.pass(secs(600)).await;
        let second = token(&credentials).await;
        assert!(machine.server.accepts(&second) && second != first);
        assert_eq!(machine.server.requests(), 2, "{wrong}");
    }
}

#[tokio::test]
async fn neither_suspension_nor_a_set_clock_keeps_a_dead_token() {
    let machine = Machine::new();
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH + secs(1_800_000_000));
    let credentials = machine.credentials().clock(Arc::new(clock.clone()));
    let first = token(&credentials).await;

    clock.suspend(secs(3600));
    machine.server.shift_clock(3600);
    let second = token(&credentials).await;
    assert!(
        second != first && machine.server.accepts(&second),
        "the machine slept for an hour"
    );

    clock.set_wall(clock.now() - secs(86_400));
    assert_eq!(
        token(&credentials).await,
        second,
        "an hour is still an hour"
    );
    clock.advance(secs(3600));
    machine.server.shift_clock(3600);
    let third = token(&credentials).await;
    assert!(
        third != second && machine.server.accepts(&third),
        "the hour is over, whatever the wall clock says"
    );

    clock.set_wall(clock.now() + secs(86_400));
    assert!(machine.server.accepts(&token(&credentials).await));
}
