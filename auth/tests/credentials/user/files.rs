//! Files of type `authorized_user`.

use gapi_auth::{AuthErrorKind, AuthorizedUser, Credentials};
use serde_json::{Value, json};

/// A file with every field that anybody writes.
fn full() -> Value {
    json!({
        "type": "authorized_user",
        "client_id": "client-1",
        "client_secret": "secret-1",
        "refresh_token": "refresh-1",
        "token": "access-1",
        "expiry": "2026-11-22T06:00:00Z",
        "id_token": "id-1",
        "rapt_token": "rapt-1",
        "scopes": ["https://www.googleapis.com/auth/drive", "openid"],
        "granted_scopes": ["https://www.googleapis.com/auth/drive"],
        "token_uri": "https://oauth2.googleapis.com/token",
        "revoke_uri": "https://oauth2.googleapis.com/revoke",
        "quota_project_id": "payer",
        "account": "ann@example.com",
        "universe_domain": "googleapis.com",
        "trust_boundary": {"locations": ["x"]},
    })
}

#[test]
fn a_round_trip_loses_nothing() {
    let user = AuthorizedUser::from_authorized_user_info(&full().to_string()).expect("a user");
    let written: Value = serde_json::from_str(&user.to_json()).expect("JSON");
    assert_eq!(written, full());
    let again = AuthorizedUser::from_authorized_user_info(&user.to_json()).expect("a user");
    assert_eq!(again.to_json(), user.to_json());
    assert_eq!(user.client_id(), "client-1");
    assert_eq!(user.account_name(), Some("ann@example.com"));
    assert_eq!(Credentials::quota_project(&user), Some("payer"));
    assert_eq!(
        user.granted_scopes(),
        ["https://www.googleapis.com/auth/drive"]
    );
    assert_eq!(user.describe(), "user ann@example.com");
}

#[test]
fn what_gcloud_and_google_auth_write_is_read() {
    let gcloud = json!({
        "account": "", "client_id": "c", "client_secret": "s", "refresh_token": "r",
        "type": "authorized_user", "universe_domain": "googleapis.com",
    });
    let user = AuthorizedUser::from_authorized_user_info(&gcloud.to_string()).expect("a user");
    assert_eq!(user.account_name(), None);
    assert!(user.granted_scopes().is_empty());
    // No type, scopes as a list, fractions of a second; a scope text is what older files have.
    for (scopes, expiry) in [
        (json!(["a", "b"]), "2026-01-01T00:00:00.123456Z"),
        (json!("a b"), "2026-01-01T00:00:00"),
    ] {
        let file = json!({"client_id": "c", "client_secret": "s", "refresh_token": "r", "token": "t", "scopes": scopes, "expiry": expiry});
        let user = AuthorizedUser::from_authorized_user_info(&file.to_string()).expect("a user");
        assert_eq!(user.granted_scopes(), ["a", "b"]);
        assert!(user.has_scopes(["a"]) && !user.has_scopes(["a", "c"]));
    }
}

#[test]
fn one_scope_with_two_names_is_one_scope() {
    let file = json!({"client_id": "c", "refresh_token": "r",
        "scopes": ["openid", "https://www.googleapis.com/auth/userinfo.email"]});
    let user = AuthorizedUser::from_authorized_user_info(&file.to_string()).expect("a user");
    assert!(user.has_scopes(["email", "openid"]));
    assert!(!user.has_scopes(["profile"]));
}

#[test]
fn what_is_wrong_is_named() {
    let table = [
        ("[]", "not a JSON object"),
        ("{", "not JSON"),
        (r#"{"type":"authorized_user"}"#, "`client_id` is missing"),
        (
            r#"{"type":"authorized_user","client_id":"c"}"#,
            "`refresh_token` is missing",
        ),
        (
            r#"{"type":"authorized_user","client_id":1}"#,
            "`client_id` is not a string",
        ),
        (
            r#"{"type":"authorized_user","client_id":"c","refresh_token":"r","scopes":[1]}"#,
            "`scopes` is not a list of strings",
        ),
        (
            r#"{"type":"authorized_user","client_id":"c","refresh_token":"r","expiry":"soon"}"#,
            "`expiry` is not a time",
        ),
        (r#"{"type":"service_account"}"#, "ServiceAccount::from_file"),
        (r#"{"type":"robot"}"#, "not `authorized_user`"),
        (r#"{"installed":{}}"#, "let the user sign in"),
    ];
    for (text, expected) in table {
        let error = AuthorizedUser::from_authorized_user_info(text).expect_err(text);
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none.json");
    let error = AuthorizedUser::from_authorized_user_file(&path).expect_err("no file");
    assert_eq!(error.kind(), AuthErrorKind::NotFound);
    assert!(error.to_string().contains("none.json"));
    std::fs::write(&path, full().to_string()).expect("written");
    AuthorizedUser::from_authorized_user_file(&path).expect("a user");
}

#[test]
fn decoded_id_tokens_of_older_libraries_are_left_alone() {
    let mut file = full();
    file["id_token"] = json!({"aud": "client-1", "email": "ann@example.com"});
    let user = AuthorizedUser::from_authorized_user_info(&file.to_string()).expect("a user");
    assert!(user.id_token().is_none());
    let written: Value = serde_json::from_str(&user.to_json()).expect("JSON");
    assert_eq!(written, file);
}
