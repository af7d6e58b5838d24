//! Calls that fail in many ways, with secrets in URLs, headers and bodies, on both ways.

use gapi::{
    CallOptions, Client, Error,
    auth::{AccessToken, ServiceAccount},
};
use gapi_fakes::{Fault, Google, Reply, Request, Server};
use gapi_secrets::{secretmanager, sqladmin};
use serde_json::json;

use crate::canary::{CANARY, error};

/// What is shown of the errors.
pub(crate) async fn errors() -> Vec<String> {
    let mut displayed = responses().await;
    displayed.extend(connections().await);
    displayed.extend(whole_sign_in().await);
    displayed.extend(usage().await);
    displayed
}

fn client(endpoint: &str) -> Client {
    Client::builder()
        .credentials(AccessToken::new(CANARY))
        .endpoint(endpoint)
        .options(
            CallOptions::new()
                .key(CANARY)
                .param("access_token", CANARY)
                .header("x-secret", CANARY),
        )
        .build()
        .unwrap()
}

/// One call that sends a secret body, and one that expects a secret response.
async fn both(client: &Client) -> Vec<Error> {
    let body = json!({"password": CANARY});
    let insert = sqladmin::users().insert("p", "i", body).send(client).await;
    let access = secretmanager::projects()
        .secrets()
        .versions()
        .access("projects/p/secrets/s/versions/1");
    let access = access.send(client).await;
    insert.err().into_iter().chain(access.err()).collect()
}

/// Responses that hold the canary outside of texts that are displayed.
async fn responses() -> Vec<String> {
    let mut displayed = Vec::new();
    for reply in [
        Reply::html(500, format!("<html>{CANARY}</html>")),
        Reply::text(403, CANARY),
        Reply::json(
            400,
            &json!({"error": {"code": 400, "message": "no", "request": CANARY}}),
        ),
        // The key came back in the message.
        Reply::json(
            400,
            &json!({"error": {"code": 400, "message": format!("API key {CANARY} is not valid"), "status": "INVALID_ARGUMENT"}}),
        ),
        Reply::json(401, &json!({"password": CANARY}))
            .header("www-authenticate", "Bearer")
            .header("x-echo", CANARY),
        Reply::text(200, CANARY),
        Reply::text(200, format!(r#"{{"payload": {{"data": "{CANARY}"#)),
        Reply::json(200, &json!([CANARY])),
        Reply::redirect(307, &format!("/moved?key={CANARY}")),
        Reply::redirect(307, &format!("ftp://user:{CANARY}@example.com/")),
        Reply::redirect(308, &format!("http://127.0.0.1:9/?upload_id={CANARY}")),
    ] {
        let case = format!("{reply:?}");
        let response = reply.clone();
        let server = Server::start(move |_: &Request| response.clone())
            .await
            .unwrap();
        let errors = both(&client(&server.url())).await;
        assert!(!errors.is_empty(), "{case}");
        for failed in &errors {
            displayed.extend(error(failed));
            displayed.extend(failed.url().map(str::to_owned));
            displayed.extend(failed.json_path().map(str::to_owned));
        }
    }
    displayed
}

async fn connections() -> Vec<String> {
    let server = Server::start(|_: &Request| Reply::text(200, CANARY))
        .await
        .unwrap();
    let client = client(&server.url());
    let mut displayed = Vec::new();
    for fault in [
        Fault::reset(),
        Fault::close(),
        Fault::half_body(),
        Fault::raw(CANARY),
    ] {
        server.inject(fault.times(2));
        for failed in both(&client).await {
            displayed.extend(error(&failed));
        }
    }
    drop(server);
    for failed in both(&client).await {
        displayed.extend(error(&failed));
    }
    displayed
}

/// From a key file to a refusal, with everything that happens in between. Tokens are opaque, so theirs is the canary's part.
async fn whole_sign_in() -> Vec<String> {
    let google = Google::start().await.unwrap();
    let account = ServiceAccount::from_json(&google.key_json())
        .unwrap()
        .scopes([sqladmin::scope::SQLSERVICE_ADMIN]);
    let client = Client::builder()
        .credentials(account)
        .endpoint(google.url())
        .build()
        .unwrap();
    let get = |name: &str| {
        sqladmin::instances()
            .get(Google::PROJECT, name)
            .send(&client)
    };
    get("orders").await.unwrap();
    google.tokens().revoke_all();
    get("orders").await.unwrap();
    let missing = get("nobody").await.unwrap_err();
    let mut displayed = error(&missing);
    // Any token or assertion that was sent counts as the canary.
    let log = google.server().log();
    let sent: Vec<&str> = log
        .iter()
        .filter_map(|entry| entry.request.bearer())
        .collect();
    assert!(sent.len() >= 4);
    let leaks = |text: &str| text.contains("eyJ") || sent.iter().any(|token| text.contains(token));
    let traced = crate::trace::text();
    displayed.extend(traced.lines().map(str::to_owned));
    displayed.retain(|text| leaks(text));
    displayed
        .into_iter()
        .map(|text| format!("{CANARY} {text}"))
        .collect()
}

/// Mistakes that are found before anything is sent.
async fn usage() -> Vec<String> {
    let client = client("http://127.0.0.1:9");
    let mut displayed = Vec::new();
    let bad_header = sqladmin::instances()
        .list("p")
        .send(&client)
        .header("x-secret", format!("{CANARY}\n"));
    displayed.extend(error(&bad_header.await.unwrap_err()));
    let bad_path = sqladmin::users()
        .insert("..", "i", json!({"password": CANARY}))
        .send(&client);
    displayed.extend(error(&bad_path.await.unwrap_err()));
    displayed
}
