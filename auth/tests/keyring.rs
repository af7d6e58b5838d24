//! The keyring as a store of tokens, over keyrings that keep, forget and fail.

use std::sync::Arc;

use gapi_auth::{AuthErrorKind, FileStore, KeyringStore, TokenKey, TokenStore};
use keyring_core::{CredentialStore, mock};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

fn open(keyring: Arc<CredentialStore>) -> (TempDir, KeyringStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let locks = FileStore::new(folder.path().join("locks"));
    let store = KeyringStore::with(keyring, "gapi-test", locks).expect("a keyring");
    (folder, store)
}

fn key(account: &str) -> TokenKey {
    TokenKey::new("client", account, ["a"])
}

/// Longer than some keyrings take at once.
fn value(number: usize, length: usize) -> SecretString {
    SecretString::from(format!(
        r#"{{"refresh_token":"{number}","filler":"{}"}}"#,
        "é".repeat(length)
    ))
}

#[tokio::test]
async fn what_is_saved_is_loaded_listed_and_deleted() {
    let keyring = mock::Store::new().expect("a keyring");
    let (_folder, store) = open(keyring);
    for (number, length) in [(1, 0), (2, 5000), (3, 10)] {
        store
            .save(&key("ann"), &value(number, length))
            .await
            .expect("saved");
        let loaded = store
            .load(&key("ann"))
            .await
            .expect("readable")
            .expect("kept");
        assert_eq!(
            loaded.expose_secret(),
            value(number, length).expose_secret()
        );
    }
    store.save(&key("ben"), &value(4, 0)).await.expect("saved");
    assert_eq!(
        store.list().await.expect("readable"),
        [key("ann"), key("ben")]
    );
    assert!(store.delete(&key("ann")).await.expect("deleted"));
    assert!(!store.delete(&key("ann")).await.expect("deleted"));
    assert!(store.load(&key("ann")).await.expect("readable").is_none());
    assert_eq!(store.list().await.expect("readable"), [key("ben")]);
    let held = store.lock(&key("ben")).await.expect("locked");
    drop(held);
}

/// A keyring that takes secrets and forgets them, as one without a platform does.
#[derive(Debug)]
struct Forgetful(Arc<CredentialStore>);

impl keyring_core::api::CredentialStoreApi for Forgetful {
    fn vendor(&self) -> String {
        String::from("forgetful")
    }

    fn id(&self) -> String {
        String::from("forgetful")
    }

    fn build(
        &self,
        service: &str,
        _user: &str,
        modifiers: Option<&std::collections::HashMap<&str, &str>>,
    ) -> keyring_core::Result<keyring_core::Entry> {
        // Each entry is another one.
        let number = std::time::Instant::now();
        self.0.build(service, &format!("{number:?}"), modifiers)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[test]
fn a_keyring_that_forgets_is_found_out_when_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let keyring = Arc::new(Forgetful(mock::Store::new().expect("a keyring")));
    let error = KeyringStore::with(keyring, "gapi-test", FileStore::new(folder.path()))
        .expect_err("it forgets");
    assert_eq!(error.kind(), AuthErrorKind::Store);
    assert!(error.to_string().contains("FileStore"), "{error}");
}
