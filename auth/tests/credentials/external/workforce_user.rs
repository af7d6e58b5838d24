//! People who signed in through a workforce pool.

use gapi_auth::{AuthErrorKind, Credentials, ExposeSecret, ExternalAccountAuthorizedUser};
use serde_json::{Value, json};

use super::support::*;

fn file() -> Value {
    json!({
        "type": "external_account_authorized_user",
        "audience": "//iam.googleapis.com/locations/global/workforcePools/pool/providers/prov",
        "client_id": "client-1", "client_secret": "secret", "refresh_token": "first",
        "token_url": "https://sts.googleapis.com/v1/oauthtoken", "revoke_url": "https://sts.googleapis.com/v1/revoke",
        "quota_project_id": "payer",
    })
}

fn user(google: &Google) -> ExternalAccountAuthorizedUser {
    ExternalAccountAuthorizedUser::from_json(&file().to_string())
        .expect("a file")
        .transport(google.shared())
        .clock(clock())
}

/// Replaces the refresh token with each response.
fn rotating() -> Google {
    Google::acting(|recorded| {
        let old = recorded.form().get("refresh_token")?.clone();
        let body = json!({
            "access_token": format!("for-{old}"), "expires_in": 3600, "token_type": "Bearer", "refresh_token": format!("{old}+"),
        });
        Some(Ok(response(200, &body.to_string())))
    })
}

#[tokio::test]
async fn a_refresh_token_that_is_replaced_is_used_from_then_on_by_all_copies() {
    let google = rotating();
    let user = user(&google);
    let used = ask(&user).await.expect("a token");
    assert_eq!(bearer(&used), "for-first");
    assert_eq!(used.headers()["x-goog-user-project"], "payer");
    assert_eq!(user.refresh_token().expose_secret(), "first+");
    assert!(user.reject(&used));
    assert_eq!(bearer(&ask(&user).await.expect("a token")), "for-first+");
    // A setter makes a copy, and copies share the refresh token.
    let copy = user.clone().quota_project("other");
    assert_eq!(bearer(&ask(&copy).await.expect("a token")), "for-first++");
    assert_eq!(user.refresh_token().expose_secret(), "first+++");
}

#[tokio::test]
async fn a_session_that_ended_is_named() {
    let google = Google::acting(|_| Some(Ok(refused(400, "invalid_grant", "Session expired"))));
    let error = ask(&user(&google)).await.expect_err("ended");
    assert_eq!(error.kind(), AuthErrorKind::OAuth);
    assert!(
        error
            .to_string()
            .contains("gcloud auth application-default login"),
        "{error}"
    );
}

#[tokio::test]
async fn revocation_forgets_everything() {
    let google = Google::default();
    let user = user(&google);
    ask(&user).await.expect("a token");
    google.act(|recorded| {
        recorded
            .uri
            .path()
            .ends_with("/revoke")
            .then(|| Ok(response(503, "busy")))
    });
    user.revoke().await.expect_err("busy");
    ask(&user).await.expect("nothing is forgotten then");
    google.act(|recorded| {
        recorded
            .uri
            .path()
            .ends_with("/revoke")
            .then(|| Ok(refused(400, "invalid_token", "unknown")))
    });
    user.revoke()
        .await
        .expect("what is revoked already is no error");
    let error = ask(&user).await.expect_err("revoked");
    assert!(error.to_string().contains("revoked"), "{error}");
    assert_eq!(user.refresh_token().expose_secret(), "");
    let error = user.revoke().await.expect_err("nothing to revoke");
    assert_eq!(error.kind(), AuthErrorKind::Config);
}

#[test]
fn files_that_cannot_be_used_are_explained() {
    for (field, value, expected) in [
        ("type", json!("external_account"), "`external_account`"),
        ("client_id", Value::Null, "`client_id`"),
        ("client_secret", json!(""), "`client_secret`"),
        ("refresh_token", json!(7), "`refresh_token`"),
    ] {
        let mut broken = file();
        broken[field] = value;
        let error =
            ExternalAccountAuthorizedUser::from_json(&broken.to_string()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
}
