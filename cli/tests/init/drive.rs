//! Calls `drive.files.list` of the Google Drive API.

gapi::api! {
    mod drive = "drive:v3" { files.list };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A key file, your own login, or the service account of the machine.
    let client = gapi::Client::new(gapi::auth::default()?);

    let request = drive::files().list();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{}", item.name.unwrap_or_default());
    }
    Ok(())
}
