//! A program without `async`: uploads what a thread writes, reads it line by line, and lists Cloud SQL instances.
//!
//! ```sh
//! cargo run --example blocking                                       # against embedded local servers: no account, no set-up
//! export GOOGLE_APPLICATION_CREDENTIALS=key.json
//! cargo run --example blocking -- --real my-project my-bucket        # against Google, writes the object `numbers.txt`
//! ```

use std::{
    env,
    error::Error,
    io::{self, BufRead, Write},
    thread,
};

use gapi::{
    Client, Media,
    auth::{Anonymous, ServiceAccount},
    blocking::{self, Reader, block_on},
};
use gapi_fakes::{Google, storage::Storage};

gapi::api! {
    /// Cloud SQL Admin: the method that this program calls, and the types that it needs.
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.list };
}
gapi::api! {
    /// Cloud Storage: the same.
    mod storage = "discovery-docs/storage.v1.json" { objects.{insert, get} };
}

const OBJECT: &str = "numbers.txt";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            // The servers run on gapi's own thread, like the connections to them.
            let (google, files) = (block_on(Google::start())?, block_on(Storage::start())?);
            let client = Client::builder()
                .credentials(ServiceAccount::from_json(&google.key_json())?.scopes(scopes()))
                .endpoint(google.url())
                .build()?;
            list(&client, Google::PROJECT)?;
            let client = Client::builder()
                .credentials(Anonymous)
                .endpoint(files.url())
                .build()?;
            copy(&client, "bucket")
        }
        ["--real", project, bucket] => {
            let key = env::var("GOOGLE_APPLICATION_CREDENTIALS")
                .map_err(|_| "GOOGLE_APPLICATION_CREDENTIALS names no service-account key")?;
            let client = Client::new(ServiceAccount::from_file(key)?.scopes(scopes()));
            list(&client, project)?;
            copy(&client, bucket)
        }
        _ => Err("usage: blocking [--real PROJECT BUCKET]".into()),
    }
}

fn scopes() -> [&'static str; 2] {
    [
        sqladmin::scope::SQLSERVICE_ADMIN,
        storage::scope::DEVSTORAGE_READ_WRITE,
    ]
}

/// Prints the instances of `project`.
fn list(client: &Client, project: &str) -> Result<(), Box<dyn Error>> {
    let instances = sqladmin::instances().list(project).items(client);
    for instance in blocking::iter(instances.page_size(3).prefetch()) {
        println!("{}", instance?.name.unwrap_or_default());
    }
    Ok(())
}

/// Uploads lines while a thread writes them, and reads them again.
fn copy(client: &Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    let (reader, mut writer) = io::pipe()?;
    let written = thread::spawn(move || {
        let mut writer = io::BufWriter::new(&mut writer);
        (1..=100_000).try_for_each(|n| writeln!(writer, "{n}"))?;
        writer.flush()
    });
    let insert = storage::objects().insert(bucket, storage::Object::default());
    let media = Media::from_read(reader, None).content_type("text/plain");
    let object = block_on(insert.name(OBJECT).upload(media).resumable().send(client))?;
    written.join().map_err(|_| "the writer panicked")??;
    println!("uploaded {} bytes", object.size.unwrap_or_default());

    let mut sum = 0;
    let lines = Reader::open(storage::objects().get(bucket, OBJECT).download(client))?;
    for line in lines.lines() {
        sum += line?.parse::<u64>()?;
    }
    println!("their sum is {sum}");
    Ok(())
}
