//! Locations that no caller names, and that cannot be read.

use std::{fs, io, path::Path};

use gapi_auth::{
    ApplicationDefault, AuthError, AuthErrorKind, AuthorizedUser, DefaultCredentials, Environment,
    FileStore, Origin, TokenKey, TokenStore,
};
use serde_json::json;

use super::machine::{Machine, ask, refused};

const VARIABLES: [&str; 8] = [
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "XDG_CONFIG_HOME",
    "GAPI_TOKENS",
    "GAPI_ACCOUNT",
    "GCE_METADATA_HOST",
    "GCE_METADATA_ROOT",
    "NO_GCE_CHECK",
];

/// This machine's files, without its variables and its firmware.
pub(crate) fn at_home(home: &Path) -> Environment {
    VARIABLES
        .iter()
        .fold(Environment::system(), |environment, name| {
            environment.unset(*name)
        })
        .broken_file("/sys/class/dmi/id/product_name", io::ErrorKind::NotFound)
        .var("HOME", home)
        .var("APPDATA", home)
}

fn find(environment: Environment, machine: &Machine) -> Result<DefaultCredentials, AuthError> {
    ApplicationDefault::new()
        .environment(environment)
        .metadata_transport(machine.transport())
        .find()
}

pub(crate) fn store(environment: &Environment) -> FileStore {
    FileStore::default_location(environment).expect("a home")
}

pub(crate) async fn sign_in(store: &FileStore, account: &str) {
    let user = json!({"client_id": "c", "client_secret": "canary", "refresh_token": "canary", "account": account, "scopes": ["a"]});
    AuthorizedUser::from_authorized_user_info(&user.to_string())
        .expect("a user")
        .save_in(
            std::sync::Arc::new(store.clone()),
            TokenKey::new("c", account, ["a"]),
        )
        .await
        .expect("saved");
}

#[tokio::test(start_paused = true)]
async fn a_home_that_is_no_folder_or_cannot_be_entered_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let mut homes = vec![
        (file, "does not exist"),
        (folder.path().join("missing"), "does not exist"),
    ];
    #[cfg(unix)]
    {
        // No user can enter it, not even root.
        let circle = folder.path().join("circle");
        std::os::unix::fs::symlink(&circle, &circle).expect("a link");
        homes.push((circle, "cannot be read"));
    }
    for (home, expected) in homes {
        let machine = Machine::new();
        let found = find(at_home(&home), &machine).expect(expected);
        assert_eq!(*found.origin(), Origin::MetadataServer, "{home:?}");
        assert!(found.tried()[1].contains(expected), "{:?}", found.tried());
        ask(&found).await.expect("a token");
        // Without a server, the list names what was passed over.
        machine.always(Some(refused));
        let found = find(at_home(&home), &machine).expect("not asked yet");
        let error = ask(&found).await.expect_err("nothing");
        assert_eq!(error.kind(), AuthErrorKind::NotFound);
        assert!(error.to_string().contains(expected), "{error}");
        // A location that the program names is another matter.
        let named = at_home(&home).var("GOOGLE_APPLICATION_CREDENTIALS", home.join("key.json"));
        find(named, &machine).expect_err("no key");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_that_is_named_has_to_be_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    let circle = folder.path().join("circle");
    std::os::unix::fs::symlink(&circle, &circle).expect("a link");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    for tokens in [circle, file] {
        let environment = at_home(folder.path()).var("GAPI_TOKENS", &tokens);
        let error = find(environment, &Machine::new()).expect_err("no store");
        assert_eq!(error.kind(), AuthErrorKind::Store, "{error}");
        assert!(
            error.to_string().contains(&tokens.display().to_string()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_bad_file_in_the_store_hides_no_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = at_home(folder.path());
    let store = store(&environment);
    sign_in(&store, "ann@example.com").await;
    let write = |name: &str, text: &str| {
        let path = store.folder().join(name);
        fs::write(&path, text).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = if name == "open.json" { 0o644 } else { 0o600 };
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).expect("set");
        }
    };
    write("empty.json", "");
    write(
        "client_secret.json",
        r#"{"installed": {"client_id": "canary"}}"#,
    );
    write("open.json", "{}");
    write(
        "newer.json",
        r#"{"version": 99, "revision": 1, "key": {"client_id": "c", "account": "bob@example.com", "scopes": []}, "token": {}}"#,
    );
    write(
        "other.json",
        r#"{"version": 1, "revision": 1, "key": {"client_id": "c", "account": "cat@example.com", "scopes": []}, "token": {"client_id": 7}}"#,
    );

    let found = find(environment.clone(), &Machine::new()).expect("ann");
    assert_eq!(
        *found.origin(),
        Origin::SignedIn(String::from("ann@example.com"))
    );
    let signed_in = |environment: &Environment| AuthorizedUser::signed_in_of(environment);
    let ann = signed_in(&environment).expect("readable").expect("ann");
    assert_eq!(ann.account_name(), Some("ann@example.com"));
    let account = |name: &str| environment.clone().var("GAPI_ACCOUNT", name);
    signed_in(&account("ann@example.com"))
        .expect("readable")
        .expect("ann");
    assert!(
        store
            .list()
            .await
            .expect("readable")
            .iter()
            .any(|key| key.account == "ann@example.com")
    );
    // The wanted user may be in one of them.
    for name in ["bob@example.com", "cat@example.com", "dan@example.com"] {
        let error = signed_in(&account(name)).expect_err(name);
        assert_eq!(error.kind(), AuthErrorKind::Store, "{name}: {error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        let error = find(account(name), &Machine::new()).expect_err(name);
        assert_eq!(error.kind(), AuthErrorKind::Store, "{name}: {error}");
    }
    // With nothing else left, the file is the error, but not one of `default()`, which has no store.
    store
        .delete(&TokenKey::new("c", "ann@example.com", ["a"]))
        .await
        .expect("deleted");
    signed_in(&environment).expect_err("only bad files");
    let found = find(environment, &Machine::new()).expect("the machine");
    assert_eq!(*found.origin(), Origin::MetadataServer);
    let note = &found.tried()[2];
    assert!(
        note.contains("the store of `gapi auth login` cannot be read"),
        "{note}"
    );
    assert!(
        note.contains(&store.folder().display().to_string()),
        "{note}"
    );
}

#[tokio::test(start_paused = true)]
async fn firmware_that_cannot_be_read_is_noted_and_the_server_is_looked_for() {
    let product = "/sys/class/dmi/id/product_name";
    let machine = Machine::new();
    let closed = Environment::new().broken_file(product, io::ErrorKind::PermissionDenied);
    let found = find(closed.clone(), &machine).expect("the machine");
    ask(&found).await.expect("a token");
    machine.always(Some(refused));
    let error = ask(&find(closed, &machine).expect("not asked yet"))
        .await
        .expect_err("nothing");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(
        error
            .to_string()
            .contains(&format!("{product} cannot be read: permission denied")),
        "{error}"
    );
    let absent = find(Environment::new(), &machine).expect("not asked yet");
    let error = ask(&absent).await.expect_err("nothing");
    assert!(!error.to_string().contains(product), "{error}");
}
