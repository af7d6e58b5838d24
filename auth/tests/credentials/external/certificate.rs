//! X.509 certificates as subject tokens: every way in which their files can be wrong.

use gapi_auth::{AuthErrorKind, Environment, ExternalAccount};
use serde_json::{Value, json};

use super::support::*;

const LEAF: &str = "-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----\n";
const ROOT: &str = "-----BEGIN CERTIFICATE-----\nMAEB\n-----END CERTIFICATE-----\n";

fn environment() -> Environment {
    let config =
        json!({"cert_configs": {"workload": {"cert_path": "/leaf.pem", "key_path": "/key.pem"}}});
    Environment::new()
        .file("/config.json", config.to_string())
        .file("/leaf.pem", LEAF)
        .file("/key.pem", "canary")
}

fn account(environment: Environment, chain: Option<&str>) -> ExternalAccount {
    let source = json!({"certificate": {"certificate_config_location": "/config.json", "trust_chain_path": chain}});
    ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .environment(environment)
        .clock(clock())
}

/// The chain that was sent.
async fn chain(
    environment: Environment,
    path: Option<&str>,
) -> Result<Value, gapi_auth::AuthError> {
    let google = Google::default();
    ask(&account(environment, path).transport(google.shared())).await?;
    let form = google.recorded()[0].form();
    assert!(
        google.recorded()[0]
            .header("x-goog-api-client")
            .ends_with("source/x509")
    );
    Ok(form["subject_token"].parse().expect("JSON"))
}

#[tokio::test]
async fn the_leaf_comes_first_and_once() {
    let alone = chain(environment(), None).await.expect("a chain");
    assert_eq!(alone, json!(["MAEA"]));
    for text in [ROOT.to_owned(), format!("{LEAF}{ROOT}")] {
        let environment = environment().file("/chain.pem", text);
        let whole = chain(environment, Some("/chain.pem"))
            .await
            .expect("a chain");
        assert_eq!(whole, json!(["MAEA", "MAEB"]));
    }
}

#[tokio::test]
async fn the_default_configuration_is_where_gcloud_keeps_it() {
    let source = json!({"certificate": {"use_default_certificate_config": true}});
    for environment in [
        environment().var("GOOGLE_API_CERTIFICATE_CONFIG", "/config.json"),
        environment()
            .var("CLOUDSDK_CONFIG", "/gcloud")
            .file("/gcloud/certificate_config.json", "{\"cert_configs\":{\"workload\":{\"cert_path\":\"/leaf.pem\",\"key_path\":\"/key.pem\"}}}"),
    ] {
        let google = Google::default();
        let account = ExternalAccount::from_json(&configuration(source.clone()).to_string())
            .expect("a configuration")
            .environment(environment)
            .transport(google.shared())
            .clock(clock());
        ask(&account).await.expect("a token");
        assert_eq!(google.recorded()[0].form()["subject_token"], "[\"MAEA\"]");
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let broken = |path: &str, text: &str| environment().file(path, text);
    for (environment, path, kind, expected) in [
        (
            broken("/config.json", "{}"),
            None,
            AuthErrorKind::Config,
            "cert_configs",
        ),
        (
            broken("/config.json", "canary"),
            None,
            AuthErrorKind::Config,
            "/config.json",
        ),
        (
            broken(
                "/config.json",
                "{\"cert_configs\": {\"workload\": {\"cert_path\": \"/leaf.pem\"}}}",
            ),
            None,
            AuthErrorKind::Config,
            "`key_path`",
        ),
        (
            broken("/leaf.pem", "canary"),
            None,
            AuthErrorKind::Crypto,
            "/leaf.pem: there is no certificate",
        ),
        (
            broken(
                "/leaf.pem",
                "-----BEGIN CERTIFICATE-----\ncanary!\n-----END CERTIFICATE-----",
            ),
            None,
            AuthErrorKind::Crypto,
            "damaged",
        ),
        (
            environment(),
            Some("/chain.pem"),
            AuthErrorKind::NotFound,
            "/chain.pem",
        ),
        (
            broken("/chain.pem", &format!("{ROOT}{LEAF}")),
            Some("/chain.pem"),
            AuthErrorKind::Config,
            "not the first one",
        ),
    ] {
        let error = chain(environment, path).await.expect_err(expected);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(!everything(&error).contains("canary"), "{error:?}");
    }
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_certificate_without_a_usable_key_is_never_left_out() {
    // Without a transport of the program's own, the certificate has to be presented, or nothing is sent.
    let error = ask(&account(environment(), None))
        .await
        .expect_err("no key");
    assert_eq!(error.kind(), AuthErrorKind::Crypto);
    assert!(error.to_string().contains("/key.pem"), "{error}");
    assert!(!everything(&error).contains("canary"), "{error:?}");
}
