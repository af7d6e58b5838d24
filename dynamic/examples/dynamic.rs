//! Calls methods by their names, which are known when the program runs only.
//!
//! ```sh
//! cargo run -p gapi-dynamic --example dynamic                   # a tour, against an embedded local server: no account, no set-up
//! export GOOGLE_APPLICATION_CREDENTIALS=key.json
//! cargo run -p gapi-dynamic --example dynamic -- sqladmin:v1 instances.list project=my-project    # any method, at Google
//! ```

use std::{env, error::Error, process::ExitCode};

use gapi::{Client, auth::ServiceAccount};
use gapi_dynamic::{Request, Service};
use gapi_fakes::Google;
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => tour().await,
        [document, method, parameters @ ..] if !document.starts_with('-') => {
            real(document, method, parameters).await
        }
        _ => {
            eprintln!("usage: dynamic [NAME:VERSION METHOD [PARAMETER=VALUE]...]");
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

/// Calls one method of any API at Google, and prints the response.
async fn real(document: &str, method: &str, parameters: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut request = Service::open(document)?.find(method)?.call();
    for parameter in parameters {
        let (name, value) = parameter
            .split_once('=')
            .ok_or("a parameter is NAME=VALUE")?;
        request = request.set(name, value);
    }
    // All mistakes, one per line, before credentials are needed.
    request.check()?;
    let key = env::var_os("GOOGLE_APPLICATION_CREDENTIALS").ok_or(
        "GOOGLE_APPLICATION_CREDENTIALS is not set; let it name the file of a service-account key",
    )?;
    let client = Client::new(ServiceAccount::from_file(key)?);
    print(request, &client).await
}

async fn print(request: Request, client: &Client) -> Result<(), Box<dyn Error>> {
    let response = request.send(client).await?;
    println!("{}", String::from_utf8_lossy(response.bytes()));
    Ok(())
}

/// Works on a server of its own.
async fn tour() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    let client = Client::builder()
        .credentials(ServiceAccount::from_json(&google.key_json())?)
        .endpoint(google.url())
        .build()?;
    let sqladmin = Service::open("sqladmin:v1")?;
    println!(
        "{} {}, {} methods",
        sqladmin.title(),
        sqladmin.version(),
        sqladmin.methods().len()
    );
    let project = json!({"project": Google::PROJECT});

    println!("\nThe instances, entry by entry:");
    let mut instances = sqladmin
        .call("instances.list", project.clone())?
        .items(&client)
        .page_size(3);
    let mut names = Vec::new();
    while let Some(instance) = instances.try_next().await? {
        let instance = instance.value()?;
        println!("  {} {}", instance["name"], instance["databaseVersion"]);
        names.extend(instance["name"].as_str().map(str::to_owned));
    }

    println!("\nA request with mistakes is not sent:");
    let patch = sqladmin.find("instances.patch")?;
    let wrong = patch
        .call()
        .set("instanc", "db")
        .body(json!({"settings": {"userLabel": {}}}));
    for mistake in &wrong.check().err().unwrap_or_default() {
        println!("  {mistake}");
    }

    let name = names.first().ok_or("the server has no instances")?;
    let body = json!({"settings": {"userLabels": {"gapi-example": "true"}}});
    let request = sqladmin
        .call("instances.patch", project)?
        .set("instance", name.as_str())
        .body(body);
    println!(
        "\nThe same as curl would send it:\n{}",
        request.to_http()?.to_curl("authorization: Bearer $TOKEN")
    );
    let operation = request.wait(&client).await?;
    println!(
        "\nThe operation ended: {}",
        operation.json().value()?["status"]
    );
    Ok(())
}
