//! Acts as a service account without its key: the program's own credentials are allowed to impersonate it. First without that
//! permission, to show the refusal; then with it; then for a user of a domain, with no key anywhere.
//!
//! ```sh
//! cargo run --example impersonation
//! ```
//!
//! Everything happens on an embedded local server. At Google the permission is the role *Service Account Token Creator* on the
//! service account.

use std::{error::Error, time::Duration};

use gapi::{
    Client, Credentials,
    auth::{Impersonated, ServiceAccount},
};
use gapi_fakes::Google;

gapi::api! {
    /// The Cloud SQL Admin API.
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.{get, patch} };
}

const USER: &str = "ann@example.com";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    let target = google.deployer().email();
    let source = ServiceAccount::from_json(&google.key_json())?;
    let credentials = Impersonated::new(source, target)
        .scopes([sqladmin::scope::SQLSERVICE_ADMIN])
        .iam_endpoint(google.url())
        .token_uri(google.token_url());
    let client = |credentials: Impersonated| {
        Client::builder()
            .credentials(credentials)
            .endpoint(google.url())
            .build()
    };
    let request = sqladmin::instances().get(Google::PROJECT, "orders");

    println!("Without permission:");
    match request.clone().send(&client(credentials.clone())?).await {
        Ok(_) => return Err("the server let anybody act as anybody".into()),
        Err(error) => println!("  {error}\n"),
    }

    google.iam().allow(google.account().email(), target);
    // The refusal is remembered for a moment, so that a crowd of callers does not storm the API.
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("With permission, as {}:", credentials.email());
    let instance = request.clone().send(&client(credentials.clone())?).await?;
    println!("  read {}", instance.name.as_deref().unwrap_or("?"));
    if let Some(signer) = credentials.signer() {
        let signature = signer.sign(b"a message").await?;
        println!(
            "  signed {} bytes with a key that nobody has",
            signature.bytes().len()
        );
    }

    google
        .tokens()
        .allow_subject(USER, [sqladmin::scope::SQLSERVICE_ADMIN]);
    println!("For {USER}:");
    let patch = serde_json::json!({"settings": {"userLabels": {"owner": "ann"}}});
    let operation = sqladmin::instances()
        .patch(Google::PROJECT, "orders", patch)
        .send(&client(credentials.subject(USER))?)
        .await?;
    println!("  patched as {}", operation.user.as_deref().unwrap_or("?"));
    Ok(())
}
