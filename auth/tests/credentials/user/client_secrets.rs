//! `client_secret.json`.

use gapi_auth::{AuthErrorKind, ClientSecrets, Flow};
use serde_json::json;

#[test]
fn both_forms_are_read_and_web_wins() {
    let fields = |id: &str| {
        json!({
            "client_id": id, "project_id": "p", "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token", "client_secret": "s", "redirect_uris": ["https://app.example/cb"],
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs", "javascript_origins": ["https://app.example"],
        })
    };
    for (file, id) in [
        (json!({"web": fields("w")}), "w"),
        (json!({"installed": fields("i")}), "i"),
        (json!({"installed": fields("i"), "web": fields("w")}), "w"),
        (json!({"installed": {"client_id": "bare"}}), "bare"),
        (
            json!({"installed": {"client_id": "null", "client_secret": null, "redirect_uris": null, "project_id": null}}),
            "null",
        ),
    ] {
        let client = ClientSecrets::from_json(&file.to_string()).expect("a client");
        assert_eq!(client.client_id(), id);
    }
    let client = ClientSecrets::from_json(&json!({"web": fields("w")}).to_string()).expect("one");
    assert_eq!(client.project_id(), Some("p"));
    assert_eq!(client.redirect_uris(), ["https://app.example/cb"]);
}

#[test]
fn what_is_wrong_is_named() {
    for (text, expected) in [
        ("[]", "cannot be used"),
        ("{", "cannot be used"),
        ("{}", "neither `web` nor `installed`"),
        (r#"{"web":{}}"#, "missing field `client_id`"),
        (r#"{"web":{"client_id":""}}"#, "`client_id` is empty"),
        (r#"{"web":{"client_id":7}}"#, "cannot be used at line 1"),
        (r#"{"3pi":{"client_id":"x"}}"#, "workforce"),
        (r#"{"type":"service_account"}"#, "ServiceAccount::from_file"),
    ] {
        let error = ClientSecrets::from_json(text).expect_err(text);
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let error =
        Flow::from_client_secrets_file("/no/such/client_secret.json", ["x"]).expect_err("none");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(error.to_string().contains("/no/such/client_secret.json"));
}
