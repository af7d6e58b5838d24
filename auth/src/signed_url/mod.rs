//! Signed URLs and POST policies of Cloud Storage: rights that are handed on without an account.

mod canonical;
mod place;
mod policy;
mod stamp;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::Method;
use sha2::{Digest, Sha256};

use self::{
    canonical::{Headers, query_string},
    place::Place,
    stamp::Stamp,
};
use crate::{AuthError, AuthErrorKind, Signer};

pub use policy::{PostPolicy, SignedPost};

/// The longest that a signature may be valid: 7 days.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The algorithm that [`Signer`]s sign with.
const ALGORITHM: &str = "GOOG4-RSA-SHA256";

/// A [signed URL](https://docs.cloud.google.com/storage/docs/access-control/signed-urls) of Cloud Storage (V4): whoever has it may
/// do one thing with one object or bucket, until it expires, with the rights of the service account that signed it.
///
/// ```
/// # async fn example(robot: &impl gapi_auth::Signer) -> Result<(), gapi_auth::AuthError> {
/// use std::time::Duration;
/// use gapi_auth::SignedUrl;
///
/// let url = SignedUrl::get("my-bucket", "reports/2026.pdf")
///     .expires_in(Duration::from_secs(15 * 60))
///     .query("response-content-disposition", "attachment; filename=\"report.pdf\"")
///     .sign(robot)
///     .await?;
/// # Ok(()) }
/// ```
///
/// The URL is a secret, as a token is. Making it touches no network, unless the signer does.
#[derive(Clone)]
pub struct SignedUrl {
    method: Method,
    place: Place,
    object: Option<String>,
    expires_in: Duration,
    valid_from: Option<SystemTime>,
    headers: Headers,
    query: Vec<(String, String)>,
}

impl SignedUrl {
    /// `method` on an object.
    pub fn new(method: Method, bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::on(method, bucket.into(), Some(object.into()))
    }

    /// `method` on a bucket: GET lists its objects.
    pub fn bucket(method: Method, bucket: impl Into<String>) -> Self {
        Self::on(method, bucket.into(), None)
    }

    /// Downloads an object.
    pub fn get(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::GET, bucket, object)
    }

    /// Uploads an object in one request.
    pub fn put(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::PUT, bucket, object)
    }

    /// Deletes an object.
    pub fn delete(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::DELETE, bucket, object)
    }

    /// Starts a resumable upload: POST with the header `x-goog-resumable: start`, which has to be sent. The answer's `location` is the
    /// session, which needs no signature any more.
    pub fn resumable_upload(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::POST, bucket, object).header("x-goog-resumable", "start")
    }

    fn on(method: Method, bucket: String, object: Option<String>) -> Self {
        Self {
            method,
            place: Place::new(bucket),
            object,
            expires_in: Duration::from_secs(60 * 60),
            valid_from: None,
            headers: Headers::default(),
            query: Vec::new(),
        }
    }

    /// How long the URL is valid: an hour unless set, seven days at most. Parts of a second are dropped.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_in = lifetime;
        self
    }

    /// From when the URL is valid, and when its lifetime begins: the time of signing unless set.
    #[must_use]
    pub fn valid_from(mut self, time: SystemTime) -> Self {
        self.valid_from = Some(time);
        self
    }

    /// A header that whoever uses the URL has to send, exactly so: `content-type`, `x-goog-content-sha256`, `x-goog-acl`, ...
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.add(name.into(), value.into());
        self
    }

    /// A query parameter that becomes part of the URL, such as `generation`, `response-content-type` or `userProject`.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// `https://BUCKET.storage.googleapis.com/OBJECT` instead of `https://storage.googleapis.com/BUCKET/OBJECT`.
    #[must_use]
    pub fn virtual_hosted(mut self) -> Self {
        self.place.virtual_hosted();
        self
    }

    /// A host that serves this bucket alone, such as a load balancer's or a CDN's: `cdn.example.com`, or `http://cdn.example.com`.
    #[must_use]
    pub fn bucket_bound_host(mut self, host: impl Into<String>) -> Self {
        self.place.bound_to(host.into());
        self
    }

    /// Where Cloud Storage is, if not at `https://storage.googleapis.com`: an emulator, a private endpoint, a proxy. `https` unless it
    /// begins with `http://`.
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.place.endpoint(endpoint.into());
        self
    }

    /// The universe, if it is not `googleapis.com`.
    #[must_use]
    pub fn universe_domain(mut self, domain: impl Into<String>) -> Self {
        self.place.universe_domain(domain.into());
        self
    }

    /// The URL, signed by `signer`, which needs the right to do what the URL does. Handle it as a secret.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] for what Cloud Storage would not accept; the signer's errors.
    pub async fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<String, AuthError> {
        let email = signer.email().await?;
        let unsigned = self.unsigned(&email, self.valid_from.unwrap_or_else(SystemTime::now))?;
        let signature = signer.sign(unsigned.to_sign.as_bytes()).await?;
        Ok(format!(
            "{}&X-Goog-Signature={}",
            unsigned.url,
            hex(signature.bytes())
        ))
    }

    fn unsigned(&self, email: &str, now: SystemTime) -> Result<Unsigned, AuthError> {
        let stamp = Stamp::new(email, now)?;
        let seconds = check_lifetime(self.expires_in)?.to_string();
        let located = self.place.locate()?;
        let path = located.path(self.object.as_deref())?;
        let headers = self.headers.canonical(&located.host)?;
        let mut query = vec![
            ("X-Goog-Algorithm", ALGORITHM),
            ("X-Goog-Credential", &stamp.credential),
            ("X-Goog-Date", &stamp.time),
            ("X-Goog-Expires", &seconds),
            ("X-Goog-SignedHeaders", &headers.names),
        ];
        query.extend(self.query.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let query = query_string(&query)?;
        let canonical = format!(
            "{}\n{path}\n{query}\n{}\n{}\n{}",
            self.method, headers.lines, headers.names, headers.payload
        );
        let to_sign = format!(
            "{ALGORITHM}\n{}\n{}\n{}",
            stamp.time,
            stamp.scope,
            hex(&Sha256::digest(canonical.as_bytes()))
        );
        Ok(Unsigned {
            url: format!("{}{path}?{query}", located.root),
            to_sign,
        })
    }
}

/// A URL without its signature, and what is to be signed.
struct Unsigned {
    url: String,
    to_sign: String,
}

/// In whole seconds.
fn check_lifetime(lifetime: Duration) -> Result<u64, AuthError> {
    match lifetime.as_secs() {
        0 => Err(config("a signature has to be valid for a second at least")),
        seconds if seconds > LONGEST.as_secs() => Err(config(
            "Cloud Storage accepts no signature that is valid for more than 7 days",
        )
        .with_hint("shorten `expires_in`, and sign anew when it is needed")),
        seconds => Ok(seconds),
    }
}

fn config(message: impl Into<String>) -> AuthError {
    AuthError::new(AuthErrorKind::Config, message)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Names of headers and parameters: values may be keys.
impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        f.debug_struct("SignedUrl")
            .field("method", &self.method)
            .field("place", &self.place)
            .field("object", &self.object)
            .field("expires_in", &self.expires_in)
            .field("valid_from", &self.valid_from)
            .field("headers", &self.headers)
            .field("query", &query)
            .finish()
    }
}
