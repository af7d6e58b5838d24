//! Lists the five most recently modified files of a Drive, uploads one and downloads it again.
//!
//! ```sh
//! cargo run --example drive                                # against an embedded local server: no account, no set-up
//! export GOOGLE_APPLICATION_CREDENTIALS=key.json
//! cargo run --example drive -- --real                      # the Drive of the service account, at Google
//! ```

use std::{env, error::Error};

use gapi::{Client, Media, auth::ServiceAccount};
use gapi_fakes::Google;

gapi::api! {
    /// Drive: the methods that this program calls, and the types that they need.
    mod drive = "discovery-docs/drive.v3.json" { files.{list, create, get, delete} };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let google = Google::start().await?;
            let credentials = ServiceAccount::from_json(&google.key_json())?;
            let client = Client::builder()
                .credentials(credentials.scopes([drive::scope::DRIVE]))
                .endpoint(google.url())
                .build()?;
            tour(&client).await
        }
        ["--real"] => {
            let key = env::var("GOOGLE_APPLICATION_CREDENTIALS")
                .map_err(|_| "GOOGLE_APPLICATION_CREDENTIALS names no service-account key")?;
            let credentials = ServiceAccount::from_file(key)?;
            tour(&Client::new(credentials.scopes([drive::scope::DRIVE]))).await
        }
        _ => Err("usage: drive [--real]".into()),
    }
}

async fn tour(client: &Client) -> Result<(), Box<dyn Error>> {
    println!("The files that were modified last:");
    let page = drive::files()
        .list()
        .order_by("modifiedTime desc")
        .page_size(5)
        .send(client)
        .fields("files(id,name,modifiedTime,size)")
        .await?;
    for file in page.files.unwrap_or_default() {
        let name = file.name.as_deref().unwrap_or("?");
        let modified = file
            .modified_time
            .as_ref()
            .map_or("?", |time| time.as_str());
        println!("  {modified}  {name}");
    }

    // The type of the media is guessed from the file's name.
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("greeting.txt");
    std::fs::write(&path, "Good morning.\n")?;
    let described = drive::File {
        name: Some("greeting.txt".into()),
        ..Default::default()
    };
    let made = drive::files()
        .create(described)
        .upload(Media::file(&path))
        .send(client)
        .fields("id,name,mimeType,size,md5Checksum")
        .await?;
    let id = made.id.ok_or("a file without an id")?;
    println!(
        "\nUploaded {} as {id}: {} bytes of {}",
        made.name.as_deref().unwrap_or("?"),
        made.size.unwrap_or_default(),
        made.mime_type.as_deref().unwrap_or("?")
    );

    let copy = folder.path().join("copy.txt");
    let download = drive::files().get(&id).download(client);
    let written = download.to_file(&copy).await?;
    println!(
        "Downloaded {} bytes: {:?}",
        *written,
        std::fs::read_to_string(&copy)?
    );
    let word = drive::files()
        .get(&id)
        .download(client)
        .range(5..12)
        .bytes()
        .await?;
    println!("A part of it: {:?}", String::from_utf8_lossy(&word));

    drive::files().delete(&id).send(client).await?;
    println!("Deleted it.");
    Ok(())
}
