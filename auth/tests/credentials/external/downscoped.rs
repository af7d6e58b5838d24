//! Access boundaries.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use gapi_auth::{
    AccessBoundary, AccessBoundaryRule, AccessToken, ApiKey, AuthErrorKind, Credentials,
    Downscoped, Token, from_fn,
};
use serde_json::json;

use super::support::*;

fn rule() -> AccessBoundaryRule {
    AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/b")
        .permission("inRole:roles/storage.objectViewer")
}

#[tokio::test]
async fn a_token_without_an_expiry_lives_as_long_as_its_source() {
    let google = Google::acting(|_| {
        let body = json!({"access_token": "limited", "token_type": "Bearer"});
        Some(Ok(response(200, &body.to_string())))
    });
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 1200);
    let source = from_fn(move || async move { Ok(Token::new("wide").expires_at(expiry)) });
    let limited = Downscoped::new(source.clock(clock()), AccessBoundary::new([rule()]))
        .transport(google.shared())
        .clock(clock());
    let headers = ask(&limited).await.expect("a token");
    assert_eq!(bearer(&headers), "limited");
    assert_eq!(headers.expires_at(), Some(expiry));
}

#[tokio::test]
async fn tokens_for_others_are_new_each_time() {
    let google = Google::default();
    let limited = Downscoped::new(AccessToken::new("wide"), AccessBoundary::new([rule()]))
        .transport(google.shared())
        .clock(clock());
    let own = ask(&limited).await.expect("a token");
    let other = limited.token().await.expect("a token");
    assert_ne!(bearer(&own), other.secret());
    assert_eq!(
        bearer(&ask(&limited).await.expect("the same")),
        bearer(&own)
    );
}

#[tokio::test]
async fn a_source_token_that_was_revoked_is_replaced_once() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = fetched.clone();
    let source = from_fn(move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move { Ok(Token::new(format!("wide-{number}"))) }
    });
    let google = Google::acting(|recorded| {
        (recorded.form()["subject_token"] == "wide-0")
            .then(|| Ok(refused(400, "invalid_grant", "The token is invalid")))
    });
    let limited = Downscoped::new(source, AccessBoundary::new([rule()]))
        .transport(google.shared())
        .clock(clock());
    ask(&limited).await.expect("a token");
    assert_eq!(google.recorded().len(), 2);
}

#[tokio::test]
async fn boundaries_that_cannot_work_are_refused_before_anything_is_sent() {
    let google = Google::default();
    for (rules, expected) in [
        (vec![], "1 to 10 rules"),
        (vec![rule(); 11], "1 to 10 rules"),
        (
            vec![AccessBoundaryRule::new("projects/_/buckets/b").permission("inRole:x")],
            "begins with //",
        ),
        (
            vec![AccessBoundaryRule::new(
                "//storage.googleapis.com/projects/_/buckets/b",
            )],
            "allows nothing",
        ),
        (vec![rule().permission("storage.objects.get")], "inRole:"),
    ] {
        let limited = Downscoped::new(AccessToken::new("wide"), AccessBoundary::new(rules))
            .transport(google.shared());
        let error = ask(&limited).await.expect_err(expected);
        assert_eq!(error.kind(), AuthErrorKind::Config);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        limited.token().await.expect_err(expected);
    }
    let keyed = Downscoped::new(ApiKey::new("key"), AccessBoundary::new([rule()]))
        .transport(google.shared())
        .clock(clock());
    let error = ask(&keyed).await.expect_err("no token to limit");
    assert!(error.to_string().contains("API keys"), "{error}");
    assert!(google.recorded().is_empty());
    assert!(keyed.describe().contains("access boundary"));
}
