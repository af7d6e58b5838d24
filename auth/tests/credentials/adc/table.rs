//! Every situation that google-auth was recorded in, and what is found here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use gapi_auth::{
    ApplicationDefault, AuthErrorKind, Credentials, DefaultCredentials, Environment,
    OperatingSystem, Origin,
};
use gapi_fakes::{keys::ServiceAccount, metadata::MetadataServer};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    locations::{at_home, sign_in, store},
    machine::{Machine, ask, refused, silent},
};

#[derive(Deserialize)]
struct Recorded {
    google_auth_version: String,
    #[serde(rename = "rows")]
    cases: Vec<Case>,
    #[serde(rename = "places")]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Case {
    variable: String,
    gcloud: String,
    metadata: String,
    google_auth: Value,
}

/// Where gcloud's file is looked for, and what is in the store of `gapi auth login`.
#[derive(Deserialize)]
struct Location {
    home: String,
    store: String,
    metadata: String,
    /// Where google-auth looks for gcloud's file.
    path: String,
    google_auth: Value,
}

#[derive(Deserialize)]
struct Differences {
    differences: Vec<Difference>,
    #[serde(rename = "places")]
    locations: Vec<LocationDifference>,
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

/// `*` is every value.
fn is(expected: &str, value: &str) -> bool {
    expected == "*" || expected == value
}

impl Difference {
    fn is_of(&self, case: &Case) -> bool {
        self.variable.contains(&case.variable)
            && is(&self.gcloud, &case.gcloud)
            && is(&self.metadata, &case.metadata)
    }
}

#[derive(Deserialize)]
struct LocationDifference {
    home: String,
    store: BTreeSet<String>,
    metadata: String,
    gapi: Value,
    why: String,
}

impl LocationDifference {
    fn is_of(&self, location: &Location) -> bool {
        is(&self.home, &location.home)
            && self.store.contains(&location.store)
            && is(&self.metadata, &location.metadata)
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn folder() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/credentials/adc"
    ))
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let text = fs::read_to_string(folder().join(name)).expect(name);
    serde_json::from_str(&text).expect(name)
}

/// The files of the table, with keys in them.
fn files() -> Files {
    let account = ServiceAccount::new("robot", "file-project").expect("a key");
    let rsa = json!(account.private_key()).to_string();
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .expect("a key");
    let ec = format!(
        "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n",
        STANDARD.encode(ec)
    );
    let folder = fs::read_dir(folder().join("files")).expect("a folder");
    let mut files: Files = folder
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = fs::read_to_string(entry.path()).expect("text");
            let text = text.replace("\"@RSA_KEY@\"", &rsa).replace("@EC_KEY@", &ec);
            let name = entry.file_name().into_string().expect("a name");
            (name, text.into_bytes())
        })
        .collect();
    // Impersonations whose sources are the other files.
    let json = |name: &str| serde_json::from_slice::<Value>(&files[name]).ok();
    let outer = json("impersonated_service_account.json").expect("JSON");
    let nested: Files = files
        .keys()
        .filter_map(|name| {
            let mut outer = outer.clone();
            outer["source_credentials"] = json(name)?;
            Some((format!("nested_{name}"), outer.to_string().into_bytes()))
        })
        .collect();
    let utf16 = text(&files, "service_account.json");
    let utf16 = std::iter::once(0xfeff).chain(utf16.encode_utf16());
    let utf16 = utf16.flat_map(u16::to_le_bytes).collect();
    files.insert(String::from("utf16.json"), utf16);
    files.extend(nested);
    files
}

fn text(files: &Files, name: &str) -> String {
    String::from_utf8(files[name].clone()).expect("text")
}

/// What GOOGLE_APPLICATION_CREDENTIALS is.
fn named(files: &Files, variable: &str) -> String {
    let key = || text(files, "service_account.json");
    match variable {
        "empty" => String::new(),
        "json_itself" => key(),
        "pem_itself" => {
            let json: Value = serde_json::from_str(&key()).expect("JSON");
            json["private_key"].as_str().expect("text").to_owned()
        }
        "quoted" => String::from("\"/files/service_account.json\""),
        "newline" => String::from("/files/service_account.json\n"),
        "folder" => String::from("/files"),
        "windows_path" => String::from(r"C:\keys\robot.json"),
        name => format!("/files/{name}.json"),
    }
}

fn environment(files: &Files, case: &Case) -> Environment {
    let mut environment = Environment::new()
        .var("CLOUDSDK_CONFIG", "/sdk")
        .file(
            "/sdk/configurations/config_default",
            "[core]\nproject = gcloud-project\n",
        )
        .broken_file("/files", io::ErrorKind::IsADirectory)
        .file(r"C:\keys\robot.json", files["service_account.json"].clone());
    for (name, content) in files {
        environment = environment.file(format!("/files/{name}"), content.clone());
        if name == "gcloud.json" && case.gcloud == "present" {
            let path = "/sdk/application_default_credentials.json";
            environment = environment.file(path, content.clone());
        }
    }
    if case.variable != "unset" {
        let value = named(files, &case.variable);
        environment = environment.var("GOOGLE_APPLICATION_CREDENTIALS", value);
    }
    match case.metadata.as_str() {
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
async fn found(case: &Case, files: &Files, who: Option<&str>) -> Value {
    let machine = machine(&case.metadata);
    let adc = ApplicationDefault::new()
        .environment(environment(files, case))
        .metadata_transport(machine.transport());
    let credentials = match adc.find() {
        Ok(credentials) => credentials,
        Err(error) => {
            assert!(!error.is_transient(), "{error}");
            assert!(error.hint().is_some(), "no way out: {error}");
            let value = named(files, &case.variable);
            let is_path = !matches!(
                case.variable.as_str(),
                "unset" | "empty" | "json_itself" | "pem_itself"
            );
            let text = error.to_string();
            assert!(!is_path || text.contains(value.trim()), "{text}");
            // What begins every key.
            assert!(!format!("{error:?} {text}").contains("MII"), "{text}");
            return json!({"error": format!("{:?}", error.kind()), "at": "find"});
        }
    };
    assert!(
        machine.recorded().is_empty(),
        "the network was touched early"
    );
    if *credentials.origin() == Origin::MetadataServer
        && let Err(error) = ask(&credentials).await
    {
        assert_eq!(error.kind(), AuthErrorKind::NotFound, "{error}");
        return json!({"error": "NotFound", "at": "use"});
    }
    let (kind, whose) = kind(&credentials, case, who);
    let project = match credentials.origin() {
        Origin::MetadataServer => credentials.project_id().await.expect("a project"),
        _ => credentials.known_project_id().map(str::to_owned),
    };
    let quota_project = credentials.quota_project();
    json!({"credentials": kind, "who": whose, "project": project, "quota_project": quota_project})
}

/// The type of the file that the credentials come from, and whose they are.
fn kind(credentials: &DefaultCredentials, case: &Case, who: Option<&str>) -> (String, Value) {
    let kind = match credentials.origin() {
        Origin::MetadataServer => return (String::from("metadata_server"), json!("default")),
        Origin::Gcloud(_) => String::from("authorized_user"),
        _ => match case.variable.as_str() {
            "utf16" | "windows_path" => String::from("service_account"),
            name if name.starts_with("nested_") => String::from("impersonated_service_account"),
            name => name.to_owned(),
        },
    };
    let displayed = format!("{credentials:?}");
    let who = who.filter(|who| displayed.contains(who));
    (kind, who.map_or(json!(displayed), |who| json!(who)))
}

/// What google-auth's errors are here.
fn expected(case: &Case) -> Value {
    if case.google_auth.get("error").is_none() {
        return case.google_auth.clone();
    }
    let error = match case.variable.as_str() {
        "unset" | "empty" | "missing_file" | "quoted" | "newline" => "NotFound",
        "bad_json" | "no_type" | "json_itself" | "pem_itself" | "folder" => "Config",
        _ => "Unsupported",
    };
    // Whether there is a metadata server is not asked before a token is needed.
    let late = matches!(case.variable.as_str(), "unset" | "empty")
        && matches!(case.metadata.as_str(), "no" | "slow");
    json!({"error": error, "at": if late { "use" } else { "find" }})
}

#[tokio::test(start_paused = true)]
async fn every_situation_is_as_google_auth_has_it_or_differs_on_purpose() {
    let recorded: Recorded = read("google_auth.json");
    let Differences { differences, .. } = read("differences.json");
    let files = files();
    assert!(!recorded.google_auth_version.is_empty());
    assert_eq!(recorded.cases.len(), 14 * 2 * 6 + 13 * 2 * 2);
    let mut wrong = Vec::new();
    let mut used = vec![0; differences.len()];
    for case in &recorded.cases {
        let difference = differences
            .iter()
            .position(|difference| difference.is_of(case));
        let expected = match difference {
            None => expected(case),
            Some(location) => {
                used[location] += 1;
                assert_ne!(
                    differences[location].gapi,
                    expected(case),
                    "no difference: {}",
                    differences[location].why
                );
                differences[location].gapi.clone()
            }
        };
        let found = found(case, &files, expected["who"].as_str()).await;
        if found != expected {
            let situation = (&case.variable, &case.gcloud, &case.metadata);
            wrong.push(format!("{situation:?}: expected {expected}, found {found}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:#?}",
        wrong.len(),
        recorded.cases.len()
    );
    assert!(
        used.iter().all(|used| *used > 0),
        "a difference of no situation"
    );
}

/// The environment of a place; a folder holds what is on the machine.
async fn location(location: &Location, folder: &Path, gcloud: &[u8]) -> Environment {
    let write = |path: &Path| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, gcloud).expect("written");
    };
    let kind = location.home.rsplit_once("home_").map(|(_, kind)| kind);
    let Some(kind) = kind else {
        return windows(&location.home, gcloud);
    };
    let home = folder.join(kind);
    let environment = at_home(&home);
    match kind {
        "file" => write(&home.join(".config/gcloud/application_default_credentials.json")),
        "empty" => fs::create_dir(&home).expect("made"),
        "is_a_file" => fs::write(&home, "").expect("written"),
        // Not even root can enter it.
        #[cfg(unix)]
        "closed" => std::os::unix::fs::symlink(&home, &home).expect("a link"),
        // A user whom the system does not know.
        "unset" => return Environment::new(),
        _ => {}
    }
    let store = store(&environment);
    if location.store.starts_with("good") {
        sign_in(&store, "ann@example.com").await;
    }
    if location.store.ends_with("bad") {
        write(&store.folder().join("bad.json"));
    }
    #[cfg(unix)]
    if location.store == "closed" {
        let tokens = store.folder();
        fs::create_dir_all(tokens.parent().expect("a folder")).expect("made");
        std::os::unix::fs::symlink(tokens, tokens).expect("a link");
    }
    environment
}

fn windows(home: &str, gcloud: &[u8]) -> Environment {
    let environment = Environment::new().os(OperatingSystem::Windows);
    let environment = match home {
        "appdata_file" => environment.var("APPDATA", r"C:\file\AppData"),
        "appdata_empty" => environment.var("APPDATA", r"C:\empty\AppData"),
        "system_drive_file" => environment.var("SystemDrive", "D:"),
        _ => environment,
    };
    let path = gcloud_path(&environment).expect("a folder");
    if home.ends_with("file") {
        environment.file(path, gcloud)
    } else {
        environment
    }
}

fn gcloud_path(environment: &Environment) -> Option<std::path::PathBuf> {
    let folder = environment.gcloud_dir()?;
    Some(folder.join("application_default_credentials.json"))
}

// Symbolic links that lead to themselves are there on Unix only.
#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn every_location_is_that_of_google_auth_or_differs_on_purpose() {
    let recorded: Recorded = read("google_auth.json");
    let Differences { locations, .. } = read("differences.json");
    let gcloud = files()["gcloud.json"].clone();
    assert_eq!(recorded.locations.len(), 10 * 2 + 2 * 4 * 2);
    let mut wrong = Vec::new();
    let mut used = vec![0; locations.len()];
    for case in &recorded.locations {
        let folder = tempfile::tempdir().expect("a folder");
        let environment = location(case, folder.path(), &gcloud).await;
        if let Some(path) = gcloud_path(&environment) {
            let path = path.display().to_string();
            let path = path.replace(&folder.path().display().to_string(), "HOMES");
            let is_windows = environment.operating_system() == OperatingSystem::Windows;
            let path = if is_windows {
                path.replace('/', r"\")
            } else {
                path
            };
            assert_eq!(path, case.path, "{}", case.home);
        }
        let machine = machine(&case.metadata);
        let credentials = ApplicationDefault::new()
            .environment(environment)
            .metadata_transport(machine.transport())
            .find()
            .expect("no place stops a program");
        let found = match credentials.origin() {
            Origin::SignedIn(account) => json!({"credentials": "signed_in", "who": account}),
            Origin::MetadataServer => match ask(&credentials).await {
                Ok(_) => json!({"credentials": "metadata_server", "who": "default"}),
                Err(error) => json!({"error": format!("{:?}", error.kind())}),
            },
            _ => json!({"credentials": "authorized_user", "who": "gcloud.apps.example"}),
        };
        let of_google = &case.google_auth;
        let usual = match of_google.get("error") {
            Some(_) => json!({"error": "NotFound"}),
            None => json!({"credentials": of_google["credentials"], "who": of_google["who"]}),
        };
        let difference = locations
            .iter()
            .position(|difference| difference.is_of(case));
        let expected = match difference {
            None => usual,
            Some(location) => {
                used[location] += 1;
                let difference = &locations[location];
                assert_ne!(difference.gapi, usual, "no difference: {}", difference.why);
                difference.gapi.clone()
            }
        };
        if found != expected {
            let situation = (&case.home, &case.store, &case.metadata);
            wrong.push(format!("{situation:?}: expected {expected}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        used.iter().all(|used| *used > 0),
        "a difference of no place"
    );
}
