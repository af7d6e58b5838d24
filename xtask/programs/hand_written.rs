//! Lists the Cloud SQL instances of a project with a service account's key: reqwest and jsonwebtoken, no more.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Key {
    client_email: String,
    private_key: String,
    token_uri: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    items: Vec<Instance>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Instance {
    name: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(key), Some(project)) = (arguments.next(), arguments.next()) else {
        return Err("usage: list KEY-FILE PROJECT".into());
    };
    let key: Key = serde_json::from_slice(&std::fs::read(key)?)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = Claims {
        iss: &key.client_email,
        scope: "https://www.googleapis.com/auth/cloud-platform",
        aud: &key.token_uri,
        iat: now,
        exp: now + 3600,
    };
    let private = EncodingKey::from_rsa_pem(key.private_key.as_bytes())?;
    let assertion = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &private)?;
    let http = reqwest::Client::new();
    let form = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
    );
    let answer = http
        .post(&key.token_uri)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let token: Token = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
    let mut page_token = String::new();
    loop {
        let url = format!(
            "https://sqladmin.googleapis.com/v1/projects/{project}/instances?pageToken={page_token}"
        );
        let answer = http
            .get(url)
            .bearer_auth(&token.access_token)
            .send()
            .await?
            .error_for_status()?;
        let page: Page = serde_json::from_slice(&answer.bytes().await?)?;
        for instance in page.items {
            println!("{}", instance.name.as_deref().unwrap_or("?"));
        }
        match page.next_page_token {
            Some(next) if !next.is_empty() => page_token = next,
            _ => return Ok(()),
        }
    }
}
