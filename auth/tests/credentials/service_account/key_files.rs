//! Key files, right and wrong.

use std::io::Write;

use gapi_auth::{AuthError, AuthErrorKind, Credentials, ServiceAccount};
use serde_json::{Value, json};

use super::support::*;

fn error(file: &Value) -> AuthError {
    error_of_text(&file.to_string())
}

fn error_of_text(text: &str) -> AuthError {
    ServiceAccount::from_json(text).expect_err("a bad key file")
}

#[track_caller]
fn assert_error(error: &AuthError, kind: AuthErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(!error.is_transient());
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

#[test]
fn a_good_file_names_its_identity() {
    let account = account();
    assert_eq!(account.email(), EMAIL);
    assert_eq!(account.client_id(), Some(CLIENT_ID));
    assert_eq!(account.project_id(), Some("example-123"));
    assert_eq!(account.describe(), format!("service account {EMAIL}"));
    assert_eq!(account.metrics(), Some("cred-type/sa"));
}

#[test]
fn old_and_short_files_are_enough() {
    let file =
        json!({"type": "service_account", "client_email": EMAIL, "private_key": key().pkcs1});
    let account =
        ServiceAccount::from_json(&format!("\u{feff}{file}")).expect("all that is needed");
    assert_eq!(
        (account.email(), account.project_id(), account.client_id()),
        (EMAIL, None, None)
    );
}

#[test]
fn a_file_is_read_without_network_or_runtime() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(file, "{}", key_file()).expect("written");
    assert_eq!(
        ServiceAccount::from_file(file.path())
            .expect("a key")
            .email(),
        EMAIL
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let missing = ServiceAccount::from_file("no/such/key.json").expect_err("missing");
    assert_error(
        &missing,
        AuthErrorKind::NotFound,
        &["no/such/key.json", "there is no such file"],
    );
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().display().to_string();
    assert_error(
        &ServiceAccount::from_file(folder.path()).expect_err("a folder"),
        AuthErrorKind::Config,
        &[&name],
    );
    let binary = folder.path().join("key.p12");
    std::fs::write(&binary, [0x30, 0x82, 0xff, 0xfe]).expect("written");
    let error = ServiceAccount::from_file(&binary).expect_err("binary");
    assert_error(
        &error,
        AuthErrorKind::Config,
        &["key.p12", "not a text file", ".p12 keys are not supported"],
    );
    let wrong = folder.path().join("wrong.json");
    std::fs::write(&wrong, "{}").expect("written");
    let error = ServiceAccount::from_file(&wrong).expect_err("no type");
    assert_error(
        &error,
        AuthErrorKind::Config,
        &["wrong.json", "`type` is missing"],
    );
}

#[test]
fn text_that_is_no_key_file_is_explained() {
    assert_error(
        &error_of_text(""),
        AuthErrorKind::Config,
        &["not JSON", "service account key in JSON is needed"],
    );
    assert_error(
        &error_of_text("[]"),
        AuthErrorKind::Config,
        &["not a JSON object"],
    );
    assert_error(
        &error_of_text("{\"type\": "),
        AuthErrorKind::Config,
        &["not JSON", "line 1 column 9"],
    );
    for bare in [key().pkcs8.clone(), format!("\u{feff}\n{}", key().pkcs8)] {
        assert_error(
            &error_of_text(&bare),
            AuthErrorKind::Config,
            &["not JSON", "from_parts"],
        );
    }
}

#[test]
fn every_other_type_of_file_is_explained() {
    for (kind, words) in [
        ("authorized_user", "a user's credentials"),
        ("external_account", "workload identity federation"),
        (
            "external_account_authorized_user",
            "a workforce user's credentials",
        ),
        (
            "impersonated_service_account",
            "an impersonation configuration",
        ),
        ("gdch_service_account", "Google Distributed Cloud"),
    ] {
        assert_error(
            &error(&json!({"type": kind})),
            AuthErrorKind::Unsupported,
            &[kind, words],
        );
    }
    assert_error(
        &error(&json!({"type": "mystery"})),
        AuthErrorKind::Unsupported,
        &["`type`"],
    );
    assert_error(
        &error(&json!({"type": 7})),
        AuthErrorKind::Config,
        &["`type` is not a string"],
    );
    assert_error(
        &error(&json!({"installed": {"client_id": "x"}})),
        AuthErrorKind::Unsupported,
        &["OAuth client"],
    );
}

#[test]
fn fields_that_are_missing_empty_or_of_a_wrong_type_are_named() {
    for field in ["client_email", "private_key"] {
        for (value, words) in [
            (Value::Null, "missing or empty"),
            (json!("  "), "missing or empty"),
            (json!(["x"]), "not a string"),
        ] {
            let mut file = key_file();
            file[field] = value;
            assert_error(
                &error(&file),
                AuthErrorKind::Config,
                &[&format!("`{field}` is {words}")],
            );
        }
    }
}

#[test]
fn keys_that_cannot_sign_are_explained() {
    for (pem, words) in [
        (String::from("secret-canary"), "is not PEM text"),
        (pem("PUBLIC KEY", b"secret-canary"), "no private key"),
        (pem("CERTIFICATE", b"secret-canary"), "no private key"),
        (
            pem("ENCRYPTED PRIVATE KEY", b"secret-canary"),
            "is encrypted",
        ),
        (pem("EC PRIVATE KEY", b"secret-canary"), "elliptic-curve"),
        (pem("PRIVATE KEY", b"secret-canary"), "is damaged"),
        (pem("RSA PRIVATE KEY", b"secret-canary"), "is damaged"),
        (
            key().pkcs8[..key().pkcs8.len() / 2].to_owned(),
            "is damaged",
        ),
    ] {
        let error = ServiceAccount::from_parts(EMAIL, &pem).expect_err(words);
        assert_error(&error, AuthErrorKind::Crypto, &["`private_key`", words]);
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
    assert_error(
        &ServiceAccount::from_parts("", &key().pkcs8).expect_err("nobody"),
        AuthErrorKind::Config,
        &["e-mail"],
    );
}

/// A PEM text after a change.
fn edited(text: &str, edits: &Value) -> String {
    let edits = edits.as_array().expect("edits");
    edits.iter().fold(text.to_owned(), |text, edit| {
        let value = |number: usize| edit[number].as_str().expect("text");
        match value(0) {
            "replace" => text.replace(value(1), value(2)),
            "strip" => text.trim().to_owned(),
            "around" => format!("{}{text}{}", value(1), value(2)),
            "twice" => text.repeat(2),
            "until" => text.split(value(1)).next().unwrap_or_default().to_owned(),
            "half" => text[..text.len() / 2].to_owned(),
            "between" => text.split("-----").nth(2).unwrap_or_default().to_owned(),
            other => panic!("{other}"),
        }
    })
}

#[test]
fn every_form_of_pem_that_google_auth_takes_is_taken_and_those_of_env_files_too() {
    let forms: Vec<Value> =
        serde_json::from_str(include_str!("../../recorded/pem.json")).expect("recorded forms");
    let refused = [
        ("without its end", "is damaged"),
        ("without its second half", "is damaged"),
        ("without marks", "is not PEM text"),
        ("marks with four dashes", "is not PEM text"),
        ("empty", "is not PEM text"),
    ];
    for form in &forms {
        let name = form["name"].as_str().expect("a name");
        let text = match form["key"].as_str() {
            Some("pkcs1") => &key().pkcs1,
            _ => &key().pkcs8,
        };
        let text = edited(text, &form["edits"]);
        let account = ServiceAccount::from_parts(EMAIL, &text);
        match refused.iter().find(|(refused, _)| *refused == name) {
            None => drop(account.unwrap_or_else(|error| panic!("{name}: {error}"))),
            Some((_, expected)) => {
                assert_eq!(form["google_auth"], false, "{name}");
                assert_error(
                    &account.expect_err(name),
                    AuthErrorKind::Crypto,
                    &["`private_key`", expected],
                );
            }
        }
    }
    let taken = forms.iter().filter(|form| form["google_auth"] == true);
    assert!(taken.count() >= 25);
    let encrypted = key().pkcs1.replacen(
        '\n',
        "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
        1,
    );
    let error = ServiceAccount::from_parts(EMAIL, &encrypted).expect_err("encrypted");
    assert_error(&error, AuthErrorKind::Crypto, &["is encrypted"]);
}

#[test]
fn a_file_that_powershell_wrote_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.json");
    let text = format!("\u{feff}{}", key_file());
    let units = || text.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for content in [&little, &big] {
        std::fs::write(&path, content).expect("written");
        let account = ServiceAccount::from_file(&path).expect("a key");
        assert_eq!(account.email(), EMAIL);
        // One that is cut off in the middle of a character.
        std::fs::write(&path, &content[..content.len() - 1]).expect("written");
        let error = ServiceAccount::from_file(&path).expect_err("half a character");
        assert_error(&error, AuthErrorKind::Config, &["not a text file"]);
    }
}
