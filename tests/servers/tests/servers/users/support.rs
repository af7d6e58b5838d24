//! The server's clients, and a person in front of a browser.

use std::sync::{Arc, Mutex};

use gapi::auth::{
    AuthError, AuthRequest, AuthorizedUser, ClientSecrets, Credentials, Flow, InstalledAppFlow,
    LocalServer, Scopes,
};
use gapi::transport::{Body, default_transport};
use gapi_servers::{Browser, server};
use tokio::{sync::oneshot, task::JoinHandle};

pub(crate) const DRIVE: &str = "https://www.googleapis.com/auth/drive";
pub(crate) const CALENDAR: &str = "https://www.googleapis.com/auth/calendar";

pub(crate) fn client(id: &str) -> ClientSecrets {
    let server = server("oidc-provider");
    ClientSecrets::new(id, format!("{id}-secret"))
        .auth_uri(format!("{server}/auth"))
        .token_uri(format!("{server}/token"))
        .device_uri(format!("{server}/device/auth"))
        .revoke_uri(format!("{server}/token/revocation"))
}

pub(crate) fn flow() -> Flow {
    Flow::new(client("desktop"), ["openid", "email", DRIVE, CALENDAR]).prompt("consent")
}

/// A flow that waits, and the page to open.
pub(crate) struct Waiting {
    pub(crate) url: String,
    pub(crate) outcome: JoinHandle<Result<AuthorizedUser, AuthError>>,
}

pub(crate) async fn wait_for(
    flow: Flow,
    change: impl FnOnce(LocalServer) -> LocalServer,
) -> Waiting {
    let (sender, url) = oneshot::channel();
    let server = InstalledAppFlow::new(flow)
        .run_local_server()
        .open_browser(false)
        .prompt_message(None)
        .on_url(move |url| sender.send(url.to_owned()).expect("somebody listens"));
    let server = change(server);
    let outcome = tokio::spawn(async move { server.await });
    Waiting {
        url: url.await.expect("a page"),
        outcome,
    }
}

/// Signs in, unless that was done before, and agrees.
pub(crate) async fn agree(browser: &Browser) {
    while browser.url().await.contains("/interaction/") {
        browser.click("#approve").await;
    }
}

pub(crate) async fn sign_in(browser: &Browser) -> AuthorizedUser {
    let waiting = wait_for(flow(), |server| server).await;
    browser.open(&waiting.url).await;
    agree(browser).await;
    waiting.outcome.await.expect("no panic").expect("a user")
}

/// A callback URL that no server takes, as the address bar has it after all clicks.
pub(crate) async fn callback(browser: &Browser, url: &str) -> String {
    browser.open(url).await;
    agree(browser).await;
    browser.url().await
}

pub(crate) async fn token(user: &AuthorizedUser) -> Result<String, AuthError> {
    let url = http::Uri::from_static("https://www.googleapis.com/drive/v3/files");
    let headers = user
        .headers(&AuthRequest::new(&url, Scopes::Default(&[])))
        .await?;
    let value = headers.headers()[http::header::AUTHORIZATION]
        .to_str()
        .expect("text");
    Ok(value
        .strip_prefix("Bearer ")
        .expect("a bearer token")
        .to_owned())
}

/// A fresh token, as after a 401.
pub(crate) async fn refreshed(user: &AuthorizedUser) -> Result<String, AuthError> {
    let url = http::Uri::from_static("https://www.googleapis.com/drive/v3/files");
    let request = AuthRequest::new(&url, Scopes::Default(&[]));
    let headers = user.headers(&request).await?;
    user.reject(&headers);
    token(user).await
}

/// Returns the user of a token by the server: a status, and the response.
pub(crate) async fn who(token: &str) -> (u16, serde_json::Value) {
    let request = http::Request::get(format!("{}/me", server("oidc-provider")))
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .expect("a request");
    let response = default_transport()
        .expect("a transport")
        .send(request)
        .await
        .expect("a response");
    let status = response.status().as_u16();
    let body = response.into_body().collect(1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

pub(crate) fn refresh_token(user: &AuthorizedUser) -> String {
    let json: serde_json::Value = serde_json::from_str(&user.to_json()).expect("JSON");
    json["refresh_token"].as_str().expect("one").to_owned()
}

/// What a console shows, kept for a test.
pub(crate) type Displayed = Arc<Mutex<Option<oneshot::Sender<String>>>>;
