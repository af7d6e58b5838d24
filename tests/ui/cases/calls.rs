//! What a request, a call, a batch and media cannot do, and values that do not fit.

use std::fs::File;

use gapi::{Batch, Client, Error, Media, mock::{Mock, Reply}};

gapi::api! {
    mod drive = "../../../discovery-docs/drive.v3.json" { files.{create, delete, get, list} };
    mod sql = "../../../discovery-docs/sqladmin.v1.json" { instances.{delete, get, patch} };
}

async fn no_upload(client: &Client) -> Result<drive::FileList, Error> {
    drive::files().list().upload(Media::file("a.png")).send(client).await
}

async fn no_items(client: &Client) -> Result<(), Error> {
    drive::files().get("a").items(client).try_next().await
}

async fn no_download(client: &Client) -> Result<(), Error> {
    drive::files().list().download(client).to_file("a.png").await
}

async fn items_of_a_call(client: &Client) -> Result<(), Error> {
    drive::files().list().send(client).items().try_next().await
}

async fn another_name_of_send() -> Result<drive::FileList, Error> {
    drive::files().list().execute().await
}

async fn no_operation(client: &Client) -> Result<(), Error> {
    drive::files().delete("a").send(client).wait().await
}

async fn no_operation_of_a_read(client: &Client) -> Result<sql::DatabaseInstance, Error> {
    sql::instances().get("p", "i").send(client).wait().await
}

async fn the_name_in_other_languages(client: &Client) -> Result<(), Error> {
    drive::files().emptyTrash().send(client).await
}

async fn a_wait_too_late(client: &Client) -> Result<sql::Operation, Error> {
    sql::instances().delete("p", "i").send(client).await?.wait().await
}

fn an_option_for_an_argument(file: drive::File) -> drive::files::Get {
    drive::files().get(file.id)
}

fn a_number_for_an_argument() -> drive::files::Get {
    drive::files().get(7)
}

fn no_number() -> drive::files::List {
    drive::files().list().page_size(None)
}

async fn an_option_for_an_etag(client: &Client, before: sql::DatabaseInstance) -> Result<(), Error> {
    sql::instances().patch("p", "i", &before).send(client).if_match(before.etag).await?;
    Ok(())
}

/// Right: a list begins at a page by the name that the parameter has.
async fn a_page(client: &Client) -> Result<Vec<drive::File>, Error> {
    drive::files().list().items(client).page_token("t").try_collect().await
}

async fn a_blocking_writer(client: &Client, mut file: File) -> Result<u64, Error> {
    let written = drive::files().get("a").download(client).to_writer(&mut file).await?;
    Ok(*written)
}

fn a_blocking_reader(file: File) -> Media {
    Media::reader(file, None)
}

/// Like `tokio::spawn`.
fn spawn(_: impl Future + Send) {}

fn a_spawned_call(client: &Client) {
    spawn(drive::files().list().send(client));
}

fn a_spawned_download(client: &Client) {
    spawn(drive::files().get("a").download(client));
}

async fn a_batch(client: &Client) -> Result<(), Error> {
    let mut batch = Batch::new();
    let file = batch.add(drive::files().get("a"));
    let mut responses = batch.send(client);
    println!("{:?}", responses.take(file)?.name);
    Ok(())
}

async fn one_response_of_many(client: &Client) -> Result<(), Error> {
    let mut batch = Batch::new();
    let files = batch.add_all(["a", "b"].map(|id| drive::files().get(id)));
    let mut responses = batch.send(client).await?;
    println!("{:?}", responses.take(files)?.name);
    Ok(())
}

fn a_batch_of_calls(client: &Client, batch: &mut Batch) {
    let _ = batch.add(drive::files().get("a").send(client));
}

fn replies() -> Mock {
    Mock::new().on("drive.files.list", [Reply::status(503), Reply::status(200)])
}

fn main() {}
