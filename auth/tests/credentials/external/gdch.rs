//! Service identities of Google Distributed Cloud.

use std::sync::OnceLock;

use aws_lc_rs::{
    encoding::{AsDer, EcPrivateKeyRfc5915Der},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        UnparsedPublicKey,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use gapi_auth::{AuthErrorKind, Credentials, Environment, GdchServiceAccount};
use gapi_transport::Transport;
use serde_json::{Value, json};

use super::support::*;

pub(crate) struct Key {
    pub(crate) pem: String,
    public: Vec<u8>,
}

/// A key in SEC 1, as the files have it, made once for each test program.
pub(crate) fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let private = pair.private_key();
        let der = AsDer::<EcPrivateKeyRfc5915Der<'_>>::as_der(&private).expect("SEC 1");
        Key {
            pem: format!(
                "-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n",
                STANDARD.encode(der.as_ref())
            ),
            public: pair.public_key().as_ref().to_vec(),
        }
    })
}

fn file() -> Value {
    json!({
        "type": "gdch_service_account",
        "format_version": "1",
        "project": "proj",
        "private_key_id": "key-1",
        "private_key": key().pem,
        "name": "robot",
        "token_uri": "https://service-identity.example.com/authenticate",
    })
}

fn account(file: &Value) -> GdchServiceAccount {
    GdchServiceAccount::from_json(&file.to_string())
        .expect("a file")
        .clock(clock())
}

#[test]
fn a_key_that_went_through_an_environment_file_is_taken() {
    let body = key().pem.replace('\n', "");
    for form in [
        key().pem.replace('\n', "\\r\\n"),
        key().pem.replace('\n', " "),
        body.clone(),
        format!("\u{feff}\"{body}\""),
    ] {
        let mut file = file();
        file["private_key"] = json!(form);
        account(&file);
    }
}

#[tokio::test]
async fn the_assertion_is_signed_with_es256() {
    let google = Google::default();
    let account = account(&file())
        .audience("https://api.example.com")
        .transport(google.shared());
    assert_eq!(bearer(&ask(&account).await.expect("a token")), "granted-1");
    let body = google.recorded()[0].json();
    let token = body["subject_token"].as_str().expect("a token");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    assert_eq!(signature.len(), 64);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key().public)
        .verify(signed.as_bytes(), &signature)
        .expect("signed with the key");
    assert_eq!(
        account.describe(),
        "service identity robot of the project proj"
    );
}

#[tokio::test]
async fn an_audience_is_needed() {
    let google = Google::default();
    let error = ask(&account(&file()).transport(google.shared()))
        .await
        .expect_err("no audience");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(error.to_string().contains(".audience("), "{error}");
    assert!(google.recorded().is_empty());
}

#[tokio::test]
async fn the_certificate_authority_is_the_files() {
    let mut file = file();
    file["ca_cert_path"] = json!("/ca.pem");
    let own = |environment| {
        account(&file)
            .audience("https://api.example.com")
            .environment(environment)
    };
    let error = ask(&own(Environment::new()))
        .await
        .expect_err("no such file");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(error.to_string().contains("/ca.pem"), "{error}");
    let error = ask(&own(Environment::new().file("/ca.pem", "not a certificate")))
        .await
        .expect_err("no certificate");
    assert_eq!(error.kind(), AuthErrorKind::Crypto);
    // A transport of the program's own is trusted to know whom to trust.
    let google: std::sync::Arc<dyn Transport> = Google::default().shared();
    ask(&own(Environment::new()).transport(google))
        .await
        .expect("a token");
}

#[test]
fn files_that_cannot_be_used_are_explained() {
    for (field, value, expected) in [
        ("format_version", json!("2"), "format version"),
        ("private_key", json!("canary"), "private_key"),
        (
            "private_key",
            json!("-----BEGIN EC PRIVATE KEY-----\nY2FuYXJ5\n-----END EC PRIVATE KEY-----"),
            "P-256",
        ),
        ("name", Value::Null, "`name`"),
        ("project", json!(7), "`project`"),
        ("token_uri", json!(""), "`token_uri`"),
        ("type", json!("service_account"), "service_account"),
    ] {
        let mut file = file();
        file[field] = value;
        let error = GdchServiceAccount::from_json(&file.to_string()).expect_err(field);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!everything(&error).contains("canary"), "{error:?}");
    }
}
