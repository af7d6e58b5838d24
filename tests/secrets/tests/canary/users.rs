//! `gapi_auth`: users and their stores.

use std::sync::Arc;

use gapi_auth::{
    AuthorizedUser, ClientSecrets, DeviceFlow, FileStore, Flow, InstalledAppFlow, MemoryStore,
    PendingAuthorization, StoreLock, TokenKey, TokenStore,
};
use gapi_fakes::{Reply, Request, Server};
use serde_json::json;

use crate::{
    Entry,
    auth::credentials,
    canary::{CANARY, debug, error},
    open, secret,
};

pub(crate) async fn entries() -> Vec<Entry> {
    vec![
        secret("gapi_auth::AuthorizedUser", authorized_users().await),
        secret("gapi_auth::MemoryStore", memory_store().await),
        secret("gapi_auth::FileStore", file_store().await),
        secret("gapi_auth::ClientSecrets", client_secrets()),
        secret("gapi_auth::Flow", flows().await),
        secret("gapi_auth::PendingAuthorization", pending()),
        secret(
            "gapi_auth::InstalledAppFlow",
            debug(&InstalledAppFlow::new(flow())),
        ),
        secret(
            "gapi_auth::LocalServer",
            debug(&InstalledAppFlow::new(flow()).run_local_server()),
        ),
        secret("gapi_auth::Console", console().await),
        secret("gapi_auth::DeviceFlow", debug(&DeviceFlow::new(flow()))),
        secret("gapi_auth::DeviceAuthorization", device().await),
        secret(
            "gapi_auth::StoreLock",
            debug(&StoreLock::new(String::from(CANARY))),
        ),
        open(
            "gapi_auth::KeyringStore",
            "a program's name; what is in the keyring is not in the value",
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
    let mut displayed = Vec::new();
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
            .save_in(Arc::new(MemoryStore::new()), TokenKey::new("c", "a", ["s"]))
            .await
            .unwrap();
        displayed.extend(credentials(&user).await);
        if let Err(refused) = revoked.revoke().await {
            displayed.extend(error(&refused));
        }
        displayed.extend(debug(&revoked));
    }
    for text in [
        format!(r#"{{"type":"{CANARY}"}}"#),
        format!(r#"{{"client_id":"c","refresh_token":["{CANARY}"]}}"#),
        format!(r#"{{"client_id":"c","refresh_token":"r","expiry":"{CANARY}"}}"#),
        format!(r#"{{"client_id":"c","refresh_token":"r","token_uri":"x://{CANARY}"}}"#),
        format!(r#"{{"refresh_token":"{CANARY}""#),
    ] {
        match AuthorizedUser::from_authorized_user_info(&text) {
            Ok(user) => displayed.extend(credentials(&user).await),
            Err(refused) => displayed.extend(error(&refused)),
        }
    }
    displayed
}

async fn memory_store() -> Vec<String> {
    let store = MemoryStore::new();
    let key = TokenKey::new("c", "a", ["s"]);
    store.save(&key, &CANARY.into()).await.unwrap();
    let mut displayed = debug(&store);
    displayed.extend(debug(&store.load(&key).await.unwrap()));
    displayed
}

async fn file_store() -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("gapi-secrets-{}", std::process::id()));
    let store = FileStore::new(&folder);
    let key = TokenKey::new("c", "a", ["s"]);
    let value = format!(r#"{{"refresh_token":"{CANARY}"}}"#);
    store.save(&key, &value.into()).await.unwrap();
    let mut displayed = debug(&store);
    displayed.extend(error(&store.save(&key, &CANARY.into()).await.unwrap_err()));
    for entry in std::fs::read_dir(&folder).unwrap() {
        std::fs::write(entry.unwrap().path(), format!(r#"{{"{CANARY}":1}}"#)).unwrap();
    }
    displayed.extend(error(&store.load(&key).await.unwrap_err()));
    displayed.extend(error(&store.list().await.unwrap_err()));
    std::fs::remove_dir_all(&folder).unwrap();
    displayed
}

fn client_secrets() -> Vec<String> {
    let good = json!({"web": {"client_id": "c", "client_secret": CANARY}});
    let mut displayed = debug(&ClientSecrets::from_json(&good.to_string()).unwrap());
    for text in [
        format!(r#"{{"web":{{"client_id":"c","client_secret":["{CANARY}"]}}}}"#),
        format!(r#"{{"web":{{"client_secret":"{CANARY}"}}}}"#),
        format!(r#"{{"web":"{CANARY}"}}"#),
        format!(r#"{{"type":"{CANARY}"}}"#),
        format!(r#"{{"{CANARY}"#),
        CANARY.to_owned(),
    ] {
        displayed.extend(error(&ClientSecrets::from_json(&text).unwrap_err()));
    }
    displayed
}

fn flow() -> Flow {
    Flow::new(ClientSecrets::new("c", CANARY), ["openid"])
        .redirect_uri("http://127.0.0.1/")
        .parameter("login_hint", CANARY)
}

fn pending_with_canary() -> PendingAuthorization {
    let (_, pending) = flow().authorization_url().unwrap();
    let mut json = serde_json::to_value(&pending).unwrap();
    json["state"] = json!(CANARY);
    json["code_verifier"] = json!(CANARY);
    serde_json::from_value(json).unwrap()
}

fn pending() -> Vec<String> {
    debug(&pending_with_canary())
}

/// Callbacks with the canary where secrets are, and a token endpoint that repeats what it was sent.
async fn flows() -> Vec<String> {
    let mut displayed = debug(&flow());
    for query in [
        format!("state={CANARY}x&code={CANARY}"),
        format!("state={CANARY}&code={CANARY}&code={CANARY}"),
        format!("state={CANARY}&error=code={CANARY}"),
        format!("state={CANARY}&error=server_error&error_description=token={CANARY}"),
    ] {
        let outcome = flow().exchange(pending_with_canary(), &query).await;
        displayed.extend(error(&outcome.unwrap_err()));
    }
    for reply in [
        Reply::json(
            400,
            &json!({"error": "invalid_grant", "error_description": format!("code={CANARY}")}),
        ),
        Reply::json(
            200,
            &json!({"access_token": CANARY, "refresh_token": CANARY, "id_token": CANARY}),
        ),
        Reply::text(200, format!("access_token={CANARY}")),
    ] {
        let server = Server::start(move |_: &Request| reply.clone())
            .await
            .unwrap();
        let client = ClientSecrets::new("c", CANARY).token_uri(server.url());
        let flow = Flow::new(client, ["s"]).redirect_uri("http://127.0.0.1/");
        let callback = format!("?state={CANARY}&code={CANARY}");
        match flow.exchange(pending_with_canary(), &callback).await {
            Ok(user) => displayed.extend(credentials(&user).await),
            Err(refused) => displayed.extend(error(&refused)),
        }
    }
    displayed
}

/// A user who pastes something else than what is asked for.
async fn console() -> Vec<String> {
    let mut displayed = Vec::new();
    let flow = InstalledAppFlow::new(flow());
    let console = flow
        .run_console()
        .ask(|_| Ok(format!("?code={CANARY}&state={CANARY}")));
    displayed.extend(debug(&console));
    displayed.extend(error(&console.await.unwrap_err()));
    displayed
}

async fn device() -> Vec<String> {
    let server = Server::start(|_: &Request| {
        let response = json!({"device_code": CANARY, "user_code": CANARY, "verification_uri": "https://x.example/", "expires_in": 9});
        Reply::json(200, &response)
    })
    .await
    .unwrap();
    let client = ClientSecrets::new("c", CANARY).device_uri(server.url());
    let device = DeviceFlow::new(Flow::new(client, ["s"]))
        .start()
        .await
        .unwrap();
    debug(&device)
}
