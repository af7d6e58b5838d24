//! Hands on a download and an upload without an account: a signed URL and a POST policy of Cloud Storage.
//!
//! ```sh
//! cargo run -p gapi-auth --example signed_url
//! ```

use std::{error::Error, time::Duration};

use gapi_auth::{PostPolicy, ServiceAccount, SignedUrl};
use gapi_fakes::{Server, keys, signed_urls::SignedStorage};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A local server that checks signatures; leave out `endpoint` for Cloud Storage itself.
    let account = keys::ServiceAccount::new("robot", "example-123")?;
    let storage = Server::start(SignedStorage::new(&account)).await?;
    let robot =
        ServiceAccount::from_json(&account.key_json("https://oauth2.googleapis.com/token"))?;
    let http = reqwest::Client::new();

    let upload = SignedUrl::put("my-bucket", "reports/2026 Q1.txt")
        .header("content-type", "text/plain")
        .expires_in(Duration::from_secs(15 * 60))
        .endpoint(storage.url())
        .sign(&robot.signer())
        .await?;
    let answer = http
        .put(upload)
        .header("content-type", "text/plain")
        .body("all is well")
        .send()
        .await?;
    println!("PUT: {}", answer.status());

    let download = SignedUrl::get("my-bucket", "reports/2026 Q1.txt")
        .endpoint(storage.url())
        .sign(&robot.signer())
        .await?;
    println!("GET: {}", http.get(&download).send().await?.text().await?);
    // The signature is for one object and one verb.
    let other = http.delete(&download).send().await?.status();
    println!("DELETE with the same URL: {other}");

    let form = PostPolicy::new("my-bucket", "avatars/jane.png")
        .field("content-type", "image/png")
        .content_length(1..=2_000_000)
        .sign(&robot.signer())
        .await?;
    println!("a form for {} has the fields:", form.url());
    for (name, _) in form.fields() {
        println!("  {name}");
    }
    Ok(())
}
