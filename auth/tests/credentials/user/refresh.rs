//! The refresh grant: what is sent, what comes of it, and the error when it is refused.

use gapi_auth::{AuthError, AuthErrorKind, AuthorizedUser, Credentials, Scopes};
use gapi_transport::TransportErrorKind;
use serde_json::json;

use super::endpoint::{Endpoint, ask, ask_for, bearer, clock, refusal, response};

fn user(endpoint: &Endpoint) -> AuthorizedUser {
    AuthorizedUser::from_parts("client-1", "secret-1", "refresh-1")
        .transport(endpoint.shared())
        .clock(clock())
}

async fn refused(error: &str, description: &str) -> AuthError {
    let endpoint = Endpoint::new([Ok(refusal(error, description))]);
    ask(&user(&endpoint)).await.expect_err("refused")
}

#[tokio::test]
async fn the_form_is_the_one_that_google_auth_sends() {
    let endpoint = Endpoint::default();
    let headers = ask(&user(&endpoint)).await.expect("a token");
    assert_eq!(bearer(&headers), "token-1");
    let recorded = endpoint.recorded();
    assert_eq!(recorded[0].uri, "https://oauth2.googleapis.com/token");
    assert_eq!(
        recorded[0].body,
        "grant_type=refresh_token&client_id=client-1&client_secret=secret-1&refresh_token=refresh-1"
    );
    let metrics = recorded[0].headers["x-goog-api-client"]
        .to_str()
        .expect("text");
    assert!(metrics.ends_with(" cred-type/u"), "{metrics}");

    let file = json!({"client_id": "c", "client_secret": "s", "refresh_token": "r", "rapt_token": "p", "scopes": ["b", "a"]});
    let user = AuthorizedUser::from_authorized_user_info(&file.to_string())
        .expect("a user")
        .transport(endpoint.shared());
    ask(&user).await.expect("a token");
    assert_eq!(
        endpoint.recorded()[1].body,
        "grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r&scope=b%20a&rapt=p"
    );
}

#[tokio::test]
async fn requests_cannot_ask_for_other_scopes_and_one_token_serves_all() {
    let endpoint = Endpoint::default();
    let user = user(&endpoint);
    ask_for(&user, Scopes::Default(&["x"]))
        .await
        .expect("a token");
    ask_for(&user, Scopes::Exactly(&["y"]))
        .await
        .expect("a token");
    assert_eq!(endpoint.recorded().len(), 1);
    ask(&user.scopes(["narrow"])).await.expect("a token");
    assert_eq!(endpoint.recorded()[1].form()["scope"], "narrow");
}

#[tokio::test]
async fn a_token_of_the_file_is_used_while_it_lives_and_until_it_is_rejected() {
    let file = |expiry: &str| {
        json!({"client_id": "c", "refresh_token": "r", "token": "of-the-file", "expiry": expiry, "scopes": ["a"]}).to_string()
    };
    let endpoint = Endpoint::default();
    let make = |expiry| {
        AuthorizedUser::from_authorized_user_info(&file(expiry))
            .expect("a user")
            .transport(endpoint.shared())
            .clock(clock())
    };
    // The clock has 05:20.
    let live = make("2026-11-22T06:00:00Z");
    let headers = ask(&live).await.expect("a token");
    assert_eq!(bearer(&headers), "of-the-file");
    assert!(endpoint.recorded().is_empty());
    assert!(live.reject(&headers));
    assert_eq!(bearer(&ask(&live).await.expect("a token")), "token-1");
    // A narrower token is not the file's.
    let narrow = make("2026-11-22T06:00:00Z").scopes(["b"]);
    assert_eq!(bearer(&ask(&narrow).await.expect("a token")), "token-2");
    for expiry in ["2026-11-22T05:20:10Z", "2020-01-01T00:00:00Z"] {
        let headers = ask(&make(expiry)).await.expect("a token");
        assert!(bearer(&headers).starts_with("token-"), "{expiry}");
    }
}

#[tokio::test]
async fn the_response_has_what_was_granted() {
    let reply =
        json!({"access_token": "t", "expires_in": 3600, "scope": "openid a", "id_token": "i.d.t"});
    let endpoint = Endpoint::new([Ok(response(200, &reply.to_string()))]);
    let user = user(&endpoint);
    ask(&user).await.expect("a token");
    assert_eq!(user.granted_scopes(), ["openid", "a"]);
    assert!(user.id_token().is_some());
    let written: serde_json::Value = serde_json::from_str(&user.to_json()).expect("JSON");
    assert_eq!(written["token"], "t");
    assert_eq!(written["expiry"], "2026-11-22T06:20:00Z");
    assert_eq!(written["id_token"], "i.d.t");
}

#[tokio::test]
async fn refusals_name_what_to_do() {
    let error = refused("invalid_grant", "Token has been expired or revoked.").await;
    assert_eq!(error.kind(), AuthErrorKind::SignInRequired);
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    let text = error.to_string();
    assert!(
        text.contains("six months") && text.contains("sign in again"),
        "{text}"
    );
    assert!(!error.is_transient());

    for subtype in ["rapt_required", "invalid_rapt", "INVALID_RAPT"] {
        let reply = json!({"error": "invalid_grant", "error_description": "reauth related error", "error_subtype": subtype});
        let endpoint = Endpoint::new([Ok(response(400, &reply.to_string()))]);
        let error = ask(&user(&endpoint)).await.expect_err("refused");
        assert_eq!(error.kind(), AuthErrorKind::SignInRequired);
        assert!(error.to_string().contains("session control"), "{error}");
    }
    let error = refused("invalid_client", "The OAuth client was not found.").await;
    assert!(error.to_string().contains("client-1"), "{error}");
    let error = refused("invalid_scope", "Bad Request").await;
    assert!(error.to_string().contains("ask for fewer"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn transient_failures_are_tried_again() {
    let endpoint = Endpoint::new([
        Err(TransportErrorKind::Reset),
        Ok(response(502, "<html>bad gateway</html>")),
    ]);
    let user = user(&endpoint).clock(std::sync::Arc::new(gapi_transport::SystemClock));
    let headers = ask(&user).await.expect("a token");
    assert_eq!(bearer(&headers), "token-3");
}

#[tokio::test]
async fn the_refresh_token_is_sent_only_to_trusted_servers() {
    let endpoint = Endpoint::default();
    let file = |uri: &str| {
        let file = json!({"client_id": "c", "refresh_token": "r", "token_uri": uri});
        AuthorizedUser::from_authorized_user_info(&file.to_string())
            .expect("a user")
            .transport(endpoint.shared())
    };
    for uri in [
        "https://evil.example/token",
        "https://oauth2.googleapis.com.evil.example/token",
        "http://oauth2.googleapis.com/token",
        "ftp://x/",
        "no uri",
    ] {
        let error = ask(&file(uri)).await.expect_err(uri);
        assert_eq!(error.kind(), AuthErrorKind::Config, "{uri}");
    }
    assert!(endpoint.recorded().is_empty());
    let vouched = "https://login.example/token";
    ask(&file(vouched).token_uri(vouched))
        .await
        .expect("a token");
    assert_eq!(endpoint.recorded()[0].uri, vouched);
    ask(&file("http://127.0.0.1:9/token"))
        .await
        .expect("a token");
    ask(&file("https://accounts.google.com/o/oauth2/token"))
        .await
        .expect("a token");
    assert_eq!(
        endpoint.recorded()[2].uri,
        "https://oauth2.googleapis.com/token"
    );
}

#[tokio::test]
async fn other_universes_have_no_users() {
    let endpoint = Endpoint::default();
    let error = ask(&user(&endpoint).universe_domain("example.goog"))
        .await
        .expect_err("refused");
    assert_eq!(error.kind(), AuthErrorKind::Universe);
    assert!(endpoint.recorded().is_empty());
}
