//! An app on a device without a browser: the user enters a code on another one.
//!
//! ```sh
//! cargo run -p gapi-examples --bin device                         # at an embedded server
//! cargo run -p gapi-examples --bin device -- client_secret.json   # at Google; the client is of the type "TVs and Limited Input devices"
//! ```

use gapi::auth::{DeviceFlow, Flow};
use gapi_examples::{Failure, Provider};

gapi::api! {
    /// Drive.
    mod drive = "drive:v3" { files.list };
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let provider = Provider::installed().await?;
    // Devices may have a few scopes only; this one shows the files that the app made itself.
    let flow = Flow::new(provider.secrets(), [drive::scope::DRIVE_FILE]);
    let device = DeviceFlow::new(flow).start().await?;
    println!(
        "on any device, open {} and enter {}",
        device.verification_url(),
        device.user_code()
    );
    if let Some(google) = provider.embedded() {
        google.users().approve_device(device.user_code());
    }
    let user = device.wait().await?;
    let client = provider.client(user)?;
    let list = drive::files().list().send(&client).await?;
    for file in list.files.unwrap_or_default() {
        println!("{}", file.name.unwrap_or_default());
    }
    Ok(())
}
