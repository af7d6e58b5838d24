//! Every situation that google-auth was recorded in, and what is found here.

use std::{collections::BTreeSet, fs, path::Path};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use gapi_auth::{
    ApplicationDefault, AuthErrorKind, Credentials, DefaultCredentials, Environment, Origin,
};
use gapi_fakes::{keys::ServiceAccount, metadata::MetadataServer};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::machine::{Machine, ask, refused, silent};

#[derive(Deserialize)]
struct Recorded {
    google_auth_version: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    variable: String,
    gcloud: String,
    metadata: String,
    google_auth: Value,
}

#[derive(Deserialize)]
struct Differences {
    differences: Vec<Difference>,
}

/// Where what is found here differs on purpose.
#[derive(Deserialize)]
struct Difference {
    variable: BTreeSet<String>,
    gcloud: String,
    metadata: String,
    gapi: Value,
    why: String,
}

impl Difference {
    fn is_of(&self, row: &Row) -> bool {
        self.variable.contains(&row.variable)
            && self.gcloud == row.gcloud
            && self.metadata == row.metadata
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adc"))
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let text = fs::read_to_string(folder().join(name)).expect(name);
    serde_json::from_str(&text).expect(name)
}

/// The files of the table, with keys in them.
fn files() -> Vec<(String, String)> {
    let account = ServiceAccount::new("robot", "file-project").expect("a key");
    let rsa = json!(account.private_key()).to_string();
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .expect("a key");
    let ec = format!(
        "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n",
        STANDARD.encode(ec)
    );
    let folder = fs::read_dir(folder().join("files")).expect("a folder");
    folder
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = fs::read_to_string(entry.path()).expect("text");
            let text = text.replace("\"@RSA_KEY@\"", &rsa).replace("@EC_KEY@", &ec);
            (entry.file_name().into_string().expect("a name"), text)
        })
        .collect()
}

fn environment(files: &[(String, String)], row: &Row) -> Environment {
    let mut environment = Environment::new().var("CLOUDSDK_CONFIG", "/sdk").file(
        "/sdk/configurations/config_default",
        "[core]\nproject = gcloud-project\n",
    );
    for (name, text) in files {
        environment = environment.file(format!("/files/{name}"), text.as_str());
        if name == "gcloud.json" && row.gcloud == "present" {
            let path = "/sdk/application_default_credentials.json";
            environment = environment.file(path, text.as_str());
        }
    }
    environment = match row.variable.as_str() {
        "unset" => environment,
        "empty" => environment.var("GOOGLE_APPLICATION_CREDENTIALS", ""),
        name => environment.var(
            "GOOGLE_APPLICATION_CREDENTIALS",
            format!("/files/{name}.json"),
        ),
    };
    match row.metadata.as_str() {
        "named" => environment.var("GCE_METADATA_HOST", "named.example"),
        "no_check_true" => environment.var("NO_GCE_CHECK", "true"),
        "no_check_1" => environment.var("NO_GCE_CHECK", "1"),
        _ => environment,
    }
}

fn machine(metadata: &str) -> Machine {
    let machine = Machine::with(MetadataServer::new("metadata-project").expect("a server"));
    match metadata {
        "no" => machine.always(Some(refused)),
        "slow" => machine.always(Some(silent)),
        "named" => return machine.at("named.example"),
        _ => {}
    }
    machine
}

/// What is found, in the words of the recording; `who` only where it is the expected one.
async fn found(row: &Row, files: &[(String, String)], who: Option<&str>) -> Value {
    let machine = machine(&row.metadata);
    let adc = ApplicationDefault::new()
        .environment(environment(files, row))
        .metadata_transport(machine.transport());
    let credentials = match adc.find() {
        Ok(credentials) => credentials,
        Err(error) => {
            assert!(!error.is_transient(), "{error}");
            assert!(error.hint().is_some(), "no way out: {error}");
            let name = format!("/files/{}.json", row.variable);
            let names_it = error.to_string().contains(&name);
            assert!(
                names_it || row.variable == "unset" || row.variable == "empty",
                "{error}"
            );
            return json!({"error": format!("{:?}", error.kind()), "at": "find"});
        }
    };
    assert!(machine.seen().is_empty(), "the network was touched early");
    if *credentials.origin() == Origin::MetadataServer
        && let Err(error) = ask(&credentials).await
    {
        assert_eq!(error.kind(), AuthErrorKind::NotFound, "{error}");
        return json!({"error": "NotFound", "at": "use"});
    }
    let (kind, whose) = kind(&credentials, row, who);
    let project = match credentials.origin() {
        Origin::MetadataServer => credentials.project_id().await.expect("a project"),
        _ => credentials.known_project_id().map(str::to_owned),
    };
    let quota_project = credentials.quota_project();
    json!({"credentials": kind, "who": whose, "project": project, "quota_project": quota_project})
}

/// The type of the file that the credentials come from, and whose they are.
fn kind(credentials: &DefaultCredentials, row: &Row, who: Option<&str>) -> (String, Value) {
    let kind = match credentials.origin() {
        Origin::MetadataServer => return (String::from("metadata_server"), json!("default")),
        Origin::Gcloud(_) => String::from("authorized_user"),
        _ => row.variable.clone(),
    };
    let shown = format!("{credentials:?}");
    let who = who.filter(|who| shown.contains(who));
    (kind, who.map_or(json!(shown), |who| json!(who)))
}

/// What google-auth's errors are here.
fn expected(row: &Row) -> Value {
    if row.google_auth.get("error").is_none() {
        return row.google_auth.clone();
    }
    let error = match row.variable.as_str() {
        "unset" | "empty" | "missing_file" => "NotFound",
        "bad_json" | "no_type" => "Config",
        _ => "Unsupported",
    };
    // Whether there is a metadata server is not asked before a token is needed.
    let late = matches!(row.variable.as_str(), "unset" | "empty")
        && matches!(row.metadata.as_str(), "no" | "slow");
    json!({"error": error, "at": if late { "use" } else { "find" }})
}

#[tokio::test(start_paused = true)]
async fn every_situation_is_as_google_auth_has_it_or_differs_on_purpose() {
    let recorded: Recorded = read("google_auth.json");
    let Differences { differences } = read("differences.json");
    let files = files();
    assert!(!recorded.google_auth_version.is_empty());
    assert_eq!(recorded.rows.len(), 14 * 2 * 6);
    let mut wrong = Vec::new();
    let mut used = vec![0; differences.len()];
    for row in &recorded.rows {
        let difference = differences
            .iter()
            .position(|difference| difference.is_of(row));
        let expected = match difference {
            None => expected(row),
            Some(place) => {
                used[place] += 1;
                assert_ne!(
                    differences[place].gapi,
                    expected(row),
                    "no difference: {}",
                    differences[place].why
                );
                differences[place].gapi.clone()
            }
        };
        let found = found(row, &files, expected["who"].as_str()).await;
        if found != expected {
            let situation = (&row.variable, &row.gcloud, &row.metadata);
            wrong.push(format!("{situation:?}: expected {expected}, found {found}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:#?}",
        wrong.len(),
        recorded.rows.len()
    );
    assert!(
        used.iter().all(|used| *used > 0),
        "a difference of no situation"
    );
}
