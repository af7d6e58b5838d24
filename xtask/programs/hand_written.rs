//! Lists the Cloud SQL instances of a project with a service account's key: reqwest, and jsonwebtoken or ring.

use std::time::{SystemTime, UNIX_EPOCH};

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

/// Returns the signed token and the client.
#[cfg(not(feature = "ring"))]
fn sign(claims: &Claims<'_>, key: &Key) -> Result<(String, reqwest::Client), Box<dyn std::error::Error>> {
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    let private = EncodingKey::from_rsa_pem(key.private_key.as_bytes())?;
    let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &private)?;
    Ok((token, reqwest::Client::new()))
}

#[cfg(feature = "ring")]
fn sign(claims: &Claims<'_>, key: &Key) -> Result<(String, reqwest::Client), Box<dyn std::error::Error>> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::{rand::SystemRandom, signature::{RSA_PKCS1_SHA256, RsaKeyPair}};
    use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "installed")?;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?));
    let der = PrivatePkcs8KeyDer::from_pem_slice(key.private_key.as_bytes())?;
    let private = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|error| error.to_string())?;
    let mut signature = vec![0; private.public().modulus_len()];
    private
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .map_err(|error| error.to_string())?;
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok((token, reqwest::Client::new()))
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
    let (assertion, http) = sign(&claims, &key)?;
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
