//! Federated identities against servers that others wrote: npm oidc-provider exchanges and refreshes tokens, PyPI moto is the
//! metadata server of an EC2 instance and the Security Token Service of AWS.

use std::time::{Duration, SystemTime};

use gapi::{
    auth::{
        AuthErrorKind, AuthRequest, Credentials, Environment, ExposeSecret, ExternalAccount,
        ExternalAccountAuthorizedUser, Scopes,
    },
    transport::{Body, default_transport},
};
use gapi_fakes::{
    Google,
    federation::{AwsKeys, SecurityTokenService},
    keys,
};
use serde_json::{Value, json};

const SQL: &str = "https://www.googleapis.com/auth/sqlservice.admin";
const AUDIENCE: &str = SecurityTokenService::AUDIENCE;

async fn send(request: http::Request<Body>) -> (http::StatusCode, String) {
    let transport = default_transport().expect("a transport");
    let response = transport.send(request).await.expect("loopback responds");
    let status = response.status();
    let body = response.into_body().collect(1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

async fn get(url: String) -> String {
    let request = http::Request::get(url)
        .body(Body::empty())
        .expect("a request");
    let (status, text) = send(request).await;
    assert!(status.is_success(), "{status}: {text}");
    text
}

async fn bearer(credentials: &dyn Credentials) -> Result<String, gapi::auth::AuthError> {
    let url = "https://sqladmin.googleapis.com/v1/projects/shop/instances"
        .parse()
        .expect("a URL");
    let request = AuthRequest::new(&url, Scopes::Default(&[SQL]));
    let headers = credentials.headers(&request).await?;
    let value = headers.headers()[http::header::AUTHORIZATION]
        .to_str()
        .expect("ASCII");
    Ok(value
        .strip_prefix("Bearer ")
        .expect("a bearer token")
        .to_owned())
}

/// A token of the provider `issuer`, whose key the server knows.
async fn subject_token(name: &str, audience: &str) -> String {
    let issuer = keys::ServiceAccount::new(name, "pods").expect("randomness");
    let known =
        json!({"email": issuer.email(), "kid": issuer.key_id(), "pem": issuer.public_key_pem()});
    let server = gapi_servers::server("oidc-provider");
    let request = http::Request::post(format!("{server}/keys"))
        .body(Body::from(known.to_string()))
        .expect("a request");
    send(request).await;
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let claims = json!({
        "iss": "https://pods.example", "sub": format!("pod:{name}"), "aud": audience, "iat": now, "exp": now + 600,
    });
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": issuer.key_id()});
    issuer.sign(&header, &claims).expect("signed")
}

fn pod(token: &str) -> ExternalAccount {
    let file = json!({
        "type": "external_account", "audience": AUDIENCE, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/v1/token", gapi_servers::server("oidc-provider")), "credential_source": {"file": "/token"},
    });
    ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(Environment::new().file("/token", format!("{token}\n")))
}

async fn introspect(token: &str) -> Value {
    let server = gapi_servers::server("oidc-provider");
    get(format!("{server}/introspect?token={token}"))
        .await
        .parse()
        .expect("JSON")
}

#[tokio::test]
async fn a_token_of_another_provider_is_exchanged() {
    let token = subject_token("web", &format!("https:{AUDIENCE}")).await;
    let granted = bearer(&pod(&token)).await.expect("a token");
    assert_eq!(
        introspect(&granted).await,
        json!({"scope": SQL, "sub": "pod:web", "client": "workload"})
    );
    let as_client = pod(&token).client("workforce", "s:e<c");
    let granted = bearer(&as_client).await.expect("a token");
    assert_eq!(introspect(&granted).await["client"], "workforce");
}

#[tokio::test]
async fn refusals_of_the_server_are_reported() {
    let token = subject_token("batch", "https://elsewhere.example").await;
    let error = bearer(&pod(&token)).await.expect_err("another audience");
    assert_eq!(error.kind(), AuthErrorKind::OAuth);
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    assert!(!error.is_transient());
    let token = subject_token("batch", &format!("https:{AUDIENCE}")).await;
    let error = bearer(&pod(&token).client("workforce", "wrong"))
        .await
        .expect_err("another secret");
    assert_eq!(error.oauth_error(), Some("invalid_client"));
}

#[tokio::test]
async fn a_workforce_users_refresh_token_rotates_until_it_is_revoked() {
    let server = gapi_servers::server("oidc-provider");
    let first = get(format!("{server}/refresh-token")).await;
    let file = json!({
        "type": "external_account_authorized_user", "client_id": "workforce", "client_secret": "s:e<c", "refresh_token": first,
        "token_url": format!("{server}/v1/oauthtoken"), "revoke_url": format!("{server}/v1/revoke"),
    });
    let user = ExternalAccountAuthorizedUser::from_json(&file.to_string()).expect("a file");
    let url = "https://sqladmin.googleapis.com/".parse().expect("a URL");
    let request = AuthRequest::new(&url, Scopes::Default(&[]));
    let used = user.headers(&request).await.expect("a token");
    assert_ne!(user.refresh_token().expose_secret(), first);
    assert!(user.reject(&used));
    // The server takes a refresh token that is sent twice for a stolen one: this works because the new one was sent.
    user.headers(&request).await.expect("another token");
    user.revoke().await.expect("revoked");
    let error = user.headers(&request).await.expect_err("revoked");
    assert!(error.to_string().contains("revoked"), "{error}");
}

#[tokio::test]
async fn an_instance_of_moto_signs_what_aws_would_take() {
    let moto = gapi_servers::server("moto");
    let role = format!("{moto}/latest/meta-data/iam/security-credentials/default-role");
    let keys: Value = get(role).await.parse().expect("JSON");
    let text = |name: &str| keys[name].as_str().expect(name).to_owned();
    let google = Google::start().await.expect("a server");
    google.sts().accept_aws(AwsKeys {
        id: text("AccessKeyId"),
        secret: text("SecretAccessKey"),
        session_token: Some(text("Token")),
        arn: String::from("arn:aws:sts::1:assumed-role/default-role/i-1"),
    });
    let file = json!({
        "type": "external_account", "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request", "token_url": google.sts_url(),
        "credential_source": {
            "environment_id": "aws1",
            "region_url": format!("{moto}/latest/meta-data/placement/availability-zone"),
            // This server wants the slash.
            "url": format!("{moto}/latest/meta-data/iam/security-credentials/"),
            "imdsv2_session_token_url": format!("{moto}/latest/api/token"),
            "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        },
    });
    let account = ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(Environment::new());
    bearer(&account).await.expect("a token");

    // The signed request itself, sent to where it would go.
    let exchange = google
        .server()
        .log()
        .into_iter()
        .next_back()
        .expect("an exchange");
    let form: Vec<_> = exchange.request.form();
    let subject = form
        .iter()
        .find(|(name, _)| name == "subject_token")
        .map(|(_, value)| percent_encoding::percent_decode_str(value).decode_utf8_lossy())
        .expect("a subject token");
    let signed: Value = subject.parse().expect("JSON");
    let mut request = http::Request::post(format!(
        "{moto}/?Action=GetCallerIdentity&Version=2011-06-15"
    ));
    for header in signed["headers"].as_array().expect("headers") {
        let part = |name: &str| header[name].as_str().expect("text");
        request = request.header(part("key"), part("value"));
    }
    let (status, response) = send(request.body(Body::empty()).expect("a request")).await;
    assert!(
        status.is_success() && response.contains("<Arn>"),
        "{status}: {response}"
    );
}

#[tokio::test]
async fn tokens_last_as_long_as_the_server_reports() {
    let token = subject_token("cron", &format!("https:{AUDIENCE}")).await;
    let url = "https://sqladmin.googleapis.com/".parse().expect("a URL");
    let request = AuthRequest::new(&url, Scopes::Default(&[SQL]));
    let headers = pod(&token).headers(&request).await.expect("a token");
    let left = headers
        .expires_at()
        .and_then(|expiry| expiry.duration_since(SystemTime::now()).ok())
        .expect("an expiry");
    assert!(
        left > Duration::from_secs(3500) && left <= Duration::from_secs(3600),
        "{left:?}"
    );
}
