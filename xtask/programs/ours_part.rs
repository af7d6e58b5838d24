//! Lists the Cloud SQL instances of a project with a service account's key: gapi, and of each instance what it shows.

use gapi::Client;
use gapi::auth::ServiceAccount;

gapi::api! {
    mod sqladmin = "sqladmin.v1.json" { instances.list };
}

#[derive(gapi::Fields)]
#[fields(of = sqladmin::DatabaseInstance)]
struct Instance {
    name: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(key), Some(project)) = (arguments.next(), arguments.next()) else {
        return Err("usage: list KEY-FILE PROJECT".into());
    };
    let client = Client::new(ServiceAccount::from_file(key)?);
    let mut instances = sqladmin::instances()
        .list(project)
        .items(&client)
        .select::<Instance>();
    while let Some(instance) = instances.try_next().await? {
        println!("{}", instance.name.as_deref().unwrap_or("?"));
    }
    Ok(())
}
