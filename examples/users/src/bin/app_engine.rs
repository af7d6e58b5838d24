//! A program on App Engine (second generation), or on Cloud Run, which acts as the app's service account. The credentials are the default ones, so that
//! the same program runs on your own machine too, where it acts as the signed-in user.
//!
//! ```sh
//! cargo run -p gapi-examples --bin app_engine                     # beside an embedded metadata server
//! cargo run -p gapi-examples --bin app_engine -- --real PROJECT   # on App Engine, or on your own machine
//! ```

use gapi::auth::ApplicationDefault;
use gapi_examples::{Failure, Machine};
use gapi_fakes::metadata::Platform;

gapi::api! {
    /// Cloud SQL Admin.
    mod sqladmin = "sqladmin:v1" { instances.list };
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let machine = Machine::find(Platform::CloudRun).await?;
    let project = std::env::args()
        .nth(2)
        .unwrap_or_else(|| String::from("example-123"));
    // Anywhere else, `gapi::auth::default()?` is all of it.
    let credentials = ApplicationDefault::new()
        .scopes([sqladmin::scope::SQLSERVICE_ADMIN])
        .environment(machine.environment())
        .find()?;
    println!("found at {}", credentials.origin());
    let client = machine.client(credentials)?;
    let page = sqladmin::instances().list(project).send(&client).await?;
    for instance in page.items.unwrap_or_default() {
        println!("{}", instance.name.unwrap_or_default());
    }
    Ok(())
}
