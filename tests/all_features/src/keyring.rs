//! Where there is no desktop there is no secret service.

use gapi_auth::{AuthErrorKind, KeyringStore};

/// That a machine without a keyring is an error. Runs with the address of a bus that is not there.
pub fn check() {
    let error = KeyringStore::open("gapi-test").expect_err("no keyring");
    assert_eq!(error.kind(), AuthErrorKind::Store);
    assert!(error.to_string().contains("FileStore"), "{error}");
    println!("no keyring: {error}");
}
