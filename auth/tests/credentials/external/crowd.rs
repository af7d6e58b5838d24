//! Ten thousand callers at once, on good days and on bad ones.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use gapi_auth::{
    AccessBoundary, AccessBoundaryRule, AccessToken, Credentials, Downscoped, Environment,
    ExternalAccount, ExternalAccountAuthorizedUser, Impersonated, ProgramOutput,
};
use gapi_transport::TransportErrorKind;
use serde_json::{Value, json};

use super::support::*;

const CALLERS: usize = 10_000;
/// On a long bad day a smaller crowd asks many times.
const FEWER: usize = 300;

/// Every type, over this double. The clock is tokio's.
fn types(google: &Google) -> Vec<(&'static str, Arc<dyn Credentials>)> {
    let environment = Environment::new()
        .file("/token", "subject")
        .file("/config.json", json!({"cert_configs": {"workload": {"cert_path": "/leaf.pem", "key_path": "/key.pem"}}}).to_string())
        .file("/leaf.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
        .var("AWS_REGION", "us-east-2")
        .program("/bin/token", |_| {
            let printed = json!({
                "version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:jwt", "id_token": "printed",
            });
            Ok(ProgramOutput::new(0, printed.to_string()))
        });
    let account = |source: Value| -> ExternalAccount {
        ExternalAccount::from_json(&configuration(source).to_string())
            .expect("a configuration")
            .allow_executables(true)
            .environment(environment.clone())
            .transport(google.shared())
    };
    let aws = json!({
        "environment_id": "aws1",
        "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
        "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    });
    let user = json!({
        "type": "external_account_authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r",
    });
    let rule = AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/b")
        .permission("inRole:roles/storage.objectViewer");
    vec![
        (
            "impersonated",
            Arc::new(
                Impersonated::new(AccessToken::new("source"), TARGET).transport(google.shared()),
            ),
        ),
        (
            "impersonated with a subject",
            Arc::new(
                Impersonated::new(AccessToken::new("source"), TARGET)
                    .scopes(SCOPES)
                    .subject("mia@example.com")
                    .transport(google.shared()),
            ),
        ),
        ("file", Arc::new(account(json!({"file": "/token"})))),
        (
            "file, impersonating",
            Arc::new(account(json!({"file": "/token"})).impersonate(TARGET)),
        ),
        (
            "url",
            Arc::new(account(json!({"url": "https://tokens.example/subject"}))),
        ),
        (
            "executable",
            Arc::new(account(json!({"executable": {"command": "/bin/token"}}))),
        ),
        ("aws", Arc::new(account(aws))),
        (
            "x509",
            Arc::new(account(
                json!({"certificate": {"certificate_config_location": "/config.json"}}),
            )),
        ),
        (
            "external_account_authorized_user",
            Arc::new(
                ExternalAccountAuthorizedUser::from_json(&user.to_string())
                    .expect("a file")
                    .transport(google.shared()),
            ),
        ),
        (
            "downscoped",
            Arc::new(
                Downscoped::new(AccessToken::new("source"), AccessBoundary::new([rule]))
                    .transport(google.shared()),
            ),
        ),
    ]
}

/// What gives the token in the end, as opposed to what leads there.
fn is_final(name: &str, recorded: &Recorded) -> bool {
    let url = recorded.uri.to_string();
    match name {
        "impersonated" | "file, impersonating" => url.ends_with(":generateAccessToken"),
        "impersonated with a subject" => url.starts_with("https://oauth2.googleapis.com/"),
        _ => url.starts_with("https://sts.googleapis.com/"),
    }
}

/// Metadata of AWS and the subject token's server.
fn sources(recorded: &Recorded) -> Option<Outcome> {
    let text = match recorded.uri.path() {
        "/latest/meta-data/iam/security-credentials" => "role".to_owned(),
        "/latest/meta-data/iam/security-credentials/role" => {
            json!({"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret"}).to_string()
        }
        "/subject" => "subject".to_owned(),
        _ => return None,
    };
    Some(Ok(response(200, &text)))
}

async fn all(callers: usize, credentials: &Arc<dyn Credentials>) -> Vec<Result<String, String>> {
    let callers = (0..callers).map(|_| async {
        match ask(&**credentials).await {
            Ok(headers) => Ok(bearer(&headers).to_owned()),
            Err(error) => Err(error.to_string()),
        }
    });
    join_all(callers).await
}

#[tokio::test(start_paused = true)]
async fn one_request_for_each_refresh() {
    for name in types(&Google::default()).iter().map(|(name, _)| *name) {
        let google = Google::acting(sources);
        google.delay(Duration::from_secs(2));
        let (_, credentials) = types(&google)
            .into_iter()
            .find(|(own, _)| *own == name)
            .expect("a type");
        let tokens = all(CALLERS, &credentials).await;
        assert!(
            tokens
                .iter()
                .all(|token| token == &tokens[0] && token.is_ok()),
            "{name}"
        );
        let finals = |google: &Google| {
            google
                .recorded()
                .iter()
                .filter(|recorded| is_final(name, recorded))
                .count()
        };
        assert_eq!(finals(&google), 1, "{name}");
        // A hundred late responses of 401 make one more.
        let used = ask(&*credentials).await.expect("a token");
        for _ in 0..100 {
            credentials.reject(&used);
        }
        all(FEWER, &credentials).await;
        assert_eq!(finals(&google), 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_hour_costs_no_valid_token_and_ends_by_itself() {
    for name in types(&Google::default()).iter().map(|(name, _)| *name) {
        let broken = Arc::new(AtomicBool::new(false));
        let turns = Arc::new(AtomicUsize::new(0));
        let (down, turn) = (broken.clone(), turns.clone());
        let google = Google::acting(move |recorded| {
            if !down.load(Ordering::SeqCst) {
                // Times of expiry as points in time follow tokio's clock too.
                return sources(recorded).or_else(|| expiring(recorded));
            }
            Some(match turn.fetch_add(1, Ordering::SeqCst) % 5 {
                0 => Ok(response(503, "busy")),
                1 => Err(TransportErrorKind::Reset),
                2 => Ok(response(502, "<html>")),
                3 => Err(TransportErrorKind::Body),
                _ => Ok(response(200, "{\"access_tok")),
            })
        });
        let (_, credentials) = types(&google)
            .into_iter()
            .find(|(own, _)| *own == name)
            .expect("a type");
        let first = bearer(&ask(&*credentials).await.expect("a token")).to_owned();
        broken.store(true, Ordering::SeqCst);
        // Into the time of early refresh, and through it: the old token is good, and is given.
        for minutes in [57, 1, 1] {
            tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
            let tokens = all(FEWER, &credentials).await;
            assert!(
                tokens.iter().all(|token| token.as_deref() == Ok(&*first)),
                "{name}"
            );
        }
        assert!(turns.load(Ordering::SeqCst) > 0, "{name}: nobody tried");
        // Then it is over, and all callers get the reason.
        tokio::time::sleep(Duration::from_secs(120)).await;
        assert!(
            all(FEWER, &credentials).await.iter().all(Result::is_err),
            "{name}"
        );
        let asked = turns.load(Ordering::SeqCst);
        assert!(
            asked < 60,
            "{name}: {asked} requests stormed a server that is down"
        );
        broken.store(false, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(30)).await;
        let tokens = all(FEWER, &credentials).await;
        assert!(
            tokens
                .iter()
                .all(|token| token == &tokens[0] && token.is_ok()),
            "{name}"
        );
        assert_ne!(tokens[0].as_deref(), Ok(&*first), "{name}");
    }
}

/// A token that expires an hour from now, by the clock that the credentials use.
fn expiring(recorded: &Recorded) -> Option<Outcome> {
    if !recorded.uri.path().ends_with(":generateAccessToken") {
        return None;
    }
    let now = gapi_transport::Clock::now(&gapi_transport::SystemClock);
    let expiry = now + Duration::from_secs(3600);
    let seconds = expiry
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let expiry =
        jiff::Timestamp::from_second(i64::try_from(seconds).expect("small")).expect("a time");
    let body = json!({"accessToken": format!("until-{expiry}"), "expireTime": expiry.to_string()});
    Some(Ok(response(200, &body.to_string())))
}
