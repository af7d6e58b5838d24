//! `gapi auth import` and `gapi auth export`: files of type `authorized_user`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use gapi_auth::{AuthError, AuthErrorKind, AuthorizedUser, Environment};
use gapi_transport::redact;
use serde_json::{Value, json};

use super::accounts::{failure, store, user};
use crate::diagnostic::{Failure, Outcome};
use crate::input;
use crate::print::{print, result};
use gapi_auth::RedactedPath;

/// Take over a file of type `authorized_user`, such as gcloud's
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The file, `-` is the standard input stream; unless given, the one that `gcloud auth application-default login` wrote
    file: Option<PathBuf>,
    /// The token endpoint that the file's refresh token goes to, where it is a server other than Google's
    #[arg(long, value_name = "URL")]
    token_uri: Option<String>,
    /// The account's name, where the file has none
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
}

/// Print the token as a file of type `authorized_user`, secrets included, for gcloud, google-auth and GOOGLE_APPLICATION_CREDENTIALS
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// An account other than the one that programs find
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
}

pub(super) async fn import(arguments: &Import) -> Outcome {
    let gcloud = || {
        let folder = Environment::system().gcloud_dir();
        folder.map(|folder| folder.join("application_default_credentials.json"))
    };
    let file = arguments
        .file
        .clone()
        .or_else(gcloud)
        .ok_or_else(|| Failure::new("gcloud's folder is not known").help("name the file"))?;
    let mut user = if input::is_stdin(&file) {
        AuthorizedUser::from_authorized_user_info(&input::text(&file)?)
    } else {
        AuthorizedUser::from_authorized_user_file(&file)
    }
    .map_err(failure)?;
    if let Some(account) = &arguments.account {
        user = user.account(account);
    }
    if let Some(uri) = &arguments.token_uri {
        user = user.token_uri(uri);
    }
    let store = store()?;
    let key = user.store_key();
    let folder = RedactedPath::new(store.folder()).to_string();
    let user = user.save_in(Arc::new(store), key).await.map_err(unusable)?;
    let all: Value = serde_json::from_str(&user.to_json()).unwrap_or_default();
    let server = redact::url(all["token_uri"].as_str().unwrap_or("Google"));
    let name = if input::is_stdin(&file) {
        Path::new(input::STDIN)
    } else {
        &file
    };
    result(
        &json!({"account": user.account_name(), "stored_in": folder, "token_uri": server}),
        &format!(
            "{} is in {folder}; its refresh token is sent to {server}",
            RedactedPath::new(name)
        ),
    )
}

/// Explains why credentials are not imported. A user who knows the server can name it.
fn unusable(error: AuthError) -> Vec<Failure> {
    match error.kind() {
        AuthErrorKind::Config => {
            failure(error.with_hint("if the file's server is right, name it with `--token-uri`"))
        }
        _ => failure(error),
    }
}

pub(super) async fn export(arguments: &Export) -> Outcome {
    print(&format!(
        "{}\n",
        user(arguments.account.as_deref())?.to_json()
    ))
}
