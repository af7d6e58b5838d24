//! The project that a program works in.

use std::sync::{Arc, Mutex};

use gapi_auth::{ApplicationDefault, DefaultCredentials, Environment};
use gapi_transport::{Body, BoxFuture, Transport, TransportError};
use http::{Request, Response};
use serde_json::json;

use super::machine::Machine;

const SDK: &str = "/sdk";

fn user_in_gcloud() -> Environment {
    let user = json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "t"});
    Environment::new().var("CLOUDSDK_CONFIG", SDK).file(
        "/sdk/application_default_credentials.json",
        user.to_string(),
    )
}

fn find(environment: Environment) -> DefaultCredentials {
    ApplicationDefault::new()
        .environment(environment)
        .find()
        .expect("credentials")
}

fn project(environment: Environment) -> Option<String> {
    find(environment).known_project_id().map(str::to_owned)
}

fn core(project: &str) -> String {
    format!("[core]\naccount = user@example.com\nproject = {project}\n")
}

#[test]
fn gclouds_active_configuration_is_read_without_gcloud() {
    let sdk = user_in_gcloud()
        .file("/sdk/properties", core("of-properties"))
        .program("gcloud", |_| panic!("gcloud was started"));
    assert_eq!(project(sdk.clone()).as_deref(), Some("of-properties"));
    let sdk = sdk.file("/sdk/configurations/config_default", core("of-default"));
    assert_eq!(project(sdk.clone()).as_deref(), Some("of-default"));
    let sdk = sdk
        .file("/sdk/active_config", "work\n")
        .file("/sdk/configurations/config_work", core("of-work"))
        .file("/sdk/configurations/config_play", core("of-play"));
    assert_eq!(project(sdk.clone()).as_deref(), Some("of-work"));
    let sdk = sdk.var("CLOUDSDK_ACTIVE_CONFIG_NAME", "play");
    assert_eq!(project(sdk.clone()).as_deref(), Some("of-play"));
    let sdk = sdk.var("CLOUDSDK_CORE_PROJECT", "of-variable");
    assert_eq!(project(sdk).as_deref(), Some("of-variable"));

    assert_eq!(project(user_in_gcloud()), None);
    let empty = user_in_gcloud().file("/sdk/configurations/config_default", "[core]\n");
    assert_eq!(project(empty.clone()), None);
    let hostile = empty
        .file("/sdk/active_config", "../../etc/x")
        .file("/sdk/configurations/config_../../etc/x", core("evil"));
    assert_eq!(project(hostile), None);
}

#[test]
fn the_environment_wins_then_the_file() {
    let sdk = user_in_gcloud().file("/sdk/properties", core("of-gcloud"));
    let legacy = sdk.clone().var("GCLOUD_PROJECT", "of-legacy");
    assert_eq!(project(legacy.clone()).as_deref(), Some("of-legacy"));
    assert_eq!(
        project(legacy.var("GOOGLE_CLOUD_PROJECT", "of-variable")).as_deref(),
        Some("of-variable")
    );

    let account = gapi_fakes::keys::ServiceAccount::new("robot", "of-file").expect("a key");
    let key = account.key_json("https://oauth2.googleapis.com/token");
    let with_key = sdk
        .clone()
        .var("GOOGLE_APPLICATION_CREDENTIALS", "/key.json")
        .file("/key.json", key);
    assert_eq!(project(with_key.clone()).as_deref(), Some("of-file"));
    assert_eq!(
        project(with_key.var("GOOGLE_CLOUD_PROJECT", "x")).as_deref(),
        Some("x")
    );
}

#[test]
fn gclouds_project_belongs_to_gclouds_file() {
    let sdk = user_in_gcloud().file("/sdk/properties", core("of-gcloud"));
    let file = "/sdk/application_default_credentials.json";
    let named = sdk.clone().var("GOOGLE_APPLICATION_CREDENTIALS", file);
    assert_eq!(project(named).as_deref(), Some("of-gcloud"));
    let copy = sdk
        .var("GOOGLE_APPLICATION_CREDENTIALS", "/copy.json")
        .file("/copy.json", r#"{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "t"}"#);
    assert_eq!(project(copy), None, "somebody else's credentials");
}

#[tokio::test]
async fn the_metadata_server_knows_the_machines_project() {
    let machine = Machine::new();
    let find = |environment| {
        ApplicationDefault::new()
            .environment(environment)
            .metadata_transport(machine.transport())
            .find()
            .expect("credentials")
    };
    let found = find(Environment::new());
    assert_eq!(found.known_project_id(), None);
    let project = found.project_id().await.expect("a project");
    assert_eq!(project.as_deref(), Some("example-123"));
    machine.forget();
    let found = find(Environment::new().var("GOOGLE_CLOUD_PROJECT", "of-variable"));
    let project = found.project_id().await.expect("a project");
    assert_eq!(project.as_deref(), Some("of-variable"));
    assert!(machine.recorded().is_empty());
}

/// Google's token service and its Resource Manager, of which the latter may refuse.
#[derive(Clone, Debug, Default)]
struct Google {
    refuses: bool,
    recorded: Arc<Mutex<Vec<String>>>,
}

impl Transport for Google {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let url = request.uri().to_string();
            self.recorded.lock().expect("seen").push(url.clone());
            let (status, response) = if url == "https://sts.googleapis.com/v1/token" {
                (
                    200,
                    json!({"access_token": "federated", "expires_in": 3600, "token_type": "Bearer"}),
                )
            } else {
                assert_eq!(request.headers()["authorization"], "Bearer federated");
                let response = json!({"projectId": "of-pool", "projectNumber": "123456789012"});
                (if self.refuses { 403 } else { 200 }, response)
            };
            let response = Response::builder()
                .status(status)
                .body(Body::from(response.to_string()));
            Ok(response.expect("a response"))
        })
    }
}

async fn of_pool(audience: &str, google: &Google) -> Option<String> {
    let file = json!({
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": "/run/token"},
    });
    let environment = Environment::new()
        .var("GOOGLE_APPLICATION_CREDENTIALS", "/wif.json")
        .file("/wif.json", file.to_string())
        .file("/run/token", "subject");
    let found = ApplicationDefault::new()
        .environment(environment)
        .transport(Arc::new(google.clone()))
        .find()
        .expect("credentials");
    assert_eq!(found.known_project_id(), None);
    assert!(google.recorded.lock().expect("seen").is_empty());
    found.project_id().await.expect("a response")
}

#[tokio::test]
async fn the_pools_project_is_asked_for_by_its_number() {
    let pool = "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/p/providers/q";
    let google = Google::default();
    assert_eq!(of_pool(pool, &google).await.as_deref(), Some("of-pool"));
    assert_eq!(
        *google.recorded.lock().expect("seen"),
        [
            "https://sts.googleapis.com/v1/token",
            "https://cloudresourcemanager.googleapis.com/v1/projects/123456789012",
        ]
    );
    let refusing = Google {
        refuses: true,
        ..Google::default()
    };
    assert_eq!(
        of_pool(pool, &refusing).await,
        None,
        "who may not see it does not know it"
    );
    let workforce = "//iam.googleapis.com/locations/global/workforcePools/p/providers/q";
    let google = Google::default();
    assert_eq!(of_pool(workforce, &google).await, None);
    assert!(
        google.recorded.lock().expect("seen").is_empty(),
        "nobody knows a number"
    );
}
