//! The device flow.

use std::{sync::Arc, time::Duration};

use gapi_auth::{AuthError, AuthErrorKind, AuthorizedUser, ClientSecrets, DeviceFlow, Flow};
use gapi_transport::Body;
use gapi_transport::{SystemClock, TransportErrorKind};
use http::Response;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::endpoint::{Endpoint, response};

type Outcome = Result<Response<Body>, TransportErrorKind>;

fn code(fields: Value) -> Outcome {
    let mut reply = json!({"device_code": "device-1", "user_code": "ABCD-EFGH", "verification_url": "https://www.google.com/device", "expires_in": 1800, "interval": 5});
    for (name, value) in fields.as_object().expect("an object") {
        reply[name] = value.clone();
    }
    Ok(response(200, &reply.to_string()))
}

fn refusal(status: u16, error: &str) -> Outcome {
    Ok(response(
        status,
        &json!({"error": error, "error_description": "x"}).to_string(),
    ))
}

fn token() -> Outcome {
    Ok(response(
        200,
        r#"{"access_token":"t","expires_in":3600,"refresh_token":"r","scope":"a"}"#,
    ))
}

/// Runs the flow on the paused clock, and returns how long it took.
async fn run(endpoint: &Endpoint) -> (Result<AuthorizedUser, AuthError>, Duration) {
    let flow = Flow::new(ClientSecrets::new("client-1", "secret-1"), ["a", "b"])
        .transport(endpoint.shared())
        .clock(Arc::new(Paused(Instant::now())));
    let start = Instant::now();
    let device = DeviceFlow::new(flow).start().await.expect("a code");
    assert_eq!(device.user_code(), "ABCD-EFGH");
    (device.wait().await, start.elapsed())
}

/// Tokio's clock as a monotonic clock.
#[derive(Debug)]
struct Paused(Instant);

impl gapi_transport::Clock for Paused {
    fn now(&self) -> std::time::SystemTime {
        SystemClock.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> gapi_transport::BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

#[tokio::test(start_paused = true)]
async fn the_user_takes_a_while() {
    // Google's statuses: 428 and 403 where the standard has 400.
    let endpoint = Endpoint::new([
        code(json!({})),
        refusal(428, "authorization_pending"),
        refusal(400, "authorization_pending"),
        token(),
    ]);
    let (outcome, took) = run(&endpoint).await;
    let user = outcome.expect("a user");
    assert_eq!(user.granted_scopes(), ["a"]);
    assert_eq!(took.as_secs(), 15);
    let recorded = endpoint.recorded();
    assert_eq!(recorded[0].uri, "https://oauth2.googleapis.com/device/code");
    assert_eq!(recorded[0].body, "client_id=client-1&scope=a%20b");
    assert_eq!(
        recorded[3].body,
        "client_id=client-1&device_code=device-1&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_secret=secret-1"
    );
}

#[tokio::test(start_paused = true)]
async fn slow_down_is_for_good() {
    let endpoint = Endpoint::new([
        code(json!({"interval": 1})),
        refusal(403, "slow_down"),
        refusal(428, "authorization_pending"),
        token(),
    ]);
    let (outcome, took) = run(&endpoint).await;
    outcome.expect("a user");
    assert_eq!(took.as_secs(), 1 + 6 + 6);
}

#[tokio::test(start_paused = true)]
async fn trouble_of_the_connection_is_no_response() {
    let endpoint = Endpoint::new([
        code(json!({})),
        Err(TransportErrorKind::Timeout),
        Ok(response(502, "<html>")),
        refusal(428, "authorization_pending"),
        token(),
    ]);
    let (outcome, took) = run(&endpoint).await;
    outcome.expect("a user");
    assert_eq!(took.as_secs(), 5 + 10 + 20 + 5);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_reported() {
    let (outcome, _) = run(&Endpoint::new([
        code(json!({})),
        refusal(403, "access_denied"),
    ]))
    .await;
    assert_eq!(outcome.expect_err("denied").kind(), AuthErrorKind::Denied);
    let (outcome, _) = run(&Endpoint::new([
        code(json!({})),
        refusal(400, "expired_token"),
    ]))
    .await;
    assert_eq!(
        outcome.expect_err("expired").kind(),
        AuthErrorKind::TimedOut
    );
    let (outcome, _) = run(&Endpoint::new([
        code(json!({})),
        refusal(401, "invalid_client"),
    ]))
    .await;
    let error = outcome.expect_err("refused");
    assert!(error.to_string().contains("Limited Input"), "{error}");
    // A server that always responds "pending" is not asked for ever.
    let responses = std::iter::once(code(json!({"expires_in": 30})))
        .chain((0..50).map(|_| refusal(428, "authorization_pending")));
    let endpoint = Endpoint::new(responses);
    let (outcome, took) = run(&endpoint).await;
    assert_eq!(
        outcome.expect_err("expired").kind(),
        AuthErrorKind::TimedOut
    );
    assert_eq!((took.as_secs(), endpoint.recorded().len()), (30, 7));
}

#[tokio::test]
async fn responses_of_other_servers_are_read_and_bad_ones_refused() {
    let start = |endpoint: &Endpoint, client: ClientSecrets| {
        let flow = Flow::new(client, ["a"]).transport(endpoint.shared());
        async move { DeviceFlow::new(flow).start().await }
    };
    let other = || {
        ClientSecrets::new("c", "s")
            .device_uri("https://login.example/device")
            .token_uri("https://login.example/token")
    };
    let rfc = json!({"device_code": "d", "user_code": "u", "verification_uri": "https://login.example/go", "verification_uri_complete": "https://login.example/go?u", "expires_in": 60});
    let endpoint = Endpoint::new([Ok(response(200, &rfc.to_string()))]);
    let device = start(&endpoint, other()).await.expect("a code");
    assert_eq!(device.verification_url(), "https://login.example/go");
    assert_eq!(
        device.verification_url_complete(),
        Some("https://login.example/go?u")
    );
    assert_eq!(device.expires_in().as_secs(), 60);
    assert_eq!(endpoint.recorded()[0].form()["client_secret"], "s");
    for reply in [
        Ok(response(200, "{}")),
        Ok(response(
            200,
            r#"{"device_code":"d","user_code":"u","expires_in":5}"#,
        )),
        Ok(response(200, "<html>")),
        Ok(response(200, r#"{"access_token":"t"}"#)),
        refusal(400, "invalid_scope"),
        // Google's rate limit has a key of its own.
        Ok(response(403, r#"{"error_code":"rate_limit_exceeded"}"#)),
    ] {
        start(&Endpoint::new([reply]), other())
            .await
            .expect_err("no code");
    }
    let plain = ClientSecrets::new("c", "s").device_uri("http://login.example/device");
    let error = start(&Endpoint::default(), plain)
        .await
        .expect_err("plain http");
    assert_eq!(error.kind(), AuthErrorKind::Config);
}

#[tokio::test(start_paused = true)]
async fn who_drops_it_is_not_waited_for() {
    let endpoint = Endpoint::new([code(json!({})), token()]);
    let flow = Flow::new(ClientSecrets::new("c", "s"), ["a"]).transport(endpoint.shared());
    let device = DeviceFlow::new(flow).start().await.expect("a code");
    let waiting = tokio::spawn(device.wait());
    tokio::task::yield_now().await;
    waiting.abort();
    let _ = waiting.await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(endpoint.recorded().len(), 1, "no poll after the end");
}
