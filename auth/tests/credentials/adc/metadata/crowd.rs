//! Ten thousand callers at once, and servers on bad days.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use gapi_auth::MetadataServer;
use gapi_transport::TransportErrorKind;

use super::super::machine::{Act, Machine, ask, bearer, refused, secs, status, token, universe};

const CROWD: usize = 10_000;

/// What a crowd gets, each in a task of its own: the tokens, and how many callers got none.
async fn crowd(credentials: &MetadataServer) -> (BTreeSet<String>, usize) {
    let callers = (0..CROWD).map(|_| {
        let credentials = credentials.clone();
        tokio::spawn(async move { ask(&credentials).await.map(|headers| bearer(&headers)) })
    });
    let (mut tokens, mut failures) = (BTreeSet::new(), 0);
    for response in join_all(callers).await {
        match response.expect("a caller") {
            Ok(token) => drop(tokens.insert(token)),
            Err(_) => failures += 1,
        }
    }
    (tokens, failures)
}

#[tokio::test(start_paused = true)]
async fn a_slow_server_is_asked_once() {
    let machine = Machine::new();
    machine.next([Act::Late(secs(4))]);
    let (tokens, failures) = crowd(&machine.credentials()).await;
    assert_eq!(
        (tokens.len(), failures, machine.server.requests()),
        (1, 0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_server_is_asked_five_times_for_all_and_recovers() {
    let machine = Machine::new();
    machine.always(Some(|| status(503)));
    let credentials = machine.credentials();
    let (tokens, failures) = crowd(&credentials).await;
    assert_eq!(
        (tokens.len(), failures, machine.recorded().len()),
        (0, CROWD, 5)
    );
    machine.always(None);
    machine.pass(secs(15)).await;
    let (tokens, failures) = crowd(&credentials).await;
    assert_eq!(
        (tokens.len(), failures, machine.server.requests()),
        (1, 0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_outlives_every_failed_refresh() {
    let machine = Machine::new();
    let credentials = machine.credentials();
    let first = token(&credentials).await;
    machine.pass(secs(3400)).await;
    machine.always(Some(|| Act::Break(TransportErrorKind::Reset)));
    for _ in 0..15 {
        let (tokens, failures) = crowd(&credentials).await;
        assert_eq!(
            (tokens.into_iter().collect::<Vec<_>>(), failures),
            (vec![first.clone()], 0)
        );
        machine.pass(secs(10)).await;
    }
    assert!(
        machine.recorded().len() <= 1 + 4 * 5,
        "{}",
        machine.recorded().len()
    );
    machine.always(None);
    machine.pass(secs(60)).await;
    let (tokens, failures) = crowd(&credentials).await;
    assert_eq!((tokens.len(), failures), (1, 0));
    assert!(
        tokens
            .iter()
            .all(|token| machine.server.accepts(token) && *token != first)
    );
}

#[tokio::test(start_paused = true)]
async fn a_resetting_server_costs_one_more_request() {
    let machine = Machine::new();
    machine.next([
        Act::Break(TransportErrorKind::Reset),
        Act::Break(TransportErrorKind::Body),
    ]);
    let (tokens, failures) = crowd(&machine.credentials()).await;
    assert_eq!(
        (tokens.len(), failures, machine.recorded().len()),
        (1, 0, 3)
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_with_a_wrong_clock_that_gives_the_same_token_again() {
    let machine = Machine::new();
    machine.server.shift_clock(-1_000_000);
    machine.server.set_lifetime(secs(300), secs(60));
    let credentials = machine.credentials();
    for _ in 0..12 {
        let (tokens, failures) = crowd(&credentials).await;
        assert_eq!((tokens.len(), failures), (1, 0));
        assert!(tokens.iter().all(|token| machine.server.accepts(token)));
        machine.pass(secs(25)).await;
    }
    assert!(
        machine.server.requests() <= 8,
        "{}",
        machine.server.requests()
    );
}

#[tokio::test(start_paused = true)]
async fn a_crowd_asks_once_for_the_universe_too() {
    let machine = Machine::new();
    machine.next([Act::Late(secs(1))]);
    let credentials = machine.credentials();
    let universes = join_all((0..CROWD).map(|_| universe(&credentials))).await;
    assert!(universes.into_iter().all(|universe| universe.is_ok()));
    assert_eq!(machine.recorded().len(), 1);

    let machine = Machine::new();
    machine.always(Some(refused));
    let credentials = machine.credentials();
    let universes = join_all((0..CROWD).map(|_| universe(&credentials))).await;
    assert!(universes.into_iter().all(|universe| universe.is_err()));
    // Five attempts, at the address and by the name.
    assert_eq!(machine.recorded().len(), 10, "the crowd shares one error");
    machine.always(None);
    machine.pass(secs(6)).await;
    universe(&credentials).await.expect("the server is back");
}
