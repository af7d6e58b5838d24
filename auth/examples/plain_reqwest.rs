//! Credentials without the rest of gapi: any HTTP client can send the headers.
//!
//! ```sh
//! cargo run -p gapi-auth --example plain_reqwest
//! ```

use std::error::Error;

use gapi_auth::{AuthRequest, Credentials, Scopes, ServiceAccount};
use gapi_fakes::Google;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A local server; with a real key, the token comes from Google.
    let google = Google::start().await?;
    let credentials = ServiceAccount::from_json(&google.key_json())?
        .scopes(["https://www.googleapis.com/auth/sqlservice.admin"]);
    let url = format!("{}/v1/projects/{}/instances", google.url(), Google::PROJECT);

    let http = reqwest::Client::new();
    println!("first:   {}", get(&http, &credentials, &url).await?);
    google.tokens().revoke_all();
    println!("revoked: {}", get(&http, &credentials, &url).await?);
    println!("tokens:  {}", google.tokens().issued());
    Ok(())
}

/// Asks once more with a new token when the first one is rejected.
async fn get(
    http: &reqwest::Client,
    credentials: &impl Credentials,
    url: &str,
) -> Result<reqwest::StatusCode, Box<dyn Error>> {
    let target = url.parse()?;
    let request = AuthRequest::new(&target, Scopes::Default(&[]));
    loop {
        let headers = credentials.headers(&request).await?;
        let answer = http
            .get(url)
            .headers(headers.headers().clone())
            .send()
            .await?;
        if answer.status() != reqwest::StatusCode::UNAUTHORIZED || !credentials.reject(&headers) {
            return Ok(answer.status());
        }
        println!("         401, once more with another token");
    }
}
