//! `gapi auth status` and `gapi auth list`.

use gapi_auth::{AuthorizedUser, TokenKey};
use serde_json::{Value, json};

use super::accounts::{keys, store, user};
use crate::diagnostic::Outcome;
use crate::print::{print, table};
use gapi_auth::RedactedPath;

/// Show whom programs act for
#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// An account other than the one that programs find
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// List the accounts that are signed in
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// Sends no request.
pub(super) async fn status(arguments: &Status) -> Outcome {
    let user = user(arguments.account.as_deref())?;
    let status = describe(&user);
    if arguments.json {
        return print(&format!("{status:#}\n"));
    }
    let text = |name: &str| status[name].as_str().unwrap_or("unknown").to_owned();
    let folder = RedactedPath::new(store()?.folder()).to_string();
    let mut lines = vec![
        [String::from("account"), text("account")],
        [String::from("client"), text("client_id")],
        [String::from("access token until"), text("expiry")],
        [String::from("stored in"), folder],
    ];
    for (number, scope) in user.granted_scopes().into_iter().enumerate() {
        let name = if number == 0 { "scopes" } else { "" };
        lines.push([name.to_owned(), scope]);
    }
    print(&table(&lines))
}

/// Returns what is not secret.
fn describe(user: &AuthorizedUser) -> Value {
    let all: Value = serde_json::from_str(&user.to_json()).unwrap_or_default();
    json!({
        "account": user.account_name(),
        "client_id": user.client_id(),
        "scopes": user.granted_scopes(),
        "expiry": all["expiry"],
        "quota_project_id": all["quota_project_id"],
    })
}

pub(super) async fn list(arguments: &List) -> Outcome {
    let keys = keys(&store()?, None).await?;
    if arguments.json {
        return print(&format!("{:#}\n", json!(keys)));
    }
    if keys.is_empty() {
        return print("no user is signed in\n");
    }
    let cells = |key: TokenKey| [key.account, key.client_id, key.scopes.join(" ")];
    print(&table(&keys.into_iter().map(cells).collect::<Vec<_>>()))
}
