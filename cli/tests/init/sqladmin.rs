//! Calls `sql.instances.insert` of the Cloud SQL Admin API.

gapi::api! {
    mod sqladmin = "sqladmin:v1" { instances.insert };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A key file, your own login, or the service account of the machine.
    let client = gapi::Client::new(gapi::auth::default()?);

    let mut arguments = std::env::args().skip(1);
    let project = arguments.next().ok_or("usage: cargo run -- PROJECT")?;
    let body = sqladmin::DatabaseInstance {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = sqladmin::instances().insert(project, body);
    let response = request.send(&client).await?;
    println!("{}", response.name.unwrap_or_default());
    Ok(())
}
