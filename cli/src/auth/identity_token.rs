//! `gapi auth print-identity-token`.

use gapi_auth::{Credentials, IdTokenCredentials};

use super::{failure, user};
use crate::{Failure, Outcome, print::print};

/// Print an ID token, which tells a service who you are. Its audience is the OAuth client that you signed in with
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An account other than the one that programs find
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
}

pub(super) async fn run(arguments: &Arguments) -> Outcome {
    let user = user(arguments.account.as_deref())?;
    let tokens = user
        .id_tokens()
        .ok_or_else(|| Failure::new("a user's credentials give no ID tokens"))?;
    let token = IdTokenCredentials::new(tokens, user.client_id())
        .token()
        .await
        .map_err(failure)?;
    print(&format!("{}\n", token.secret()))
}
