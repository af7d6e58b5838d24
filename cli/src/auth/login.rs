//! `gapi auth login`.

use std::{io::Write, path::PathBuf, sync::Arc, time::Duration};

use gapi_auth::{
    AuthorizedUser, ClientSecrets, DeviceFlow, Environment, Flow, InstalledAppFlow, RedactedPath,
    TokenStore,
};
use serde_json::json;

use super::accounts::{failure, keys, store};
use crate::diagnostic::{Failure, Outcome};
use crate::input;
use crate::print::result;

/// The scope that is requested by default.
const SCOPES: &str = "https://www.googleapis.com/auth/cloud-platform";
/// With these scopes the account's name is known. Devices may request them too.
const IDENTITY: [&str; 2] = ["openid", "email"];

/// Sign in
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The JSON file of your OAuth client, of the type "Desktop app" (for --device "TVs and Limited Input devices"); `-` is the standard input stream. Unless given, the
    /// file that the variable GAPI_CLIENT_SECRETS names, else gapi/client_secret.json in your folder for settings
    #[arg(long, value_name = "FILE")]
    client_secrets: Option<PathBuf>,
    /// What to ask for, with commas between; `openid` and `email` are added, to know whose account it is
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', default_value = SCOPES)]
    scopes: Vec<String>,
    /// The account that is expected
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
    /// Print a code to enter on another device
    #[arg(long, conflicts_with = "console")]
    device: bool,
    /// Print a page to open in any browser, and take what it shows at the end
    #[arg(long)]
    console: bool,
    /// Only print the page; do not open a browser
    #[arg(long)]
    no_browser: bool,
    /// The port on this machine that the browser comes back to; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many seconds to wait for the browser
    #[arg(long, default_value_t = 600)]
    timeout: u64,
}

pub(super) async fn run(arguments: &Arguments) -> Outcome {
    let store = store()?;
    let user = sign_in(arguments).await?;
    let user = match (&arguments.account, user.account_name()) {
        (Some(account), None) => user.account(account),
        _ => user,
    };
    let key = user.store_key();
    // One account of a client has one entry, with any scopes.
    let old = keys(&store, Some(&key.account)).await?;
    user.save_in(Arc::new(store.clone()), key.clone())
        .await
        .map_err(failure)?;
    for other in old
        .iter()
        .filter(|old| old.client_id == key.client_id && **old != key)
    {
        store.delete(other).await.map_err(failure)?;
    }
    let who = match key.account.as_str() {
        "" => "you are",
        account => &format!("{account} is"),
    };
    let folder = RedactedPath::new(store.folder()).to_string();
    result(
        &json!({"account": key.account, "stored_in": folder}),
        &format!("{who} signed in; the token is in {folder}"),
    )
}

async fn sign_in(arguments: &Arguments) -> Outcome<AuthorizedUser> {
    let mut scopes: Vec<&str> = arguments.scopes.iter().map(String::as_str).collect();
    scopes.retain(|scope| !scope.is_empty());
    for scope in IDENTITY {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let file = client_secrets(arguments)?;
    // Only consent gives a refresh token.
    let client = if input::is_stdin(&file) {
        ClientSecrets::from_json(&input::text(&file)?)
    } else {
        ClientSecrets::from_file(file)
    }
    .map_err(failure)?;
    let mut flow = Flow::new(client, scopes).prompt("consent");
    if let Some(account) = &arguments.account {
        flow = flow.login_hint(account);
    }
    let user = if arguments.device {
        let device = DeviceFlow::new(flow).start().await.map_err(failure)?;
        // A closed stream is no error.
        let _ = writeln!(
            std::io::stderr(),
            "On any device, open {} and enter the code {}",
            device.verification_url(),
            device.user_code()
        );
        device.wait().await
    } else if arguments.console {
        InstalledAppFlow::new(flow).run_console().await
    } else {
        InstalledAppFlow::new(flow)
            .run_local_server()
            .port(arguments.port)
            .open_browser(!arguments.no_browser)
            .timeout(Duration::from_secs(arguments.timeout))
            .success_message(
                "You are signed in. You can close this tab and return to the terminal.",
            )
            .await
    };
    user.map_err(failure)
}

fn client_secrets(arguments: &Arguments) -> Outcome<PathBuf> {
    let environment = Environment::system();
    if let Some(file) = &arguments.client_secrets {
        return Ok(file.clone());
    }
    if let Some(file) = environment.get_os("GAPI_CLIENT_SECRETS") {
        return Ok(file.into());
    }
    let usual = environment
        .config_dir()
        .map(|folder| folder.join("gapi").join("client_secret.json"));
    if let Some(file) = usual.as_ref().filter(|file| file.is_file()) {
        return Ok(file.clone());
    }
    let usual_path = usual.map_or_else(String::new, |file| {
        format!(", or put it at {}", RedactedPath::new(&file))
    });
    Err(Failure::new("it is not known which OAuth client to sign in with")
        .help(format!(
            "make one of the type \"Desktop app\" in the Cloud console, under APIs & Services, Credentials; name its JSON file with --client-secrets{usual_path}"
        ))
        .into())
}
