//! A list is not awaited, a path is no credentials, and no media.

use gapi::{Client, Error, auth::ServiceAccount};

gapi::api! { mod drive = "../../../discovery-docs/drive.v3.json" { files.{create, get, list} }; }

async fn awaited(client: &Client) -> Result<usize, Error> {
    let files = drive::files().list().items(client).await?;
    Ok(files.len())
}

async fn in_a_loop(client: &Client) -> Result<(), Error> {
    for file in drive::files().list().items(client) {
        println!("{:?}", file?.name);
    }
    for page in drive::files().list().pages(client) {
        println!("{:?}", page?.files);
    }
    Ok(())
}

struct Plain {
    name: String,
}

async fn without_the_derive(client: &Client) -> Result<Vec<Plain>, Error> {
    let all: Vec<_> = drive::files().list().items(client).select::<Plain>().try_collect().await?;
    println!("{}", all[0].name);
    Ok(all)
}

fn a_path_for_credentials() -> Client {
    Client::new("service.json")
}

fn a_result_for_credentials() -> Client {
    Client::new(ServiceAccount::from_file("service.json"))
}

fn one_scope_for_a_list(key: ServiceAccount) -> Client {
    Client::new(key.scopes("https://www.googleapis.com/auth/drive"))
}

/// Right: the error of credentials is an error of a call too.
fn right() -> Result<Client, Error> {
    Ok(Client::new(ServiceAccount::from_file("service.json")?))
}

async fn a_path_for_media(client: &Client) -> Result<drive::File, Error> {
    let path = std::path::Path::new("a.png");
    drive::files().create(drive::File::default()).upload(path).send(client).await
}

async fn pieces_in_a_loop(client: &Client) -> Result<(), Error> {
    for piece in drive::files().get("a").download(client).stream().await? {
        println!("{}", piece?.len());
    }
    Ok(())
}

async fn no_path_for_a_download(client: &Client) -> Result<(), Error> {
    drive::files().get("a").download(client).to_file(5).await?;
    Ok(())
}

fn main() {}
