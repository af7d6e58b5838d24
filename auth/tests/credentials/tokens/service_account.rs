//! ID tokens, signatures and keys of service accounts.

use std::{sync::Arc, time::Duration};

use gapi_auth::{
    ApplicationDefault, AuthErrorKind, AuthRequest, Credentials, DefaultCredentials, Environment,
    IdTokenCredentials, IdTokenVerifier, Scopes, ServiceAccount, Signer, Token,
};
use gapi_fakes::{
    Google, Reply, Request, id_tokens::IdTokenIssuer, keys::ServiceAccount as Account,
};
use http::Uri;
use serde_json::{Value, json};

use super::support::*;

/// An account, and a token endpoint that gives it ID tokens without looking.
fn scene() -> (Account, Direct, ServiceAccount) {
    let account = Account::new("robot", "example-123").expect("an account");
    let issuer = IdTokenIssuer::new().expect("an issuer");
    let network = Direct::new(move |request: &Request| {
        let claims = claims(&assertion(request));
        let audience = claims["target_audience"].as_str().expect("an audience");
        let token = issuer.sign(&json!({"aud": audience, "iat": NOW, "exp": NOW + 3600}));
        Reply::json(200, &json!({"id_token": token.expect("signed")}))
    });
    let robot = ServiceAccount::from_json(&account.key_json("https://oauth2.googleapis.com/token"))
        .expect("a service account")
        .transport(network.shared())
        .clock(clock());
    (account, network, robot)
}

pub(crate) fn assertion(request: &Request) -> String {
    let form = request.form();
    let found = form.iter().find(|(name, _)| name == "assertion");
    found.expect("an assertion").1.clone()
}

pub(crate) fn part(token: &str, number: usize) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = token.split('.').nth(number).expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

#[tokio::test]
async fn an_id_token_is_asked_for_by_its_audience() {
    let (account, network, robot) = scene();
    let credentials = robot
        .scopes(["ignored"])
        .id_token("https://hello.example.com");
    assert_eq!(credentials.audience(), Some("https://hello.example.com"));
    let first = credentials.token().await.expect("a token");
    let second = credentials.token().await.expect("a token");
    assert_eq!(first.secret(), second.secret());
    assert_eq!(first.expiry(), Some(at(NOW + 3600)));
    assert_eq!(claims(first.secret())["aud"], "https://hello.example.com");
    let [request] = &network.recorded()[..] else {
        panic!("one request")
    };
    let form = request.form();
    assert_eq!(form.len(), 2);
    assert!(form.contains(&(
        String::from("grant_type"),
        String::from("urn:ietf:params:oauth:grant-type:jwt-bearer")
    )));
    assert_eq!(
        claims(&assertion(request)),
        json!({
            "iss": account.email(), "aud": "https://oauth2.googleapis.com/token", "target_audience": "https://hello.example.com",
            "iat": NOW - 10, "exp": NOW + 3590,
        })
    );
    let metrics = request.header("x-goog-api-client").expect("metrics");
    assert!(
        metrics.ends_with(" auth-request-type/it cred-type/sa"),
        "{metrics}"
    );
    assert_eq!(Credentials::metrics(&credentials), Some("cred-type/sa"));
}

#[tokio::test]
async fn a_token_for_each_host_is_for_that_host() {
    let (_, network, robot) = scene();
    let credentials = robot.id_tokens_for_each_host();
    for (url, audience) in [
        ("https://a.run.app/path?x=y", "https://a.run.app"),
        ("https://b.run.app/", "https://b.run.app"),
        ("https://a.run.app/other", "https://a.run.app"),
    ] {
        let url: Uri = url.parse().expect("a URL");
        let request = AuthRequest::new(&url, Scopes::Default(&["x"]));
        let headers = credentials.headers(&request).await.expect("headers");
        let value = headers.headers()["authorization"].to_str().expect("text");
        let token = value.strip_prefix("Bearer ").expect("a bearer token");
        assert_eq!(claims(token)["aud"], audience);
    }
    assert_eq!(network.recorded().len(), 2);
    let error = credentials.token().await.expect_err("no request");
    assert_eq!(error.kind(), AuthErrorKind::Config);
}

#[tokio::test]
async fn an_id_token_is_the_accounts_own() {
    let (_, network, robot) = scene();
    let error = robot
        .clone()
        .subject("jane@example.com")
        .id_token("https://hello.example.com")
        .token()
        .await
        .expect_err("no subject");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    let error = robot.id_token(" ").token().await.expect_err("no audience");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(network.recorded().is_empty());
}

#[tokio::test]
async fn responses_without_a_usable_id_token_are_errors() {
    for response in [
        json!({"access_token": "canary"}),
        json!({"id_token": "canary"}),
        json!({"id_token": ""}),
        json!({"id_token": 1}),
    ] {
        let (_, network, robot) = scene();
        network.next(Fault::Respond(Reply::json(200, &response)));
        let error = robot
            .id_token("https://hello.example.com")
            .token()
            .await
            .expect_err("no token");
        assert_eq!(error.kind(), AuthErrorKind::Http, "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn in_another_universe_iam_gives_id_tokens() {
    let (account, _, _) = scene();
    let issuer = IdTokenIssuer::new().expect("an issuer");
    let network = Direct::new(move |_: &Request| {
        let token = issuer.sign(&json!({"aud": "a", "iat": NOW, "exp": NOW + 3600}));
        Reply::json(200, &json!({"token": token.expect("signed")}))
    });
    let robot = ServiceAccount::from_json(&account.key_json("https://oauth2.googleapis.com/token"))
        .expect("a service account")
        .universe_domain("example-universe.goog")
        .transport(network.shared())
        .clock(clock());
    robot.id_token("a").token().await.expect("a token");
    let [request] = &network.recorded()[..] else {
        panic!("one request")
    };
    assert_eq!(
        request.path,
        format!(
            "/v1/projects/-/serviceAccounts/{}:generateIdToken",
            account.email()
        )
    );
    assert_eq!(
        request.json().expect("JSON"),
        json!({"audience": "a", "includeEmail": "true", "useEmailAzp": "true"})
    );
    let bearer = request.bearer().expect("a bearer token");
    assert_eq!(
        claims(bearer),
        json!({
            "iss": account.email(), "sub": account.email(), "scope": "https://www.googleapis.com/auth/iam",
            "iat": NOW - 10, "exp": NOW + 3590,
        })
    );
    network.next(Fault::Respond(Reply::json(
        403,
        &json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no"}}),
    )));
    let error = robot.id_token("b").token().await.expect_err("refused");
    assert_eq!(error.oauth_error(), Some("PERMISSION_DENIED"), "{error}");
}

#[tokio::test]
async fn a_verifier_accepts_what_the_token_endpoint_issues() {
    let google = Google::start().await.expect("a server");
    let robot = ServiceAccount::from_json(&google.key_json()).expect("a service account");
    let credentials = robot.id_token(google.url());
    let token = credentials.token().await.expect("a token");
    let verifier = IdTokenVerifier::google([google.url()])
        .keys_url(format!("{}{}", google.url(), IdTokenIssuer::KEYS_PATH))
        .emails([google.account().email()]);
    verifier.verify(token.secret()).await.expect("accepted");
    let response = reqwest::Client::new()
        .get(format!("{}/hello", google.url()))
        .bearer_auth(token.secret())
        .send()
        .await
        .expect("a response");
    let hello = response.text().await.expect("text");
    assert_eq!(hello, format!("Hello, {}!\n", google.account().email()));
}

/// A source of one's own, and the probes of `dyn Credentials`.
#[tokio::test]
async fn credentials_report_what_they_can_do() {
    let (_, network, robot) = scene();
    let anyone: Arc<dyn Credentials> = Arc::new(robot);
    let tokens = anyone.id_tokens().expect("ID tokens");
    let credentials = IdTokenCredentials::new(tokens, "https://hello.example.com")
        .transport(network.shared())
        .clock(clock());
    let token: Token = credentials.token().await.expect("a token");
    assert_eq!(claims(token.secret())["aud"], "https://hello.example.com");
    let signer = anyone.signer().expect("a signer");
    assert_eq!(signer.sign(b"x").await.expect("signed").bytes().len(), 256);
    let anonymous: Arc<dyn Credentials> = Arc::new(gapi_auth::Anonymous);
    assert!(anonymous.signer().is_none() && anonymous.id_tokens().is_none());
}

/// Writes a key file at once, as programs that know what they do replace files.
fn replace(path: &std::path::Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).expect("written");
    std::fs::rename(&new, path).expect("renamed");
}

#[tokio::test]
async fn a_key_file_that_changes_is_read_again_and_a_broken_one_is_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.json");
    let json = |account: &Account| account.key_json("https://oauth2.googleapis.com/token");
    let (first, second) = (
        Account::new("robot", "example-123").expect("an account"),
        Account::new("robot", "example-123").expect("an account"),
    );
    let another = Account::new("stranger", "example-123").expect("an account");
    assert_ne!(first.key_id(), second.key_id());
    replace(&path, &json(&first));
    let network = Direct::new(|_: &Request| {
        Reply::json(200, &json!({"access_token": "t", "expires_in": 3600}))
    });
    let clock = clock();
    let robot = ServiceAccount::from_file(&path)
        .expect("a service account")
        .transport(network.shared())
        .clock(clock.clone());
    let url = Uri::from_static("https://storage.googleapis.com/");
    // The key of the assertion that a fetch sends.
    let used = async || {
        clock.advance(Duration::from_secs(3600));
        let request = AuthRequest::new(&url, Scopes::Default(&["x"]));
        robot.headers(&request).await.expect("a token");
        let assertion = assertion(network.recorded().last().expect("a request"));
        part(&assertion, 0)["kid"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(used().await, first.key_id());
    let whole = json(&second);
    for broken in [
        &whole[..whole.len() / 2],
        "",
        "{}",
        &json(&another),
        "\u{0}",
    ] {
        replace(&path, broken);
        assert_eq!(used().await, first.key_id(), "{}", broken.len());
    }
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(used().await, first.key_id());
    replace(&path, &whole);
    assert_eq!(used().await, second.key_id());
    assert_eq!(robot.signer().key_id().as_deref(), Some(second.key_id()));
    // Clones for other users share the file too.
    let delegated = robot.clone().subject("jane@example.com").scopes(["x"]);
    replace(&path, &json(&first));
    let request = AuthRequest::new(&url, Scopes::Default(&[]));
    delegated.headers(&request).await.expect("a token");
    let assertion = assertion(network.recorded().last().expect("a request"));
    assert_eq!(part(&assertion, 0)["kid"], first.key_id());
}

#[tokio::test]
async fn a_key_file_that_the_environment_names_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.json");
    let accounts = [(); 2].map(|()| Account::new("robot", "example-123").expect("an account"));
    let json = |account: &Account| account.key_json("https://oauth2.googleapis.com/token");
    replace(&path, &json(&accounts[0]));
    let find = |environment: Environment| {
        ApplicationDefault::new()
            .environment(environment.var("GOOGLE_APPLICATION_CREDENTIALS", &path))
            .find()
            .expect("credentials")
    };
    let key_id = |found: &DefaultCredentials| found.signer().expect("a signer").key_id();
    let machines = find(Environment::system());
    // A file in the environment is not the one on disk.
    let put = find(Environment::system().file(&path, json(&accounts[0])));
    for found in [&machines, &put] {
        assert_eq!(key_id(found).as_deref(), Some(accounts[0].key_id()));
    }
    replace(&path, &json(&accounts[1]));
    assert_eq!(key_id(&machines).as_deref(), Some(accounts[1].key_id()));
    assert_eq!(key_id(&put).as_deref(), Some(accounts[0].key_id()));
}

#[tokio::test]
async fn many_users_share_one_pool() {
    let google = Google::start().await.expect("a server");
    let robot = ServiceAccount::from_json(&google.key_json()).expect("a service account");
    let url = Uri::from_static("https://www.googleapis.com/");
    let scope = "https://www.googleapis.com/auth/drive";
    for number in 0..20 {
        let user = format!("user{number}@example.com");
        google.tokens().allow_subject(&user, [scope]);
        let delegated = robot.clone().subject(user).scopes([scope]);
        let request = AuthRequest::new(&url, Scopes::Default(&[]));
        delegated.headers(&request).await.expect("a token");
    }
    assert_eq!(google.server().count("/token"), 20);
    assert_eq!(google.server().connections(), 1);
}
