//! An app on the user's own machine: the user signs in once, and the token is kept.
//!
//! ```sh
//! cargo run -p gapi-examples --bin installed_app                                    # at an embedded server
//! cargo run -p gapi-examples --bin installed_app -- client_secret.json              # at Google, through your browser
//! cargo run -p gapi-examples --bin installed_app -- client_secret.json --console    # at Google, without a browser here
//! ```

use std::{io, sync::Arc};

use gapi::auth::{AuthorizedUser, FileStore, Flow, InstalledAppFlow, TokenKey, TokenStore};
use gapi_examples::{Browser, Failure, Provider};

gapi::api! {
    /// Drive.
    mod drive = "drive:v3" { files.list };
}

const SCOPES: [&str; 1] = [drive::scope::DRIVE_METADATA_READONLY];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let provider = Provider::installed().await?;
    let store = Arc::new(FileStore::new(
        std::env::temp_dir().join("gapi-installed-app"),
    ));
    let key = TokenKey::new(provider.secrets().client_id(), "", SCOPES);
    if provider.embedded().is_some() {
        // The embedded server has forgotten all users since last time.
        store.delete(&key).await?;
    }
    for _ in 0..2 {
        let user = match AuthorizedUser::from_store(store.clone(), key.clone()).await? {
            Some(user) => {
                println!("signed in already");
                user
            }
            None => {
                sign_in(&provider)
                    .await?
                    .save_in(store.clone(), key.clone())
                    .await?
            }
        };
        let client = provider.client(user)?;
        let list = drive::files().list().page_size(10).send(&client).await?;
        println!("{} files", list.files.unwrap_or_default().len());
    }
    Ok(())
}

async fn sign_in(provider: &Provider) -> Result<AuthorizedUser, Failure> {
    let flow = InstalledAppFlow::new(Flow::new(provider.secrets(), SCOPES));
    let is_real = provider.embedded().is_none();
    if std::env::args().any(|argument| argument == "--console") {
        let console = flow.run_console();
        // Without a user, the page is opened, and its address is pasted, by this program.
        let console = if is_real { console } else { console.ask(paste) };
        return Ok(console.await?);
    }
    let server = flow.run_local_server().open_browser(is_real);
    let server = if is_real { server } else { server.on_url(open) };
    Ok(server.await?)
}

fn open(url: &str) {
    let url = url.to_owned();
    tokio::spawn(async move {
        if let Err(error) = Browser::new().open(&url).await {
            eprintln!("the page could not be opened: {error}");
        }
    });
}

/// The address to which the server sends the browser.
fn paste(text: &str) -> io::Result<String> {
    let url = text
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .unwrap_or_default();
    let (authority, path) = url
        .strip_prefix("http://")
        .and_then(|url| url.split_once('/'))
        .ok_or(io::ErrorKind::InvalidInput)?;
    let mut stream = std::net::TcpStream::connect(authority)?;
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    io::Write::write_all(&mut stream, request.as_bytes())?;
    let response = io::read_to_string(stream)?;
    let location = response
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    location
        .map(str::to_owned)
        .ok_or_else(|| io::Error::other("no redirect"))
}
