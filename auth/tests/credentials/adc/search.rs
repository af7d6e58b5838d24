//! Where Application Default Credentials look, and what they report of it.

use std::{io, path::PathBuf, sync::Arc};

use gapi_auth::{
    ApplicationDefault, AuthError, AuthErrorKind, AuthorizedUser, Credentials, DefaultCredentials,
    Environment, FileStore, OperatingSystem, Origin, TokenKey,
};
use serde_json::json;

use super::machine::{Machine, ask, bearer, refused, secs};

const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const GCLOUD: &str = "/home/u/.config/gcloud/application_default_credentials.json";

fn user(client: &str) -> String {
    json!({"type": "authorized_user", "client_id": client, "client_secret": "canary-secret", "refresh_token": "canary-token"})
        .to_string()
}

fn find(environment: &Environment) -> Result<DefaultCredentials, AuthError> {
    ApplicationDefault::new()
        .environment(environment.clone())
        .find()
}

fn home() -> Environment {
    Environment::new().var("HOME", "/home/u")
}

#[test]
fn a_file_of_the_program_is_not_searched_for() {
    let machine = home()
        .file("/mine.json", user("mine"))
        .var(VARIABLE, "/key.json")
        .file("/key.json", user("variable"));
    let search = || ApplicationDefault::new().environment(machine.clone());
    let found = search().file("/mine.json").find().expect("credentials");
    assert_eq!(*found.origin(), Origin::File(PathBuf::from("/mine.json")));
    assert!(
        found.describe().ends_with("client mine (/mine.json)"),
        "{}",
        found.describe()
    );
    let error = search().file("/none.json").find().expect_err("no file");
    assert!(
        error
            .to_string()
            .starts_with("/none.json: there is no such file; "),
        "{error}"
    );
}

#[test]
fn the_variable_wins_over_gclouds_file() {
    let both = home()
        .file(GCLOUD, user("gcloud"))
        .var(VARIABLE, "/key.json")
        .file("/key.json", user("variable"));
    let found = find(&both).expect("credentials");
    assert_eq!(
        *found.origin(),
        Origin::Variable(PathBuf::from("/key.json"))
    );
    assert!(
        found.describe().contains("variable"),
        "{}",
        found.describe()
    );
    assert!(
        found
            .describe()
            .ends_with("(GOOGLE_APPLICATION_CREDENTIALS=/key.json)"),
        "{}",
        found.describe()
    );

    let found = find(&both.unset(VARIABLE)).expect("credentials");
    assert_eq!(*found.origin(), Origin::Gcloud(PathBuf::from(GCLOUD)));
    assert!(
        found.describe().contains("client gcloud ("),
        "{}",
        found.describe()
    );
    assert_eq!(
        found.tried()[0],
        "GOOGLE_APPLICATION_CREDENTIALS is not set"
    );
    assert_eq!(
        found.tried()[1],
        format!("{GCLOUD} is of type authorized_user")
    );
}

#[test]
fn gclouds_file_is_where_gcloud_keeps_it() {
    let windows = Environment::new()
        .os(OperatingSystem::Windows)
        .var("APPDATA", "/roaming")
        .file(
            "/roaming/gcloud/application_default_credentials.json",
            user("w"),
        );
    find(&windows).expect("credentials");
    let moved = home()
        .file(GCLOUD, user("home"))
        .var("CLOUDSDK_CONFIG", "/sdk")
        .file("/sdk/application_default_credentials.json", user("moved"));
    assert!(
        find(&moved)
            .expect("credentials")
            .describe()
            .contains("moved")
    );
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_and_never_skipped() {
    let with = |content: &str| home().var(VARIABLE, "/key.json").file("/key.json", content);
    for (environment, kind, expected) in [
        (
            home().var(VARIABLE, "/key.json"),
            AuthErrorKind::NotFound,
            "there is no such file",
        ),
        (
            home().var(VARIABLE, "~/key.json"),
            AuthErrorKind::NotFound,
            "only shells know what ~ is",
        ),
        (
            home().var(VARIABLE, "\"/key.json\""),
            AuthErrorKind::NotFound,
            "take the quotation marks out",
        ),
        (
            home().var(VARIABLE, "/key.json "),
            AuthErrorKind::NotFound,
            "take the white space",
        ),
        (
            home().var(VARIABLE, "/key.json\n"),
            AuthErrorKind::NotFound,
            "take the white space",
        ),
        (
            home().var(
                VARIABLE,
                r#"{"type": "service_account", "private_key": "canary"}"#,
            ),
            AuthErrorKind::Config,
            "what looks like JSON, 52 bytes): the path of a file is needed",
        ),
        (
            home().var(VARIABLE, "-----BEGIN PRIVATE KEY-----\ncanary"),
            AuthErrorKind::Config,
            "give the text itself to `ServiceAccount::from_json`",
        ),
        (
            home().var(VARIABLE, "ya29.canary-canary"),
            AuthErrorKind::Config,
            "a token",
        ),
        (with(""), AuthErrorKind::Config, "the file is empty"),
        (with("[]"), AuthErrorKind::Config, "not a JSON object"),
        (
            with("-----BEGIN PRIVATE KEY-----\ncanary-key"),
            AuthErrorKind::Config,
            "a bare key in PEM",
        ),
        (
            with(r#"{"refresh_token": "canary-token", "#),
            AuthErrorKind::Config,
            "not JSON: line 1, column",
        ),
        (
            with(r#"{"type": 7, "private_key": "canary-key"}"#),
            AuthErrorKind::Config,
            "looks like a `service_account`",
        ),
        (
            with(r#"{"web": {"client_secret": "canary-secret"}}"#),
            AuthErrorKind::Unsupported,
            "an OAuth client's secret",
        ),
        (
            with(r#"{"type": "magic"}"#),
            AuthErrorKind::Unsupported,
            "`magic`, which is not known",
        ),
        (
            with(r#"{"type": "canary canary"}"#),
            AuthErrorKind::Unsupported,
            "`type` is not known",
        ),
        (
            with(r#"{"type": "authorized_user"}"#),
            AuthErrorKind::Config,
            "client_id",
        ),
        (
            home()
                .var(VARIABLE, "/key.json")
                .broken_file("/key.json", io::ErrorKind::PermissionDenied),
            AuthErrorKind::Config,
            "permission denied",
        ),
        (
            home().var(VARIABLE, "/key.json").file("/key.json", [0xff]),
            AuthErrorKind::Config,
            "not a text file",
        ),
    ] {
        // A good file elsewhere does not help.
        let error = find(&environment.file(GCLOUD, user("gcloud"))).expect_err(expected);
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.contains(expected), "{text}");
        assert!(
            text.starts_with("GOOGLE_APPLICATION_CREDENTIALS="),
            "{text}"
        );
        assert!(error.hint().is_some(), "{text}");
        assert!(!format!("{error:?} {text}").contains("canary"), "{error:?}");
    }
    let error = find(&home().file(GCLOUD, "{}")).expect_err("no type");
    assert!(error.to_string().starts_with(GCLOUD), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_error_names_every_location_and_the_remedies() {
    let offline = find(&home().var("NO_GCE_CHECK", "true")).expect_err("nothing");
    assert_eq!(
        offline.to_string(),
        format!(
            "no credentials were found: GOOGLE_APPLICATION_CREDENTIALS is not set; {GCLOUD} does not exist; no user is \
             signed in with `gapi auth login`; the metadata server is not looked for, because NO_GCE_CHECK is true; {}",
            offline.hint().expect("ways out")
        )
    );
    for remedy in [
        "gcloud auth application-default login",
        VARIABLE,
        "https://",
    ] {
        assert!(
            offline.hint().expect("ways out").contains(remedy),
            "{offline}"
        );
    }

    let machine = Machine::new();
    machine.always(Some(refused));
    let found = ApplicationDefault::new()
        .environment(Environment::new())
        .metadata_transport(machine.transport())
        .find()
        .expect("not asked yet");
    assert!(machine.recorded().is_empty());
    assert_eq!(found.describe(), "service account of the metadata server");
    let error = ask(&found).await.expect_err("nothing");
    assert_eq!(
        (error.kind(), error.is_transient()),
        (AuthErrorKind::NotFound, false)
    );
    for what in [
        "is not set",
        "neither HOME nor CLOUDSDK_CONFIG is set",
        "does not respond at 169.254.169.254",
    ] {
        assert!(error.to_string().contains(what), "{error}");
    }
    let project = found.project_id().await.expect_err("nothing");
    assert_eq!(project.kind(), AuthErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_metadata_server_that_comes_late_is_found_without_a_restart() {
    let machine = Machine::new();
    machine.always(Some(refused));
    let found = ApplicationDefault::new()
        .environment(home())
        .metadata_transport(machine.transport())
        .find()
        .expect("not asked yet");
    ask(&found).await.expect_err("nobody there");
    let probes = machine.recorded().len();
    for _ in 0..1000 {
        ask(&found).await.expect_err("nobody there");
    }
    assert_eq!(
        machine.recorded().len(),
        probes,
        "nobody is asked again at once"
    );
    machine.always(None);
    machine.pass(secs(11)).await;
    let headers = ask(&found).await.expect("a token");
    assert!(machine.server.accepts(&bearer(&headers)));
    machine.forget();
    ask(&found).await.expect("a token");
    assert!(machine.recorded().is_empty());
}

#[tokio::test]
async fn a_metadata_server_that_is_named_is_not_looked_for() {
    let machine = Machine::new().at("named.example");
    let found = ApplicationDefault::new()
        .environment(home().var("GCE_METADATA_HOST", "named.example"))
        .metadata_transport(machine.transport())
        .find()
        .expect("credentials");
    ask(&found).await.expect("a token");
    assert_eq!(machine.recorded().len(), 1, "{:?}", machine.recorded());
}

#[tokio::test(start_paused = true)]
async fn settings_reach_the_credentials() {
    let machine = Machine::new();
    let find = |environment: Environment| {
        ApplicationDefault::new()
            .environment(environment)
            .metadata_transport(machine.transport())
            .scopes(["https://scope"])
    };
    let found = find(home().var("GOOGLE_CLOUD_QUOTA_PROJECT", "of-environment"))
        .find()
        .expect("credentials");
    assert_eq!(found.quota_project(), Some("of-environment"));
    let headers = ask(&found).await.expect("a token");
    assert_eq!(headers.headers()["x-goog-user-project"], "of-environment");
    assert!(
        machine
            .recorded()
            .pop()
            .expect("a request")
            .ends_with("?scopes=https%3A%2F%2Fscope")
    );
    assert!(found.id_tokens().is_some());
    assert_eq!(found.metrics(), Some("cred-type/mds"));

    let mut file: serde_json::Value = serde_json::from_str(&user("u")).expect("JSON");
    file["quota_project_id"] = json!("of-file");
    let with_file = home().file(GCLOUD, file.to_string());
    let quota = |adc: ApplicationDefault| {
        adc.find()
            .expect("credentials")
            .quota_project()
            .map(str::to_owned)
    };
    assert_eq!(quota(find(with_file.clone())).as_deref(), Some("of-file"));
    let with_variable = with_file.var("GOOGLE_CLOUD_QUOTA_PROJECT", "of-environment");
    assert_eq!(
        quota(find(with_variable.clone())).as_deref(),
        Some("of-environment")
    );
    let set = find(with_variable).quota_project("of-program");
    assert_eq!(quota(set).as_deref(), Some("of-program"));
}

#[tokio::test]
async fn who_signed_in_comes_before_the_metadata_server_and_after_gclouds_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = folder.path().join("tokens");
    let environment = home().var("GAPI_TOKENS", &tokens);
    let store = FileStore::default_location(&environment).expect("a store");
    AuthorizedUser::from_parts("client-1", "canary-secret", "canary-token")
        .account("ann@example.com")
        .save_in(
            Arc::new(store),
            TokenKey::new("client-1", "ann@example.com", ["a"]),
        )
        .await
        .expect("saved");
    let found = find(&environment).expect("credentials");
    assert_eq!(
        *found.origin(),
        Origin::SignedIn(String::from("ann@example.com"))
    );
    assert_eq!(found.describe(), "user ann@example.com (gapi auth login)");
    assert!(!format!("{found:?}").contains("canary"));
    let project = environment
        .clone()
        .var("GOOGLE_CLOUD_PROJECT", "p")
        .var("GOOGLE_CLOUD_QUOTA_PROJECT", "q");
    let found = find(&project).expect("credentials");
    assert_eq!(
        (found.known_project_id(), found.quota_project()),
        (Some("p"), Some("q"))
    );
    let found = find(&environment.file(GCLOUD, user("gcloud"))).expect("credentials");
    assert_eq!(*found.origin(), Origin::Gcloud(PathBuf::from(GCLOUD)));
    let error = find(
        &home()
            .var("GAPI_TOKENS", &tokens)
            .var("GAPI_ACCOUNT", "eve"),
    );
    assert_eq!(
        error.expect_err("not signed in").kind(),
        AuthErrorKind::NotFound
    );
}

#[test]
fn a_subject_needs_credentials_that_can_act_for_users() {
    let subject = |environment: Environment| {
        ApplicationDefault::new()
            .environment(environment)
            .subject("user@example.com")
            .find()
    };
    for environment in [home(), home().file(GCLOUD, user("u"))] {
        let error = subject(environment).expect_err("cannot act");
        assert_eq!(error.kind(), AuthErrorKind::Config);
        assert!(error.to_string().contains("a subject is set"), "{error}");
    }
    let account = gapi_fakes::keys::ServiceAccount::new("robot", "p").expect("a key");
    let found = subject(home().file(
        GCLOUD,
        account.key_json("https://oauth2.googleapis.com/token"),
    ));
    let found = found.expect("credentials");
    assert!(
        found.describe().contains(" for user@example.com ("),
        "{}",
        found.describe()
    );
}

#[test]
fn debug_shows_no_secret() {
    let environment = home().file(GCLOUD, user("u"));
    let adc = ApplicationDefault::new().environment(environment.clone());
    let displayed = format!("{adc:?} {:#?}", find(&environment).expect("credentials"));
    assert!(
        displayed.contains(GCLOUD) && !displayed.contains("canary"),
        "{displayed}"
    );
}
