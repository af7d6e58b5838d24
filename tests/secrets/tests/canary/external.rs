//! `gapi_auth`: impersonation, federation, access boundaries, Google Distributed Cloud, and what they are made of.

use gapi_auth::{
    AccessBoundary, AccessBoundaryRule, AccessToken, AwsCredentials, AwsSupplier, Downscoped,
    Environment, ExternalAccount, ExternalAccountAuthorizedUser, GdchServiceAccount, Impersonated,
    ProgramOutput, SubjectTokenSupplier, SupplierContext,
};
use gapi_fakes::{Reply, Request, Server};
use gapi_transport::{BoxFuture, TransportOptions};
use serde_json::{Value, json};

use crate::{
    Entry,
    auth::credentials,
    canary::{CANARY, debug, error},
    open, secret,
};

const POOL: &str =
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q";
const ROBOT: &str = "robot@example-123.iam.gserviceaccount.com";

pub(crate) async fn entries() -> Vec<Entry> {
    vec![
        secret("gapi_auth::Impersonated", impersonated().await),
        secret("gapi_auth::ExternalAccount", external_accounts().await),
        secret(
            "gapi_auth::ExternalAccountAuthorizedUser",
            workforce_users().await,
        ),
        secret("gapi_auth::Downscoped", downscoped().await),
        secret("gapi_auth::GdchServiceAccount", service_identities()),
        secret("gapi_auth::AwsCredentials", debug(&aws())),
        secret("gapi_auth::RegionalAccessBoundary", boundaries().await),
        secret("gapi_auth::SupplierContext", contexts().await),
        secret("gapi_transport::TransportOptions", transport_options()),
        open(
            "gapi_auth::AccessBoundary",
            "a policy names resources and roles",
        ),
        open(
            "gapi_auth::AccessBoundaryRule",
            "a policy names resources and roles",
        ),
        open("gapi_auth::UrlPolicy", "host names are no secrets"),
        open("gapi_auth::ExposeSecret", "a trait"),
        secret(
            "gapi_auth::SecretString",
            debug(&gapi_auth::SecretString::from(CANARY)),
        ),
    ]
}

fn aws() -> AwsCredentials {
    AwsCredentials::new("AKIDEXAMPLE", CANARY).session_token(CANARY)
}

/// Responses of servers: tokens, tokens that cannot be used, and refusals that repeat what was sent.
fn replies() -> Vec<Reply> {
    vec![
        Reply::json(
            200,
            &json!({
                "access_token": CANARY, "expires_in": 3600, "refresh_token": CANARY,
                "accessToken": CANARY, "expireTime": "2099-01-01T00:00:00Z",
            }),
        ),
        Reply::json(
            200,
            &json!({"access_token": CANARY, "accessToken": CANARY, "expires_in": "x"}),
        ),
        Reply::json(
            400,
            &json!({"error": "invalid_grant", "error_description": format!("subject_token={CANARY}")}),
        ),
        Reply::json(
            403,
            &json!({"error": {"status": "PERMISSION_DENIED", "message": format!("token: {CANARY}")}}),
        ),
    ]
}

async fn servers() -> Vec<Server> {
    let mut servers = Vec::new();
    for reply in replies() {
        servers.push(
            Server::start(move |_: &Request| reply.clone())
                .await
                .unwrap(),
        );
    }
    servers
}

async fn impersonated() -> Vec<String> {
    let mut displayed = Vec::new();
    for server in servers().await {
        let plain = Impersonated::new(AccessToken::new(CANARY), ROBOT)
            .scopes(["s"])
            .iam_endpoint(server.url())
            .token_uri(format!("{}/token", server.url()));
        displayed.extend(credentials(&plain).await);
        displayed.extend(credentials(&plain.clone().subject("mia@example.com")).await);
        let signer = gapi_auth::Credentials::signer(&plain).unwrap();
        displayed.extend(debug(&signer));
        if let Err(failed) = signer.sign(CANARY.as_bytes()).await {
            displayed.extend(error(&failed));
        }
        displayed.extend(debug(&gapi_auth::Credentials::id_tokens(&plain)));
    }
    let file = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url":
            format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ROBOT}:generateAccessToken"),
        "source_credentials": {"type": "authorized_user", "client_id": "c", "client_secret": CANARY, "refresh_token": CANARY},
    });
    displayed.extend(debug(&Impersonated::from_json(&file.to_string()).unwrap()));
    for field in ["client_secret", "refresh_token", "type"] {
        let mut broken = file.clone();
        broken["source_credentials"][field] = json!([CANARY]);
        displayed.extend(error(
            &Impersonated::from_json(&broken.to_string()).unwrap_err(),
        ));
    }
    displayed
}

fn configuration(source: &Value) -> Value {
    json!({
        "type": "external_account", "audience": POOL, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "client_id": "c", "client_secret": CANARY, "credential_source": source,
    })
}

async fn external_accounts() -> Vec<String> {
    let mut displayed = Vec::new();
    for server in servers().await {
        let printed = json!({
            "version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:jwt", "id_token": CANARY,
        });
        let refused = json!({"version": 1, "success": false, "code": "1", "message": format!("id_token={CANARY}")});
        for output in [
            ProgramOutput::new(0, printed.to_string()),
            ProgramOutput::new(0, refused.to_string()),
            ProgramOutput::new(0, CANARY),
            ProgramOutput {
                stderr: format!("token={CANARY}").into_bytes().into(),
                ..ProgramOutput::new(1, CANARY)
            },
        ] {
            let environment = Environment::new().program("/bin/token", move |_| Ok(output.clone()));
            let source = json!({"executable": {"command": "/bin/token"}});
            let executable = ExternalAccount::from_json(&configuration(&source).to_string())
                .unwrap()
                .allow_executables(true)
                .environment(environment)
                .token_url(server.url())
                .scopes(["s"]);
            displayed.extend(credentials(&executable).await);
        }
        let environment = Environment::new()
            .file("/token", CANARY)
            .file(
                "/token.json",
                json!({"value": CANARY, "other": CANARY}).to_string(),
            )
            .var("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .var("AWS_SECRET_ACCESS_KEY", CANARY)
            .var("AWS_SESSION_TOKEN", CANARY)
            .var("AWS_REGION", "us-east-2");
        let aws = json!({
            "environment_id": "aws1",
            "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        });
        let in_json = json!({"type": "json", "subject_token_field_name": "value"});
        for source in [
            json!({"file": "/token"}),
            json!({"file": "/token.json", "format": in_json}),
            json!({"url": format!("{}/?key={CANARY}", server.url()), "headers": {"authorization": CANARY}}),
            json!({"url": server.url(), "format": in_json}),
            aws,
        ] {
            let account = ExternalAccount::from_json(&configuration(&source).to_string())
                .unwrap()
                .environment(environment.clone())
                .token_url(server.url())
                .iam_endpoint(server.url())
                .scopes(["s"]);
            displayed.extend(credentials(&account).await);
            displayed.extend(credentials(&account.clone().impersonate(ROBOT)).await);
        }
        let own = ExternalAccount::with_supplier(POOL, "t", Own)
            .token_url(server.url())
            .scopes(["s"]);
        displayed.extend(credentials(&own).await);
        let own = ExternalAccount::with_aws_supplier(POOL, Own)
            .token_url(server.url())
            .scopes(["s"]);
        displayed.extend(credentials(&own).await);
    }
    for (field, value) in [
        ("client_secret", json!([CANARY])),
        ("type", json!(CANARY)),
        ("credential_source", json!(CANARY)),
        ("credential_source", json!({"url": [CANARY]})),
        ("service_account_impersonation_url", json!(CANARY)),
    ] {
        let mut broken = configuration(&json!({"file": "/token"}));
        broken[field] = value;
        displayed.extend(error(
            &ExternalAccount::from_json(&broken.to_string()).unwrap_err(),
        ));
    }
    displayed
}

/// Gives the canary.
#[derive(Debug)]
struct Own;

impl SubjectTokenSupplier for Own {
    fn subject_token<'a>(
        &'a self,
        _: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<gapi_auth::SecretString, gapi_auth::AuthError>> {
        Box::pin(async { Ok(gapi_auth::SecretString::from(CANARY)) })
    }
}

impl AwsSupplier for Own {
    fn credentials<'a>(
        &'a self,
        _: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<AwsCredentials, gapi_auth::AuthError>> {
        Box::pin(async { Ok(aws()) })
    }

    fn region<'a>(
        &'a self,
        _: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<String, gapi_auth::AuthError>> {
        Box::pin(async { Ok(String::from("us-east-2")) })
    }
}

/// Shows the context that it is given, as an error.
#[derive(Debug)]
struct Shows;

impl SubjectTokenSupplier for Shows {
    fn subject_token<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<gapi_auth::SecretString, gapi_auth::AuthError>> {
        Box::pin(async move {
            let kind = gapi_auth::AuthErrorKind::Other;
            Err(gapi_auth::AuthError::new(kind, format!("{cx:?} {cx:#?}")))
        })
    }
}

async fn contexts() -> Vec<String> {
    let account = ExternalAccount::with_supplier(POOL, "t", Shows)
        .client("c", CANARY)
        .scopes(["s"]);
    credentials(&account).await
}

async fn workforce_users() -> Vec<String> {
    let mut displayed = Vec::new();
    for server in servers().await {
        let file = json!({
            "type": "external_account_authorized_user", "client_id": "c", "client_secret": CANARY, "refresh_token": CANARY,
            "token_url": format!("{}/token", server.url()), "revoke_url": format!("{}/revoke", server.url()),
        });
        let user = ExternalAccountAuthorizedUser::from_json(&file.to_string()).unwrap();
        displayed.extend(credentials(&user).await);
        displayed.extend(debug(&user.refresh_token()));
        if let Err(failed) = user.revoke().await {
            displayed.extend(error(&failed));
        }
        displayed.extend(credentials(&user).await);
    }
    displayed
}

async fn downscoped() -> Vec<String> {
    let rule = AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/b")
        .permission("inRole:roles/storage.objectViewer");
    let mut displayed = Vec::new();
    let mut servers = servers().await;
    // One of these is enough, because it is asked again and again.
    let broken = |_: &Request| Reply::html(502, format!("<p>access_token={CANARY}"));
    servers.push(Server::start(broken).await.unwrap());
    for server in servers {
        let source = AccessToken::new(CANARY);
        let limited = Downscoped::new(source, AccessBoundary::new([rule.clone()]))
            .token_url(format!("{}/token", server.url()));
        displayed.extend(credentials(&limited).await);
        match limited.token().await {
            Ok(token) => displayed.extend(debug(&token)),
            Err(failed) => displayed.extend(error(&failed)),
        }
    }
    displayed
}

async fn boundaries() -> Vec<String> {
    let source = AccessToken::new(CANARY);
    let bounded = gapi_auth::RegionalAccessBoundary::of_service_account(source, ROBOT).unwrap();
    credentials(&bounded.iam_endpoint("http://127.0.0.1:1")).await
}

fn service_identities() -> Vec<String> {
    let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{CANARY}\n-----END EC PRIVATE KEY-----");
    let mut displayed = Vec::new();
    for key in [json!(CANARY), json!(pem), json!([CANARY])] {
        let file = json!({
            "type": "gdch_service_account", "format_version": "1", "project": "p", "name": "n", "private_key_id": "k",
            "token_uri": "https://service-identity.example.com/authenticate", "private_key": key,
        });
        displayed.extend(error(
            &GdchServiceAccount::from_json(&file.to_string()).unwrap_err(),
        ));
    }
    displayed
}

fn transport_options() -> Vec<String> {
    let options = TransportOptions::new()
        .client_certificate(CANARY, CANARY)
        .only_roots(CANARY);
    let mut displayed = debug(&options);
    displayed.extend(error(&options.build().unwrap_err()));
    displayed
}
