//! `gapi_auth`: users and their stores.

use std::sync::Arc;

use gapi_auth::{AuthorizedUser, MemoryStore, StoreLock, TokenKey, TokenStore};
use gapi_fakes::{Reply, Request, Server};
use serde_json::json;

use crate::{
    Row,
    auth::credentials,
    canary::{CANARY, debug, error},
    open, secret,
};

pub(crate) async fn rows() -> Vec<Row> {
    vec![
        secret("gapi_auth::AuthorizedUser", authorized_users().await),
        secret("gapi_auth::MemoryStore", memory_store().await),
        secret(
            "gapi_auth::StoreLock",
            debug(&StoreLock::new(String::from(CANARY))),
        ),
        open(
            "gapi_auth::TokenKey",
            "a client's ID, an account's name and scopes are no secrets",
        ),
    ]
}

/// A file in which everything secret is the canary.
fn file(token_uri: &str) -> String {
    json!({
        "type": "authorized_user", "client_id": "client-1", "client_secret": CANARY, "refresh_token": CANARY, "id_token": CANARY,
        "rapt_token": CANARY, "token": CANARY, "expiry": "2020-01-01T00:00:00Z", "token_uri": token_uri, "other": CANARY,
    })
    .to_string()
}

async fn authorized_users() -> Vec<String> {
    let mut shown = Vec::new();
    for reply in [
        Reply::json(
            200,
            &json!({"access_token": CANARY, "refresh_token": CANARY, "id_token": CANARY, "expires_in": 3600}),
        ),
        Reply::json(
            400,
            &json!({"error": "invalid_grant", "error_description": format!("refresh_token={CANARY}")}),
        ),
        Reply::json(200, &json!({"refresh_token": CANARY})),
    ] {
        let server = Server::start(move |_: &Request| reply.clone())
            .await
            .unwrap();
        let uri = format!("{}/token", server.url());
        let user = AuthorizedUser::from_authorized_user_info(&file(&uri)).unwrap();
        let revoked = user.clone().revoke_uri(format!("{}/revoke", server.url()));
        let user = user
            .keep_in(Arc::new(MemoryStore::new()), TokenKey::new("c", "a", ["s"]))
            .await
            .unwrap();
        shown.extend(credentials(&user).await);
        if let Err(refused) = revoked.revoke().await {
            shown.extend(error(&refused));
        }
        shown.extend(debug(&revoked));
    }
    for text in [
        format!(r#"{{"type":"{CANARY}"}}"#),
        format!(r#"{{"client_id":"c","refresh_token":["{CANARY}"]}}"#),
        format!(r#"{{"client_id":"c","refresh_token":"r","expiry":"{CANARY}"}}"#),
        format!(r#"{{"client_id":"c","refresh_token":"r","token_uri":"x://{CANARY}"}}"#),
        format!(r#"{{"refresh_token":"{CANARY}""#),
    ] {
        match AuthorizedUser::from_authorized_user_info(&text) {
            Ok(user) => shown.extend(credentials(&user).await),
            Err(refused) => shown.extend(error(&refused)),
        }
    }
    shown
}

async fn memory_store() -> Vec<String> {
    let store = MemoryStore::new();
    let key = TokenKey::new("c", "a", ["s"]);
    store.save(&key, &CANARY.into()).await.unwrap();
    let mut shown = debug(&store);
    shown.extend(debug(&store.load(&key).await.unwrap()));
    shown
}
