//! Nothing secret is displayed when a configuration or a response is wrong. The canaries of `tests/secrets` go through every type.

use gapi_auth::{Environment, ExternalAccount, Impersonated};
use serde_json::json;

use super::support::*;

#[test]
fn errors_of_readers_show_no_value() {
    for text in [
        "{\"client_secret\": \"canary\" oops",
        "\"canary\"",
        "{\"type\": \"canary canary canary\"}",
        "{\"type\": [\"canary\"]}",
    ] {
        for error in [
            ExternalAccount::from_json(text).expect_err(text),
            Impersonated::from_json(text).expect_err(text),
        ] {
            assert!(!everything(&error).contains("canary"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_url_with_a_secret_is_not_displayed() {
    let source = json!({"url": "https://tokens.example/?key=canary", "headers": {"authorization": "canary"}});
    let google = Google::acting(|_| Some(Ok(response(403, "bad key=canary secret: canary"))));
    let account = ExternalAccount::from_json(&configuration(source).to_string())
        .expect("a configuration")
        .environment(Environment::new())
        .transport(google.shared())
        .clock(clock());
    assert!(!format!("{account:?} {account:#?}").contains("canary"));
}
