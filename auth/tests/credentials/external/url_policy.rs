//! Hostile configurations: only Google, AWS and this machine are sent anything, unless the program allows more.

use gapi_auth::{
    AccessToken, AuthErrorKind, Environment, ExternalAccount, ExternalAccountAuthorizedUser,
    Impersonated, UrlPolicy,
};
use serde_json::{Value, json};

use super::support::*;

/// Hosts of Google, in all spellings.
const STS: [&str; 7] = [
    "https://sts.googleapis.com/v1/token",
    "https://STS.googleapis.com/v1/token",
    "https://sts.mtls.googleapis.com/v1/token",
    "https://us-east1-sts.googleapis.com/v1/token",
    "https://us-east1.sts.googleapis.com/v1/token",
    "https://sts-private.p.googleapis.com/v1/token",
    "https://sts.us-east1.rep.googleapis.com/v1/token",
];

/// What looks like one.
const NOT_STS: [&str; 22] = [
    "https://evil.example/v1/token",
    "https://sts.googleapis.com.evil.example/v1/token",
    "https://sts.googleapis.comevil.example/v1/token",
    "https://evilsts.googleapis.com.example/v1/token",
    "https://stsgoogleapis.com/v1/token",
    "https://xsts.googleapis.com/v1/token",
    "https://-sts.googleapis.com/v1/token",
    "https://.sts.googleapis.com/v1/token",
    "https://sts..googleapis.com/v1/token",
    "https://sts.us-east1.evil.googleapis.com/v1/token",
    "https://sts.p.googleapis.com.evil.example/",
    "https://storage.googleapis.com/evil-bucket/token",
    "https://sts.googleapis.com@evil.example/v1/token",
    "https://user:password@sts.googleapis.com/v1/token",
    "http://sts.googleapis.com/v1/token",
    "ftp://sts.googleapis.com/v1/token",
    "//sts.googleapis.com/v1/token",
    "sts.googleapis.com",
    "https://",
    "https:///v1/token",
    "https://169.254.169.254/v1/token",
    "http://127.0.0.1.evil.example/v1/token",
];

fn file() -> Value {
    configuration(json!({"file": "/token"}))
}

fn environment() -> Environment {
    Environment::new().file("/token", "subject")
}

/// What becomes of a configuration, and how many requests were sent.
async fn outcome(file: &Value, policy: UrlPolicy) -> (Result<(), gapi_auth::AuthError>, usize) {
    let google = Google::default();
    let account = ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(environment())
        .url_policy(policy)
        .transport(google.shared())
        .clock(clock());
    (ask(&account).await.map(drop), google.recorded().len())
}

#[track_caller]
fn assert_refused((outcome, sent): (Result<(), gapi_auth::AuthError>, usize), what: &str) {
    let error = outcome.expect_err(what);
    assert_eq!(error.kind(), AuthErrorKind::Config, "{what}: {error}");
    assert_eq!(sent, 0, "{what}");
}

#[tokio::test]
async fn token_urls_are_googles() {
    for url in STS {
        let mut file = file();
        file["token_url"] = json!(url);
        outcome(&file, UrlPolicy::default()).await.0.expect(url);
        outcome(&file, UrlPolicy::untrusted().allow_files())
            .await
            .0
            .expect(url);
    }
    for url in NOT_STS {
        let mut file = file();
        file["token_url"] = json!(url);
        for policy in [UrlPolicy::default(), UrlPolicy::untrusted().allow_files()] {
            assert_refused(outcome(&file, policy).await, url);
        }
    }
}

#[tokio::test]
async fn this_machine_is_trusted_only_where_the_configuration_is() {
    for url in [
        "http://127.0.0.1:8080/token",
        "http://localhost/token",
        "https://[::1]/token",
    ] {
        let mut file = file();
        file["token_url"] = json!(url);
        outcome(&file, UrlPolicy::default()).await.0.expect(url);
        assert_refused(
            outcome(&file, UrlPolicy::untrusted().allow_files()).await,
            url,
        );
    }
}

#[tokio::test]
async fn impersonation_urls_are_googles() {
    for url in NOT_STS {
        let url = url.replace("sts", "iamcredentials");
        let root = url.trim_end_matches("/v1/token");
        let mut file = file();
        file["service_account_impersonation_url"] = json!(format!(
            "{root}/v1/projects/-/serviceAccounts/{TARGET}:generateAccessToken"
        ));
        assert_refused(outcome(&file, UrlPolicy::default()).await, &url);
        let impersonated = json!({
            "type": "impersonated_service_account",
            "service_account_impersonation_url": file["service_account_impersonation_url"],
            "source_credentials": {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"},
        });
        let google = Google::default();
        let credentials = Impersonated::from_json(&impersonated.to_string())
            .expect("a file")
            .transport(google.shared());
        let error = ask(&credentials).await.expect_err(&url);
        assert_eq!(error.kind(), AuthErrorKind::Config, "{url}");
        assert!(google.recorded().is_empty(), "{url}");
    }
}

#[tokio::test]
async fn workforce_users_refresh_at_google_only() {
    for url in NOT_STS {
        let file = json!({
            "type": "external_account_authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "token_url": url,
        });
        let google = Google::default();
        let user = ExternalAccountAuthorizedUser::from_json(&file.to_string())
            .expect("a file")
            .transport(google.shared());
        let error = ask(&user).await.expect_err(url);
        assert_eq!(error.kind(), AuthErrorKind::Config, "{url}");
        assert!(google.recorded().is_empty(), "{url}");
    }
}

#[tokio::test]
async fn a_universe_is_believed_only_where_the_configuration_is() {
    let mut file = file();
    file["universe_domain"] = json!("evil.example");
    file["token_url"] = json!("https://sts.{universe_domain}/v1/token");
    let google = Google::default();
    let account = ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(environment())
        .transport(google.shared())
        .clock(clock());
    ask(&account).await.expect("the operator's universe");
    assert_eq!(
        google.recorded()[0].uri,
        "https://sts.evil.example/v1/token"
    );
    let policy = UrlPolicy::untrusted().allow_files();
    assert_refused(outcome(&file, policy.clone()).await, "an unknown universe");
    outcome(&file, policy.allow_universe("evil.example"))
        .await
        .0
        .expect("a universe that the program named");
}

#[tokio::test]
async fn a_program_may_allow_hosts() {
    let mut file = file();
    file["token_url"] = json!("https://sts.corp.example/token");
    let corp = UrlPolicy::default().allow_host("sts.corp.example");
    outcome(&file, corp.clone())
        .await
        .0
        .expect("a host by name");
    outcome(&file, UrlPolicy::default().allow_any_host())
        .await
        .0
        .expect("any host");
    file["token_url"] = json!("http://sts.corp.example/token");
    assert_refused(outcome(&file, corp).await, "in the clear");
    // URLs that the program sets are always allowed.
    let google = Google::default();
    let account = ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(environment())
        .token_url("https://sts.corp.example/token")
        .transport(google.shared())
        .clock(clock());
    ask(&account).await.expect("the program's word");
}

#[tokio::test]
async fn sources_are_limited_too() {
    let untrusted = UrlPolicy::untrusted;
    let aws = |name: &str, url: &str| {
        let mut source = json!({
            "environment_id": "aws1", "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
            "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
            "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        });
        source[name] = json!(url);
        source
    };
    for (source, policy) in [
        (json!({"file": "/etc/shadow"}), untrusted()),
        (json!({"url": "https://evil.example/"}), untrusted()),
        (json!({"url": "http://169.254.169.254/"}), untrusted()),
        (json!({"url": "http://127.0.0.1/"}), untrusted()),
        (json!({"url": "http://evil.example/"}), UrlPolicy::default()),
        (json!({"url": "file:///etc/shadow"}), UrlPolicy::default()),
        (
            json!({"executable": {"command": "/bin/true"}}),
            UrlPolicy::default(),
        ),
        (
            json!({"executable": {"command": "/bin/true"}}),
            untrusted().allow_files(),
        ),
        (
            json!({"certificate": {"certificate_config_location": "/etc/shadow"}}),
            untrusted(),
        ),
        (aws("url", "http://evil.example/"), UrlPolicy::default()),
        (
            aws("url", "http://169.254.169.254.evil.example/"),
            UrlPolicy::default(),
        ),
        (aws("region_url", "http://10.0.0.1/"), UrlPolicy::default()),
        (
            aws("imdsv2_session_token_url", "http://evil.example/"),
            UrlPolicy::default(),
        ),
        (aws("url", "http://127.0.0.1/"), untrusted()),
        (
            aws(
                "regional_cred_verification_url",
                "https://evil.example?{region}",
            ),
            UrlPolicy::default(),
        ),
        (
            aws(
                "regional_cred_verification_url",
                "https://sts.{region}.amazonaws.com.evil.example",
            ),
            UrlPolicy::default(),
        ),
        (
            aws(
                "regional_cred_verification_url",
                "http://sts.{region}.amazonaws.com",
            ),
            UrlPolicy::default(),
        ),
        (
            aws(
                "regional_cred_verification_url",
                "https://s3.{region}.amazonaws.com",
            ),
            UrlPolicy::default(),
        ),
    ] {
        let text = source.to_string();
        assert_refused(outcome(&configuration(source), policy).await, &text);
    }
}

#[tokio::test]
async fn the_environment_speaks_for_executables_only_where_the_configuration_is_trusted() {
    let file = configuration(json!({"executable": {"command": "/bin/token"}}));
    let environment = Environment::new()
        .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
        .program("/bin/token", |_| panic!("it must not run"));
    let account = ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(environment)
        .url_policy(UrlPolicy::untrusted())
        .transport(Google::default().shared());
    let error = ask(&account).await.expect_err("not allowed");
    assert!(
        error.to_string().contains(".allow_executables(true)")
            && !error.to_string().contains("ALLOW_EXECUTABLES=1"),
        "{error}"
    );
}

#[tokio::test]
async fn an_endpoint_of_the_program_has_to_be_safe() {
    let impersonated = Impersonated::new(AccessToken::new("t"), TARGET)
        .iam_endpoint("http://iam.corp.example")
        .transport(Google::default().shared());
    let error = ask(&impersonated).await.expect_err("in the clear");
    assert_eq!(error.kind(), AuthErrorKind::Config);
}
