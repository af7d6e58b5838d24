//! `gapi auth status` and `gapi auth list`.

use gapi_auth::{AuthorizedUser, TokenKey};
use serde_json::{Value, json};

use super::accounts::{found, keys, none, store};
use crate::diagnostic::Outcome;
use crate::page::Page;
use crate::print::{self, is_json, note};
use gapi_auth::RedactedPath;

/// Show whom programs act for
#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// An account other than the one that programs find
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
}

/// Sends no request.
pub(super) async fn status(arguments: &Status) -> Outcome {
    let account = arguments.account.as_deref();
    let user = found(account)?;
    if is_json() {
        print::json(&user.as_ref().map_or(Value::Null, describe))?;
    }
    let Some(user) = user else {
        return Err(none(account).help("run `gapi auth login`").into());
    };
    if is_json() {
        return Ok(());
    }
    let status = describe(&user);
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
    let mut page = Page::new();
    page.details(0, &lines);
    page.print()
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

pub(super) async fn list() -> Outcome {
    let keys = keys(&store()?, None).await?;
    if is_json() {
        return print::json(&json!(keys));
    }
    if keys.is_empty() {
        // Not a line of the list.
        note("no user is signed in");
        return Ok(());
    }
    let cells = |key: TokenKey| [key.account, key.client_id, key.scopes.join(" ")];
    let mut page = Page::new();
    page.details(0, &keys.into_iter().map(cells).collect::<Vec<_>>());
    page.print()
}
