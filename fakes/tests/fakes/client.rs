//! A client of a few lines that does nothing behind the test's back.

use std::io;

use gapi_fakes::{Google, keys::ServiceAccount};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A response, split but otherwise as it came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Sends one request on a connection of its own and reads until the server closes it.
pub(crate) async fn send(
    base: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Received> {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await?;
    let mut request =
        format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(Received {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    })
}

pub(crate) async fn get(base: &str, target: &str) -> Received {
    send(base, "GET", target, &[], "").await.unwrap()
}

pub(crate) fn now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// The claims of a good assertion.
pub(crate) fn claims(account: &ServiceAccount, scope: &str) -> Value {
    json!({
        "iss": account.email(),
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now(),
        "exp": now() + 3600,
        "scope": scope,
    })
}

pub(crate) fn header(account: &ServiceAccount) -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": account.key_id()})
}

/// Exchanges an assertion.
pub(crate) async fn exchange(google: &Google, assertion: &str) -> Received {
    let body = format!(
        "assertion={assertion}&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    send(&google.url(), "POST", "/token", &form, &body)
        .await
        .unwrap()
}

/// A token of the server's own account.
pub(crate) async fn token(google: &Google, scope: &str) -> String {
    let account = google.account();
    let assertion = account
        .sign(&header(account), &claims(account, scope))
        .unwrap();
    let response = exchange(google, &assertion).await;
    response.json()["access_token"].as_str().unwrap().to_owned()
}

/// A call with a token and perhaps a JSON body.
pub(crate) async fn call(
    google: &Google,
    token: &str,
    method: &str,
    target: &str,
    body: Option<Value>,
) -> Received {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    send(&google.url(), method, target, &headers, &body)
        .await
        .unwrap()
}
