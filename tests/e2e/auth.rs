//! Signing in at a token endpoint that verifies what it is given: tokens, their end, and token endpoints on bad days.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use gapi::{
    ErrorKind,
    auth::{AccessToken, ApiKey, AuthErrorKind, Token, from_fn},
    transport::ManualClock,
};
use gapi_fakes::{Fault, Reply};
use serde_json::json;

use crate::support::{INSTANCES, PROJECT, client, google, signed_in, sqladmin};

const SCOPE: &str = sqladmin::scope::SQLSERVICE_ADMIN;

async fn get(client: &gapi::Client) -> Result<sqladmin::DatabaseInstance, gapi::Error> {
    sqladmin::instances()
        .get(PROJECT, "orders")
        .send(client)
        .await
}

#[tokio::test]
async fn the_assertion_is_googles_and_its_token_is_cached() {
    let (google, client) = signed_in().await;
    for _ in 0..3 {
        get(&client).await.unwrap();
    }
    assert_eq!(google.tokens().requests(), 1);
    let claims = &google.tokens().claims()[0];
    assert_eq!(claims["iss"], google.account().email());
    assert_eq!(
        (&claims["aud"], &claims["scope"]),
        (&json!("https://oauth2.googleapis.com/token"), &json!(SCOPE))
    );
    let lifetime = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!((3000..=3600).contains(&lifetime), "{lifetime}");
    assert_eq!(claims.get("sub"), None);

    let log = google.server().log();
    let fields = log[0].request.form();
    assert_eq!(
        fields
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .len(),
        2
    );
    assert!(fields.iter().any(|(name, value)| name == "grant_type"
        && value == "urn:ietf:params:oauth:grant-type:jwt-bearer"));
}

#[tokio::test]
async fn scopes_come_from_the_document_by_default() {
    let (google, account) = google().await;
    let client = client(&google, account.scopes([""; 0]));
    get(&client).await.unwrap();
    assert_eq!(
        google.tokens().claims()[0]["scope"],
        sqladmin::scope::CLOUD_PLATFORM
    );
    // A call can insist.
    sqladmin::instances()
        .list(PROJECT)
        .send(&client)
        .scopes([SCOPE])
        .await
        .unwrap();
    assert_eq!(google.tokens().claims()[1]["scope"], SCOPE);
}

#[tokio::test]
async fn self_signed_tokens_need_no_token_endpoint() {
    let (google, account) = google().await;
    let own_scopes = client(&google, account.clone().self_signed(true));
    get(&own_scopes).await.unwrap();
    let audience = account
        .scopes([""; 0])
        .self_signed(true)
        .audience("https://sqladmin.googleapis.com/");
    get(&client(&google, audience)).await.unwrap();
    assert_eq!(google.server().count("/token"), 0);
}

#[tokio::test]
async fn an_expired_token_is_fetched_anew() {
    let (google, account) = google().await;
    let clock = ManualClock::new(SystemTime::now());
    let client = client(&google, account.clock(Arc::new(clock.clone())));
    get(&client).await.unwrap();
    clock.advance(Duration::from_secs(4000));
    google.tokens().set_clock(4000);
    get(&client).await.unwrap();
    assert_eq!(google.tokens().issued(), 2);
    assert!(
        google
            .server()
            .log()
            .iter()
            .all(|entry| entry.status == Some(200))
    );
}

#[tokio::test]
async fn a_revoked_token_is_replaced_and_the_call_repeated() {
    let (google, client) = signed_in().await;
    get(&client).await.unwrap();
    google.tokens().revoke_all();
    get(&client).await.unwrap();
    let statuses: Vec<_> = google
        .server()
        .log()
        .iter()
        .filter_map(|entry| entry.status)
        .collect();
    assert_eq!(statuses, [200, 200, 401, 200, 200]);
}

#[tokio::test]
async fn a_server_that_refuses_every_token_is_believed() {
    let (google, client) = signed_in().await;
    let refusal = json!({"error": {"code": 401, "message": "Never.", "status": "UNAUTHENTICATED"}});
    google
        .server()
        .inject(Fault::reply(Reply::json(401, &refusal)).on(INSTANCES));
    let error = get(&client).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert_eq!(
        (google.server().count(INSTANCES), google.tokens().requests()),
        (2, 2)
    );
}

#[tokio::test]
async fn credentials_that_cannot_refresh_are_not_asked_twice() {
    let (google, _) = google().await;
    let stale = get(&client(&google, AccessToken::new("stale")))
        .await
        .unwrap_err();
    assert!(stale.is_unauthenticated());
    let key = get(&client(&google, ApiKey::new("AIza-some-key")))
        .await
        .unwrap_err();
    assert!(key.has_reason("CREDENTIALS_MISSING"));
    assert!(
        key.message()
            .unwrap()
            .contains("API keys are not supported")
    );
    assert_eq!(google.server().count(INSTANCES), 2);
}

#[tokio::test]
async fn a_function_can_be_the_source_of_tokens() {
    let (google, account) = google().await;
    get(&client(&google, account)).await.unwrap();
    let log = google.server().log();
    let token = log[1].request.bearer().unwrap().to_owned();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let credentials = from_fn(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let token =
            Token::new(token.clone()).expires_at(SystemTime::now() + Duration::from_secs(3600));
        async { Ok(token) }
    });
    let client = client(&google, credentials);
    for _ in 0..3 {
        get(&client).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_delegated_user() {
    let (google, account) = google().await;
    let client = client(&google, account.subject("ann@example.com"));
    let refused = get(&client).await.unwrap_err();
    let auth = refused.auth_error().unwrap();
    assert_eq!(
        (refused.kind(), auth.oauth_error()),
        (ErrorKind::Auth, Some("unauthorized_client"))
    );
    let text = refused.to_string();
    for part in ["100000000000000000001", SCOPE] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    assert_eq!(
        (google.tokens().requests(), google.server().count(INSTANCES)),
        (1, 0)
    );

    google.tokens().allow_subject("ann@example.com", [SCOPE]);
    let client = client.with_credentials(
        gapi::auth::ServiceAccount::from_json(&google.key_json())
            .unwrap()
            .scopes([SCOPE])
            .subject("ann@example.com"),
    );
    let operation = sqladmin::instances()
        .patch(PROJECT, "orders", json!({}))
        .send(&client)
        .await
        .unwrap();
    assert_eq!(operation.user.as_deref(), Some("ann@example.com"));
}

#[tokio::test]
async fn a_subject_without_scopes_is_refused_before_anything_is_sent() {
    let (google, account) = google().await;
    let client = client(&google, account.scopes([""; 0]).subject("ann@example.com"));
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.auth_error().unwrap().kind(), AuthErrorKind::Config);
    assert_eq!(google.server().log().len(), 0);
}

#[tokio::test]
async fn a_token_endpoint_that_fails_briefly_is_asked_again() {
    let html = Reply::html(502, "<html>Bad Gateway</html>");
    let busy = json!({"error": "temporarily_unavailable"});
    for fault in [
        Fault::status(503),
        Fault::status(429).retry_after(1),
        Fault::reply(html),
        Fault::reply(Reply::json(400, &busy)),
        Fault::reset(),
        Fault::close(),
        Fault::lose(),
        Fault::half_body(),
        Fault::content_length(10),
    ] {
        let case = format!("{fault:?}");
        let (google, client) = signed_in().await;
        google.server().inject(fault.on("/token").times(2));
        get(&client)
            .await
            .unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(google.server().count("/token"), 3, "{case}");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    let (google, client) = signed_in().await;
    let refusal = json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
    google
        .server()
        .inject(Fault::reply(Reply::json(400, &refusal)).on("/token"));
    let error = get(&client).await.unwrap_err();
    assert_eq!(
        error.auth_error().unwrap().oauth_error(),
        Some("invalid_grant")
    );
    assert!(
        error.to_string().contains("Invalid JWT Signature"),
        "{error}"
    );
    assert_eq!(
        (
            google.server().count("/token"),
            google.server().count(INSTANCES)
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn a_token_endpoint_that_hangs_costs_the_call_not_the_credentials() {
    let (google, client) = signed_in().await;
    let gate = gapi_fakes::Gate::new();
    google
        .server()
        .inject(Fault::late().held_by(&gate).on("/token"));
    let request = sqladmin::instances().get(PROJECT, "orders");
    let error = request
        .clone()
        .send(&client)
        .timeout(Duration::from_millis(50))
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    gate.open();
    request.send(&client).await.unwrap();
    assert_eq!(google.tokens().requests(), 1);
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_or_explained() {
    let (google, client) = signed_in().await;
    google.tokens().set_clock(-86_400);
    match get(&client).await {
        Ok(_) => assert!(google.tokens().issued() > 0),
        Err(error) => assert!(error.to_string().contains("clock"), "{error}"),
    }
}
