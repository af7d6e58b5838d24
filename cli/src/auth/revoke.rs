//! `gapi auth revoke`.

use std::sync::Arc;

use gapi_auth::{AuthorizedUser, TokenStore};
use serde_json::json;

use super::accounts::{failure, keys, none, store};
use crate::diagnostic::Outcome;
use crate::print::result;

/// Sign out: end the grant at the server, and delete the token
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The account
    #[arg(value_name = "ADDRESS", required_unless_present = "all")]
    account: Option<String>,
    /// All accounts
    #[arg(long, conflicts_with = "account")]
    all: bool,
    /// Delete the token even if the server cannot be reached
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Outcome {
    let store = store()?;
    let keys = keys(&store, arguments.account.as_deref()).await?;
    if keys.is_empty() {
        return Err(none(arguments.account.as_deref())
            .help("`gapi auth list` lists who is")
            .into());
    }
    let mut failures = Vec::new();
    for key in keys {
        let shared = Arc::new(store.clone());
        let revoked = match AuthorizedUser::from_store(shared, key.clone()).await {
            Ok(Some(user)) => user.revoke().await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        match revoked {
            Ok(()) => result(
                &json!({"account": key.account, "revoked": true}),
                &format!("{} is signed out", name(&key.account)),
            )?,
            Err(error) if arguments.force => {
                store.delete(&key).await.map_err(failure)?;
                let text = format!(
                    "{} is signed out here, but the grant was not ended at the server: {error}",
                    name(&key.account)
                );
                result(
                    &json!({"account": key.account, "revoked": false, "reason": error.to_string()}),
                    &text,
                )?;
            }
            Err(error) => failures.extend(failure(error)),
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures)
    }
}

fn name(account: &str) -> &str {
    if account.is_empty() {
        "the user"
    } else {
        account
    }
}
