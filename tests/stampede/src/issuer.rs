//! A server that issues tokens of every kind, on its good and bad days.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use gapi_fakes::{Reply, Request, Server, Service, id_tokens::IdTokenIssuer};
use gapi_transport::{Body, BoxFuture, Clock, Transport, TransportError};
use http::{
    Uri,
    uri::{Authority, Scheme},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// How long tokens live, in seconds.
pub(crate) const LIFETIME: u64 = 3600;

/// What one trial talks to.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) issuer: Issuer,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Gives tokens. Clones are the same.
#[derive(Clone)]
pub(crate) struct Issuer(Arc<State>);

struct State {
    clock: Arc<dyn Clock>,
    id_tokens: IdTokenIssuer,
    token_path: &'static str,
    granted: AtomicU64,
    /// The number of the token that is given, while the same one is given again.
    same: AtomicBool,
    number: AtomicU64,
    expiry: Mutex<SystemTime>,
    /// Seconds that the server's clock is ahead.
    skew: AtomicI64,
}

impl World {
    /// A server whose tokens come from `token_path`, and which has this time.
    pub(crate) async fn new(
        token_path: &'static str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let issuer = Issuer(Arc::new(State {
            clock: clock.clone(),
            id_tokens: IdTokenIssuer::new().map_err(|error| error.to_string())?,
            token_path,
            granted: AtomicU64::new(0),
            same: AtomicBool::new(false),
            number: AtomicU64::new(0),
            expiry: Mutex::new(UNIX_EPOCH),
            skew: AtomicI64::new(0),
        }));
        let server = Server::start(issuer.clone()).await;
        Ok(Self {
            server: server.map_err(|error| error.to_string())?,
            issuer,
            clock,
        })
    }

    /// All requests go to this server, over real connections.
    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(Redirected {
            to: self.server.address().to_string(),
            inner: gapi_transport::default_transport().expect("a transport"),
        })
    }
}

impl Issuer {
    /// How many tokens were given since this was asked last.
    pub(crate) fn granted(&self) -> u64 {
        self.0.granted.swap(0, SeqCst)
    }

    /// Gives the token that was given last, until it expires.
    pub(crate) fn same_again(&self, same: bool) {
        self.0.same.store(same, SeqCst);
    }

    /// Sets the server's clock this many seconds ahead.
    pub(crate) fn set_skew(&self, seconds: i64) {
        self.0.skew.store(seconds, SeqCst);
    }

    fn now(&self) -> SystemTime {
        let skew = self.0.skew.load(SeqCst);
        let by = Duration::from_secs(skew.unsigned_abs());
        let now = self.0.clock.now();
        if skew < 0 { now - by } else { now + by }
    }

    fn expiry(&self) -> MutexGuard<'_, SystemTime> {
        self.0.expiry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the next token, and when it expires by the issuer's clock.
    fn next(&self) -> (u64, SystemTime) {
        self.0.granted.fetch_add(1, SeqCst);
        let mut expiry = self.expiry();
        if !self.0.same.load(SeqCst) {
            self.0.number.fetch_add(1, SeqCst);
            // Whole seconds, as tokens have them.
            let seconds = self.now().duration_since(UNIX_EPOCH).unwrap_or_default();
            *expiry = UNIX_EPOCH + Duration::from_secs(seconds.as_secs() + LIFETIME);
        }
        (self.0.number.load(SeqCst), *expiry)
    }

    fn access_token(&self) -> Value {
        let (number, expiry) = self.next();
        let left = expiry.duration_since(self.now()).unwrap_or_default();
        json!({
            "access_token": format!("token-{number}"), "expires_in": left.as_secs(), "token_type": "Bearer",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        })
    }

    fn id_token(&self) -> Result<String, String> {
        let (number, expiry) = self.next();
        let exp = expiry
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let claims =
            json!({"sub": number.to_string(), "aud": "a", "iat": exp - LIFETIME, "exp": exp});
        self.0
            .id_tokens
            .sign(&claims)
            .map_err(|error| error.to_string())
    }

    fn impersonated(&self) -> Value {
        let (number, expiry) = self.next();
        let expiry = Timestamp::try_from(expiry).unwrap_or_default();
        json!({"accessToken": format!("token-{number}"), "expireTime": expiry.to_string()})
    }

    fn token(&self, request: &Request) -> Reply {
        let form = request.form();
        let field = |wanted: &str| {
            let found = form.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        if let Some(assertion) = field("assertion") {
            let claims = claims(assertion);
            let now = self
                .now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs();
            let issued = claims["iat"].as_u64().unwrap_or_default();
            if issued.abs_diff(now) > 300 {
                return Reply::json(
                    400,
                    &json!({"error": "invalid_grant", "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."}),
                );
            }
            if claims.get("target_audience").is_some() {
                return match self.id_token() {
                    Ok(token) => Reply::json(200, &json!({ "id_token": token })),
                    Err(error) => Reply::text(500, error),
                };
            }
        }
        Reply::json(200, &self.access_token())
    }
}

/// The claims of an assertion; its signature is not checked here.
fn claims(assertion: &str) -> Value {
    let part = assertion.split('.').nth(1).unwrap_or_default();
    let bytes = gapi_fakes::keys::decode_part(part).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

impl Service for Issuer {
    fn respond(&self, request: &Request) -> Reply {
        let path = &*request.path;
        let reply = match path {
            // What subject tokens come from.
            "/subject" => Reply::text(200, "subject-token"),
            "/latest/api/token" => Reply::text(200, "session"),
            "/latest/meta-data/placement/availability-zone" => Reply::text(200, "us-east-2b"),
            "/latest/meta-data/iam/security-credentials"
            | "/latest/meta-data/iam/security-credentials/" => Reply::text(200, "role"),
            "/latest/meta-data/iam/security-credentials/role" => Reply::json(
                200,
                &json!({"AccessKeyId": "AKIA", "SecretAccessKey": "secret", "Token": "temporary"}),
            ),
            _ if !path.starts_with(self.0.token_path) => Reply::not_found(),
            _ if path.ends_with(":generateAccessToken") => Reply::json(200, &self.impersonated()),
            _ if path.starts_with("/computeMetadata/") => {
                Reply::json(200, &self.access_token()).header("metadata-flavor", "Google")
            }
            _ => self.token(request),
        };
        let date = Timestamp::try_from(self.now()).unwrap_or_default();
        let date = date.to_zoned(TimeZone::UTC);
        reply.header(
            "date",
            &date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
    }
}

/// A transport that sends all requests to one server.
#[derive(Debug)]
struct Redirected {
    to: String,
    inner: Arc<dyn Transport>,
}

impl Transport for Redirected {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let (mut head, body) = request.into_parts();
        let mut parts = head.uri.into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = self.to.parse::<Authority>().ok();
        head.uri = Uri::from_parts(parts).unwrap_or_default();
        self.inner.send(http::Request::from_parts(head, body))
    }
}
