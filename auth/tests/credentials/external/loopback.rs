//! Over real connections, against servers that verify signatures, forms and permissions.

use gapi_auth::{
    AccessBoundary, AccessBoundaryRule, AccessToken, Credentials, Downscoped, Environment,
    ExposeSecret, ExternalAccount, ExternalAccountAuthorizedUser, IdTokenCredentials, Impersonated,
    ServiceAccount,
};
use gapi_fakes::{
    Fault, Google, Server,
    federation::{AwsKeys, Ec2Instance, SecurityTokenService},
};
use serde_json::json;

use super::support::{ask, bearer};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

async fn google() -> Google {
    Google::start().await.expect("a server")
}

fn keys() -> AwsKeys {
    AwsKeys {
        id: String::from("ASIAEXAMPLE"),
        secret: String::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        session_token: Some(String::from("temporary")),
        arn: String::from("arn:aws:sts::1:assumed-role/instance-role/i-1"),
    }
}

fn configuration(google: &Google, source: serde_json::Value, kind: &str) -> String {
    json!({
        "type": "external_account", "audience": SecurityTokenService::AUDIENCE, "subject_token_type": kind,
        "token_url": google.sts_url(), "credential_source": source,
    })
    .to_string()
}

fn pod(google: &Google) -> ExternalAccount {
    let source = json!({"file": "/token"});
    let kind = "urn:ietf:params:oauth:token-type:jwt";
    ExternalAccount::from_json(&configuration(google, source, kind))
        .expect("a configuration")
        .environment(Environment::new().file("/token", "token-of-the-pod\n"))
        .scopes([SCOPE])
}

fn ec2(google: &Google, instance: &Server) -> ExternalAccount {
    let source = Ec2Instance::credential_source(&instance.url());
    let kind = "urn:ietf:params:aws:token-type:aws4_request";
    ExternalAccount::from_json(&configuration(google, source, kind))
        .expect("a configuration")
        .environment(Environment::new())
        .scopes([SCOPE])
}

/// Whose token it is, and its scopes.
async fn whose(google: &Google, credentials: &dyn Credentials) -> (String, Vec<String>) {
    let headers = ask(credentials).await.expect("a token");
    let grant = google
        .tokens()
        .grant(bearer(&headers))
        .expect("issued here");
    (grant.subject.unwrap_or(grant.account), grant.scopes)
}

#[tokio::test]
async fn a_file_and_the_service_account_behind_it() {
    let google = google().await;
    let error = ask(&pod(&google)).await.expect_err("unknown");
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    google.sts().accept("token-of-the-pod", "principal://pod");
    assert_eq!(
        whose(&google, &pod(&google)).await,
        ("principal://pod".into(), vec![SCOPE.into()])
    );
    let target = google.deployer().email();
    let acting = pod(&google).impersonate(target).iam_endpoint(google.url());
    let error = ask(&acting).await.expect_err("not allowed");
    assert!(
        error.to_string().contains("roles/iam.workloadIdentityUser"),
        "{error}"
    );
    google.iam().allow("principal://pod", target);
    let acting = acting.lifetime(std::time::Duration::from_secs(600));
    assert_eq!(
        whose(&google, &acting).await,
        (target.into(), vec![SCOPE.into()])
    );
}

#[tokio::test]
async fn signatures_of_an_instance_are_verified() {
    let google = google().await;
    let instance = Server::start(Ec2Instance::new("eu-west-1b", keys()))
        .await
        .expect("a server");
    google.sts().accept_aws(keys());
    assert_eq!(whose(&google, &ec2(&google, &instance)).await.0, keys().arn);
    for (forged, expected) in [
        (
            AwsKeys {
                secret: String::from("another"),
                ..keys()
            },
            "signature",
        ),
        (
            AwsKeys {
                session_token: None,
                ..keys()
            },
            "security token",
        ),
        (
            AwsKeys {
                id: String::from("AKIDOTHER"),
                ..keys()
            },
            "not known",
        ),
    ] {
        let instance = Server::start(Ec2Instance::new("eu-west-1b", forged))
            .await
            .expect("a server");
        let error = ask(&ec2(&google, &instance)).await.expect_err(expected);
        assert_eq!(error.oauth_error(), Some("invalid_grant"));
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn impersonation_with_a_key_behind_it() {
    let google = google().await;
    let target = google.deployer().email();
    let source = ServiceAccount::from_json(&google.key_json()).expect("a key");
    let deployer = Impersonated::new(source, target)
        .scopes([SCOPE])
        .iam_endpoint(google.url())
        .token_uri(google.token_url());
    let error = ask(&deployer).await.expect_err("not allowed");
    assert!(
        error
            .to_string()
            .contains("roles/iam.serviceAccountTokenCreator"),
        "{error}"
    );
    google.iam().allow(google.account().email(), target);
    // The refusal is remembered for a moment by these, and unknown to a copy.
    let deployer = deployer.quota_project("payer");
    assert_eq!(
        whose(&google, &deployer).await,
        (target.into(), vec![SCOPE.into()])
    );
    google.tokens().allow_subject("ann@example.com", [SCOPE]);
    let ann = deployer.clone().subject("ann@example.com");
    assert_eq!(whose(&google, &ann).await.0, "ann@example.com");
    let id_tokens = deployer.id_tokens().expect("a source");
    let id_token = IdTokenCredentials::new(id_tokens, "https://run.example");
    assert_eq!(
        bearer(&ask(&id_token).await.expect("a token"))
            .matches('.')
            .count(),
        2
    );
    let signature = deployer
        .signer()
        .expect("a signer")
        .sign(b"message")
        .await
        .expect("a signature");
    assert_eq!(
        signature.bytes(),
        google
            .deployer()
            .sign_bytes(b"message")
            .expect("a signature")
    );
    assert_eq!(signature.key_id(), Some(google.deployer().key_id()));
}

#[tokio::test]
async fn delegates_are_a_chain() {
    let google = google().await;
    let (robot, target) = (google.account().email(), google.deployer().email());
    let middle = "middle@example-123.iam.gserviceaccount.com";
    google.iam().allow(robot, middle);
    let source = ServiceAccount::from_json(&google.key_json()).expect("a key");
    let chained = Impersonated::new(source, target)
        .scopes([SCOPE])
        .delegates([middle])
        .iam_endpoint(google.url());
    ask(&chained).await.expect_err("the second link is missing");
    google.iam().allow(middle, target);
    assert_eq!(
        whose(&google, &chained.quota_project("payer")).await.0,
        target
    );
}

#[tokio::test]
async fn workforce_users_rotate_their_refresh_token() {
    let google = google().await;
    google.sts().add_client("client-1", "s:e<c");
    google
        .sts()
        .accept_refresh_token("first", "principal://mia");
    let file = json!({
        "type": "external_account_authorized_user", "client_id": "client-1", "client_secret": "s:e<c", "refresh_token": "first",
        "token_url": format!("{}/v1/oauthtoken", google.url()), "revoke_url": format!("{}/v1/revoke", google.url()),
    });
    let user = ExternalAccountAuthorizedUser::from_json(&file.to_string()).expect("a file");
    let used = ask(&user).await.expect("a token");
    assert_ne!(user.refresh_token().expose_secret(), "first");
    assert!(user.reject(&used));
    assert_eq!(whose(&google, &user).await.0, "principal://mia");
    assert_eq!(google.sts().rotated(), 2);
    user.revoke().await.expect("revoked");
    ask(&user).await.expect_err("revoked");
}

#[tokio::test]
async fn an_access_boundary_reaches_the_service() {
    let google = google().await;
    let wide = google.issue_token(&[SCOPE]).expect("a token");
    let rule = AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/b")
        .permission("inRole:roles/storage.objectViewer")
        .condition("true");
    let limited = Downscoped::new(AccessToken::new(&wide), AccessBoundary::new([rule]))
        .token_url(google.sts_url());
    let headers = ask(&limited).await.expect("a token");
    assert_ne!(bearer(&headers), wide);
    let boundary = &google.sts().boundaries()[0];
    assert_eq!(
        boundary["accessBoundaryRules"][0]["availabilityCondition"],
        json!({"expression": "true"})
    );
}

#[tokio::test]
async fn connections_that_break_are_tried_again() {
    let google = google().await;
    google.sts().accept("token-of-the-pod", "principal://pod");
    google
        .server()
        .inject(Fault::reset().on("/v1/token").times(1));
    google
        .server()
        .inject(Fault::half_body().on("/v1/token").times(1));
    assert_eq!(whose(&google, &pod(&google)).await.0, "principal://pod");
    assert_eq!(google.server().count("/v1/token"), 3);
}

#[tokio::test]
async fn no_redirect_is_followed_with_a_subject_token() {
    let google = google().await;
    let location = gapi_fakes::Reply::redirect(307, "https://evil.example/token");
    google
        .server()
        .inject(Fault::reply(location).on("/v1/token"));
    let error = ask(&pod(&google)).await.expect_err("a redirect");
    assert!(
        error.to_string().contains("redirects") && !error.is_transient(),
        "{error}"
    );
    assert_eq!(google.server().count("/v1/token"), 1);
}
