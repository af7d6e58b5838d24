//! Calls a service on Cloud Run with an ID token, and checks such a token as the service would.
//!
//! ```sh
//! cargo run -p gapi-auth --example cloud_run
//! ```

use std::error::Error;

use gapi_auth::{IdTokenVerifier, ServiceAccount};
use gapi_fakes::{Google, id_tokens::IdTokenIssuer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A local server; a real service has a URL such as https://hello-abc123-uc.a.run.app.
    let google = Google::start().await?;
    let service = google.url();

    // The caller: an access token would be refused here.
    let robot = ServiceAccount::from_json(&google.key_json())?;
    let credentials = robot.id_token(&service);
    let token = credentials.token().await?;
    let answer = reqwest::Client::new()
        .get(format!("{service}/hello"))
        .bearer_auth(token.secret())
        .send()
        .await?;
    print!("{} {}", answer.status(), answer.text().await?);

    // The service: one verifier for the whole program. Google's keys need no URL.
    let verifier = IdTokenVerifier::google([&service])
        .emails([robot.email()])
        .keys_url(format!("{}{}", google.url(), IdTokenIssuer::KEYS_PATH));
    let claims = verifier.verify(token.secret()).await?;
    println!("accepted: {}", claims.email().unwrap_or("nobody"));

    // A token for another service is worth nothing here.
    let other = robot.id_token("https://other.example.com").token().await?;
    if let Err(error) = verifier.verify(other.secret()).await {
        println!("{error}");
    }
    Ok(())
}
