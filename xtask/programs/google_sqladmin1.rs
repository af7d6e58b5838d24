//! Lists the Cloud SQL instances of a project with a service account's key: google-sqladmin1.

use google_sqladmin1::{SQLAdmin, hyper_rustls, hyper_util, yup_oauth2};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(key), Some(project)) = (arguments.next(), arguments.next()) else {
        return Err("usage: list KEY-FILE PROJECT".into());
    };
    let key = yup_oauth2::read_service_account_key(key).await?;
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_native_roots()?
        .https_only()
        .enable_http2()
        .build();
    let builder = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
    let tokens =
        yup_oauth2::client::CustomHyperClientBuilder::from(builder.build(connector.clone()));
    let auth = yup_oauth2::ServiceAccountAuthenticator::with_client(key, tokens)
        .build()
        .await?;
    let hub = SQLAdmin::new(builder.build(connector), auth);
    let mut page_token = String::new();
    loop {
        let (_, page) = hub
            .instances()
            .list(&project)
            .page_token(&page_token)
            .doit()
            .await?;
        for instance in page.items.unwrap_or_default() {
            println!("{}", instance.name.as_deref().unwrap_or("?"));
        }
        match page.next_page_token {
            Some(next) if !next.is_empty() => page_token = next,
            _ => return Ok(()),
        }
    }
}
