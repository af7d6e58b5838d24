//! Lists the Cloud SQL instances of a project with a service account's key: google-cloud-sql-v1.

use google_cloud_auth::credentials::service_account;
use google_cloud_sql_v1::client::SqlInstancesService;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(key), Some(project)) = (arguments.next(), arguments.next()) else {
        return Err("usage: list KEY-FILE PROJECT".into());
    };
    let key = serde_json::from_slice(&std::fs::read(key)?)?;
    let client = SqlInstancesService::builder()
        .with_credentials(service_account::Builder::new(key).build()?)
        .build()
        .await?;
    let mut page_token = String::new();
    loop {
        let request = client.list().set_project(&project);
        let page = request.set_page_token(page_token).send().await?;
        for instance in page.items {
            println!("{}", instance.name);
        }
        if page.next_page_token.is_empty() {
            return Ok(());
        }
        page_token = page.next_page_token;
    }
}
