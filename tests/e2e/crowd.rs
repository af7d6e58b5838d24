//! Many callers at once: they share one token request.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi::{
    Client,
    transport::{Body, BoxFuture, ManualClock, Transport, TransportError, default_transport},
};
use gapi_fakes::{Fault, Gate};
use tokio::{sync::Barrier, task::JoinSet};

use crate::support::{INSTANCES, PROJECT, google, signed_in, sqladmin};

/// Token requests travel; API calls get their responses at once, so that ten thousand of them need no ten thousand sockets.
#[derive(Debug)]
struct TokensOnly(Arc<dyn Transport>);

impl Transport for TokensOnly {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if request.uri().path() == "/token" {
            return self.0.send(request);
        }
        let signed = request.headers().contains_key("authorization");
        let response = if signed {
            r#"{"name": "orders"}"#
        } else {
            "{}"
        };
        Box::pin(async move { Ok(http::Response::new(Body::from(response))) })
    }
}

/// Calls `count` times at once.
fn crowd(
    client: &Client,
    count: usize,
) -> JoinSet<Result<sqladmin::DatabaseInstance, gapi::Error>> {
    let start = Arc::new(Barrier::new(count));
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (client, start) = (client.clone(), Arc::clone(&start));
        calls.spawn(async move {
            start.wait().await;
            sqladmin::instances()
                .get(PROJECT, "orders")
                .send(&client)
                .await
        });
    }
    calls
}

async fn all_succeed(mut calls: JoinSet<Result<sqladmin::DatabaseInstance, gapi::Error>>) -> usize {
    let mut succeeded = 0;
    while let Some(call) = calls.join_next().await {
        assert_eq!(call.unwrap().unwrap().name.as_deref(), Some("orders"));
        succeeded += 1;
    }
    succeeded
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_calls_on_an_expired_token_make_one_token_request() {
    let (google, account) = google().await;
    let clock = ManualClock::new(SystemTime::now());
    let client = Client::builder()
        .credentials(account.clock(Arc::new(clock.clone())))
        .transport(Arc::new(TokensOnly(default_transport().unwrap())))
        .endpoint(google.url())
        .build()
        .unwrap();
    assert_eq!(all_succeed(crowd(&client, 1)).await, 1);
    assert_eq!(google.tokens().requests(), 1);

    clock.advance(Duration::from_secs(4000));
    google.tokens().set_clock(4000);
    // The token comes only after a caller asked for it, so no caller can profit from an early response.
    let gate = Gate::new();
    google
        .server()
        .inject(Fault::late().held_by(&gate).on("/token"));
    let calls = crowd(&client, 10_000);
    while google.server().count("/token") < 2 {
        tokio::task::yield_now().await;
    }
    gate.open();
    assert_eq!(all_succeed(calls).await, 10_000);
    assert_eq!(google.server().count("/token"), 2);
    assert_eq!(google.tokens().issued(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_401_responses_make_one_more_token_request() {
    let (google, client) = signed_in().await;
    assert_eq!(all_succeed(crowd(&client, 1)).await, 1);
    google.tokens().revoke_all();
    // All hundred are sent with the old token before the first response.
    let gate = Gate::new();
    google
        .server()
        .inject(Fault::late().held_by(&gate).on(INSTANCES).times(100));
    let calls = crowd(&client, 100);
    while google.server().count(INSTANCES) < 101 {
        tokio::task::yield_now().await;
    }
    gate.open();
    assert_eq!(all_succeed(calls).await, 100);

    let refused = google
        .server()
        .log()
        .iter()
        .filter(|entry| entry.status == Some(401))
        .count();
    assert_eq!(refused, 100);
    assert_eq!(google.server().count(INSTANCES), 201);
    assert_eq!(google.tokens().requests(), 2);
}
