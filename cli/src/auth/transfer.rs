//! `gapi auth import` and `gapi auth export`: files of type `authorized_user`.

use std::{path::PathBuf, sync::Arc};

use gapi_auth::{AuthorizedUser, Environment};

use super::{problem, store, user};
use crate::{Outcome, Problem, print::print};

/// Take over a file of type `authorized_user`, such as gcloud's
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The file; unless given, the one that `gcloud auth application-default login` wrote
    file: Option<PathBuf>,
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
        .ok_or_else(|| Problem::new("gcloud's folder is not known").help("name the file"))?;
    let mut user = AuthorizedUser::from_authorized_user_file(&file).map_err(problem)?;
    if let Some(account) = &arguments.account {
        user = user.account(account);
    }
    let store = store()?;
    let key = user.store_key();
    let folder = store.folder().display().to_string();
    user.keep_in(Arc::new(store), key).await.map_err(problem)?;
    print(&format!("{} is in {folder}\n", file.display()))
}

pub(super) async fn export(arguments: &Export) -> Outcome {
    print(&format!(
        "{}\n",
        user(arguments.account.as_deref())?.to_json()
    ))
}
