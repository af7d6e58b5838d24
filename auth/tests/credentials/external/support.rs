//! A Google that responds as a test sets, and records its requests.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_auth::{AuthError, AuthHeaders, AuthRequest, Credentials, Scopes};
use gapi_transport::{Body, BoxFuture, ManualClock, Transport, TransportError, TransportErrorKind};
use http::{HeaderMap, Method, Request, Response, Uri};
use serde_json::{Value, json};

/// 2026-11-22 05:20:00 UTC.
pub(crate) const NOW: u64 = 1_795_324_800;
pub(crate) const TARGET: &str = "target@example-123.iam.gserviceaccount.com";
pub(crate) const POOL: &str =
    "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/prov";
pub(crate) const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/calendar",
    "https://www.googleapis.com/auth/drive",
];

/// One request that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Recorded {
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        self.body
            .split('&')
            .map(|field| field.split_once('=').expect("name=value"))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }
}

pub(crate) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .expect("UTF-8")
        .into_owned()
}

pub(crate) type Outcome = Result<Response<Body>, TransportErrorKind>;
type Act = Box<dyn Fn(&Recorded) -> Option<Outcome> + Send + Sync>;

/// Security Token Service, IAM credentials, token endpoint and metadata servers in one.
#[derive(Clone, Default)]
pub(crate) struct Google(Arc<Inner>);

#[derive(Default)]
struct Inner {
    act: Mutex<Option<Act>>,
    recorded: Mutex<Vec<Recorded>>,
    delay: Mutex<Duration>,
}

impl Google {
    /// Sends the response of `act` if it returns one; else everything is granted.
    pub(crate) fn acting(
        act: impl Fn(&Recorded) -> Option<Outcome> + Send + Sync + 'static,
    ) -> Self {
        let google = Self::default();
        google.act(act);
        google
    }

    pub(crate) fn act(&self, act: impl Fn(&Recorded) -> Option<Outcome> + Send + Sync + 'static) {
        *self.0.act.lock().expect("act") = Some(Box::new(act));
    }

    /// Responses come after this time.
    pub(crate) fn delay(&self, delay: Duration) {
        *self.0.delay.lock().expect("delay") = delay;
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.0.recorded.lock().expect("seen").clone()
    }

    /// How many requests had this in their URL.
    pub(crate) fn count(&self, part: &str) -> usize {
        let recorded = self.recorded();
        recorded
            .iter()
            .filter(|recorded| recorded.uri.to_string().contains(part))
            .count()
    }

    pub(crate) fn shared(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Google")
    }
}

impl Transport for Google {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(1 << 20).await.expect("a body");
            let recorded = Recorded {
                method: head.method,
                uri: head.uri,
                headers: head.headers,
                body: String::from_utf8(body.to_vec()).expect("text"),
            };
            let number = {
                let mut all = self.0.recorded.lock().expect("seen");
                all.push(recorded.clone());
                all.len()
            };
            let delay = *self.0.delay.lock().expect("delay");
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            let act = self.0.act.lock().expect("act");
            let own = act.as_ref().and_then(|act| act(&recorded));
            own.unwrap_or_else(|| Ok(granted(&recorded, number)))
                .map_err(|kind| TransportError::new(kind, "the connection broke"))
        })
    }
}

/// What Google grants.
fn granted(recorded: &Recorded, number: usize) -> Response<Body> {
    let path = recorded.uri.path();
    let reply = match path.rsplit(':').next().unwrap_or_default() {
        "generateAccessToken" => {
            json!({"accessToken": format!("impersonated-{number}"), "expireTime": "2099-01-01T00:00:00Z"})
        }
        "signJwt" => json!({"signedJwt": "a.b.c", "keyId": "key-1"}),
        "signBlob" => json!({"signedBlob": "c2lnbmF0dXJl", "keyId": "key-1"}),
        "generateIdToken" => {
            let claims = URL_SAFE_NO_PAD.encode(json!({"exp": 4_070_908_800_u64}).to_string());
            json!({"token": format!("e30.{claims}.c2ln")})
        }
        _ if path.ends_with("/revoke") => return response(200, ""),
        _ => {
            json!({"access_token": format!("granted-{number}"), "expires_in": 3600, "token_type": "Bearer"})
        }
    };
    response(200, &reply.to_string())
}

pub(crate) fn response(status: u16, body: &str) -> Response<Body> {
    Response::builder()
        .status(status)
        .body(Body::from(body.to_owned()))
        .expect("a response")
}

/// A refusal of an OAuth endpoint.
pub(crate) fn refused(status: u16, error: &str, description: &str) -> Response<Body> {
    let body = json!({"error": error, "error_description": description});
    response(status, &body.to_string())
}

/// A refusal of a Google API.
pub(crate) fn api_error(status: u16, code: &str, message: &str) -> Response<Body> {
    let body = json!({"error": {"code": status, "status": code, "message": message}});
    response(status, &body.to_string())
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW),
    ))
}

pub(crate) async fn ask(credentials: &dyn Credentials) -> Result<AuthHeaders, AuthError> {
    ask_for(credentials, Scopes::Default(&SCOPES)).await
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

/// A configuration with this source.
pub(crate) fn configuration(source: Value) -> Value {
    json!({
        "type": "external_account",
        "audience": POOL,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
    })
}

pub(crate) fn impersonation_url() -> String {
    format!(
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{TARGET}:generateAccessToken"
    )
}

/// An error and everything behind it.
pub(crate) fn everything(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(" {inner} {inner:?} {inner:#?}"));
        cause = inner.source();
    }
    text
}
