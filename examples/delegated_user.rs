//! Acts for a user of a domain, through domain-wide delegation: first without the administrator's permission, to show what the
//! refusal, then with it.
//!
//! ```sh
//! cargo run --example delegated_user
//! ```
//!
//! Everything happens on an embedded local server. At Google an administrator gives the permission in the Admin console, under
//! Security, API controls, Domain-wide delegation.

use std::error::Error;

use gapi::{Client, auth::ServiceAccount};
use gapi_fakes::Google;

gapi::api! {
    /// The Cloud SQL Admin API.
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.{get, patch} };
}

const USER: &str = "ann@example.com";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    // The administrator authorizes exact scopes, so a subject needs scopes of its own.
    let credentials = ServiceAccount::from_json(&google.key_json())?
        .scopes([sqladmin::scope::SQLSERVICE_ADMIN])
        .subject(USER);
    let client = Client::builder()
        .credentials(credentials)
        .endpoint(google.url())
        .build()?;
    let request = sqladmin::instances().get(Google::PROJECT, "orders");

    println!("Without permission:");
    match request.clone().send(&client).await {
        Ok(_) => return Err("the server let anybody act for anybody".into()),
        Err(error) => println!("  {error}\n"),
    }

    google
        .tokens()
        .allow_subject(USER, [sqladmin::scope::SQLSERVICE_ADMIN]);
    println!("With permission:");
    // The refusal is remembered for a moment, so that a crowd of callers does not storm the token endpoint.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let instance = request.send(&client).await?;
    println!("  read {}", instance.name.as_deref().unwrap_or("?"));
    let patch = serde_json::json!({"settings": {"userLabels": {"owner": "ann"}}});
    let operation = sqladmin::instances()
        .patch(Google::PROJECT, "orders", patch)
        .send(&client)
        .await?;
    println!(
        "  patched it as {}",
        operation.user.as_deref().unwrap_or("?")
    );
    Ok(())
}
