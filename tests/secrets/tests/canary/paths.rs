//! What is given where a path belongs: keys and tokens, often. Nothing shows them.

use std::{collections::BTreeSet, path::Path};

use gapi::{
    Client, Media,
    auth::AccessToken,
    mock::{Recorder, Replay},
};
use gapi_auth::{
    ApplicationDefault, AuthRequest, AuthorizedUser, ClientCertificate, ClientSecrets, Credentials,
    DeviceFlow, Environment, ExternalAccount, ExternalAccountAuthorizedUser, FileStore, Flow,
    GdchServiceAccount, Impersonated, InstalledAppFlow, Program, ProgramOutput, RedactedPath,
    Scopes, ServiceAccount, TokenKey, TokenStore,
};
use gapi_secrets::drive;
use http::Uri;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    canary::{CANARY, debug, error, is_in},
    finder,
};

/// Texts that are no paths.
fn texts() -> Vec<String> {
    let key =
        format!("-----BEGIN PRIVATE KEY-----\n{CANARY}/{CANARY}\n-----END PRIVATE KEY-----\n");
    vec![
        json!({"type": "service_account", "private_key": key}).to_string(),
        format!("{{\n  \"refresh_token\": \"{CANARY}\"\n}}"),
        key.replace('\n', "\\n"),
        key,
        format!("ya29.{CANARY}-{CANARY}"),
        format!("1//{CANARY}-{CANARY}"),
        format!("GOCSPX-{CANARY}"),
        CANARY.repeat(6),
        format!("{}/{}", CANARY.repeat(30), CANARY.repeat(30)),
        format!("{CANARY}\n{CANARY}"),
        format!("{{{CANARY}}}"),
    ]
}

/// What is shown of one text by each function that takes a path.
async fn functions(text: &str) -> Vec<(&'static str, Vec<String>)> {
    macro_rules! fails {
        ($($name:literal => $result:expr),* $(,)?) => {
            vec![$(($name, error(&$result.expect_err("no path")))),*]
        };
    }
    let environment = Environment::new();
    let mut displayed = fails! {
        "gapi_auth::ServiceAccount::from_file" => ServiceAccount::from_file(text),
        "gapi_auth::AuthorizedUser::from_authorized_user_file" => AuthorizedUser::from_authorized_user_file(text),
        "gapi_auth::ExternalAccount::from_file" => ExternalAccount::from_file(text),
        "gapi_auth::ExternalAccountAuthorizedUser::from_file" => ExternalAccountAuthorizedUser::from_file(text),
        "gapi_auth::Impersonated::from_file" => Impersonated::from_file(text),
        "gapi_auth::GdchServiceAccount::from_file" => GdchServiceAccount::from_file(text),
        "gapi_auth::ClientSecrets::from_file" => ClientSecrets::from_file(text),
        "gapi_auth::Flow::from_client_secrets_file" => Flow::from_client_secrets_file(text, ["a"]),
        "gapi_auth::InstalledAppFlow::from_client_secrets_file" => InstalledAppFlow::from_client_secrets_file(text, ["a"]),
        "gapi_auth::DeviceFlow::from_client_secrets_file" => DeviceFlow::from_client_secrets_file(text, ["a"]),
        "gapi_auth::ApplicationDefault::file" => ApplicationDefault::new().file(text).find(),
        "gapi_auth::Environment::read" => environment.read(text),
        "gapi_auth::Environment::read_text" => environment.read_text(text),
        "gapi_auth::Environment::modified" => environment.modified(text),
        "gapi::Replay::open" => Replay::open(text),
    };
    let shows = |value: &dyn std::fmt::Debug| debug(value);
    displayed.extend([
        (
            "gapi_auth::RedactedPath::new",
            vec![format!("{0} {0:?} {0:#?}", RedactedPath::new(text))],
        ),
        (
            "gapi_auth::Environment::is_file",
            shows(&environment.is_file(text)),
        ),
        (
            "gapi_auth::Environment::file",
            shows(&environment.clone().file(text, "")),
        ),
        (
            "gapi_auth::Environment::broken_file",
            shows(
                &environment
                    .clone()
                    .broken_file(text, std::io::ErrorKind::Other),
            ),
        ),
        (
            "gapi_auth::Environment::var",
            shows(&environment.clone().var("NAME", text)),
        ),
        (
            "gapi_auth::Environment::program",
            shows(
                &environment
                    .clone()
                    .program(text, |_| Ok(ProgramOutput::new(0, ""))),
            ),
        ),
        ("gapi_auth::Program::new", shows(&Program::new(text))),
        (
            "gapi_auth::Program::arg",
            shows(&Program::new("p").arg(text)),
        ),
        (
            "gapi_auth::Program::var",
            shows(&Program::new("p").var("NAME", text)),
        ),
        ("gapi_auth::FileStore::new", store(text).await),
        ("gapi::Recorder::new", recorder(text)),
        ("gapi::Media::file", upload(text).await),
        ("gapi::Download::to_file", download(text).await),
    ]);
    displayed
}

async fn store(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join(text));
    let mut displayed = debug(&FileStore::new(text));
    let key = TokenKey::new("client", "ann", ["a"]);
    let saved = store.save(&key, &SecretString::from("{}")).await;
    displayed.extend(saved.err().iter().flat_map(|failed| error(failed)));
    displayed.extend(
        store
            .lock(&key)
            .await
            .err()
            .iter()
            .flat_map(|failed| error(failed)),
    );
    displayed.extend(
        store
            .load(&key)
            .await
            .err()
            .iter()
            .flat_map(|failed| error(failed)),
    );
    displayed.extend(
        store
            .list()
            .await
            .err()
            .iter()
            .flat_map(|failed| error(failed)),
    );
    displayed
}

fn recorder(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    match Recorder::new(
        gapi_transport::default_transport().unwrap(),
        folder.path().join(text),
    ) {
        Ok(recorder) => debug(&recorder),
        Err(failed) => error(&failed),
    }
}

fn client() -> Client {
    Client::builder()
        .credentials(AccessToken::new("t"))
        .endpoint("http://127.0.0.1:9")
        .build()
        .unwrap()
}

async fn upload(text: &str) -> Vec<String> {
    let call = || {
        drive::files()
            .create(json!({"name": "n"}))
            .upload(Media::file(text))
    };
    let mut displayed = debug(&Media::file(text));
    displayed.extend(error(&call().send(&client()).await.unwrap_err()));
    displayed
}

async fn download(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let server =
        gapi_fakes::Server::start(|_: &gapi_fakes::Request| gapi_fakes::Reply::text(200, "x"))
            .await
            .unwrap();
    let client = Client::builder()
        .credentials(AccessToken::new("t"))
        .endpoint(server.url())
        .build()
        .unwrap();
    // Within a file no file can be made.
    std::fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file").join(text);
    let download = drive::files().get("f").download(&client);
    error(&download.to_file(path).await.unwrap_err())
}

/// Variables that name a path.
const PATHS: [&str; 10] = [
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "GOOGLE_API_CERTIFICATE_CONFIG",
    "CLOUDSDK_CONTEXT_AWARE_CERTIFICATE_CONFIG_FILE_PATH",
    "GAPI_TOKENS",
    "XDG_CONFIG_HOME",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
];

/// Texts in capitals that name no path.
const OTHERS: &[&str] = &[
    // Variables of hosts, projects, keys and switches; the input of other programs; variables of the build.
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "BIGTABLE_EMULATOR_HOST",
    "DATASTORE_EMULATOR_HOST",
    "FIRESTORE_EMULATOR_HOST",
    "GAPI_ENDPOINT",
    "PUBSUB_EMULATOR_HOST",
    "SPANNER_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
    "CARGO_MANIFEST_DIR",
    "CARGO_PKG_VERSION",
    "GAPI_RUST_VERSION",
    "CLOUDSDK_CONTEXT_AWARE_USE_CLIENT_CERTIFICATE",
    "CLOUDSDK_CORE_PROJECT",
    "GAPI_ACCOUNT",
    "GCLOUD_PROJECT",
    "GCE_METADATA_DETECT_RETRIES",
    "GCE_METADATA_HOST",
    "GCE_METADATA_IP",
    "GCE_METADATA_MTLS_MODE",
    "GCE_METADATA_ROOT",
    "GCE_METADATA_TIMEOUT",
    "NO_GCE_CHECK",
    "GOOGLE_API_USE_CLIENT_CERTIFICATE",
    "GOOGLE_API_USE_MTLS_ENDPOINT",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_QUOTA_PROJECT",
    "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
    "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES",
    "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE",
    "GOOGLE_EXTERNAL_ACCOUNT_ID",
    "GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL",
    "GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE",
    "GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE",
    "GOOGLE_EXTERNAL_ACCOUNT_REVOKE",
    "GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE",
    // Codes of errors.
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "ALREADY_EXISTS",
    "DAILY_LIMIT_EXCEEDED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "QUOTA_EXCEEDED",
    "RATE_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "RESOURCE_QUOTA_EXCEEDED",
    "SERVICE_DISABLED",
];

/// What is shown of one text in each variable that names a path.
async fn variables(text: &str) -> Vec<(&'static str, Vec<String>)> {
    let mut displayed = Vec::new();
    for name in PATHS {
        let os = match name {
            "USERPROFILE" | "APPDATA" => gapi_auth::OperatingSystem::Windows,
            _ => gapi_auth::OperatingSystem::Linux,
        };
        let environment = Environment::new()
            .os(os)
            .var("HOME", "/nowhere")
            .var("NO_GCE_CHECK", "1")
            .var("GOOGLE_API_USE_CLIENT_CERTIFICATE", "true")
            .var(name, text);
        let mut texts = debug(&environment);
        let found = ApplicationDefault::new()
            .environment(environment.clone())
            .find();
        texts.extend(error(&found.expect_err("nothing is there")));
        let found = ClientCertificate::find(&environment).await;
        texts.extend(error(&found.expect_err("nothing is there")));
        if let Ok(store) = FileStore::default_location(&environment) {
            texts.extend(debug(&store));
        }
        let found = AuthorizedUser::signed_in_of(&environment);
        texts.extend(found.err().iter().flat_map(|failed| error(failed)));
        displayed.push((name, texts));
    }
    displayed
}

/// What is shown of one text in each property that names a path.
async fn properties(text: &str) -> Vec<(&'static str, Vec<String>)> {
    let source = |source: Value| {
        json!({
            "type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "credential_source": source,
        })
    };
    let config = |certificate: &str, key: &str| {
        json!({"cert_configs": {"workload": {"cert_path": certificate, "key_path": key}}})
            .to_string()
    };
    let environment = |config: String| {
        Environment::new()
            .var("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
            .var("CLOUDSDK_CONFIG", "/sdk")
            .file("/sdk/certificate_config.json", config)
            .file(
                "/leaf.pem",
                "-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----\n",
            )
            .file(
                "/key.pem",
                "-----BEGIN PRIVATE KEY-----\nMAEA\n-----END PRIVATE KEY-----\n",
            )
            .program("/silent", |_| Ok(ProgramOutput::new(0, "")))
    };
    let plain = config("/leaf.pem", "/key.pem");
    let default = json!({"certificate": {"use_default_certificate_config": true}});
    let mut displayed = Vec::new();
    for (name, source, config) in [
        ("file", source(json!({"file": text})), plain.clone()),
        (
            "command",
            source(json!({"executable": {"command": text}})),
            plain.clone(),
        ),
        (
            "output_file",
            source(json!({"executable": {"command": "/silent", "output_file": text}})),
            plain.clone(),
        ),
        (
            "certificate_config_location",
            source(json!({"certificate": {"certificate_config_location": text}})),
            plain.clone(),
        ),
        (
            "trust_chain_path",
            source(
                json!({"certificate": {"use_default_certificate_config": true, "trust_chain_path": text}}),
            ),
            plain.clone(),
        ),
        (
            "cert_path",
            source(default.clone()),
            config(text, "/key.pem"),
        ),
        ("key_path", source(default), config("/leaf.pem", text)),
    ] {
        let account = ExternalAccount::from_json(&source.to_string())
            .unwrap()
            .environment(environment(config));
        let mut texts = debug(&account);
        texts.extend(refusal(&account).await);
        displayed.push((name, texts));
    }
    let identity = json!({
        "type": "gdch_service_account", "format_version": "1", "project": "p", "name": "n", "private_key_id": "k",
        "private_key": EC_KEY, "token_uri": "https://127.0.0.1:9/token", "ca_cert_path": text,
    });
    let identity = GdchServiceAccount::from_json(&identity.to_string())
        .unwrap()
        .audience("https://api.example")
        .environment(Environment::new());
    let mut texts = debug(&identity);
    texts.extend(refusal(&identity).await);
    displayed.push(("ca_cert_path", texts));
    displayed
}

/// Made for this test.
const EC_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIGZGhIx+FPYltRHZkUC9tmtPghCqGhvgTAuGl54bdIHDoAoGCCqGSM49AwEHoUQDQgAEbtx5L02ejRJupLdD3wudXeYAPO1VRw1IL/bpqtrhB7Qw9R01S5f2/6PIPxErRh56oPEoSJcBhzK6XOuRnTPzsA==\n-----END EC PRIVATE KEY-----\n";

async fn refusal(credentials: &dyn Credentials) -> Vec<String> {
    let url = Uri::from_static("https://drive.googleapis.com/");
    let scopes = ["https://www.googleapis.com/auth/drive"];
    let request = AuthRequest::new(&url, Scopes::Default(&scopes));
    error(&credentials.headers(&request).await.expect_err("no file"))
}

#[tokio::test]
async fn nothing_shows_what_was_given_as_a_path() {
    crate::trace::collect();
    let mut leaks = Vec::new();
    for text in texts() {
        let mut displayed = functions(&text).await;
        displayed.extend(variables(&text).await);
        displayed.extend(properties(&text).await);
        for (name, texts) in displayed {
            assert!(!texts.is_empty(), "{name}: nothing is shown");
            let leaked = texts.iter().filter(|displayed| is_in(displayed));
            leaks.extend(leaked.map(|displayed| format!("{name}: {displayed}")));
        }
    }
    assert!(leaks.is_empty(), "{} leaks: {leaks:#?}", leaks.len());
}

#[tokio::test]
async fn every_function_variable_and_property_that_takes_a_path_is_tried() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = [
        ("gapi", "src/lib.rs"),
        ("gapi_auth", "auth/src/lib.rs"),
        ("gapi_transport", "transport/src/lib.rs"),
    ];
    let mut found = finder::Paths::default();
    for (name, file) in crates {
        found.add(name, &root.join(file)).unwrap();
    }
    let tried = |displayed: Vec<(&'static str, Vec<String>)>| -> BTreeSet<String> {
        displayed
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect()
    };
    let text = "{}";
    assert_eq!(found.functions, tried(functions(text).await));
    let mut properties = tried(properties(text).await);
    // A command line begins with a path.
    assert!(properties.remove("command"));
    assert_eq!(found.properties, properties);
    let known: BTreeSet<&str> = PATHS.into_iter().chain(OTHERS.iter().copied()).collect();
    let unknown: Vec<_> = found
        .capitals
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "neither known as variables of paths nor as anything else: {unknown:?}"
    );
    assert!(
        found.displayed_otherwise.is_empty(),
        "paths that are shown as they are: {:?}",
        found.displayed_otherwise
    );
}
