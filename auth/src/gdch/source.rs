//! What service identities do when a token is needed.

use std::{
    borrow::Cow,
    fmt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_transport::{Body, BoxFuture, Transport};
use http::{Method, Request, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::key::SigningKey;
use crate::RedactedPath;
use crate::redacted_path::NamedPath;
use crate::{
    AuthError, AuthErrorKind, AuthRequest, FetchContext, Token, TokenSource, config,
    configured::Configured,
    oauth::{RESPONSE_LIMIT, Refusal, TokenResponse, read, shifted},
    reach::{Named, Purpose, Reach},
};

/// What errors call the file of `ca_cert_path`.
const AUTHORITY: &str = "the certificate of the certificate authority";
const GRANT: &str = "urn:ietf:params:oauth:token-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const SUBJECT_TOKEN: &str = "urn:k8s:params:oauth:token-type:serviceaccount";
const LIFETIME: u64 = 3600;
const BACKDATED: Duration = Duration::from_secs(10);

/// What a file says about who this is.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) project: String,
    pub(super) key_id: String,
    pub(super) key: SigningKey,
    pub(super) token_uri: Named,
    pub(super) ca_cert_path: Option<NamedPath>,
}

/// A service identity and its settings.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) identity: Arc<Identity>,
    pub(super) audience: Option<String>,
    pub(super) reach: Reach,
}

impl Source {
    pub(super) fn new(identity: Identity, reach: Reach) -> Self {
        Self {
            identity: Arc::new(identity),
            audience: None,
            reach,
        }
    }

    fn token_uri(&self) -> Result<Cow<'_, str>, AuthError> {
        let url = &self.identity.token_uri;
        self.reach
            .url(Purpose::Gdch, "the token URI", url, &Named::GOOGLE)
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let transport = self.transport(cx)?;
        let now = cx.clock().now();
        let refusal = match self.ask(&*transport, now, cx).await? {
            Ok(answer) => return Ok(answer.into_token(now)),
            Err(refusal) => refusal,
        };
        let Some(skew) = refusal.clock_skew() else {
            return Err(refusal.error);
        };
        let now = cx.clock().now();
        self.ask(&*transport, shifted(now, skew), cx)
            .await?
            .map(|answer| answer.into_token(now))
            .map_err(|refusal| {
                refusal.error.with_hint(format!(
                    "this machine's clock and the token server's differ by {} s: set it",
                    skew.unsigned_abs()
                ))
            })
    }

    /// A transport that trusts the file's certificate authority, which is read anew each time.
    fn transport(&self, cx: &FetchContext) -> Result<Arc<dyn Transport>, AuthError> {
        match &self.identity.ca_cert_path {
            // A transport of the program's knows the certificate authority.
            Some(path) if self.reach.transport().is_none() => {
                let roots = self.reach.files(AUTHORITY)?.read(path).map_err(|error| {
                    config::unreadable(path, error, "the file's `ca_cert_path` names it")
                })?;
                trusting(path, &roots).map(|transport| cx.record(transport))
            }
            _ => Ok(cx.transport().clone()),
        }
    }

    async fn ask(
        &self,
        transport: &dyn Transport,
        now: SystemTime,
        cx: &FetchContext,
    ) -> Result<Result<TokenResponse, Refusal>, AuthError> {
        let assertion = self.assertion(now)?;
        let body = json!({
            "grant_type": GRANT,
            "audience": self.audience,
            "requested_token_type": ACCESS_TOKEN,
            "subject_token": assertion.expose_secret(),
            "subject_token_type": SUBJECT_TOKEN,
        });
        let request = Request::builder()
            .method(Method::POST)
            .uri(&*self.token_uri()?)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Config, "the token request cannot be built")
                    .with_source(error)
            })?;
        let (head, body) = transport.send(request).await?.into_parts();
        let body = body.collect(RESPONSE_LIMIT).await?;
        Ok(read(head.status, &head.headers, &body, cx.clock().now()))
    }

    fn assertion(&self, now: SystemTime) -> Result<SecretString, AuthError> {
        let identity = &*self.identity;
        let iat = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_sub(BACKDATED)
            .as_secs();
        let subject = format!(
            "system:serviceaccount:{}:{}",
            identity.project, identity.name
        );
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let header = part(json!({"alg": "ES256", "kid": identity.key_id, "typ": "JWT"}));
        let claims = part(json!({
            "iss": subject,
            "sub": subject,
            "aud": identity.token_uri.text(),
            "iat": iat,
            "exp": iat + LIFETIME,
        }));
        let message = format!("{header}.{claims}");
        let signature = identity.key.sign(message.as_bytes())?;
        Ok(SecretString::from(format!(
            "{message}.{}",
            URL_SAFE_NO_PAD.encode(signature)
        )))
    }
}

#[cfg(feature = "reqwest")]
fn trusting(path: &Path, roots: &[u8]) -> Result<Arc<dyn Transport>, AuthError> {
    gapi_transport::TransportOptions::new()
        .only_roots(roots)
        .build()
        .map_err(|error| {
            AuthError::new(
                AuthErrorKind::Crypto,
                format!("{}: {error}", RedactedPath::new(path)),
            )
            .with_source(error)
        })
}

#[cfg(not(feature = "reqwest"))]
fn trusting(path: &Path, _: &[u8]) -> Result<Arc<dyn Transport>, AuthError> {
    Err(AuthError::new(
        AuthErrorKind::Unsupported,
        format!(
            "{}: only the transport over reqwest can trust it",
            RedactedPath::new(path)
        ),
    )
    .with_hint(
        "give the credentials a transport that does, or turn on the feature `reqwest` of gapi-auth",
    ))
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GdchServiceAccount")
            .field("name", &self.identity.name)
            .field("project", &self.identity.project)
            .field("key_id", &self.identity.key_id)
            .field("token_uri", &self.identity.token_uri)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl Configured for Source {
    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn set_reach(&mut self, reach: Reach) {
        self.reach = reach;
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    fn is_scoped(&self) -> bool {
        false
    }

    fn check(&self, _: &AuthRequest<'_>) -> Result<(), AuthError> {
        if self.audience.is_none() {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "there is no audience, which tokens of Google Distributed Cloud need",
            )
            .with_hint("name the URL of the API with `.audience(...)`"));
        }
        if self.identity.ca_cert_path.is_some() && self.reach.transport().is_none() {
            self.reach.files(AUTHORITY)?;
        }
        self.token_uri().map(drop)
    }

    fn describe(&self) -> String {
        format!(
            "service identity {} of the project {}",
            self.identity.name, self.identity.project
        )
    }
}
