//! The names of a user's files on Drive.
//!
//! ```sh
//! cargo run -p gapi-examples --bin drive_files                         # at an embedded server
//! cargo run -p gapi-examples --bin drive_files -- client_secret.json   # at Google
//! ```

use gapi_examples::{Failure, Provider, sign_in};

gapi::api! {
    /// Drive.
    mod drive = "drive:v3" { files.list };
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let provider = Provider::installed().await?;
    let user = sign_in(&provider, &[drive::scope::DRIVE_METADATA_READONLY]).await?;
    let client = provider.client(user)?;
    let mut files = drive::files()
        .list()
        .page_size(100)
        .items(&client)
        .fields("nextPageToken,files(id,name)");
    while let Some(file) = files.try_next().await? {
        println!(
            "{} ({})",
            file.name.unwrap_or_default(),
            file.id.unwrap_or_default()
        );
    }
    Ok(())
}
