//! Every type of credentials that fetches tokens.

use std::sync::Arc;

use gapi_auth::{
    AccessBoundary, AccessBoundaryRule, AccessToken, AuthorizedUser, Credentials, Downscoped,
    Environment, ExternalAccount, ExternalAccountAuthorizedUser, Impersonated, MetadataServer,
    ProgramOutput, ServiceAccount,
};
use gapi_fakes::keys;
use serde_json::{Value, json};

use crate::issuer::World;

/// A type of credentials.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// What the path of its token requests begins with.
    pub(crate) token_path: &'static str,
    make: fn(&World) -> Result<Arc<dyn Credentials>, String>,
}

impl Subject {
    /// New credentials that talk to `world` and have its time.
    pub(crate) fn credentials(&self, world: &World) -> Result<Arc<dyn Credentials>, String> {
        (self.make)(world)
    }
}

pub(crate) fn all() -> Vec<Subject> {
    let subject = |name, token_path, make| Subject {
        name,
        token_path,
        make,
    };
    vec![
        subject("service_account", "/token", |world| {
            Ok(Arc::new(robot(world)?.scopes([SCOPE])))
        }),
        subject(
            "metadata",
            "/computeMetadata/v1/instance/service-accounts/default/token",
            |world| {
                Ok(Arc::new(
                    MetadataServer::new()
                        .environment(Environment::new())
                        .transport(world.transport())
                        .clock(world.clock.clone()),
                ))
            },
        ),
        subject("authorized_user", "/token", |world| {
            let user = AuthorizedUser::from_authorized_user_info(
                &json!({
                    "type": "authorized_user", "client_id": "id", "client_secret": "secret", "refresh_token": "refresh",
                })
                .to_string(),
            );
            let user = user.map_err(text)?;
            Ok(Arc::new(
                user.transport(world.transport()).clock(world.clock.clone()),
            ))
        }),
        subject("impersonated", "/v1/projects/-/serviceAccounts/", |world| {
            let target = "target@example-123.iam.gserviceaccount.com";
            Ok(Arc::new(
                Impersonated::new(AccessToken::new("source"), target)
                    .scopes([SCOPE])
                    .transport(world.transport())
                    .clock(world.clock.clone()),
            ))
        }),
        subject("external_account (file)", "/v1/token", |world| {
            external(world, json!({"file": "/run/subject"}))
        }),
        subject("external_account (url)", "/v1/token", |world| {
            external(world, json!({"url": "http://127.0.0.1/subject"}))
        }),
        subject("external_account (executable)", "/v1/token", |world| {
            external(
                world,
                json!({"executable": {"command": "/opt/helper --now", "timeout_millis": 5000}}),
            )
        }),
        subject("external_account (aws)", "/v1/token", |world| {
            let metadata = |path| format!("http://169.254.169.254/latest/{path}");
            external(
                world,
                json!({
                    "environment_id": "aws1",
                    "region_url": metadata("meta-data/placement/availability-zone"),
                    "url": metadata("meta-data/iam/security-credentials"),
                    "imdsv2_session_token_url": metadata("api/token"),
                    "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
                }),
            )
        }),
        subject("external_account (x509)", "/v1/token", |world| {
            external(
                world,
                json!({"certificate": {"use_default_certificate_config": true}}),
            )
        }),
        subject(
            "external_account_authorized_user",
            "/v1/oauthtoken",
            |world| {
                let user = ExternalAccountAuthorizedUser::from_json(
                &json!({
                    "type": "external_account_authorized_user",
                    "audience": "//iam.googleapis.com/locations/global/workforcePools/pool/providers/prov",
                    "client_id": "id", "client_secret": "secret", "refresh_token": "refresh",
                    "token_url": "https://sts.googleapis.com/v1/oauthtoken",
                })
                .to_string(),
            );
                let user = user.map_err(text)?;
                Ok(Arc::new(
                    user.transport(world.transport()).clock(world.clock.clone()),
                ))
            },
        ),
        subject("downscoped", "/v1/token", |world| {
            let rule = AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/b")
                .permission("inRole:roles/storage.objectViewer");
            Ok(Arc::new(
                Downscoped::new(AccessToken::new("source"), AccessBoundary::new([rule]))
                    .transport(world.transport())
                    .clock(world.clock.clone()),
            ))
        }),
        subject("id_token", "/token", |world| {
            Ok(Arc::new(
                robot(world)?.id_token("https://hello.example.com"),
            ))
        }),
    ]
}

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn robot(world: &World) -> Result<ServiceAccount, String> {
    let account = keys::ServiceAccount::new("robot", "example-123").map_err(text)?;
    let robot = ServiceAccount::from_json(&account.key_json("https://oauth2.googleapis.com/token"));
    let robot = robot.map_err(text)?;
    Ok(robot
        .transport(world.transport())
        .clock(world.clock.clone()))
}

fn external(world: &World, source: Value) -> Result<Arc<dyn Credentials>, String> {
    let kind = if source.get("environment_id").is_some() {
        "urn:ietf:params:aws:token-type:aws4_request"
    } else if source.get("certificate").is_some() {
        "urn:ietf:params:oauth:token-type:mtls"
    } else {
        "urn:ietf:params:oauth:token-type:jwt"
    };
    let file = json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/prov",
        "subject_token_type": kind,
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
    });
    let response = json!({
        "version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:jwt", "id_token": "subject-token",
    });
    // The shape of a certificate; the transport is the program's own here, so it is not presented.
    let certificate = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    let environment = Environment::new()
        .var("GOOGLE_API_CERTIFICATE_CONFIG", "/certs/config.json")
        .file(
            "/certs/config.json",
            json!({"cert_configs": {"workload": {"cert_path": "/certs/c.pem", "key_path": "/certs/k.pem"}}}).to_string(),
        )
        .file("/certs/c.pem", certificate)
        .file("/run/subject", "subject-token\n")
        .program("/opt/helper", move |_| Ok(ProgramOutput::new(0, response.to_string())));
    let account = ExternalAccount::from_json(&file.to_string()).map_err(text)?;
    Ok(Arc::new(
        account
            .scopes([SCOPE])
            .allow_executables(true)
            .environment(environment)
            .transport(world.transport())
            .clock(world.clock.clone()),
    ))
}
