//! A program on a virtual machine of Compute Engine, which acts as the machine's service account.
//!
//! ```sh
//! cargo run -p gapi-examples --bin compute_engine                     # beside an embedded metadata server
//! cargo run -p gapi-examples --bin compute_engine -- --real PROJECT   # on Compute Engine
//! ```

use gapi::auth::MetadataServer;
use gapi_examples::{Failure, Machine};
use gapi_fakes::metadata::Platform;

gapi::api! {
    /// Cloud SQL Admin.
    mod sqladmin = "sqladmin:v1" { instances.list };
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let machine = Machine::find(Platform::ComputeEngine).await?;
    let project = std::env::args()
        .nth(2)
        .unwrap_or_else(|| String::from("example-123"));
    // On Compute Engine `MetadataServer::new()` is enough. The scopes are those that the machine was made with.
    let credentials = MetadataServer::new().environment(machine.environment());
    let client = machine.client(credentials)?;
    let page = sqladmin::instances().list(project).send(&client).await?;
    for instance in page.items.unwrap_or_default() {
        println!("{}", instance.name.unwrap_or_default());
    }
    Ok(())
}
