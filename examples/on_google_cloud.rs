//! The same program on a laptop, in CI and on Google Cloud: it takes the credentials that it finds.
//!
//! ```sh
//! cargo run --example on_google_cloud                # on a made-up machine of Google Cloud: no account, no set-up
//! gcloud auth application-default login
//! cargo run --example on_google_cloud -- --real      # with the credentials of this machine; changes nothing
//! ```

use std::{error::Error, process::ExitCode};

use gapi::{
    Client, Credentials,
    auth::{ApplicationDefault, DefaultCredentials, Environment},
};
use gapi_fakes::{Google, Server, metadata::MetadataServer};

gapi::api! {
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.list };
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [] => local().await,
        [flag] if flag == "--real" => real().await,
        _ => {
            eprintln!("usage: on_google_cloud [--real]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A machine of Google Cloud, which is a metadata server and nothing else that a program would notice.
async fn local() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    let machine = MetadataServer::new(Google::PROJECT)?.issuing_from(google.tokens());
    let machine = Server::start(machine).await?;
    let environment = Environment::new().var("GCE_METADATA_HOST", machine.address().to_string());
    let credentials = ApplicationDefault::new().environment(environment).find()?;
    let client = Client::builder()
        .credentials(credentials.clone())
        .endpoint(google.url())
        .build()?;
    list(&client, &credentials).await
}

async fn real() -> Result<(), Box<dyn Error>> {
    let credentials = gapi::auth::default()?;
    list(&Client::new(credentials.clone()), &credentials).await
}

async fn list(client: &Client, credentials: &DefaultCredentials) -> Result<(), Box<dyn Error>> {
    for location in credentials.tried() {
        println!("{location}");
    }
    let project = credentials.project_id().await?;
    let project = project.ok_or("no project is known: set GOOGLE_CLOUD_PROJECT")?;
    let mut instances = sqladmin::instances().list(&project).items(client);
    while let Some(instance) = instances.try_next().await? {
        println!("{project}: {}", instance.name.as_deref().unwrap_or("?"));
    }
    println!("as {}", credentials.describe());
    Ok(())
}
