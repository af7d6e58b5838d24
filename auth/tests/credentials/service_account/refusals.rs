//! Refusals, and the way out that errors show.

use gapi_auth::ServiceAccount;
use gapi_transport::Body;
use http::Response;
use serde_json::json;

use super::support::*;

async fn refused(account: ServiceAccount, error: &str, description: &str) -> String {
    let endpoint = Endpoint::new([Ok(refusal(error, description))]);
    ask(&account.transport(endpoint.shared()))
        .await
        .expect_err("refused")
        .to_string()
}

#[track_caller]
fn assert_mentions(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

#[tokio::test]
async fn delegation_that_is_not_authorized_names_client_and_scopes() {
    let delegated = || {
        account()
            .scopes(["https://scope/b", "https://scope/a"])
            .subject("user@example.com")
    };
    let description = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
    let text = refused(delegated(), "unauthorized_client", description).await;
    assert_mentions(
        &text,
        &[
            "unauthorized_client",
            description,
            "Admin console of example.com",
            CLIENT_ID,
            "https://scope/a,https://scope/b",
            "for user@example.com",
        ],
    );
    let text = refused(
        delegated(),
        "access_denied",
        "Requested client not authorized.",
    )
    .await;
    assert_mentions(&text, &[CLIENT_ID, "https://scope/a,https://scope/b"]);
    let without_id = ServiceAccount::from_parts(EMAIL, &key().pkcs8)
        .expect("a key")
        .scopes(["s"])
        .subject("user@example.com");
    assert_mentions(
        &refused(without_id, "unauthorized_client", "").await,
        &["the unique ID of", EMAIL],
    );
}

#[tokio::test]
async fn an_unknown_user_is_named() {
    let delegated = account().scopes(["s"]).subject("nobody@example.com");
    let text = refused(delegated, "invalid_grant", "Invalid email or User ID").await;
    assert_mentions(
        &text,
        &["nobody@example.com has to be the primary address of an active user"],
    );
}

#[tokio::test]
async fn a_deleted_key_and_a_deleted_account_are_named() {
    assert_mentions(
        &refused(account(), "invalid_grant", "Invalid JWT Signature.").await,
        &["key key-1 is not a key of", "deleted or disabled"],
    );
    assert_mentions(
        &refused(
            account(),
            "invalid_grant",
            "Invalid grant: account not found",
        )
        .await,
        &[EMAIL, "does not exist any more"],
    );
}

const SHORT_LIVED: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";

/// A refusal of the assertion's times, dated `date`. Our clock has Sun, 22 Nov 2026 05:20:00 GMT.
fn skewed(date: &str) -> Response<Body> {
    let mut response = refusal("invalid_grant", SHORT_LIVED);
    response
        .headers_mut()
        .insert("date", date.parse().expect("a date"));
    response
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once() {
    for (date, skew) in [
        ("Sun, 22 Nov 2026 05:15:00 GMT", -300_i64),
        ("Sun, 22 Nov 2026 07:20:00 GMT", 7200),
    ] {
        let endpoint = Endpoint::new([Ok(skewed(date))]);
        let account = account().transport(endpoint.shared()).clock(clock());
        assert_eq!(bearer(&ask(&account).await.expect("a token")), "token-2");
        let issued: Vec<_> = endpoint
            .recorded()
            .iter()
            .map(|recorded| recorded.assertion().claims["iat"].as_u64().expect("iat"))
            .collect();
        assert_eq!(
            issued,
            [NOW - 10, NOW.checked_add_signed(skew).expect("a time") - 10]
        );
    }
}

#[tokio::test]
async fn a_wrong_clock_that_correction_does_not_help_is_measured() {
    for (date, words) in [
        (
            "Sun, 22 Nov 2026 05:15:00 GMT",
            "300 s ahead of the token endpoint's",
        ),
        (
            "Sun, 22 Nov 2026 05:25:00 GMT",
            "300 s behind the token endpoint's",
        ),
    ] {
        let endpoint = Endpoint::new([Ok(skewed(date)), Ok(skewed(date))]);
        let error = ask(&account().transport(endpoint.shared()).clock(clock()))
            .await
            .expect_err("refused");
        assert_mentions(
            &error.to_string(),
            &["this machine's clock is", words, SHORT_LIVED],
        );
        assert_eq!(endpoint.recorded().len(), 2);
    }
}

#[tokio::test]
async fn a_right_clock_is_not_corrected() {
    for date in [
        "Sun, 22 Nov 2026 05:20:05 GMT",
        "Sun, 22 Nov 2026 05:19:55 GMT",
        "not a date",
    ] {
        let endpoint = Endpoint::new([Ok(skewed(date))]);
        let error = ask(&account().transport(endpoint.shared()).clock(clock()))
            .await
            .expect_err("refused");
        assert_mentions(&error.to_string(), &["check this machine's clock"]);
        assert_eq!(endpoint.recorded().len(), 1);
    }
}

#[tokio::test]
async fn a_token_got_with_a_corrected_clock_expires_by_our_own() {
    let granted = json!({"access_token": "first", "expires_in": 3600}).to_string();
    let endpoint = Endpoint::new([
        Ok(skewed("Sun, 22 Nov 2026 07:20:00 GMT")),
        Ok(response(200, &granted)),
    ]);
    let clock = clock();
    let account = account().transport(endpoint.shared()).clock(clock.clone());
    ask(&account).await.expect("a token");
    clock.advance(std::time::Duration::from_secs(3300));
    assert_eq!(bearer(&ask(&account).await.expect("a token")), "first");
    clock.advance(std::time::Duration::from_secs(300));
    assert_eq!(bearer(&ask(&account).await.expect("a token")), "token-3");
}
