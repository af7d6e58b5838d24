//! A web app: sign-in, the user's address, more permissions when they are needed, and sign-out.
//!
//! ```sh
//! cargo run -p gapi-examples --bin web_app                         # at an embedded server; open the page that it prints
//! cargo run -p gapi-examples --bin web_app -- client_secret.json   # at Google; register http://localhost:8080/oauth2callback
//! cargo run -p gapi-examples --bin web_app -- --tour               # walks through the app by itself
//! ```

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use gapi::auth::{AuthErrorKind, AuthorizedUser, Flow, PendingAuthorization};
use gapi_examples::{Browser, Failure, Provider};
use tokio::net::TcpListener;

gapi::api! {
    /// Who the user is.
    mod oauth2 = "oauth2:v2" { userinfo.get };
    /// Drive.
    mod drive = "drive:v3" { files.list };
}

const EMAIL: &str = oauth2::scope::USERINFO_EMAIL;
const DRIVE: &str = drive::scope::DRIVE_METADATA_READONLY;

/// What the app knows.
struct App {
    provider: Provider,
    redirect_uri: String,
    sessions: Mutex<HashMap<String, Session>>,
}

/// What it knows of one browser. In a real app this is in a database, and `PendingAuthorization` and
/// `AuthorizedUser::to_json` are what is kept there, both as secret as a password.
#[derive(Clone, Default)]
struct Session {
    pending: Option<PendingAuthorization>,
    user: Option<AuthorizedUser>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let provider = Provider::web().await?;
    // At Google the redirect URI is registered with its port.
    let port = if provider.embedded().is_some() {
        0
    } else {
        8080
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let home = format!("http://localhost:{}", listener.local_addr()?.port());
    let app = Arc::new(App {
        provider,
        redirect_uri: format!("{home}/oauth2callback"),
        sessions: Mutex::default(),
    });
    let routes = Router::new()
        .route("/", get(index))
        .route("/signin", get(sign_in))
        .route("/files", get(files))
        .route("/oauth2callback", get(callback))
        .route("/signout", get(sign_out))
        .with_state(app.clone());
    println!("open {home}/");
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    if std::env::args().any(|argument| argument == "--tour") {
        return tour(&home, &app).await;
    }
    Ok(serving.await??)
}

type PageResult = Result<Response, Page>;

/// The first page: who is signed in.
async fn index(State(app): State<Arc<App>>, headers: HeaderMap) -> PageResult {
    let Some(user) = app.session(&headers).1.user else {
        return Ok(page(
            "<p>You are not signed in.</p><a href=\"/signin\">Sign in with Google</a>",
        ));
    };
    let client = app.provider.client(user)?;
    let info = oauth2::userinfo().get().send(&client).await?;
    let email = info.email.unwrap_or_default();
    Ok(page(&format!(
        "<p>You are {}.</p><a href=\"/files\">Show my files</a> <a href=\"/signout\">Sign out</a>",
        escape(&email)
    )))
}

async fn sign_in(State(app): State<Arc<App>>, headers: HeaderMap) -> PageResult {
    app.send_to_google(&headers, &["openid", EMAIL])
}

/// Incremental authorization: the permission for Drive is asked for when it is needed, and adds to what was granted before.
async fn files(State(app): State<Arc<App>>, headers: HeaderMap) -> PageResult {
    let user = app.session(&headers).1.user;
    let Some(user) = user.filter(|user| user.has_scopes([DRIVE])) else {
        return app.send_to_google(&headers, &[DRIVE]);
    };
    let client = app.provider.client(user)?;
    let list = drive::files()
        .list()
        .page_size(10)
        .send(&client)
        .fields("files(name)")
        .await?;
    let names = list
        .files
        .unwrap_or_default()
        .into_iter()
        .filter_map(|file| file.name);
    let items: String = names
        .map(|name| format!("<li>{}</li>", escape(&name)))
        .collect();
    Ok(page(&format!("<ul>{items}</ul><a href=\"/\">Back</a>")))
}

/// Where Google sends the user back to.
async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> PageResult {
    let (id, mut session) = app.session(&headers);
    // A pending authorization is good for one response.
    let pending = session.pending.take().ok_or(Page(
        StatusCode::BAD_REQUEST,
        "Nobody asked for that. Start again.".into(),
    ))?;
    let more = pending.scopes().iter().any(|scope| scope == DRIVE);
    let mut flow = app.flow(pending.scopes());
    if let Some(user) = &session.user {
        flow = flow.previous(user);
    }
    let outcome = flow.exchange(pending, &query.unwrap_or_default()).await;
    if let Ok(user) = &outcome {
        session.user = Some(user.clone());
    }
    app.store(&id, session);
    match outcome {
        Ok(_) if more => Ok(Redirect::to("/files").into_response()),
        Ok(_) => Ok(Redirect::to("/").into_response()),
        Err(error) if error.kind() == AuthErrorKind::Denied => Ok(page(
            "<p>You said no, which is fine.</p><a href=\"/\">Back</a>",
        )),
        // Forged, mixed up or repeated: nothing of it is believed.
        Err(error) if error.kind() == AuthErrorKind::Callback => {
            Err(Page(StatusCode::BAD_REQUEST, error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Signing out here ends the permission at Google too.
async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> PageResult {
    let (id, session) = app.session(&headers);
    if let Some(user) = session.user {
        user.revoke().await?;
    }
    app.store(&id, Session::default());
    Ok(Redirect::to("/").into_response())
}

impl App {
    fn flow(&self, scopes: &[impl AsRef<str>]) -> Flow {
        Flow::new(self.provider.secrets(), scopes.iter().map(AsRef::as_ref))
            .redirect_uri(&self.redirect_uri)
            .include_granted_scopes(true)
    }

    fn send_to_google(&self, headers: &HeaderMap, scopes: &[&str]) -> PageResult {
        let (url, pending) = self.flow(scopes).authorization_url()?;
        let (id, mut session) = self.session(headers);
        session.pending = Some(pending);
        self.store(&id, session);
        // The session's cookie, not `state` alone, ties the response to this browser. Over https add `Secure`.
        let cookie = format!("session={id}; Path=/; HttpOnly; SameSite=Lax");
        Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&url)).into_response())
    }

    /// The session of a request, or a new one.
    fn session(&self, headers: &HeaderMap) -> (String, Session) {
        let cookies = headers
            .get(header::COOKIE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let id = cookies
            .split("; ")
            .find_map(|pair| pair.strip_prefix("session="));
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        match id.and_then(|id| Some((id.to_owned(), sessions.get(id)?.clone()))) {
            Some(known) => known,
            None => (uuid::Uuid::new_v4().to_string(), Session::default()),
        }
    }

    fn store(&self, id: &str, session: Session) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(id.to_owned(), session);
    }
}

fn page(body: &str) -> Response {
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>gapi</title>{body}"
    ))
    .into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A page that reports what went wrong.
struct Page(StatusCode, String);

impl<E: Into<Failure>> From<E> for Page {
    fn from(error: E) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.into().to_string())
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.0, page(&format!("<p>{}</p>", escape(&self.1)))).into_response()
    }
}

/// What a person would do.
async fn tour(home: &str, app: &App) -> Result<(), Failure> {
    let mut browser = Browser::new();
    for path in ["/", "/signin", "/files", "/signout"] {
        println!("{path}: {}", browser.open(&format!("{home}{path}")).await?);
    }
    let forged = browser
        .open(&format!("{home}/oauth2callback?code=x&state=y"))
        .await?;
    println!("a forged answer: {forged}");
    if let Some(google) = app.provider.embedded() {
        println!("{} grants are left", google.users().live_grants());
    }
    Ok(())
}
