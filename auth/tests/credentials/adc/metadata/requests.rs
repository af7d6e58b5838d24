//! What is asked.

use gapi_auth::{AuthErrorKind, Credentials, Environment, Scopes};
use gapi_fakes::metadata::{MetadataServer, Platform};

use super::super::machine::{Machine, ask, ask_for, bearer, token, universe};

const HOST: &str = "169.254.169.254";
const ACCOUNT: &str = "/computeMetadata/v1/instance/service-accounts";
const DRIVE: &str = "scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdrive";

fn cloud_run() -> Machine {
    Machine::with(
        MetadataServer::new("example-123")
            .expect("a server")
            .on(Platform::CloudRun),
    )
}

#[tokio::test]
async fn a_token_is_asked_for_with_the_requests_scopes() {
    let machine = cloud_run();
    let credentials = machine.credentials();
    let token = token(&credentials).await;
    assert!(machine.server.accepts(&token));
    let drive = vec![String::from("https://www.googleapis.com/auth/drive")];
    assert_eq!(machine.server.scopes_of(&token), Some(drive));
    assert_eq!(
        machine.recorded(),
        [format!("{HOST} {ACCOUNT}/default/token?{DRIVE}")]
    );
}

#[tokio::test]
async fn the_credentials_scopes_win_and_several_are_joined_by_commas() {
    let machine = cloud_run();
    let credentials = machine.credentials().scopes(["https://b", "https://a"]);
    token(&credentials).await;
    ask_for(&credentials, Scopes::Exactly(&[]))
        .await
        .expect("a token");
    let path = format!("{HOST} {ACCOUNT}/default/token");
    assert_eq!(
        machine.recorded(),
        [
            format!("{path}?scopes=https%3A%2F%2Fa%2Chttps%3A%2F%2Fb"),
            path
        ]
    );
}

#[tokio::test]
async fn a_virtual_machines_scopes_are_what_it_was_made_with() {
    let machine = Machine::new();
    let token = token(&machine.credentials()).await;
    let own = vec![String::from(
        "https://www.googleapis.com/auth/cloud-platform",
    )];
    assert_eq!(machine.server.scopes_of(&token), Some(own.clone()));
    assert_eq!(
        machine
            .credentials()
            .granted_scopes()
            .await
            .expect("scopes"),
        own
    );
}

#[tokio::test]
async fn a_named_account_is_asked_for_by_its_name() {
    let machine = Machine::new();
    let email = machine.server.email().expect("an account");
    let credentials = machine.credentials().account(&email);
    token(&credentials).await;
    assert_eq!(
        machine.recorded(),
        [format!("{HOST} {ACCOUNT}/{email}/token?{DRIVE}")]
    );
    assert_eq!(
        credentials.describe(),
        format!("service account {email} of the metadata server")
    );

    let other = machine.credentials().account("other@example.com");
    let error = ask(&other).await.expect_err("no such account");
    assert_eq!(
        (error.kind(), error.is_transient()),
        (AuthErrorKind::NotFound, false)
    );
    assert!(
        error
            .to_string()
            .contains("no service account other@example.com"),
        "{error}"
    );
    let odd = machine.credentials().account("a/../b?c");
    ask(&odd).await.expect_err("no such account");
    let last = machine.recorded().pop().expect("a request");
    assert_eq!(
        last,
        format!("{HOST} {ACCOUNT}/a%2F..%2Fb%3Fc/token?{DRIVE}")
    );
}

#[tokio::test]
async fn what_does_not_change_is_asked_for_once() {
    let machine = Machine::new();
    let credentials = machine.credentials();
    assert_eq!(
        credentials.describe(),
        "service account of the metadata server"
    );
    for _ in 0..3 {
        let email = credentials.email().await.expect("an address");
        assert_eq!(Some(email), machine.server.email());
        assert_eq!(
            credentials.project_id().await.expect("a project"),
            "example-123"
        );
        assert_eq!(
            credentials.numeric_project_id().await.expect("a number"),
            "123456789012"
        );
        assert_eq!(credentials.zone().await.expect("a zone"), "europe-west1-b");
        assert_eq!(
            credentials.region().await.expect("a region"),
            "europe-west1"
        );
        assert_eq!(
            universe(&credentials).await.expect("a universe"),
            "googleapis.com"
        );
    }
    assert_eq!(machine.recorded().len(), 6, "{:?}", machine.recorded());
    assert!(
        credentials.describe().contains("machine@example-123"),
        "{}",
        credentials.describe()
    );
}

#[tokio::test]
async fn any_value_can_be_asked_for_as_it_is_now() {
    let machine = Machine::new();
    let credentials = machine.credentials();
    for _ in 0..2 {
        let name = credentials.value("/instance/name").await.expect("a name");
        assert_eq!(name.as_deref(), Some("machine-1"));
        let missing = credentials.value("instance/attributes/x").await;
        assert_eq!(missing.expect("a response"), None);
    }
    assert_eq!(machine.recorded().len(), 4, "values may change");
}

#[tokio::test]
async fn cloud_run_has_a_region() {
    let credentials = cloud_run().credentials();
    assert_eq!(
        credentials.region().await.expect("a region"),
        "europe-west1"
    );
    assert_eq!(credentials.zone().await.expect("a zone"), "europe-west1-1");
}

#[tokio::test]
async fn the_universe_is_the_servers_unless_it_knows_none() {
    let server = || MetadataServer::new("p").expect("a server");
    let of = async |server: MetadataServer| {
        let credentials = Machine::with(server).credentials();
        universe(&credentials).await.expect("a universe")
    };
    assert_eq!(
        of(server().universe(Some("example.goog"))).await,
        "example.goog"
    );
    assert_eq!(of(server().universe(None)).await, "googleapis.com");
    assert_eq!(of(server().universe(Some(""))).await, "googleapis.com");
    let machine = Machine::new();
    let set = machine.credentials().universe_domain("set.goog");
    assert_eq!(universe(&set).await.expect("a universe"), "set.goog");
    assert!(machine.recorded().is_empty());
}

#[tokio::test]
async fn id_tokens_are_full_by_default() {
    let machine = Machine::new();
    let credentials = machine.credentials();
    let path = format!("{HOST} {ACCOUNT}/default/identity?audience=https%3A%2F%2Fa.example");
    for (credentials, expected) in [
        (credentials.clone(), format!("{path}&format=full")),
        (credentials.clone().full_id_tokens(false), path.clone()),
        (
            credentials.clone().licenses(true),
            format!("{path}&format=full&licenses=TRUE"),
        ),
    ] {
        machine.forget();
        let tokens = credentials.id_token("https://a.example");
        let first = tokens.token().await.expect("a token");
        let again = tokens.token().await.expect("a token");
        assert_eq!(first.secret(), again.secret());
        assert_eq!(machine.recorded(), [expected]);
    }
    let source = credentials.id_tokens().expect("a machine has ID tokens");
    assert_eq!(source.describe(), credentials.describe());
}

#[tokio::test]
async fn the_environment_names_the_server() {
    let machine = Machine::new();
    for (environment, host) in [
        (
            Environment::new().var("GCE_METADATA_HOST", "meta:8080"),
            "meta:8080",
        ),
        (Environment::new().var("GCE_METADATA_ROOT", "root"), "root"),
        (
            Environment::new()
                .var("GCE_METADATA_HOST", "host")
                .var("GCE_METADATA_ROOT", "root"),
            "host",
        ),
        (
            Environment::new().var("GCE_METADATA_HOST", "http://127.0.0.1:99/"),
            "127.0.0.1:99",
        ),
        (Environment::new().var("GCE_METADATA_HOST", ""), HOST),
    ] {
        machine.forget();
        token(&machine.credentials().environment(environment)).await;
        let recorded = machine.recorded().pop().expect("a request");
        assert!(recorded.starts_with(&format!("{host} /")), "{recorded}");
    }
    let environment = Environment::new().var("GCE_METADATA_HOST", "host");
    machine.forget();
    token(&machine.credentials().environment(environment).host("set")).await;
    assert!(machine.recorded()[0].starts_with("set /"));

    for bad in ["a b", "user:canary@host", "https://host", "host/path"] {
        let environment = Environment::new().var("GCE_METADATA_HOST", bad);
        let error = ask(&machine.credentials().environment(environment))
            .await
            .expect_err(bad);
        assert_eq!(error.kind(), AuthErrorKind::Config, "{error}");
        assert!(
            error
                .to_string()
                .contains("GCE_METADATA_HOST is not a host"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn metadata_over_tls_is_refused_rather_than_ignored() {
    let machine = Machine::new();
    let with = |mode| {
        let environment = Environment::new().var("GCE_METADATA_MTLS_MODE", mode);
        machine.credentials().environment(environment)
    };
    for mode in ["none", "default", "Default"] {
        token(&with(mode)).await;
    }
    let strict = ask(&with("strict")).await.expect_err("not spoken");
    assert_eq!(strict.kind(), AuthErrorKind::Unsupported);
    let wrong = ask(&with("sometimes")).await.expect_err("not known");
    assert_eq!(wrong.kind(), AuthErrorKind::Config);
}

#[tokio::test]
async fn quota_project_and_metrics() {
    let machine = Machine::new();
    let credentials = machine.credentials().quota_project("payer");
    let headers = ask(&credentials).await.expect("a token");
    assert_eq!(headers.headers()["x-goog-user-project"], "payer");
    assert_eq!(credentials.metrics(), Some("cred-type/mds"));
    assert!(machine.server.accepts(&bearer(&headers)));
}
