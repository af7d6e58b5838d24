//! Clients that others wrote accept the metadata server that our own tests talk to: google-auth, and gcp-metadata of Node.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_fakes::{Server, metadata::MetadataServer};
use gapi_servers::client;
use serde_json::{Value, json};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// What the client that `name` starts prints, and the server that it talked to.
async fn run(name: &str) -> (Value, MetadataServer) {
    let double = MetadataServer::new("example-123").expect("a server");
    let server = Server::start(double.clone()).await.expect("a port");
    let host = server.address().to_string();
    let mut command = client(name);
    command
        .env("GCE_METADATA_HOST", &host)
        .env("GCE_METADATA_IP", &host)
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
        // No file of the user who runs this plays a part.
        .env("CLOUDSDK_CONFIG", "/nonexistent")
        .env_remove("NO_GCE_CHECK");
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("a thread").expect("it starts");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{name}: {stdout} {stderr}");
    let last = stdout.lines().last().expect("a line");
    (serde_json::from_str(last).expect("JSON"), double)
}

fn claims(jwt: &Value) -> Value {
    let claims = jwt
        .as_str()
        .expect("text")
        .split('.')
        .nth(1)
        .expect("claims");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    serde_json::from_slice(&claims).expect("JSON")
}

fn check_claims(claims: &Value, email: &str) {
    assert_eq!(claims["aud"], "https://a.example");
    assert_eq!(claims["email"], email);
    assert_eq!(
        claims["google"]["compute_engine"]["project_id"],
        "example-123"
    );
}

#[tokio::test]
async fn google_auth() {
    let (got, double) = run("python").await;
    let email = double.email().expect("an account");
    assert_eq!(got["kind"], "google.auth.compute_engine.credentials");
    assert_eq!(got["project"], "example-123");
    assert_eq!(got["universe"], "googleapis.com");
    assert_eq!(got["email"], email);
    assert_eq!(got["scopes"], json!([SCOPE]));
    assert!(double.accepts(got["token"].as_str().expect("a token")));
    assert_eq!((&got["same_token"], double.issued()), (&json!(true), 1));
    check_claims(&got["claims"], &email);
    assert_eq!(got["tree"]["project"]["projectId"], "example-123");
    assert_eq!(
        got["tree"]["instance"]["serviceAccounts"]["default"]["email"],
        email
    );
    assert_eq!(got["zone"], "projects/123456789012/zones/europe-west1-b");
}

#[tokio::test]
async fn gcp_metadata() {
    let (got, double) = run("node").await;
    let email = double.email().expect("an account");
    assert_eq!(got["available"], true);
    assert_eq!(
        (&got["project"], &got["json"]),
        (&json!("example-123"), &json!("example-123"))
    );
    assert_eq!(got["number"], "123456789012");
    assert_eq!(got["universe"], "googleapis.com");
    assert_eq!(got["zone"], "projects/123456789012/zones/europe-west1-b");
    assert_eq!(
        (&got["email"], &got["info"]["email"]),
        (&json!(email), &json!(email))
    );
    assert_eq!(got["scopes"].as_str().map(str::trim), Some(SCOPE));
    assert_eq!(got["info"]["scopes"], json!([SCOPE]));
    assert!(double.accepts(got["token"].as_str().expect("a token")));
    check_claims(&claims(&got["identity"]), &email);
    assert_eq!(got["missing"], 404);
}
