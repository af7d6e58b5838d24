//! One service account acts for many users of a domain: one key, one pool of connections, a token for each user.
//!
//! ```sh
//! cargo run -p gapi-examples --bin delegated_users
//! ```
//!
//! Everything happens on an embedded server. At Google an administrator authorizes the service account's client ID for the scopes, in the Admin
//! console under Security, API controls, Domain-wide delegation.

use gapi::{Client, auth::ServiceAccount};
use gapi_examples::Failure;
use gapi_fakes::Google;

gapi::api! {
    /// Drive.
    mod drive = "drive:v3" { files.list };
}

const SCOPE: &str = drive::scope::DRIVE_METADATA_READONLY;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let google = Google::start().await?;
    let users = ["ann@example.com", "ben@example.com", "cem@example.com"];
    for user in users {
        google.tokens().allow_subject(user, [SCOPE]);
    }
    let robot = ServiceAccount::from_json(&google.key_json())?.scopes([SCOPE]);
    let client = Client::builder()
        .credentials(robot.clone())
        .endpoint(google.url())
        .build()?;
    for user in users {
        // The key is shared, and so are the connections.
        let client = client.with_credentials(robot.clone().subject(user));
        let list = drive::files().list().send(&client).await?;
        println!("{user}: {} files", list.files.unwrap_or_default().len());
    }
    println!(
        "{} tokens, {} connections",
        google.tokens().issued(),
        google.server().connections()
    );
    Ok(())
}
