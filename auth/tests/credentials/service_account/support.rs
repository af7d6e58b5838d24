//! A key, a token endpoint that responds as a test sets, and a reader of JSON web tokens.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, SystemTime},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use gapi_auth::{AuthError, AuthHeaders, AuthRequest, Credentials, Scopes, ServiceAccount};
use gapi_transport::{Body, BoxFuture, ManualClock, Transport, TransportError, TransportErrorKind};
use http::{HeaderMap, Method, Request, Response, Uri};
use serde_json::{Value, json};

pub(crate) const EMAIL: &str = "robot@example-123.iam.gserviceaccount.com";
pub(crate) const CLIENT_ID: &str = "112233445566778899001";
/// 2026-11-22 05:20:00 UTC.
pub(crate) const NOW: u64 = 1_795_324_800;

pub(crate) struct Key {
    pub(crate) pkcs8: String,
    pub(crate) pkcs1: String,
    public: Vec<u8>,
}

/// A key of 2048 bits, made once for each test program.
pub(crate) fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("PKCS#8");
        // In PKCS#8 a 2048-bit PKCS#1 key follows 26 bytes: a sequence, a version, an algorithm, an octet string.
        let pkcs1 = &der.as_ref()[26..];
        Key {
            pkcs8: pem("PRIVATE KEY", der.as_ref()),
            pkcs1: pem("RSA PRIVATE KEY", pkcs1),
            public: pair.public_key().as_ref().to_vec(),
        }
    })
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("base64"))
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// A key file.
pub(crate) fn key_file() -> Value {
    json!({
        "type": "service_account",
        "project_id": "example-123",
        "private_key_id": "key-1",
        "private_key": key().pkcs8,
        "client_email": EMAIL,
        "client_id": CLIENT_ID,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/robot",
        "universe_domain": "googleapis.com",
    })
}

pub(crate) fn account() -> ServiceAccount {
    ServiceAccount::from_json(&key_file().to_string()).expect("a service account")
}

/// What the token endpoint saw.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Recorded {
    /// The fields of the form.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        self.body
            .split('&')
            .map(|field| field.split_once('=').expect("name=value"))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect()
    }

    pub(crate) fn assertion(&self) -> Jwt {
        Jwt::read(&self.form()["assertion"])
    }
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .expect("UTF-8")
        .into_owned()
}

type Outcome = Result<Response<Body>, TransportErrorKind>;

/// A token endpoint: responds as a test sets, then `{"access_token": "token-N", "expires_in": 3600}`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoint(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    responses: VecDeque<Outcome>,
    recorded: Vec<Recorded>,
}

impl Endpoint {
    pub(crate) fn new(responses: impl IntoIterator<Item = Outcome>) -> Self {
        let endpoint = Self::default();
        endpoint
            .0
            .lock()
            .expect("state")
            .responses
            .extend(responses);
        endpoint
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.0.lock().expect("state").recorded.clone()
    }

    pub(crate) fn shared(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }
}

impl Transport for Endpoint {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(1 << 20).await.expect("a body");
            let body = String::from_utf8(body.to_vec()).expect("text");
            let mut state = self.0.lock().expect("state");
            state.recorded.push(Recorded {
                method: head.method,
                uri: head.uri,
                headers: head.headers,
                body,
            });
            let number = state.recorded.len();
            match state.responses.pop_front() {
                Some(Ok(reply)) => Ok(reply),
                Some(Err(kind)) => Err(TransportError::new(kind, "the connection broke")),
                None => Ok(response(200, &json!({"access_token": format!("token-{number}"), "expires_in": 3600, "token_type": "Bearer"}).to_string())),
            }
        })
    }
}

pub(crate) fn response(status: u16, body: &str) -> Response<Body> {
    Response::builder()
        .status(status)
        .body(Body::from(body.to_owned()))
        .expect("a response")
}

pub(crate) fn refusal(error: &str, description: &str) -> Response<Body> {
    response(
        400,
        &json!({"error": error, "error_description": description}).to_string(),
    )
}

/// A signed JSON web token, checked against the key.
pub(crate) struct Jwt {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Jwt {
    pub(crate) fn read(token: &str) -> Self {
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            panic!("three parts: {token}")
        };
        // This decoder refuses padding and the characters of the standard alphabet.
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("unpadded base64url");
        let signed = &token[..header.len() + 1 + claims.len()];
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key().public)
            .verify(signed.as_bytes(), &bytes(signature))
            .expect("signed with the key");
        let json = |part| serde_json::from_slice(&bytes(part)).expect("JSON");
        Self {
            header: json(header),
            claims: json(claims),
        }
    }
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(at(NOW)))
}

pub(crate) async fn ask(credentials: &dyn Credentials) -> Result<AuthHeaders, AuthError> {
    ask_for(
        credentials,
        Scopes::Default(&["https://www.googleapis.com/auth/drive"]),
    )
    .await
}

pub(crate) async fn ask_for(
    credentials: &dyn Credentials,
    scopes: Scopes<'_>,
) -> Result<AuthHeaders, AuthError> {
    let url = Uri::from_static("https://drive.googleapis.com/drive/v3/files?q=x");
    credentials.headers(&AuthRequest::new(&url, scopes)).await
}

pub(crate) fn bearer(headers: &AuthHeaders) -> &str {
    let value = headers.headers()["authorization"].to_str().expect("text");
    value.strip_prefix("Bearer ").expect("a bearer token")
}
