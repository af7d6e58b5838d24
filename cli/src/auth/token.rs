//! `gapi auth print-token` and `gapi auth print-identity-token`.

use gapi_auth::{AuthRequest, Credentials, IdTokenCredentials, Scopes};
use serde_json::json;

use super::accounts::{failure, user};
use crate::diagnostic::{Failure, Outcome};
use crate::print::result;

/// Print an access token, for other programs: curl -H "Authorization: Bearer $(gapi auth print-token)" ...
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An account other than the one that programs find
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
    /// Only these of the scopes that were granted, with commas between
    #[arg(long, value_name = "SCOPE", value_delimiter = ',')]
    scopes: Vec<String>,
}

pub(super) async fn run(arguments: &Arguments) -> Outcome {
    let user = user(arguments.account.as_deref())?.scopes(arguments.scopes.iter().cloned());
    let url = http::Uri::from_static("https://www.googleapis.com/");
    let headers = user
        .headers(&AuthRequest::new(&url, Scopes::Default(&[])))
        .await
        .map_err(failure)?;
    let token = headers
        .headers()
        .get(http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .ok_or_else(|| Failure::new("the credentials gave no bearer token"))?;
    result(&json!({ "access_token": token }), token)
}

/// Print an ID token, which proves to a service who you are. Its audience is the OAuth client that you signed in with
#[derive(Debug, clap::Args)]
pub(super) struct IdentityToken {
    /// An account other than the one that programs find
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
}

pub(super) async fn identity(arguments: &IdentityToken) -> Outcome {
    let user = user(arguments.account.as_deref())?;
    let tokens = user
        .id_tokens()
        .ok_or_else(|| Failure::new("a user's credentials give no ID tokens"))?;
    let token = IdTokenCredentials::new(tokens, user.client_id())
        .token()
        .await
        .map_err(failure)?;
    result(&json!({ "id_token": token.secret() }), token.secret())
}
