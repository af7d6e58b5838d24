//! Files and responses that are almost right: nothing panics, waits for ever or shows a secret.

use std::{fmt::Debug, time::Duration};

use gapi_auth::{
    ApplicationDefault, AuthError, Credentials, Environment, ExternalAccount, Impersonated,
    MetadataServer, ServiceAccount,
};
use gapi_fakes::noise::{Noise, seeds};
use gapi_transport::Body;
use http::Response;
use serde_json::{Value, json};

use super::{
    mutate::{CANARY, changed, shows_canary},
    reach,
    support::*,
};

/// How many changes of each text are tried.
const CASES: u64 = 12;

/// Every type of file, with canaries for secrets. Keys are what they are: no text of theirs is shown either.
fn files() -> Vec<(Value, String)> {
    let mut user = reach::plain("authorized_user");
    user["client_secret"] = json!(format!("GOCSPX-{CANARY}"));
    user["refresh_token"] = json!(format!("1//{CANARY}"));
    let mut workforce = reach::plain("external_account_authorized_user");
    workforce["client_secret"] = json!(CANARY);
    workforce["refresh_token"] = json!(CANARY);
    let mut federated = configuration(
        json!({"url": "https://tokens.example/", "headers": {"authorization": CANARY}, "format": {"type": "json", "subject_token_field_name": "t"}}),
    );
    federated["client_id"] = json!("c");
    federated["client_secret"] = json!(CANARY);
    federated["service_account_impersonation_url"] = json!(impersonation_url());
    let aws = reach::plain("external_account");
    let executable = configuration(
        json!({"executable": {"command": "/bin/token --x", "timeout_millis": 5000, "output_file": "/o"}}),
    );
    let certificate = configuration(
        json!({"certificate": {"certificate_config_location": "/c", "trust_chain_path": "/t"}}),
    );
    let nest = |source: &Value| {
        let mut file = reach::plain("impersonated_service_account");
        file["source_credentials"] = source.clone();
        file["delegates"] = json!(["a@b.iam"]);
        file
    };
    let nested = [nest(&user), nest(&federated)];
    let mut files: Vec<(Value, String)> =
        [user, workforce, federated, aws, executable, certificate]
            .into_iter()
            .chain(nested)
            .map(|file| (file, CANARY.to_owned()))
            .collect();
    for kind in ["service_account", "gdch_service_account"] {
        let file = reach::plain(kind);
        let key = file["private_key"].as_str().expect("PEM");
        let middle = key.lines().nth(1).expect("a line")[4..28].to_owned();
        files.push((file, middle));
    }
    files
}

fn all_of(value: &dyn Debug) -> String {
    format!("{value:?} {value:#?}")
}

/// Everything that is shown of credentials that may or may not be there.
async fn displayed(credentials: Result<impl Credentials, AuthError>) -> String {
    match credentials {
        Ok(credentials) => {
            let mut text = format!("{} {}", all_of(&credentials), credentials.describe());
            let asked = tokio::time::timeout(Duration::from_secs(3600), ask(&credentials));
            if let Err(error) = asked.await.expect("it ends") {
                text.push_str(&everything(&error));
            }
            text
        }
        Err(error) => everything(&error),
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_are_almost_right_show_nothing() {
    for (file, secret) in files() {
        let text = file.to_string();
        // Keys take long to read.
        let tries = if text.contains("PRIVATE KEY") {
            seeds(CASES / 4)
        } else {
            seeds(CASES)
        };
        for seed in tries {
            let mut noise = Noise::new(seed);
            let text = changed(&text, &mut noise);
            let environment = Environment::new()
                .var("GOOGLE_APPLICATION_CREDENTIALS", "/adc.json")
                .var("AWS_REGION", "us-east-2")
                .var("AWS_ACCESS_KEY_ID", "id")
                .var("AWS_SECRET_ACCESS_KEY", CANARY)
                .file("/adc.json", text.clone());
            let found = ApplicationDefault::new()
                .environment(environment)
                .gdch_audience("https://api.example")
                .transport(Google::default().shared())
                .find();
            let displayed = displayed(found).await;
            assert!(
                !displayed.contains(&secret) && !shows_canary(&displayed),
                "{}\n{displayed}",
                String::from_utf8_lossy(&text)
            );
        }
    }
}

/// Responses of every server that credentials ask, with canaries.
fn responses() -> Vec<(&'static str, u16, String)> {
    let token = format!("ya29.{CANARY}");
    let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}");
    vec![
        ("token", 200, json!({"access_token": token, "expires_in": 3599, "refresh_token": format!("1//{CANARY}"), "id_token": jwt, "scope": "a b", "token_type": "Bearer"}).to_string()),
        ("token", 400, json!({"error": "invalid_grant", "error_description": format!("Bad Request: assertion={jwt}"), "error_uri": "https://x.example"}).to_string()),
        ("token", 503, json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "later"}}).to_string()),
        ("token", 400, format!("refresh_token=1//{CANARY}&client_secret=GOCSPX-{CANARY}&grant_type=refresh_token")),
        ("iam", 200, json!({"accessToken": token, "expireTime": "2099-01-01T00:00:00Z"}).to_string()),
        ("iam", 403, json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": format!("denied: {token}")}}).to_string()),
        ("subject", 200, json!({"t": jwt, "expires": 7}).to_string()),
        ("metadata", 200, json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}).to_string()),
    ]
}

fn responding(status: u16, body: Vec<u8>, part: &'static str) -> Google {
    Google::acting(move |recorded| {
        let url = recorded.uri.to_string();
        let is_meant = match part {
            "iam" => url.contains("generateAccessToken"),
            "subject" => url.contains("tokens.example"),
            _ => true,
        };
        is_meant.then(|| {
            Ok(Response::builder()
                .status(status)
                .header("metadata-flavor", "Google")
                .header("retry-after", "soon")
                .body(Body::from(body.clone()))
                .expect("a response"))
        })
    })
}

#[tokio::test(start_paused = true)]
async fn responses_that_are_almost_right_show_nothing() {
    let robot =
        ServiceAccount::from_json(&reach::plain("service_account").to_string()).expect("a key");
    let read = |file: &Value| {
        ApplicationDefault::new().environment(
            Environment::new()
                .var("GOOGLE_APPLICATION_CREDENTIALS", "/f")
                .file("/f", file.to_string()),
        )
    };
    let subject = configuration(
        json!({"url": "https://tokens.example/", "format": {"type": "json", "subject_token_field_name": "t"}}),
    );
    for (part, status, text) in responses() {
        for seed in seeds(CASES) {
            let mut noise = Noise::new(seed);
            let body = changed(&text, &mut noise);
            let google = responding(status, body.clone(), part);
            let displayed = match (part, seed % 4) {
                ("metadata", _) => {
                    let server = MetadataServer::new()
                        .environment(Environment::new().var("GCE_METADATA_HOST", "m.example"));
                    displayed(Ok(server.transport(google.shared()))).await
                }
                ("iam", _) => {
                    let file = reach::plain("impersonated_service_account");
                    displayed(
                        Impersonated::from_json(&file.to_string())
                            .map(|own| own.transport(google.shared())),
                    )
                    .await
                }
                ("subject", _) => {
                    displayed(
                        ExternalAccount::from_json(&subject.to_string())
                            .map(|own| own.transport(google.shared())),
                    )
                    .await
                }
                (_, 0) => {
                    displayed(
                        read(&reach::plain("authorized_user"))
                            .transport(google.shared())
                            .find(),
                    )
                    .await
                }
                (_, 1) => {
                    displayed(
                        read(&reach::plain("external_account_authorized_user"))
                            .transport(google.shared())
                            .find(),
                    )
                    .await
                }
                (_, 2) => displayed(read(&subject).transport(google.shared()).find()).await,
                _ => displayed(Ok(robot.clone().transport(google.shared()))).await,
            };
            assert!(
                !shows_canary(&displayed),
                "{}\n{displayed}",
                String::from_utf8_lossy(&body)
            );
        }
    }
}

#[test]
fn the_canary_is_where_it_should_be() {
    assert!(
        files()
            .iter()
            .filter(|(file, secret)| file.to_string().contains(secret.as_str()))
            .count()
            >= 7
    );
    assert!(
        responses()
            .iter()
            .filter(|(_, _, text)| shows_canary(text))
            .count()
            >= 7
    );
}
