//! Errors of servers that do not respond.

use gapi_auth::{AuthErrorKind, ExternalAccount};
use serde_json::{Value, json};

use super::support::*;

async fn silence(source: Value) -> gapi_auth::AuthError {
    let google = Google::default();
    google.delay(std::time::Duration::from_secs(3600));
    let account = ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .environment(gapi_auth::Environment::new().file("/token", "subject"))
        .transport(google.shared());
    let error = ask(&account).await.expect_err("silence");
    assert_eq!(error.kind(), AuthErrorKind::Transport, "{error}");
    assert!(error.is_transient(), "{error}");
    error
}

#[tokio::test(start_paused = true)]
async fn a_container_that_cannot_reach_imdsv2_learns_of_the_hop_limit() {
    let root = "http://169.254.169.254/latest";
    let error = silence(json!({
        "environment_id": "aws1",
        "region_url": format!("{root}/meta-data/placement/availability-zone"),
        "url": format!("{root}/meta-data/iam/security-credentials"),
        "imdsv2_session_token_url": format!("{root}/api/token"),
        "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    }))
    .await;
    let expected = "the metadata server of AWS gave nothing: 169.254.169.254 did not respond";
    assert!(error.to_string().contains(expected), "{error}");
    let hint = error.hint().expect("a way out");
    assert!(hint.contains("hop limit of 2"), "{hint}");
}

#[tokio::test(start_paused = true)]
async fn the_source_of_the_subject_token_and_the_exchange_are_distinguished() {
    let error = silence(json!({"url": "https://tokens.example.com/subject"})).await;
    let expected = "gave none: tokens.example.com did not respond";
    assert!(error.to_string().contains(expected), "{error}");
    let error = silence(json!({"file": "/token"})).await;
    let expected = "s: sts.googleapis.com did not respond";
    assert!(error.to_string().contains(expected), "{error}");
}
