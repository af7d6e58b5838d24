//! Expiry, early refresh, and clocks that lie.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::{Clock, ManualClock};

use super::support::{Act, Script, ask, give, give_after, pass, secs, settle, token};

#[tokio::test(start_paused = true)]
async fn a_token_is_refreshed_early_while_callers_use_it() {
    let script = Script::new([give("first", 3600), give_after("second", 3600, secs(20))]);
    let credentials = script.cached();
    assert_eq!(token(&credentials).await, "first");
    pass(secs(3300)).await;
    assert_eq!(token(&credentials).await, "first");
    settle().await;
    assert_eq!(script.attempts(), 1, "five minutes are left: too early");
    pass(secs(200)).await;
    for _ in 0..100 {
        assert_eq!(token(&credentials).await, "first");
        settle().await;
    }
    assert_eq!(script.attempts(), 2, "one refresh, behind everybody's back");
    pass(secs(21)).await;
    assert_eq!(token(&credentials).await, "second");
    assert_eq!(script.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_without_callers() {
    let script = Script::new([]);
    let credentials = script.cached();
    assert_eq!(token(&credentials).await, "token-1");
    pass(secs(100_000)).await;
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_short_lived_token_is_used_for_most_of_its_life() {
    let script = Script::new([give("first", 10)]);
    let credentials = script.cached();
    for _ in 0..8 {
        assert_eq!(token(&credentials).await, "first");
        pass(secs(1)).await;
    }
    assert_eq!(script.attempts(), 1);
    pass(secs(2)).await;
    assert_eq!(token(&credentials).await, "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_token_without_expiry_is_cached() {
    let script = Script::new([Act::Give {
        value: "forever".into(),
        lifetime: None,
        after: Duration::ZERO,
    }]);
    let credentials = script.cached();
    for _ in 0..10 {
        assert_eq!(token(&credentials).await, "forever");
        pass(secs(1_000_000)).await;
    }
    assert_eq!(script.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn being_given_the_same_token_again_makes_no_storm() {
    let script = Script::new([give("first", 1000), give("first", 80)]);
    let credentials = script.cached();
    let issued = ask(&credentials).await.expect("a token");
    pass(secs(920)).await;
    assert_eq!(token(&credentials).await, "first");
    settle().await;
    assert_eq!(script.attempts(), 2, "refreshed, and given the same one");
    for _ in 0..19 {
        assert_eq!(
            ask(&credentials).await.expect("a token").generation(),
            issued.generation()
        );
        pass(secs(1)).await;
    }
    assert_eq!(
        script.attempts(),
        2,
        "the next question waits for a quarter of what is left"
    );
    pass(secs(2)).await;
    token(&credentials).await;
    settle().await;
    assert_eq!(script.attempts(), 3);
    assert_eq!(token(&credentials).await, "token-3");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_dead_on_arrival_is_an_error_and_no_storm() {
    let script = Script::new((0..50).map(|_| give("dead", 0)));
    let credentials = script.cached();
    let error = ask(&credentials).await.expect_err("expired");
    assert!(error.is_transient());
    assert!(error.to_string().contains("already expired"), "{error}");
    for _ in 0..100 {
        ask(&credentials).await.expect_err("expired");
    }
    assert_eq!(script.attempts(), 1);
}

fn manual(script: &Script) -> (ManualClock, gapi_auth::Cached<Script>) {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH + secs(1_800_000_000));
    let credentials = script.cached().clock(Arc::new(clock.clone()));
    (clock, credentials)
}

#[tokio::test]
async fn a_suspended_machine_wakes_with_a_dead_token() {
    let script = Script::new([]);
    let (clock, credentials) = manual(&script);
    assert_eq!(token(&credentials).await, "token-1");
    clock.suspend(secs(3600));
    assert_eq!(token(&credentials).await, "token-2");
}

#[tokio::test]
async fn setting_the_clock_back_keeps_no_dead_token() {
    let script = Script::new([]);
    let (clock, credentials) = manual(&script);
    assert_eq!(token(&credentials).await, "token-1");
    clock.set_wall(clock.now() - secs(86_400));
    assert_eq!(
        token(&credentials).await,
        "token-1",
        "an hour is still an hour"
    );
    clock.advance(secs(3600));
    assert_eq!(token(&credentials).await, "token-2");
}

#[tokio::test]
async fn setting_the_clock_forward_costs_one_fetch() {
    let script = Script::new([]);
    let (clock, credentials) = manual(&script);
    assert_eq!(token(&credentials).await, "token-1");
    clock.set_wall(clock.now() + secs(86_400));
    assert_eq!(token(&credentials).await, "token-2");
    clock.set_wall(clock.now() - secs(86_400));
    assert_eq!(token(&credentials).await, "token-2");
    clock.advance(secs(3600));
    assert_eq!(token(&credentials).await, "token-3");
}

#[tokio::test]
async fn a_suspended_machine_within_the_last_minutes_refreshes_behind_the_back() {
    let script = Script::new([]);
    let (clock, credentials) = manual(&script);
    assert_eq!(token(&credentials).await, "token-1");
    clock.suspend(secs(3500));
    assert_eq!(token(&credentials).await, "token-1");
    settle().await;
    assert_eq!(token(&credentials).await, "token-2");
}

/// Time as it is, beside that of the clocks; and what the source knows of the token that is in use.
struct World {
    clock: ManualClock,
    script: Script,
    credentials: gapi_auth::Cached<Script>,
    truth: Duration,
    token: String,
    issued: Duration,
    seed: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let script = Script::new([]);
        let (clock, credentials) = manual(&script);
        Self {
            clock,
            script,
            credentials,
            truth: Duration::ZERO,
            token: String::new(),
            issued: Duration::ZERO,
            seed,
        }
    }

    /// A number below `bound`, the same in every run.
    fn random(&mut self, bound: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % bound
    }

    fn advance(&mut self) {
        let passed = secs(self.random(1500));
        self.truth += passed;
        self.clock.advance(passed);
    }

    fn suspend(&mut self) {
        let passed = secs(self.random(5000));
        self.truth += passed;
        self.clock.suspend(passed);
    }

    async fn ask(&mut self, what: &str) {
        let token = token(&self.credentials).await;
        settle().await;
        if token != self.token {
            (self.token, self.issued) = (token, self.truth);
        }
        let age = self.truth - self.issued;
        assert!(age < secs(3600), "{what}: a token of {age:?} was used");
    }
}

#[tokio::test]
async fn whenever_a_machine_sleeps_no_dead_token_is_used() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        for step in 0..500 {
            match world.random(4) {
                0 => world.suspend(),
                1 => {
                    // A user, or a time server, corrects a clock that is behind.
                    let by = secs(world.random(10_000));
                    world.clock.set_wall(world.clock.now() + by);
                }
                _ => world.advance(),
            }
            world.ask(&format!("seed {seed}, step {step}")).await;
        }
        assert!(world.script.attempts() < 500, "a storm");
    }
}

#[tokio::test]
async fn however_the_clock_is_set_no_dead_token_is_used() {
    for seed in 100..120 {
        let mut world = World::new(seed);
        for step in 0..500 {
            if world.random(3) == 0 {
                let at = 1_000_000_000 + world.random(1_000_000_000);
                world.clock.set_wall(SystemTime::UNIX_EPOCH + secs(at));
            } else {
                world.advance();
            }
            world.ask(&format!("seed {seed}, step {step}")).await;
        }
    }
}
