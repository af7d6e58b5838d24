//! Service accounts of Google Distributed Cloud (air-gapped).

use std::{borrow::Cow, fmt, path::Path, sync::Arc, time::SystemTime};

use gapi_transport::{Body, BoxFuture, Transport};
use http::{Method, Request, header};
use jsonwebtoken::Algorithm;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{
    AuthError, AuthErrorKind, AuthRequest, Cached, Credentials, FetchContext, RedactedPath, Token,
    TokenSource,
    assertion::{self, Claims, signed},
    config::{self, Fields},
    configured::configured,
    crypto::{self, SigningKey},
    facade::{cached_facade, file_constructors, setters},
    oauth::{self, RESPONSE_LIMIT, Refusal, TokenResponse},
    pem::Block,
    reach::{Named, Purpose, Reach},
    redacted_path::NamedPath,
};

/// A hint for files that cannot be read.
const NEEDED: &str = "a service identity of Google Distributed Cloud is needed, as `gdcloud iam service-accounts keys create` writes it";
/// What errors call the file of `ca_cert_path`.
const AUTHORITY: &str = "the certificate of the certificate authority";
const GRANT: &str = "urn:ietf:params:oauth:token-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const SUBJECT_TOKEN: &str = "urn:k8s:params:oauth:token-type:serviceaccount";

/// A service identity of [Google Distributed Cloud](https://docs.cloud.google.com/distributed-cloud/hosted/docs/latest/gdch/application/ao-user/iam/service-identities),
/// which has its own token server and often its own certificate authority.
///
/// Tokens are for one [`audience`](Self::audience), which must be set: the URL of the API. The file names the token server. It contains a
/// private key and is trusted, unless [`url_policy`](Self::url_policy) is set.
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it.
#[derive(Clone)]
pub struct GdchServiceAccount(Cached<Source>);

impl GdchServiceAccount {
    file_constructors!(
        GdchServiceAccount,
        "gdch_service_account",
        "service identity",
        read,
        NEEDED
    );

    setters! {
        ///
        /// It is the URL of the API that is called.
        audience,
        environment,
        url_policy,
        ///
        /// It must trust the certificate of the token server, because `ca_cert_path` of the file is not read then.
        transport,
        clock,
        retry,
    }

    /// Returns the name of the service identity.
    pub fn name(&self) -> &str {
        &self.0.source().identity.name
    }

    /// Returns the project of the service identity.
    pub fn project(&self) -> &str {
        &self.0.source().identity.project
    }
}

cached_facade!(GdchServiceAccount, Source);

impl Credentials for GdchServiceAccount {
    crate::credentials::forward!(common, universe_domain);
}

/// The service identity that a file describes.
struct ServiceIdentity {
    name: String,
    project: String,
    key_id: String,
    key: EcKey,
    token_uri: Named,
    ca_cert_path: Option<NamedPath>,
}

/// A service identity and its settings.
#[derive(Clone)]
struct Source {
    identity: Arc<ServiceIdentity>,
    audience: Option<String>,
    reach: Reach,
}

/// Reads the text of a file that errors call `name`.
fn read(name: &str, text: &str, reach: Reach) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(name, text, NEEDED)?;
    fields.check_type("gdch_service_account")?;
    let version = fields.required("format_version")?;
    if version != "1" {
        return Err(AuthError::new(
            AuthErrorKind::Unsupported,
            format!("{name}: this format version is not known; 1 is"),
        ));
    }
    let key = fields.required_secret("private_key")?;
    let identity = ServiceIdentity {
        name: fields.required("name")?,
        project: fields.required("project")?,
        key_id: fields.required("private_key_id")?,
        token_uri: Named::by_file(fields.required("token_uri")?),
        ca_cert_path: fields.named_path("ca_cert_path")?,
        key: EcKey::from_pem(name, key.expose_secret())?,
    };
    Ok(Source::new(identity, reach))
}

impl Source {
    fn new(identity: ServiceIdentity, reach: Reach) -> Self {
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
        let (response, asked_at) = assertion::exchange(
            &**cx.clock(),
            |now| Box::pin(self.send_assertion(&*transport, now, cx)),
            |error, skew| match skew {
                None => error,
                Some(skew) => error.with_hint(format!(
                    "this machine's clock and the token server's differ by {} s: set it",
                    skew.unsigned_abs()
                )),
            },
        )
        .await?;
        Ok(response.into_token(asked_at))
    }

    /// Returns a transport that trusts the file's certificate authority, which is read again each time.
    fn transport(&self, cx: &FetchContext) -> Result<Arc<dyn Transport>, AuthError> {
        match &self.identity.ca_cert_path {
            // The program's own transport must trust it already.
            Some(path) if self.reach.transport().is_none() => {
                let roots = self.reach.files(AUTHORITY)?.read(path).map_err(|error| {
                    config::unreadable(path, error, "the file's `ca_cert_path` names it")
                })?;
                trusting(path, &roots).map(|transport| cx.record(transport))
            }
            _ => Ok(cx.transport().clone()),
        }
    }

    async fn send_assertion(
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
        Ok(oauth::read(
            head.status,
            &head.headers,
            &body,
            cx.clock().now(),
        ))
    }

    fn assertion(&self, now: SystemTime) -> Result<SecretString, AuthError> {
        let identity = &*self.identity;
        let subject = format!(
            "system:serviceaccount:{}:{}",
            identity.project, identity.name
        );
        let unsigned = Claims::new(&subject, now)
            .subject(Some(&subject))
            .audience(identity.token_uri.text())
            .unsigned("ES256", Some(&identity.key_id));
        let signature = identity.key.sign(unsigned.as_bytes())?;
        Ok(signed(unsigned, &signature))
    }
}

/// A private key on the curve P-256, which signs with ES256.
struct EcKey(SigningKey);

impl EcKey {
    /// Reads PEM text, SEC 1 or PKCS#8; Errors call the file `name`.
    fn from_pem(name: &str, pem: &str) -> Result<Self, AuthError> {
        crypto::check()?;
        let bad = |message: &str| {
            AuthError::new(
                AuthErrorKind::Crypto,
                format!("{name}: the field `private_key` {message}"),
            )
            .with_hint("it begins with -----BEGIN EC PRIVATE KEY----- in a key that is whole")
        };
        let block = Block::find(pem)
            .filter(|block| matches!(block.label, "EC PRIVATE KEY" | "PRIVATE KEY"))
            .ok_or_else(|| bad("is not the PEM text of a private key"))?;
        let der = block.der().ok_or_else(|| bad("is damaged"))?;
        SigningKey::from_der(Algorithm::ES256, &der)
            .map(Self)
            .map_err(|error| bad("is damaged, or is no key on the curve P-256").with_source(error))
    }

    /// Returns the ES256 signature of `message`: r and s, 32 bytes each (RFC 7518, section 3.4).
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AuthError> {
        self.0.sign(message).map_err(|error| {
            AuthError::new(AuthErrorKind::Crypto, "the assertion could not be signed")
                .with_source(error)
        })
    }
}

#[cfg(feature = "rustls")]
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

#[cfg(not(feature = "rustls"))]
fn trusting(path: &Path, _: &[u8]) -> Result<Arc<dyn Transport>, AuthError> {
    Err(AuthError::new(
        AuthErrorKind::Unsupported,
        format!(
            "{}: only the default transport can trust it",
            RedactedPath::new(path)
        ),
    )
    .with_hint(
        "give the credentials a transport that does, or turn on the feature `rustls` of gapi-auth",
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

configured!(Source);

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
