//! Federation: where subject tokens come from, what the exchange gives, and every way a configuration can be wrong.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use gapi_auth::{
    AuthError, AuthErrorKind, Credentials, Environment, ExternalAccount, Scopes, SecretString,
    SubjectTokenSupplier, SupplierContext,
};
use gapi_transport::{BoxFuture, TransportErrorKind};
use serde_json::{Value, json};

use super::support::*;

fn account(source: Value, environment: Environment, google: &Google) -> ExternalAccount {
    ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .environment(environment)
        .transport(google.shared())
        .clock(clock())
}

fn from_file(text: &str, google: &Google) -> ExternalAccount {
    let environment = Environment::new().file("/token", text);
    account(json!({"file": "/token"}), environment, google)
}

#[tokio::test]
async fn the_exchanged_token_is_cached() {
    let google = Google::default();
    let account = from_file("subject", &google);
    assert_eq!(bearer(&ask(&account).await.expect("a token")), "granted-1");
    assert_eq!(bearer(&ask(&account).await.expect("the same")), "granted-1");
    assert_eq!(account.describe(), format!("federated identity of {POOL}"));
    assert_eq!(account.project_number(), Some("123"));
    assert_eq!(account.metrics(), None);
    let acting = account.impersonate(TARGET);
    assert_eq!(acting.service_account_email(), Some(TARGET));
    assert!(acting.describe().contains(TARGET));
    assert_eq!(
        bearer(&ask(&acting).await.expect("a token")),
        "impersonated-3"
    );
}

#[tokio::test]
async fn subject_tokens_are_trimmed() {
    for text in ["subject\n", "  subject\r\n", "\u{feff}subject"] {
        let google = Google::default();
        ask(&from_file(text, &google)).await.expect("a token");
        assert_eq!(
            google.recorded()[0].form()["subject_token"],
            "subject",
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn the_file_is_read_for_each_exchange() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "first").expect("written");
    let google = Google::default();
    let account = account(json!({"file": path}), Environment::system(), &google);
    let used = ask(&account).await.expect("a token");
    std::fs::write(&path, "second").expect("written");
    assert!(account.reject(&used));
    ask(&account).await.expect("a token");
    let sent: Vec<_> = google
        .recorded()
        .iter()
        .map(|recorded| recorded.form()["subject_token"].clone())
        .collect();
    assert_eq!(sent, ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn files_without_a_token_are_explained() {
    let json =
        json!({"file": "/token", "format": {"type": "json", "subject_token_field_name": "value"}});
    let google = Google::default();
    for (source, environment, kind, expected) in [
        (
            json!({"file": "/token"}),
            Environment::new(),
            AuthErrorKind::NotFound,
            "/token: there is no such file",
        ),
        (
            json!({"file": "/token"}),
            Environment::new().broken_file("/token", io::ErrorKind::PermissionDenied),
            AuthErrorKind::Config,
            "/token: the file cannot be read",
        ),
        (
            json!({"file": "/token"}),
            Environment::new().file("/token", " \n"),
            AuthErrorKind::Config,
            "empty",
        ),
        (
            json!({"file": "/token"}),
            Environment::new().file("/token", [0xff, 0xfe]),
            AuthErrorKind::Config,
            "/token",
        ),
        (
            json.clone(),
            Environment::new().file("/token", "{\"val"),
            AuthErrorKind::Config,
            "JSON",
        ),
        (
            json.clone(),
            Environment::new().file("/token", "[]"),
            AuthErrorKind::Config,
            "JSON",
        ),
        (
            json.clone(),
            Environment::new().file("/token", "{\"other\": \"x\"}"),
            AuthErrorKind::Config,
            "`value`",
        ),
        (
            json.clone(),
            Environment::new().file("/token", "{\"value\": \"\"}"),
            AuthErrorKind::Config,
            "`value`",
        ),
    ] {
        let account = ExternalAccount::from_json(&configuration(source).to_string())
            .expect("a configuration")
            .environment(environment)
            .transport(google.shared());
        let error = ask(&account).await.expect_err(expected);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(google.recorded().is_empty());
}

#[tokio::test]
async fn a_url_that_refuses_is_named() {
    let google = Google::acting(|recorded| {
        (recorded.method == http::Method::GET)
            .then(|| Ok(response(400, "{\"error\": \"invalid_resource\"}")))
    });
    let source = json!({"url": "http://169.254.169.254/metadata/identity"});
    let error = ask(&account(source, Environment::new(), &google))
        .await
        .expect_err("refused");
    assert_eq!(error.oauth_error(), Some("invalid_resource"));
    assert!(
        error
            .to_string()
            .contains("the server of the subject token"),
        "{error}"
    );
    assert_eq!(google.recorded().len(), 1);
}

#[tokio::test]
async fn a_long_response_is_refused() {
    let long = "x".repeat((1 << 20) + 1);
    let google = Google::acting(move |recorded| {
        (recorded.method == http::Method::GET).then(|| Ok(response(200, &long)))
    });
    let source = json!({"url": "https://tokens.example/"});
    let error = ask(&account(source, Environment::new(), &google))
        .await
        .expect_err("too long");
    assert_eq!(error.kind(), AuthErrorKind::Transport);
    assert!(!error.is_transient(), "{error}");
}

#[tokio::test]
async fn refusals_name_what_to_do() {
    for (code, description, expected) in [
        (
            "invalid_grant",
            "ID Token issued at 1 is stale to sign-in.",
            "has expired",
        ),
        (
            "invalid_grant",
            "The audience in ID Token does not match the expected audience.",
            "another audience",
        ),
        (
            "invalid_grant",
            "Invalid ID Token signature",
            "compare its issuer",
        ),
        (
            "unauthorized_client",
            "The given credential is rejected by the attribute condition.",
            "attribute condition",
        ),
        (
            "invalid_target",
            "The target service indicated by the \"audience\" parameters is invalid.",
            "exists and is enabled",
        ),
        (
            "invalid_client",
            "The OAuth client was not found.",
            "client's ID",
        ),
    ] {
        let google = Google::acting(move |_| Some(Ok(refused(400, code, description))));
        let error = ask(&from_file("subject", &google)).await.expect_err(code);
        assert_eq!(
            (error.kind(), error.oauth_error()),
            (AuthErrorKind::OAuth, Some(code))
        );
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.is_transient());
        assert_eq!(google.recorded().len(), 1);
    }
    let google = Google::acting(|recorded| {
        recorded
            .uri
            .path()
            .ends_with(":generateAccessToken")
            .then(|| Ok(api_error(403, "PERMISSION_DENIED", "denied")))
    });
    let error = ask(&from_file("subject", &google).impersonate(TARGET))
        .await
        .expect_err("denied");
    assert!(
        error.to_string().contains("roles/iam.workloadIdentityUser"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    for broken in [
        || Ok(refused(503, "server_error", "busy")),
        || Ok(response(502, "<html>bad gateway</html>")),
        || Ok(response(429, "slowly")),
        || Ok(refused(400, "internal_failure", "again")),
        || Err(TransportErrorKind::Reset),
    ] {
        let turns = AtomicUsize::new(0);
        let google =
            Google::acting(move |_| (turns.fetch_add(1, Ordering::SeqCst) < 2).then(broken));
        let account =
            ExternalAccount::from_json(&configuration(json!({"file": "/token"})).to_string())
                .expect("a configuration")
                .environment(Environment::new().file("/token", "subject"))
                .transport(google.shared());
        ask(&account).await.expect("a token");
        assert_eq!(google.recorded().len(), 3);
    }
}

#[test]
fn configurations_that_cannot_work_are_explained() {
    let file = || configuration(json!({"file": "/token"}));
    for (field, value, expected) in [
        ("type", json!("service_account"), "`service_account`"),
        ("type", Value::Null, "`type` is missing"),
        ("audience", json!(""), "`audience`"),
        ("subject_token_type", json!(7), "`subject_token_type`"),
        (
            "subject_token_type",
            json!("urn:ietf:params:aws:token-type:aws4_request"),
            "environment_id",
        ),
        ("credential_source", Value::Null, "`credential_source`"),
        ("credential_source", json!([]), "`credential_source`"),
        ("credential_source", json!({}), "names no source"),
        (
            "credential_source",
            json!({"file": "/t", "url": "https://x.example/"}),
            "more than one source: `file`, `url`",
        ),
        (
            "credential_source",
            json!({"file": "/t", "format": {"type": "yaml"}}),
            "neither `text` nor `json`",
        ),
        (
            "credential_source",
            json!({"file": "/t", "format": {"type": "json"}}),
            "`subject_token_field_name`",
        ),
        (
            "credential_source",
            json!({"url": "https://x.example/", "headers": {"a": 7}}),
            "headers: the field `a`",
        ),
        (
            "credential_source",
            json!({"environment_id": "aws1", "file": "/t"}),
            "exclude each other",
        ),
        (
            "credential_source",
            json!({"environment_id": "aws2", "regional_cred_verification_url": "x"}),
            "aws2",
        ),
        (
            "credential_source",
            json!({"environment_id": "azure1"}),
            "`aws1`",
        ),
        (
            "credential_source",
            json!({"environment_id": "aws1"}),
            "`regional_cred_verification_url`",
        ),
        ("credential_source", json!({"executable": {}}), "`command`"),
        (
            "credential_source",
            json!({"executable": {"command": "a", "timeout_millis": 4999}}),
            "`timeout_millis`",
        ),
        (
            "credential_source",
            json!({"executable": {"command": "a", "timeout_millis": 120_001}}),
            "`timeout_millis`",
        ),
        (
            "credential_source",
            json!({"executable": {"command": "a", "interactive_timeout_millis": 1}}),
            "`interactive_timeout_millis`",
        ),
        (
            "credential_source",
            json!({"certificate": {}}),
            "neither `certificate_config_location`",
        ),
        (
            "credential_source",
            json!({"certificate": {"certificate_config_location": "/c", "use_default_certificate_config": true}}),
            "exclude each other",
        ),
        (
            "service_account_impersonation_url",
            json!("https://iam.example/"),
            "`service_account_impersonation_url`",
        ),
        (
            "service_account_impersonation",
            json!({"token_lifetime_seconds": "1h"}),
            "`token_lifetime_seconds`",
        ),
        ("client_secret", json!("s"), "no `client_id`"),
    ] {
        let mut broken = file();
        broken[field] = value;
        let error = ExternalAccount::from_json(&broken.to_string()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(
            error.hint().is_some() || error.kind() == AuthErrorKind::Unsupported,
            "{error:?}"
        );
    }
    let error = ExternalAccount::from_json("{").expect_err("not JSON");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    let error = ExternalAccount::from_file("/nowhere/wif.json").expect_err("no file");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let google = Google::default();
    let plain = from_file("subject", &google);
    for (account, scopes) in [
        (plain.clone(), Scopes::Default(&[])),
        (
            plain.clone().workforce_pool_user_project("p"),
            Scopes::Default(&SCOPES),
        ),
        (plain.clone().impersonate("a/b"), Scopes::Default(&SCOPES)),
        (
            plain.clone().lifetime(Duration::ZERO).impersonate(TARGET),
            Scopes::Default(&SCOPES),
        ),
        (
            plain
                .clone()
                .iam_endpoint("http://x.example")
                .impersonate(TARGET),
            Scopes::Default(&SCOPES),
        ),
    ] {
        let error = ask_for(&account, scopes).await.expect_err("a mistake");
        assert_eq!(error.kind(), AuthErrorKind::Config, "{error}");
    }
    assert!(google.recorded().is_empty());
}

/// A supplier that records what it was asked for.
#[derive(Debug)]
struct Own;

impl SubjectTokenSupplier for Own {
    fn subject_token<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<SecretString, AuthError>> {
        Box::pin(async move {
            Ok(SecretString::from(format!(
                "{} {}",
                cx.audience(),
                cx.subject_token_type()
            )))
        })
    }
}

#[tokio::test]
async fn a_supplier_of_the_programs_own() {
    let google = Google::default();
    let account = ExternalAccount::with_supplier(POOL, "urn:ietf:params:oauth:token-type:jwt", Own)
        .transport(google.shared())
        .clock(clock());
    ask(&account).await.expect("a token");
    let recorded = google.recorded();
    assert_eq!(
        recorded[0].form()["subject_token"],
        format!("{POOL} urn:ietf:params:oauth:token-type:jwt")
    );
    assert!(
        recorded[0]
            .header("x-goog-api-client")
            .ends_with("source/programmatic")
    );
}
