//! Regional access boundaries: asked for in the background, never waited for, and never the reason of a failure.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use gapi_auth::{
    AccessToken, AuthErrorKind, AuthRequest, Credentials, RegionalAccessBoundary, Scopes,
};
use http::Uri;
use serde_json::json;

use super::support::*;

const LOCATIONS: &str = "x-allowed-locations";

fn bounded(google: &Google) -> RegionalAccessBoundary {
    RegionalAccessBoundary::of_service_account(AccessToken::new("token"), TARGET)
        .expect("an address")
        .transport(google.shared())
}

fn allowing() -> Google {
    Google::acting(|_| {
        let body = json!({"locations": ["us-central1"], "encodedLocations": "0xA30"});
        Some(Ok(response(200, &body.to_string())))
    })
}

/// What a request would carry.
async fn locations(credentials: &dyn Credentials) -> Option<String> {
    let headers = ask(credentials).await.expect("headers");
    let value = headers.headers().get(LOCATIONS)?;
    Some(value.to_str().expect("text").to_owned())
}

async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_looked_up_behind_the_first_request() {
    let google = allowing();
    let bounded = bounded(&google);
    assert_eq!(locations(&bounded).await, None, "nobody waits");
    settle().await;
    for _ in 0..10 {
        assert_eq!(locations(&bounded).await.as_deref(), Some("0xA30"));
    }
    let recorded = google.recorded();
    assert_eq!(recorded.len(), 1);
    assert_eq!(
        recorded[0].uri.to_string(),
        format!(
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{TARGET}/allowedLocations"
        )
    );
    assert_eq!(recorded[0].header("authorization"), "Bearer token");
    // After five hours it is asked for again, behind a request that carries the old one.
    tokio::time::sleep(Duration::from_secs(5 * 3600)).await;
    assert_eq!(locations(&bounded).await.as_deref(), Some("0xA30"));
    settle().await;
    assert_eq!(google.recorded().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn failures_are_no_ones_business_and_rest_longer_and_longer() {
    let google = Google::acting(|_| Some(Ok(api_error(403, "PERMISSION_DENIED", "no"))));
    let bounded = bounded(&google);
    let mut asked = Vec::new();
    for _ in 0..100 {
        assert_eq!(locations(&bounded).await, None);
        settle().await;
        asked.push(google.recorded().len());
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    // At once, after 15 minutes, and after 30 more; 60 more are not over.
    assert_eq!(
        (
            asked[0], asked[14], asked[16], asked[44], asked[46], asked[99]
        ),
        (1, 1, 2, 2, 3, 3)
    );
}

#[tokio::test(start_paused = true)]
async fn a_busy_service_is_asked_again() {
    let turns = AtomicUsize::new(0);
    let google = Google::acting(move |_| {
        Some(Ok(if turns.fetch_add(1, Ordering::SeqCst) < 5 {
            response(503, "busy")
        } else {
            response(200, "{\"encodedLocations\": \"0x1\"}")
        }))
    });
    let bounded = bounded(&google);
    locations(&bounded).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(locations(&bounded).await.as_deref(), Some("0x1"));
    assert_eq!(google.recorded().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn no_boundary_is_no_header() {
    for body in [
        "{\"encodedLocations\": \"0x0\"}",
        "{\"encodedLocations\": \"\"}",
    ] {
        let google = Google::acting(move |_| Some(Ok(response(200, body))));
        let bounded = bounded(&google);
        for _ in 0..3 {
            assert_eq!(locations(&bounded).await, None);
            settle().await;
        }
        assert_eq!(google.recorded().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn regional_hosts_are_left_alone() {
    let google = allowing();
    let bounded = bounded(&google);
    locations(&bounded).await;
    settle().await;
    for (host, carries) in [
        ("pubsub.us-central1.rep.googleapis.com", false),
        ("pubsub.us-central1.rep.mtls.googleapis.com", false),
        ("pubsub.googleapis.com", true),
    ] {
        let url: Uri = format!("https://{host}/v1/x").parse().expect("a URL");
        let request = AuthRequest::new(&url, Scopes::Default(&SCOPES));
        let headers = bounded.headers(&request).await.expect("headers");
        assert_eq!(headers.headers().contains_key(LOCATIONS), carries, "{host}");
    }
}

#[test]
fn names_cannot_change_the_url() {
    for name in ["", "a/b", "a?b", "..", "a%2fb", "a b"] {
        let source = || AccessToken::new("token");
        for refused in [
            RegionalAccessBoundary::of_service_account(source(), name),
            RegionalAccessBoundary::of_workload_pool(source(), "123", name),
            RegionalAccessBoundary::of_workload_pool(source(), name, "pool"),
            RegionalAccessBoundary::of_workforce_pool(source(), name),
        ] {
            assert_eq!(refused.expect_err(name).kind(), AuthErrorKind::Config);
        }
    }
}
