//! The folder of files.

use std::{fs, path::PathBuf, sync::Arc};

use gapi_auth::{
    ApplicationDefault, AuthErrorKind, AuthorizedUser, Environment, FileStore, Origin, TokenKey,
    TokenStore,
};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

fn store() -> (TempDir, FileStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path().join("gapi/tokens"));
    (folder, store)
}

fn key(account: &str) -> TokenKey {
    TokenKey::new("client-1", account, ["b", "a", "b"])
}

fn value(number: u32) -> SecretString {
    SecretString::from(format!(r#"{{"refresh_token":"r{number}","other":[1,2]}}"#))
}

async fn load(store: &FileStore, key: &TokenKey) -> Option<String> {
    let value = store.load(key).await.expect("readable");
    value.map(|value| value.expose_secret().to_owned())
}

fn files(store: &FileStore, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(store.folder()).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|own| own == extension))
        .collect()
}

#[tokio::test]
async fn what_is_saved_is_loaded_listed_and_deleted() {
    let (_folder, store) = store();
    assert_eq!(load(&store, &key("ann")).await, None);
    assert!(store.list().await.expect("readable").is_empty());
    for (account, number) in [("ann", 1), ("ben", 2), ("ann", 3)] {
        store
            .save(&key(account), &value(number))
            .await
            .expect("saved");
    }
    assert_eq!(
        load(&store, &key("ann")).await.as_deref(),
        Some(value(3).expose_secret())
    );
    assert_eq!(store.revision(&key("ann")).expect("readable"), 2);
    assert_eq!(
        store.list().await.expect("readable"),
        [key("ann"), key("ben")]
    );
    // Client, account and scopes make the key; no two lists run together.
    for other in [
        TokenKey::new("client-2", "ann", ["a", "b"]),
        TokenKey::new("client-1", "ann", ["a"]),
        TokenKey::new("client-1", "ann", ["ab"]),
        TokenKey::new("client-1a", "nn", ["a", "b"]),
    ] {
        assert_eq!(load(&store, &other).await, None);
    }
    assert!(store.delete(&key("ann")).await.expect("deleted"));
    assert!(!store.delete(&key("ann")).await.expect("deleted"));
    assert_eq!(store.list().await.expect("readable"), [key("ben")]);
    let again = FileStore::new(store.folder());
    assert_eq!(
        load(&again, &key("ben")).await.as_deref(),
        Some(value(2).expose_secret())
    );
}

#[tokio::test]
#[cfg(unix)]
async fn no_other_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, store) = store();
    let lock = store.lock(&key("ann")).await.expect("locked");
    store.save(&key("ann"), &value(1)).await.expect("saved");
    drop(lock);
    let mode =
        |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(store.folder()), 0o700);
    let file = files(&store, "json").remove(0);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&files(&store, "lock")[0]), 0o600);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("changed");
    let error = store
        .load(&key("ann"))
        .await
        .expect_err("others can read it");
    assert_eq!(error.kind(), AuthErrorKind::Store);
    assert!(error.to_string().contains("chmod go="), "{error}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("changed");
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o755)).expect("changed");
    store
        .save(&key("ann"), &value(2))
        .await
        .expect_err("others can look into it");
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o700)).expect("changed");
    // A link leads somewhere else.
    let elsewhere = store.folder().join("elsewhere");
    fs::rename(&file, &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, &file).expect("linked");
    let error = store.load(&key("ann")).await.expect_err("a link");
    assert!(error.to_string().contains("symbolic link"), "{error}");
}

/// The result of each use of a store.
#[cfg(unix)]
async fn uses(store: &FileStore) -> [Result<(), gapi_auth::AuthError>; 4] {
    [
        store.load(&key("ann")).await.map(drop),
        store.list().await.map(drop),
        store.lock(&key("ann")).await.map(drop),
        store.save(&key("ann"), &value(2)).await,
    ]
}

#[tokio::test]
#[cfg(unix)]
async fn nothing_is_read_of_a_folder_that_others_may_use() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let (_folder, store) = store();
    store.save(&key("ann"), &value(1)).await.expect("saved");
    for mode in [0o720, 0o702, 0o755] {
        fs::set_permissions(store.folder(), fs::Permissions::from_mode(mode)).expect("changed");
        for used in uses(&store).await {
            let error = used.expect_err("others may use it");
            assert_eq!(error.kind(), AuthErrorKind::Store);
            assert!(error.to_string().contains("chmod go="), "{error}");
        }
    }
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o700)).expect("changed");
    let file = files(&store, "json").remove(0);
    let own = fs::metadata(&file).expect("there").uid();
    let other = own ^ 65534;
    // Only the administrator can give files away.
    if chown(&file, Some(other), None).is_err() {
        return;
    }
    let error = store.load(&key("ann")).await.expect_err("another's file");
    assert!(
        error
            .to_string()
            .contains(&format!("belongs to the user {other}")),
        "{error}"
    );
    chown(&file, Some(own), None).expect("given back");
    chown(store.folder(), Some(other), None).expect("given away");
    for used in uses(&store).await {
        let error = used.expect_err("another's folder");
        assert!(
            error
                .to_string()
                .contains(&format!("belongs to the user {other}")),
            "{error}"
        );
    }
}

#[tokio::test]
#[cfg(unix)]
async fn what_is_no_file_is_not_waited_for() {
    let (_folder, store) = store();
    store.save(&key("ann"), &value(1)).await.expect("saved");
    let file = files(&store, "json").remove(0);
    fs::remove_file(&file).expect("removed");
    let made = std::process::Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&file)
        .status();
    // A system without named pipes has none to wait for.
    if made.is_ok_and(|status| status.success()) {
        let error = store.load(&key("ann")).await.expect_err("a pipe");
        assert!(error.to_string().contains("not a file"), "{error}");
    }
}

#[tokio::test]
#[cfg(unix)]
async fn a_folder_that_cannot_be_written_still_gives_tokens() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, store) = store();
    let (endpoint, clock) = (
        super::endpoint::Endpoint::default(),
        super::endpoint::clock(),
    );
    AuthorizedUser::from_parts("client-1", "s", "r")
        .save_in(Arc::new(store.clone()), key("ann"))
        .await
        .expect("saved");
    for file in files(&store, "lock") {
        fs::remove_file(file).expect("removed");
    }
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o500)).expect("changed");
    // The administrator writes it all the same, which is no harm.
    let again = AuthorizedUser::from_store(Arc::new(store.clone()), key("ann"));
    let again = again.await.expect("readable").expect("signed in");
    let again = again.transport(endpoint.shared()).clock(clock.clone());
    for _ in 0..3 {
        super::endpoint::ask(&again).await.expect("a token");
        clock.advance(std::time::Duration::from_secs(4000));
    }
    assert_eq!(endpoint.recorded().len(), 3);
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o700)).expect("changed");
}

#[tokio::test]
async fn a_text_that_is_no_path_makes_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = r#"{"private_key": "canary"}"#;
    let store = FileStore::new(folder.path().join(text));
    let error = store
        .save(&key("ann"), &value(1))
        .await
        .expect_err("no path");
    assert!(
        error.to_string().contains("JSON") && !error.to_string().contains("canary"),
        "{error}"
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn damaged_files_are_named_and_moved_aside_by_the_next_save() {
    let (_folder, store) = store();
    store.save(&key("ann"), &value(1)).await.expect("saved");
    let file = files(&store, "json").remove(0);
    for text in ["", "{", r#"{"version":1}"#, "secret-token"] {
        fs::write(&file, text).expect("written");
        let error = store.load(&key("ann")).await.expect_err("damaged");
        assert_eq!(error.kind(), AuthErrorKind::Store);
        assert!(
            error.to_string().contains("damaged") && !error.to_string().contains("secret-token"),
            "{error}"
        );
    }
    store.save(&key("ann"), &value(2)).await.expect("saved");
    assert_eq!(
        fs::read_to_string(file.with_extension("damaged")).expect("kept"),
        "secret-token"
    );
    assert_eq!(
        load(&store, &key("ann")).await.as_deref(),
        Some(value(2).expose_secret())
    );
    // A newer program's file is not touched silently.
    let text = fs::read_to_string(&file)
        .expect("there")
        .replace(r#""version":1"#, r#""version":2"#);
    fs::write(&file, text).expect("written");
    let error = store.load(&key("ann")).await.expect_err("newer");
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[tokio::test]
async fn a_copied_file_is_not_another_account() {
    let (_folder, store) = store();
    store.save(&key("ann"), &value(1)).await.expect("saved");
    let ann = files(&store, "json").remove(0);
    store.save(&key("ben"), &value(2)).await.expect("saved");
    let ben = files(&store, "json")
        .into_iter()
        .find(|path| *path != ann)
        .expect("two");
    fs::copy(&ann, &ben).expect("copied");
    let error = store.load(&key("ben")).await.expect_err("not ben's");
    assert!(error.to_string().contains("belongs to ann"), "{error}");
}

#[tokio::test]
async fn a_lock_is_held_by_one_at_a_time() {
    let (_folder, store) = store();
    let store = Arc::new(store);
    let held = store.lock(&key("ann")).await.expect("locked");
    store.lock(&key("ben")).await.expect("another key");
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.lock(&key("ann")).await.map(drop) }
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    drop(held);
    waiting.await.expect("no panic").expect("locked");
}

#[tokio::test]
async fn incomplete_writes_are_never_read() {
    let (_folder, store) = store();
    store.save(&key("ann"), &value(1)).await.expect("saved");
    fs::write(store.folder().join(".saving-x"), "half").expect("written");
    assert_eq!(store.list().await.expect("readable"), [key("ann")]);
    // What has been there for long belongs to a program that was stopped.
    let old = store.folder().join(".saving-old");
    let file = fs::File::create(&old).expect("made");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    file.set_modified(long_ago).expect("set");
    store.save(&key("ann"), &value(2)).await.expect("saved");
    assert!(!old.exists() && store.folder().join(".saving-x").exists());
}

#[test]
fn the_default_folder_follows_the_environment() {
    let folder = |environment: Environment| {
        let store = FileStore::default_location(&environment).ok()?;
        Some(store.folder().to_owned())
    };
    let at = |path: &str| Some(PathBuf::from(path));
    let home = || Environment::new().var("HOME", "/h");
    assert_eq!(folder(home()), at("/h/.config/gapi/tokens"));
    assert_eq!(
        folder(home().var("XDG_CONFIG_HOME", "/c")),
        at("/c/gapi/tokens")
    );
    assert_eq!(folder(home().var("GAPI_TOKENS", "/t")), at("/t"));
    assert_eq!(folder(Environment::new()), None);
}

#[tokio::test]
async fn who_signed_in_last_is_found_unless_a_user_is_named() {
    let (_folder, store) = store();
    let environment = Environment::new().var("GAPI_TOKENS", store.folder().to_str().expect("text"));
    let found = |environment: &Environment| {
        let user = AuthorizedUser::signed_in_of(environment).expect("readable");
        user.and_then(|user| user.account_name().map(str::to_owned))
    };
    assert_eq!(found(&environment), None);
    for (account, at) in [("ann", 20), ("ben", 30), ("cem", 10)] {
        let user = AuthorizedUser::from_parts("client-1", "s", "r").account(account);
        let clock = gapi_transport::ManualClock::new(super::endpoint::at(at));
        let key = TokenKey::new("client-1", account, ["a"]);
        user.clock(Arc::new(clock))
            .save_in(Arc::new(store.clone()), key)
            .await
            .expect("saved");
    }
    assert_eq!(found(&environment).as_deref(), Some("ben"));
    let named = environment.clone().var("GAPI_ACCOUNT", "cem");
    assert_eq!(found(&named).as_deref(), Some("cem"));
    let error =
        AuthorizedUser::signed_in_of(&environment.var("GAPI_ACCOUNT", "eve")).expect_err("nobody");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(error.to_string().contains("gapi auth login"), "{error}");
}

#[tokio::test]
async fn application_default_credentials_find_who_signed_in() {
    let (_folder, store) = store();
    let environment = Environment::new().var("GAPI_TOKENS", store.folder().to_str().expect("text"));
    let find = |environment: &Environment| {
        let search = ApplicationDefault::new().environment(environment.clone());
        search.find().map(|found| found.origin().clone())
    };
    AuthorizedUser::from_parts("client-1", "s", "r")
        .account("ann")
        .save_in(Arc::new(store.clone()), key("ann"))
        .await
        .expect("saved");
    assert_eq!(
        find(&environment).ok(),
        Some(Origin::SignedIn("ann".into()))
    );
    // On a machine of Google Cloud a program acts as the machine.
    let machine = environment.var("GCE_METADATA_HOST", "127.0.0.1:9");
    assert_eq!(find(&machine).ok(), Some(Origin::MetadataServer));
}
