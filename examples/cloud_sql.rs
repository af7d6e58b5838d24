//! Lists, reads and patches Cloud SQL instances.
//!
//! ```sh
//! cargo run --example cloud_sql                                       # against an embedded local server: no account, no set-up
//! export GOOGLE_APPLICATION_CREDENTIALS=key.json
//! cargo run --example cloud_sql -- --real my-project                  # against Google, changes nothing
//! cargo run --example cloud_sql -- --real my-project --patch my-db    # against Google, labels one instance
//! ```

use std::{collections::BTreeMap, env, error::Error, io::Write, process::ExitCode, time::Duration};

use gapi::{Client, auth::ServiceAccount};
use gapi_fakes::Google;
use sqladmin::{DatabaseInstance, Settings};

gapi::api! {
    /// The Cloud SQL Admin API: the methods that this program calls, and the types that they need.
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.{list, get, patch} };
}

const HELP: &str = "\
Lists, reads and patches Cloud SQL instances.

Usage: cloud_sql [--real PROJECT [--patch INSTANCE]]

  (no option)        Starts a local server, makes a service-account key for it, and works there.
  --real PROJECT     Works on PROJECT at Google instead. The environment variable
                     GOOGLE_APPLICATION_CREDENTIALS names the file of a service-account key.
  --patch INSTANCE   With --real: sets the label gapi-example=true on INSTANCE. Without this
                     option nothing is changed.
  -h, --help         Shows this text.";

/// The label that the patch sets.
const LABEL: (&str, &str) = ("gapi-example", "true");

/// What the command line asks for.
enum Task {
    Help,
    Local,
    Real {
        project: String,
        patch: Option<String>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let task = match parse(env::args().skip(1)) {
        Ok(task) => task,
        Err(message) => {
            eprintln!("error: {message}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let done = match task {
        Task::Help => {
            println!("{HELP}");
            Ok(())
        }
        Task::Local => local().await,
        Task::Real { project, patch } => real(&project, patch.as_deref()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  because: {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let (mut project, mut patch) = (None, None);
    while let Some(argument) = arguments.next() {
        let value = match argument.as_str() {
            "-h" | "--help" => return Ok(Task::Help),
            "--real" => &mut project,
            "--patch" => &mut patch,
            other => return Err(format!("unknown argument {other:?}")),
        };
        *value = Some(
            arguments
                .next()
                .filter(|value| !value.is_empty() && !value.starts_with('-'))
                .ok_or_else(|| format!("{argument} needs a value"))?,
        );
    }
    match (project, patch) {
        (Some(project), patch) => Ok(Task::Real { project, patch }),
        (None, None) => Ok(Task::Local),
        (None, Some(_)) => {
            Err("--patch goes with --real: the local server is patched anyway".into())
        }
    }
}

/// Works on a server of its own.
async fn local() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    println!("A local server for tokens and Cloud SQL: {}", google.url());
    println!("A service-account key for it: {}", key.path().display());

    let credentials =
        ServiceAccount::from_file(key.path())?.scopes([sqladmin::scope::SQLSERVICE_ADMIN]);
    println!("Signing in as {}", credentials.email());
    let client = Client::builder()
        .credentials(credentials)
        .endpoint(google.url())
        .build()?;
    run(&client, Google::PROJECT, Some("staging")).await?;
    Ok(())
}

/// Works on a project at Google.
async fn real(project: &str, patch: Option<&str>) -> Result<(), Box<dyn Error>> {
    let Some(key) = env::var_os("GOOGLE_APPLICATION_CREDENTIALS").filter(|key| !key.is_empty())
    else {
        return Err("GOOGLE_APPLICATION_CREDENTIALS is not set; let it name the file of a service-account key".into());
    };
    let credentials = ServiceAccount::from_file(key)?.scopes([sqladmin::scope::SQLSERVICE_ADMIN]);
    println!("Signing in as {}", credentials.email());
    run(&Client::new(credentials), project, patch).await?;
    Ok(())
}

/// Lists the instances of `project`, shows one, patches the one named `patch`, and lists them again.
async fn run(client: &Client, project: &str, patch: Option<&str>) -> Result<(), Box<dyn Error>> {
    println!("\nThe instances of {project}, page by page:");
    let mut names = Vec::new();
    let mut pages = sqladmin::instances()
        .list(project)
        .max_results(3)
        .pages(client);
    while let Some(page) = pages.try_next().await? {
        let page: Vec<String> = page
            .items
            .unwrap_or_default()
            .into_iter()
            .filter_map(|i| i.name)
            .collect();
        println!("  {}", page.join(", "));
        names.extend(page);
    }

    if let Some(name) = patch.or(names.first().map(String::as_str)) {
        let instance = sqladmin::instances()
            .get(project, name)
            .send(client)
            .await?;
        show(&instance);
        if patch.is_some() {
            label(client, project, name, &instance).await?;
        } else {
            println!("\nNothing is changed. --patch INSTANCE sets a label on an instance.");
        }
    }

    println!("\nThe instances of {project}:");
    table(client, project).await?;
    Ok(())
}

/// Prints what a person would want to know of an instance.
fn show(instance: &DatabaseInstance) {
    let settings = instance.settings.clone().unwrap_or_default();
    let labels = settings.user_labels.unwrap_or_default();
    println!("\n{}:", text(instance.name.as_deref()));
    println!(
        "  connection  {}",
        text(instance.connection_name.as_deref())
    );
    println!("  tier        {}", text(settings.tier.as_deref()));
    println!(
        "  created     {}",
        instance
            .create_time
            .as_ref()
            .map_or_else(unknown, ToString::to_string)
    );
    println!("  labels      {labels:?}");
}

/// Adds [`LABEL`] to an instance and waits until that is done.
async fn label(
    client: &Client,
    project: &str,
    name: &str,
    instance: &DatabaseInstance,
) -> Result<(), Box<dyn Error>> {
    let current = instance.settings.clone().unwrap_or_default();
    let mut labels: BTreeMap<String, String> = current.user_labels.unwrap_or_default();
    labels.insert(LABEL.0.into(), LABEL.1.into());
    let patch = DatabaseInstance {
        settings: Some(Settings {
            user_labels: Some(labels),
            // The version that was read: if another user changed the settings meanwhile, the server refuses.
            settings_version: current.settings_version,
            ..Settings::default()
        }),
        ..DatabaseInstance::default()
    };
    println!("\nPatching {name}: label {}={}", LABEL.0, LABEL.1);
    let mut watch = sqladmin::instances()
        .patch(project, name, patch)
        .send(client)
        .wait()
        .poll_delay(Duration::from_millis(100), Duration::from_secs(5))
        .watch();
    // An operation that fails is an error.
    while let Some(operation) = watch.try_next().await? {
        println!(
            "  {} is {}",
            text(operation.name.as_deref()),
            operation.status.map_or_else(unknown, |s| s.to_string())
        );
    }
    show(
        &sqladmin::instances()
            .get(project, name)
            .send(client)
            .await?,
    );
    Ok(())
}

/// One line per instance.
async fn table(client: &Client, project: &str) -> Result<(), gapi::Error> {
    println!(
        "{:<20} {:<14} {:<26} {:<16} {:>8}",
        "NAME", "STATE", "VERSION", "REGION", "DISK"
    );
    let mut all = sqladmin::instances().list(project).items(client);
    while let Some(instance) = all.try_next().await? {
        let disk = instance
            .settings
            .and_then(|settings| settings.data_disk_size_gb);
        println!(
            "{:<20} {:<14} {:<26} {:<16} {:>8}",
            text(instance.name.as_deref()),
            instance
                .state
                .map_or_else(unknown, |state| state.to_string()),
            instance
                .database_version
                .map_or_else(unknown, |version| version.to_string()),
            text(instance.region.as_deref()),
            disk.map_or_else(unknown, |size| format!("{size} GB")),
        );
    }
    Ok(())
}

fn text(value: Option<&str>) -> &str {
    value.unwrap_or("?")
}

fn unknown() -> String {
    "?".into()
}
