//! `gapi_auth`.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_auth::{
    AccessToken, ApiKey, ApplicationDefault, AuthError, AuthErrorKind, AuthHeaders, AuthRequest,
    Cached, ClientCertificate, Credentials, Environment, FetchContext, IdTokenCredentials,
    IdTokenSource, IdTokenVerifier, MetadataServer, PostPolicy, Program, ProgramOutput, Scopes,
    ServiceAccount, Signature, SignedUrl, Token, TokenSource, from_fn,
};
use gapi_fakes::{Fault, Google, Reply, id_tokens::IdTokenIssuer};
use gapi_transport::{BoxFuture, Clock, SystemClock};
use serde_json::json;

use crate::{
    Entry,
    canary::{CANARY, debug, error},
    open, secret,
};

const SCOPES: Scopes<'static> =
    Scopes::Default(&["https://www.googleapis.com/auth/cloud-platform"]);

pub(crate) async fn entries() -> Vec<Entry> {
    let (cached, context) = cached().await;
    vec![
        secret(
            "gapi_auth::AccessToken",
            credentials(&AccessToken::new(CANARY)).await,
        ),
        secret("gapi_auth::ApiKey", credentials(&ApiKey::new(CANARY)).await),
        secret(
            "gapi_auth::Token",
            debug(&Token::new(CANARY).expires_at(SystemTime::now())),
        ),
        secret("gapi_auth::AuthHeaders", headers()),
        secret("gapi_auth::AuthRequest", requests()),
        secret("gapi_auth::ServiceAccount", service_accounts().await),
        secret("gapi_auth::Cached", cached),
        secret("gapi_auth::FetchContext", context),
        secret("gapi_auth::FnSource", functions().await),
        secret("gapi_auth::AuthError", errors().await),
        secret("gapi_auth::ClientCertificate", certificates()),
        secret("gapi_auth::IdTokenCredentials", id_tokens().await),
        secret("gapi_auth::IdTokenVerifier", debug(&verifier())),
        secret("gapi_auth::IdTokenClaims", claims().await),
        secret("gapi_auth::IdTokenError", unverified().await),
        open("gapi_auth::IdTokenCheck", "the name of a check"),
        secret("gapi_auth::Signature", debug(&Signature::new(CANARY, None))),
        secret("gapi_auth::SignedUrl", signed_urls()),
        secret("gapi_auth::PostPolicy", debug(&policy())),
        secret("gapi_auth::SignedPost", forms().await),
        secret("gapi_auth::Environment", environment()),
        secret("gapi_auth::MetadataServer", metadata_servers().await),
        secret("gapi_auth::ApplicationDefault", debug(&adc())),
        secret("gapi_auth::DefaultCredentials", default_credentials().await),
        open("gapi_auth::Origin", "a path"),
        secret(
            "gapi_auth::RedactedPath",
            vec![format!(
                "{0} {0:?}",
                gapi_auth::RedactedPath::new(&format!("{{{CANARY}}}"))
            )],
        ),
        secret("gapi_auth::Program", debug(&program())),
        secret(
            "gapi_auth::ProgramOutput",
            debug(&ProgramOutput::new(0, CANARY)),
        ),
        open("gapi_auth::OperatingSystem", "a name"),
        open("gapi_auth::Anonymous", "nobody has no secret"),
        open("gapi_auth::AuthErrorKind", "a kind"),
        open("gapi_auth::Scopes", "scopes are public names"),
        open("gapi_auth::TokenRetryPolicy", "numbers and times"),
    ]
}

/// A source whose tokens are canaries with an expiry.
#[derive(Debug)]
struct IdTokens;

impl IdTokenSource for IdTokens {
    fn fetch_id_token<'a>(
        &'a self,
        _: &'a str,
        _: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async { Ok(Token::new(CANARY)) })
    }

    fn describe(&self) -> String {
        String::from("a source")
    }
}

fn certificates() -> Vec<String> {
    let block = |label: &str| format!("-----BEGIN {label}-----\n{CANARY}\n-----END {label}-----\n");
    let (chain, key) = (block("CERTIFICATE"), block("PRIVATE KEY"));
    let made = ClientCertificate::from_pem(&chain, &key).unwrap();
    let mut displayed = debug(&made);
    displayed.extend(error(&made.transport().unwrap_err()));
    displayed.extend(error(
        &ClientCertificate::from_pem(CANARY, &key).unwrap_err(),
    ));
    displayed.extend(error(
        &ClientCertificate::from_pem(&chain, CANARY).unwrap_err(),
    ));
    displayed
}

async fn id_tokens() -> Vec<String> {
    let made = IdTokenCredentials::new(IdTokens, "https://hello.example.com");
    let mut displayed = credentials(&made).await;
    displayed.extend(debug(&made.token().await));
    displayed.extend(error(&Token::from_jwt(CANARY).unwrap_err()));
    displayed
}

fn verifier() -> IdTokenVerifier {
    IdTokenVerifier::google(["audience"]).keys_url("https://127.0.0.1:1/")
}

async fn unverified() -> Vec<String> {
    let part = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"RS256","x":"{CANARY}"}}"#));
    let mut displayed = Vec::new();
    for token in [
        CANARY.to_owned(),
        format!("{CANARY}.{CANARY}.{CANARY}"),
        format!("{part}.{part}.{part}"),
    ] {
        displayed.extend(error(&verifier().verify(&token).await.unwrap_err()));
    }
    displayed
}

/// Claims of a person: their values are as personal as a secret.
async fn claims() -> Vec<String> {
    let issuer = IdTokenIssuer::new().unwrap();
    let keys = gapi_fakes::Server::start(issuer.clone()).await.unwrap();
    let token = issuer.issue("audience", CANARY).unwrap();
    let verifier = verifier().keys_url(keys.url());
    debug(&verifier.verify(&token).await.unwrap())
}

fn signed_urls() -> Vec<String> {
    debug(
        &SignedUrl::put("bucket", "object")
            .header("x-goog-encryption-key", CANARY)
            .query("token", CANARY),
    )
}

fn policy() -> PostPolicy {
    PostPolicy::new("bucket", "object").field("x-goog-meta-secret", CANARY)
}

async fn forms() -> Vec<String> {
    let account = gapi_fakes::keys::ServiceAccount::new("robot", "example-123").unwrap();
    let robot = ServiceAccount::from_json(&account.key_json("https://127.0.0.1:1/")).unwrap();
    debug(&policy().sign(&robot.signer()).await.unwrap())
}

fn program() -> Program {
    Program::new("helper").arg(CANARY).var("TOKEN", CANARY)
}

fn adc() -> ApplicationDefault {
    let file = json!({"type": "authorized_user", "client_id": "c", "client_secret": CANARY, "refresh_token": CANARY});
    ApplicationDefault::new().environment(
        Environment::new()
            .var("GOOGLE_APPLICATION_CREDENTIALS", "/user.json")
            .file("/user.json", file.to_string()),
    )
}

async fn default_credentials() -> Vec<String> {
    let found = adc().find().unwrap();
    let mut displayed = debug(&found);
    displayed.push(found.describe());
    displayed.extend(found.tried().to_vec());
    // Files that are broken, each in its own way.
    for file in [
        format!("{{\"type\": \"service_account\", \"private_key\": \"{CANARY}"),
        format!("{{\"type\": \"{CANARY} x\"}}"),
        format!("{{\"web\": {{\"client_secret\": \"{CANARY}\"}}}}"),
        format!(
            "{{\"type\": \"service_account\", \"client_email\": \"a@b\", \"private_key\": \"{CANARY}\"}}"
        ),
        format!("-----BEGIN PRIVATE KEY-----\n{CANARY}"),
        CANARY.to_owned(),
    ] {
        let environment = Environment::new()
            .var("GOOGLE_APPLICATION_CREDENTIALS", "/key.json")
            .file("/key.json", file);
        let broken = ApplicationDefault::new().environment(environment).find();
        displayed.extend(error(&broken.unwrap_err()));
    }
    displayed
}

/// Servers that give the canary, whole and broken.
async fn metadata_servers() -> Vec<String> {
    let mut displayed = Vec::new();
    for (status, body) in [
        (
            200,
            json!({"access_token": CANARY, "expires_in": 3599, "token_type": "Bearer"}).to_string(),
        ),
        (
            200,
            json!({"access_token": CANARY, "expires_in": "x"}).to_string(),
        ),
        (200, format!("{CANARY}.{CANARY}.{CANARY}")),
        (400, json!({"access_token": CANARY}).to_string()),
    ] {
        let reply = Reply::json(status, &json!(null))
            .body("application/json", body)
            .header("metadata-flavor", "Google");
        let server = gapi_fakes::Server::start(move |_: &gapi_fakes::Request| reply.clone())
            .await
            .unwrap();
        let host = server.address().to_string();
        let clock = Arc::new(gapi_transport::ManualClock::new(SystemTime::now()));
        let moved = clock.clone();
        // What is tried again waits.
        let waiting = tokio::spawn(async move {
            loop {
                moved.advance(Duration::from_secs(1));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let machine = MetadataServer::new()
            .environment(Environment::new())
            .host(host)
            .clock(clock);
        displayed.extend(credentials(&machine).await);
        let id_token = machine.id_token("https://a.example");
        displayed.extend(debug(&id_token));
        if let Err(cause) = id_token.token().await {
            displayed.extend(error(&cause));
        }
        waiting.abort();
    }
    displayed
}

fn environment() -> Vec<String> {
    debug(
        &Environment::new()
            .var("TOKEN", CANARY)
            .file("/run/token", CANARY)
            .program("helper", |_| Ok(ProgramOutput::new(0, CANARY))),
    )
}

/// What is shown of credentials before and after they were used.
pub(crate) async fn credentials(credentials: &dyn Credentials) -> Vec<String> {
    let mut displayed = debug(&credentials);
    displayed.push(credentials.describe());
    let url = "https://sqladmin.googleapis.com/v1/x".parse().unwrap();
    match credentials.headers(&AuthRequest::new(&url, SCOPES)).await {
        Ok(headers) => displayed.extend(debug(&headers)),
        Err(cause) => displayed.extend(error(&cause)),
    }
    displayed.extend(debug(&credentials));
    displayed
}

fn headers() -> Vec<String> {
    let mut displayed = debug(&AuthHeaders::bearer(CANARY).unwrap());
    let value = http::HeaderValue::from_static(CANARY);
    let own = AuthHeaders::new([(http::header::COOKIE, value)].into_iter().collect());
    displayed.extend(debug(&own));
    // The headers themselves are marked, so that other code that prints them prints nothing either.
    displayed.extend(debug(own.headers()));
    displayed.extend(error(
        &AuthHeaders::bearer(&format!("{CANARY}\n")).unwrap_err(),
    ));
    displayed
}

fn requests() -> Vec<String> {
    let url = format!("https://example.com/x?key={CANARY}&access_token={CANARY}")
        .parse()
        .unwrap();
    debug(&AuthRequest::new(&url, SCOPES))
}

/// Keys are no canaries, but any line of one is as good.
async fn service_accounts() -> Vec<String> {
    let google = Google::start().await.unwrap();
    let key_json = google.key_json();
    let good = ServiceAccount::from_json(&key_json).unwrap();
    let mut displayed = credentials(&good).await;
    displayed.extend(credentials(&good.clone().self_signed(true)).await);
    displayed.extend(credentials(&good.subject("ann@example.com")).await);
    let lines: Vec<&str> = google
        .account()
        .private_key()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let with_canary = |text: &String| {
        let leaks = lines.iter().any(|line| text.contains(line))
            || text.contains("ya29.")
            || text.contains("eyJ");
        if leaks {
            format!("{CANARY} {text}")
        } else {
            text.clone()
        }
    };
    let mut displayed: Vec<String> = displayed.iter().map(with_canary).collect();

    // Key files that are wrong in many ways.
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n");
    for text in [
        json!({"type": "service_account", "client_email": "a@b.c", "token_uri": google.token_url(), "private_key": pem}).to_string(),
        json!({"type": "service_account", "client_email": "a@b.c", "private_key": CANARY}).to_string(),
        json!({"type": "service_account", "private_key": CANARY}).to_string(),
        json!({"type": "service_account", "client_email": 1, "private_key": [CANARY]}).to_string(),
        json!({"type": "authorized_user", "refresh_token": CANARY, "client_secret": CANARY}).to_string(),
        json!({"type": "robot", "private_key": CANARY}).to_string(),
        format!(r#"{{"private_key": "{CANARY}", "#),
        format!("{CANARY} is no JSON"),
    ] {
        let refused = ServiceAccount::from_json(&text).unwrap_err();
        displayed.extend(error(&refused));
    }
    displayed.extend(error(
        &ServiceAccount::from_parts("a@b.c", &pem).unwrap_err(),
    ));
    displayed
}

/// A source that gives the canary and keeps what it was given.
#[derive(Debug, Default)]
struct Own(Mutex<Vec<String>>);

impl TokenSource for Own {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        self.0.lock().unwrap().extend(debug(cx));
        Box::pin(async { Ok(Token::new(CANARY)) })
    }
}

async fn cached() -> (Vec<String>, Vec<String>) {
    let cached = Cached::new(Own::default());
    let displayed = credentials(&cached).await;
    let context = std::mem::take(&mut *cached.source().0.lock().unwrap());
    (displayed, context)
}

async fn functions() -> Vec<String> {
    let captured = String::from(CANARY);
    let good = from_fn(move || {
        let token = Token::new(captured.clone());
        async { Ok(token) }
    });
    let mut displayed = credentials(&good).await;
    displayed.extend(debug(good.source()));
    displayed
}

/// Token endpoints that repeat what they were sent, or give a token in a wrong way.
async fn errors() -> Vec<String> {
    let own = AuthError::new(AuthErrorKind::Other, "it failed")
        .with_source(std::io::Error::other("no disk"));
    let mut displayed = error(&own);
    for reply in [
        Reply::text(200, format!("access_token={CANARY}")),
        Reply::json(200, &json!({"access_token": [CANARY]})),
        Reply::json(200, &json!({"access_token": CANARY, "expires_in": "soon"})),
        Reply::json(
            200,
            &json!({"access_token": format!("{CANARY}\n"), "expires_in": 3600}),
        ),
        Reply::json(200, &json!({"id_token": CANARY})),
        Reply::json(
            400,
            &json!({"error": "invalid_request", "access_token": CANARY}),
        ),
        // Of pages in between, words are shown, but nothing as long as a token.
        Reply::html(403, format!("<html>{}</html>", CANARY.repeat(4))),
        Reply::text(403, format!("client_secret={CANARY}")),
    ] {
        let google = Google::start().await.unwrap();
        google.server().inject(Fault::reply(reply).on("/token"));
        displayed.extend(credentials(&hurried(&google.key_json())).await);
    }
    displayed.extend(echo().await);
    displayed
}

/// An account that does not pause between attempts.
fn hurried(key_json: &str) -> ServiceAccount {
    ServiceAccount::from_json(key_json)
        .unwrap()
        .clock(Arc::new(Hurried))
}

#[derive(Debug)]
struct Hurried;

impl Clock for Hurried {
    fn now(&self) -> SystemTime {
        SystemClock.now()
    }

    fn monotonic(&self) -> Duration {
        SystemClock.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration < Duration::from_secs(10) {
            Box::pin(async {})
        } else {
            SystemClock.sleep(duration)
        }
    }
}

/// An endpoint that repeats the assertion in its error.
async fn echo() -> Vec<String> {
    let server = gapi_fakes::Server::start(|request: &gapi_fakes::Request| {
        let form = request.form();
        let (_, assertion) = form.iter().find(|(name, _)| name == "assertion").unwrap();
        let text = format!("cannot use {assertion} at all");
        Reply::json(
            400,
            &json!({"error": "invalid_grant", "error_description": text}),
        )
    })
    .await
    .unwrap();
    let account = gapi_fakes::keys::ServiceAccount::new("robot", "p").unwrap();
    let key = account.key_json(&format!("{}/token", server.url()));
    let displayed = credentials(&ServiceAccount::from_json(&key).unwrap()).await;
    assert!(
        displayed.iter().any(|text| text.contains("invalid_grant")),
        "{displayed:?}"
    );
    // Every JWS begins with the base64 of `{"`.
    displayed
        .into_iter()
        .map(|text| {
            if text.contains("eyJ") {
                format!("{CANARY} {text}")
            } else {
                text
            }
        })
        .collect()
}
