//! Impersonation: what it asks, what comes back, and what to do about refusals.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use gapi_auth::{
    AccessToken, AuthErrorKind, AuthHeaders, Credentials, ExternalAccount, IdTokenCredentials,
    Impersonated, Scopes, Token, from_fn,
};
use gapi_transport::{Clock, TransportErrorKind};
use serde_json::json;

use super::support::*;

fn plain(google: &Google) -> Impersonated {
    Impersonated::new(AccessToken::new("source-token"), TARGET)
        .transport(google.shared())
        .clock(clock())
}

#[tokio::test]
async fn the_token_is_the_accounts_until_it_expires() {
    let google = Google::acting(|_| {
        let body = json!({"accessToken": "impersonated", "expireTime": "2026-11-22T06:20:00Z"});
        Some(Ok(response(200, &body.to_string())))
    });
    let clock = clock();
    let credentials = plain(&google).clock(clock.clone());
    let headers = ask(&credentials).await.expect("a token");
    assert_eq!(bearer(&headers), "impersonated");
    let left = headers.expires_at().expect("an expiry");
    assert_eq!(
        left.duration_since(clock.now()).expect("ahead"),
        Duration::from_secs(3600)
    );
    ask(&credentials).await.expect("the same token");
    assert_eq!(google.recorded().len(), 1);
    google.act(|_| None);
    clock.advance(Duration::from_secs(3601));
    let headers = ask(&credentials).await.expect("another token");
    assert_eq!(bearer(&headers), "impersonated-2");
    assert_eq!(credentials.metrics(), Some("cred-type/imp"));
    assert_eq!(
        credentials.describe(),
        format!(
            "service account {TARGET}, impersonated by an access token that cannot be refreshed"
        )
    );
}

#[tokio::test]
async fn times_of_expiry_come_in_all_forms_of_rfc_3339() {
    for (time, good) in [
        ("2026-11-22T06:20:00Z", true),
        ("2026-11-22T06:20:00.123456789Z", true),
        ("2026-11-22T07:20:00+01:00", true),
        ("tomorrow", false),
        ("", false),
    ] {
        let google = Google::acting(move |_| {
            let body = json!({"accessToken": "t", "expireTime": time});
            Some(Ok(response(200, &body.to_string())))
        });
        let outcome = ask(&plain(&google)).await;
        assert_eq!(outcome.is_ok(), good, "{time}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_refused_source_token_is_replaced_once() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = fetched.clone();
    let source = from_fn(move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move { Ok(Token::new(format!("source-{number}"))) }
    });
    let google = Google::acting(|recorded| {
        (recorded.header("authorization") == "Bearer source-0")
            .then(|| Ok(api_error(401, "UNAUTHENTICATED", "expired")))
    });
    let credentials = Impersonated::new(source, TARGET)
        .transport(google.shared())
        .clock(clock());
    ask(&credentials).await.expect("a token");
    assert_eq!(google.recorded().len(), 2);
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn refusals_name_what_to_do() {
    for (status, code, message, expected) in [
        (
            403,
            "PERMISSION_DENIED",
            "Permission 'iam.serviceAccounts.getAccessToken' denied",
            "roles/iam.serviceAccountTokenCreator",
        ),
        (
            403,
            "PERMISSION_DENIED",
            "IAM Service Account Credentials API has not been used in project 1 before or it is disabled.",
            "enable the API iamcredentials.googleapis.com",
        ),
        (
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
            "cloud-platform",
        ),
        (
            404,
            "NOT_FOUND",
            "Not found; Gaia id not found for email",
            "does not exist",
        ),
        (
            400,
            "INVALID_ARGUMENT",
            "The lifetime is too long",
            "allowServiceAccountCredentialLifetimeExtension",
        ),
        (401, "UNAUTHENTICATED", "no", "was refused"),
    ] {
        let google = Google::acting(move |_| Some(Ok(api_error(status, code, message))));
        let error = ask(&plain(&google)).await.expect_err(code);
        assert_eq!(error.kind(), AuthErrorKind::OAuth);
        assert_eq!(error.oauth_error(), Some(code));
        assert!(!error.is_transient(), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.to_string().contains(TARGET), "{error}");
        assert_eq!(google.recorded().len(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    for broken in [
        || Ok(api_error(503, "UNAVAILABLE", "busy")),
        || Ok(response(502, "<html>bad gateway</html>")),
        || Ok(api_error(429, "RESOURCE_EXHAUSTED", "slowly")),
        || Err(TransportErrorKind::Reset),
        || Err(TransportErrorKind::Connect),
    ] {
        let turns = AtomicUsize::new(0);
        let google =
            Google::acting(move |_| (turns.fetch_add(1, Ordering::SeqCst) < 2).then(broken));
        let credentials =
            Impersonated::new(AccessToken::new("t"), TARGET).transport(google.shared());
        ask(&credentials).await.expect("a token");
        assert_eq!(google.recorded().len(), 3);
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let google = Google::default();
    let subject = plain(&google).subject("mia@example.com");
    for (credentials, scopes) in [
        (plain(&google), Scopes::Default(&[])),
        (
            plain(&google).lifetime(Duration::from_millis(900)),
            Scopes::Default(&SCOPES),
        ),
        (subject.clone(), Scopes::Default(&SCOPES)),
        (
            subject
                .clone()
                .scopes(["s"])
                .token_uri("http://evil.example/"),
            Scopes::Default(&[]),
        ),
        (
            Impersonated::new(AccessToken::new("t"), "a/../b").transport(google.shared()),
            Scopes::Default(&SCOPES),
        ),
    ] {
        let error = ask_for(&credentials, scopes).await.expect_err("a mistake");
        assert_eq!(error.kind(), AuthErrorKind::Config, "{error}");
    }
    let elsewhere = subject.scopes(["s"]).universe_domain("example.org");
    let error = ask(&elsewhere).await.expect_err("no delegation there");
    assert_eq!(error.kind(), AuthErrorKind::Universe);
    assert!(google.recorded().is_empty());
}

#[tokio::test]
async fn the_universe_is_the_sources() {
    let google = Google::default();
    let file = configuration(json!({"file": "/token"}));
    let source = ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .universe_domain("example.org")
        .token_url("https://sts.example.org/v1/token")
        .environment(gapi_auth::Environment::new().file("/token", "subject"));
    let credentials = Impersonated::new(source, TARGET)
        .transport(google.shared())
        .clock(clock());
    assert_eq!(
        Credentials::universe_domain(&credentials)
            .await
            .expect("known"),
        "example.org"
    );
    ask(&credentials).await.expect("a token");
    let recorded = google.recorded();
    assert_eq!(recorded[1].uri.host(), Some("iamcredentials.example.org"));
    // The source was lent the transport, and asked for the scope that IAM needs.
    assert_eq!(
        recorded[0].form()["scope"],
        "https://www.googleapis.com/auth/iam"
    );
}

#[tokio::test]
async fn a_refused_delegation_names_the_administrators_page() {
    let google = Google::acting(|recorded| {
        (recorded.uri.host() == Some("oauth2.googleapis.com"))
            .then(|| Ok(refused(401, "unauthorized_client", "not authorized")))
    });
    let credentials = plain(&google)
        .scopes(["https://www.googleapis.com/auth/drive"])
        .subject("mia@corp.example");
    let error = ask(&credentials).await.expect_err("refused");
    let text = error.to_string();
    for part in [
        "corp.example",
        TARGET,
        "https://www.googleapis.com/auth/drive",
        "Domain-wide delegation",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(credentials.signer().is_none() && credentials.id_tokens().is_none());
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_token_endpoint() {
    let turns = AtomicUsize::new(0);
    let google = Google::acting(move |recorded| {
        if recorded.uri.path().ends_with(":signJwt") && turns.fetch_add(1, Ordering::SeqCst) == 1 {
            return Some(Ok(response(
                200,
                &json!({"signedJwt": "d.e.f"}).to_string(),
            )));
        }
        if recorded.uri.host() == Some("oauth2.googleapis.com")
            && recorded.form()["assertion"] == "a.b.c"
        {
            let mut reply = refused(400, "invalid_grant", "Token must be a short-lived token");
            // An hour ahead.
            let date = "Sun, 22 Nov 2026 06:20:00 GMT".parse().expect("a date");
            reply.headers_mut().insert("date", date);
            return Some(Ok(reply));
        }
        None
    });
    let credentials = plain(&google).scopes(["s"]).subject("mia@example.com");
    ask(&credentials).await.expect("a token");
    let claims: Vec<serde_json::Value> = google
        .recorded()
        .iter()
        .filter(|recorded| recorded.uri.path().ends_with(":signJwt"))
        .map(|recorded| {
            recorded.json()["payload"]
                .as_str()
                .expect("text")
                .parse()
                .expect("JSON")
        })
        .collect();
    assert_eq!(claims[0]["iat"], NOW - 10);
    assert_eq!(claims[1]["iat"], NOW + 3600 - 10);
}

#[tokio::test]
async fn id_tokens_are_cached_by_audience() {
    let google = Google::default();
    let source = plain(&google).id_tokens().expect("a source");
    let tokens = IdTokenCredentials::new(source, "https://run.example")
        .transport(google.shared())
        .clock(clock());
    let first = ask(&tokens).await.expect("a token");
    assert!(bearer(&first).starts_with("e30."));
    ask(&tokens).await.expect("the same");
    assert_eq!(google.count(":generateIdToken"), 1);
}

#[tokio::test(start_paused = true)]
async fn signatures_survive_a_busy_server() {
    let turns = AtomicUsize::new(0);
    let google = Google::acting(move |_| {
        (turns.fetch_add(1, Ordering::SeqCst) < 2).then(|| Ok(response(503, "busy")))
    });
    let credentials = Impersonated::new(AccessToken::new("t"), TARGET).transport(google.shared());
    let signer = credentials.signer().expect("a signer");
    assert_eq!(signer.email().await.expect("known"), TARGET);
    let signature = signer.sign(b"message").await.expect("a signature");
    assert_eq!(signature.bytes(), b"signature");
    assert_eq!(google.recorded().len(), 3);
    google.act(|_| Some(Ok(api_error(403, "PERMISSION_DENIED", "no"))));
    let error = signer.sign(b"message").await.expect_err("refused");
    assert!(error.to_string().contains(TARGET), "{error}");
    assert_eq!(google.recorded().len(), 4, "a refusal is final");
}

#[test]
fn files_that_cannot_be_used_are_explained() {
    let user = json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"});
    let file = json!({
        "type": "impersonated_service_account", "service_account_impersonation_url": impersonation_url(), "source_credentials": user,
    });
    assert_eq!(
        Impersonated::from_json(&file.to_string())
            .expect("a file")
            .email(),
        TARGET
    );
    for (field, value, expected) in [
        ("type", json!("authorized_user"), "`authorized_user`"),
        ("type", json!(7), "`type`"),
        (
            "service_account_impersonation_url",
            json!("https://iam.example/"),
            "service_account_impersonation_url",
        ),
        ("source_credentials", json!(null), "`source_credentials`"),
        ("source_credentials", json!([]), "`source_credentials`"),
        (
            "source_credentials",
            json!({}),
            "source_credentials: the field `type`",
        ),
        (
            "source_credentials",
            json!({"type": "service_account"}),
            "source_credentials",
        ),
        (
            "source_credentials",
            json!({"type": "gdch_service_account"}),
            "cannot impersonate",
        ),
        (
            "source_credentials",
            json!({"type": "impersonated_service_account"}),
            "delegates",
        ),
        ("delegates", json!(["a", 7]), "`delegates`"),
    ] {
        let mut broken = file.clone();
        broken[field] = value;
        let error = Impersonated::from_json(&broken.to_string()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
    let error = Impersonated::from_file("/nowhere/adc.json").expect_err("no file");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(error.to_string().contains("/nowhere/adc.json"), "{error}");
}

#[tokio::test]
async fn the_quota_project_travels_with_the_token() {
    let google = Google::default();
    let headers: AuthHeaders = ask(&plain(&google).quota_project("payer"))
        .await
        .expect("a token");
    assert_eq!(headers.headers()["x-goog-user-project"], "payer");
}
