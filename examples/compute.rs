//! Makes virtual machines and waits for them, lists those of all zones, and deletes them.
//!
//! ```sh
//! cargo run --example compute                                          # against an embedded local server: no account, no set-up
//! export GOOGLE_APPLICATION_CREDENTIALS=key.json
//! cargo run --example compute -- --real my-project                     # against Google: lists only, changes nothing
//! ```

use std::{env, error::Error, io::Write, process::ExitCode, time::Duration};

use gapi::{Client, ErrorKind, auth::ServiceAccount};
use gapi_fakes::Google;
use serde_json::json;

gapi::api! {
    /// Compute Engine: a few methods of nearly a thousand, and the types that they need.
    mod compute = "discovery-docs/compute.v1.json" { instances.{insert, aggregatedList, delete} };
}

const ZONE: &str = "us-central1-a";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [] => local().await,
        [flag, project] if flag == "--real" => real(project).await,
        _ => {
            eprintln!("usage: compute [--real PROJECT]");
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

/// Works on a server of its own.
async fn local() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    google.compute().set_quota(2);
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    let client = Client::builder()
        .credentials(ServiceAccount::from_file(key.path())?)
        .endpoint(google.url())
        .build()?;
    let project = Google::PROJECT;

    println!("Making a machine, and waiting for it:");
    let operation = insert(project, "web-1")
        .send(&client)
        .wait()
        .deadline(Duration::from_secs(300))
        .poll_delay(Duration::from_millis(50), Duration::from_secs(5))
        .await?;
    println!("  {} is done", operation.name.as_deref().unwrap_or("?"));

    println!("Making another, and watching it:");
    let mut watch = insert(project, "web-2")
        .send(&client)
        .wait()
        .poll_delay(Duration::from_millis(50), Duration::from_secs(5))
        .watch();
    while let Some(operation) = watch.try_next().await? {
        let status = operation.status.map_or_else(String::new, |s| s.to_string());
        println!("  {status} {} %", operation.progress.unwrap_or_default());
    }

    println!("Making one too many:");
    let failed = insert(project, "web-3")
        .send(&client)
        .wait()
        .poll_delay(Duration::from_millis(50), Duration::from_secs(5))
        .await;
    match failed {
        Err(error) if error.kind() == ErrorKind::Operation => {
            println!("  {} ({error})", error.reason().unwrap_or("?"));
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("the quota does not hold".into()),
    }

    list(&client, project).await?;

    println!("Deleting one, and waiting for it in another place, by the operation's name:");
    let operation = compute::instances()
        .delete(project, ZONE, "web-1")
        .send(&client)
        .await?;
    let name = operation.name.ok_or("an operation has a name")?;
    compute::zone_operations()
        .get(project, ZONE, name)
        .send(&client)
        .wait()
        .poll_delay(Duration::from_millis(50), Duration::from_secs(5))
        .await?;
    list(&client, project).await
}

/// Looks at a project at Google.
async fn real(project: &str) -> Result<(), Box<dyn Error>> {
    let key = env::var_os("GOOGLE_APPLICATION_CREDENTIALS").filter(|key| !key.is_empty());
    let key = key.ok_or("GOOGLE_APPLICATION_CREDENTIALS does not name the file of a key")?;
    list(&Client::new(ServiceAccount::from_file(key)?), project).await
}

/// The request for a small machine.
fn insert(project: &str, name: &str) -> compute::instances::Insert {
    let machine = json!({
        "name": name,
        "machineType": format!("zones/{ZONE}/machineTypes/e2-small"),
        "disks": [{"boot": true, "initializeParams": {"sourceImage": "projects/debian-cloud/global/images/family/debian-12"}}],
        "networkInterfaces": [{"network": "global/networks/default"}],
    });
    compute::instances().insert(project, ZONE, machine)
}

/// Prints the machines of all zones, by zone.
async fn list(client: &Client, project: &str) -> Result<(), Box<dyn Error>> {
    println!("The machines of {project}:");
    let mut zones = compute::instances().aggregated_list(project).items(client);
    while let Some((zone, scoped)) = zones.try_next().await? {
        for machine in scoped.instances.unwrap_or_default() {
            let state = machine.status.map_or_else(String::new, |s| s.to_string());
            println!(
                "  {zone}/{} {state}",
                machine.name.as_deref().unwrap_or("?")
            );
        }
    }
    Ok(())
}
