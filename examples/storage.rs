//! Uploads a large object in a resumable session, with a progress bar, and downloads it again.
//!
//! ```sh
//! cargo run --example storage                              # against an embedded local server that breaks again and again
//! export GOOGLE_APPLICATION_CREDENTIALS=key.json
//! cargo run --example storage -- --real my-bucket a.iso    # a file of yours, to Google
//! ```

use std::{env, error::Error, path::Path, time::Duration};

use gapi::{
    Client, Media, Progress, RetryPolicy,
    auth::{Anonymous, ServiceAccount},
};
use gapi_fakes::storage::Storage;
use indicatif::{ProgressBar, ProgressStyle};

gapi::api! {
    /// Cloud Storage: the methods that this program calls, and the types that they need.
    mod storage = "discovery-docs/storage.v1.json" { objects.{insert, get} };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let server = Storage::start().await?;
            // Two of five requests meet some trouble: a reset, an overload, a lost response, a session that is gone.
            server.seed(Some(1));
            let client = Client::builder()
                .credentials(Anonymous)
                .endpoint(server.url())
                .retry(
                    RetryPolicy::new()
                        .max_attempts(20)
                        .initial_delay(Duration::from_millis(10)),
                )
                .build()?;
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("large.bin");
            let content: Vec<u8> = (0..32_u32 << 18).flat_map(u32::to_le_bytes).collect();
            std::fs::write(&path, content)?;
            tour(&client, "bucket", &path).await?;
            println!("The server saw {} requests.", server.log().len());
            Ok(())
        }
        ["--real", bucket, file] => {
            let key = env::var("GOOGLE_APPLICATION_CREDENTIALS")
                .map_err(|_| "GOOGLE_APPLICATION_CREDENTIALS names no service-account key")?;
            let credentials = ServiceAccount::from_file(key)?;
            let scopes = [storage::scope::DEVSTORAGE_READ_WRITE];
            tour(
                &Client::new(credentials.scopes(scopes)),
                bucket,
                Path::new(file),
            )
            .await
        }
        _ => Err("usage: storage [--real BUCKET FILE]".into()),
    }
}

async fn tour(client: &Client, bucket: &str, path: &Path) -> Result<(), Box<dyn Error>> {
    let name = path
        .file_name()
        .ok_or("not the name of a file")?
        .to_string_lossy();
    let bar = bar("upload");
    let visible = bar.clone();
    let object = storage::objects()
        .insert(bucket, storage::Object::default())
        .name(&*name)
        .upload(Media::file(path))
        .resumable()
        .chunk_size(1 << 20)
        .on_progress(move |progress| show(&visible, progress))
        .send(client)
        .await?;
    bar.finish();
    println!(
        "{name}: {} bytes, CRC-32C {}, as it was sent",
        object.size.unwrap_or_default(),
        object.crc32c.as_deref().unwrap_or("?")
    );

    let bar = self::bar("download");
    let visible = bar.clone();
    let copy = tempfile::tempdir()?;
    let written = storage::objects()
        .get(bucket, &*name)
        .download(client)
        .on_progress(move |progress| show(&visible, progress))
        .to_file(copy.path().join("copy"))
        .await?;
    bar.finish();
    println!("{name}: {} bytes came back, as they are stored", *written);
    Ok(())
}

fn bar(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>8} [{wide_bar}] {bytes}/{total_bytes}");
    ProgressBar::new(0)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total.unwrap_or(0));
    bar.set_position(progress.bytes);
}
