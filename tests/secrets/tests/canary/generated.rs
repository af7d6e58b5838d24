//! Schemas of generated modules: fields that hold secrets by their names.

use bytes::Bytes;
use gapi_secrets::{
    secretmanager::SecretPayload,
    sqladmin::{DatabaseInstance, OnPremisesConfiguration, SslCertDetail, User, UsersListResponse},
};
use serde_json::json;

use crate::canary::{CANARY, debug, is_in};

/// `shown` has the names of fields and no secret.
fn hidden(displayed: Vec<String>, name: &str) {
    for text in displayed {
        assert!(text.contains(name), "{name} is missing in {text}");
        assert!(!is_in(&text), "{text}");
    }
}

#[test]
fn passwords_and_private_keys() {
    let user = User {
        name: Some("ann".into()),
        password: Some(CANARY.into()),
        ..User::default()
    };
    hidden(debug(&user), "password");
    hidden(debug(&user), "ann");
    let certificate = SslCertDetail {
        cert_private_key: Some(CANARY.into()),
        ..Default::default()
    };
    hidden(debug(&certificate), "certPrivateKey");
    hidden(
        debug(&SecretPayload {
            data: Some(Bytes::from(CANARY)),
            ..Default::default()
        }),
        "data",
    );
}

#[test]
fn inside_of_other_objects() {
    let source = OnPremisesConfiguration {
        password: Some(CANARY.into()),
        client_key: Some(CANARY.into()),
        ..Default::default()
    };
    let instance = DatabaseInstance {
        root_password: Some(CANARY.into()),
        on_premises_configuration: Some(source),
        ..Default::default()
    };
    hidden(debug(&instance), "clientKey");
    let user = User {
        password: Some(CANARY.into()),
        ..User::default()
    };
    hidden(
        debug(&UsersListResponse {
            items: Some(vec![user]),
            ..Default::default()
        }),
        "password",
    );
}

#[test]
fn fields_that_the_document_does_not_know() {
    let user: User =
        serde_json::from_value(json!({"newPassword": CANARY, "nested": {"deep": CANARY}})).unwrap();
    assert!(user.extra.get("newPassword").is_some());
    hidden(debug(&user), "newPassword");
}

#[test]
fn values_of_other_types_than_the_document_declares() {
    for wrong in [
        json!({"password": {"a": CANARY}}),
        json!({"password": [CANARY]}),
    ] {
        let user = serde_json::from_value::<User>(wrong).unwrap();
        assert!(user.extra.get("password").is_some());
        hidden(debug(&user), "password");
    }
    for wrong in ["CANARY5ecret!", "CANARY5ecret$$$="] {
        let payload = serde_json::from_value::<SecretPayload>(json!({"data": wrong})).unwrap();
        assert!(payload.extra.get("data").is_some());
        hidden(debug(&payload), "data");
    }
    let error = serde_json::from_value::<User>(json!([CANARY])).unwrap_err();
    assert!(!is_in(&error.to_string()), "{error}");
}
