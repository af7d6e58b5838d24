//! Signed URLs and POST policies of Cloud Storage, which give access without an account.

mod bucket_url;
mod policy;
mod signature;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::Method;
use sha2::{Digest, Sha256};

use self::{
    bucket_url::{BucketUrl, Style, signature_setters},
    signature::{ALGORITHM, CredentialScope, Headers, check_lifetime, hex, query_string},
};
use crate::{AuthError, Signer};

pub use policy::{PostPolicy, SignedPost};

/// A [signed URL](https://docs.cloud.google.com/storage/docs/access-control/signed-urls) of Cloud Storage (V4). It
/// permits one operation on one object or bucket until it expires, with the permissions of the service account that signed it.
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
/// The URL is a secret, like a token. Signing sends no requests, unless the signer does.
#[derive(Clone)]
pub struct SignedUrl {
    method: Method,
    bucket_url: BucketUrl,
    object: Option<String>,
    expires_in: Duration,
    valid_from: Option<SystemTime>,
    headers: Headers,
    query: Vec<(String, String)>,
}

impl SignedUrl {
    /// Creates a URL for `method` on an object.
    pub fn new(method: Method, bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::on(method, bucket.into(), Some(object.into()))
    }

    /// Creates a URL for `method` on a bucket: GET lists its objects.
    pub fn bucket(method: Method, bucket: impl Into<String>) -> Self {
        Self::on(method, bucket.into(), None)
    }

    /// Creates a URL that downloads an object.
    pub fn get(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::GET, bucket, object)
    }

    /// Creates a URL that uploads an object in one request.
    pub fn put(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::PUT, bucket, object)
    }

    /// Creates a URL that deletes an object.
    pub fn delete(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::DELETE, bucket, object)
    }

    /// Creates a URL that starts a resumable upload: POST with the required header `x-goog-resumable: start`.
    ///
    /// The `location` of the response is the upload session, which needs no signature.
    pub fn resumable_upload(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self::new(Method::POST, bucket, object).header("x-goog-resumable", "start")
    }

    fn on(method: Method, bucket: String, object: Option<String>) -> Self {
        Self {
            method,
            bucket_url: BucketUrl::new(bucket),
            object,
            expires_in: Duration::from_secs(60 * 60),
            valid_from: None,
            headers: Headers::default(),
            query: Vec::new(),
        }
    }

    signature_setters!();

    /// Adds a header that requests must send with exactly this value: `content-type`, `x-goog-content-sha256`, `x-goog-acl`, ...
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.add(name.into(), value.into());
        self
    }

    /// Adds a query parameter to the URL, such as `generation`, `response-content-type` or `userProject`.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Returns the URL, signed by `signer`, which needs the permissions for the operation. The URL is a secret.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config) if Cloud Storage would not accept the URL; the errors of the signer.
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
        let scope = CredentialScope::new(email, now)?;
        let seconds = check_lifetime(self.expires_in)?.to_string();
        let resolved = self.bucket_url.resolve()?;
        let path = resolved.path(self.object.as_deref())?;
        let headers = self.headers.canonical(&resolved.host)?;
        let mut query = vec![
            ("X-Goog-Algorithm", ALGORITHM),
            ("X-Goog-Credential", &scope.credential),
            ("X-Goog-Date", &scope.time),
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
            scope.time,
            scope.scope,
            hex(&Sha256::digest(canonical.as_bytes()))
        );
        Ok(Unsigned {
            url: format!("{}{path}?{query}", resolved.root),
            to_sign,
        })
    }
}

/// A URL without its signature, and the text to sign.
struct Unsigned {
    url: String,
    to_sign: String,
}

/// Shows only the names of headers and parameters: values may be keys.
impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        f.debug_struct("SignedUrl")
            .field("method", &self.method)
            .field("bucket_url", &self.bucket_url)
            .field("object", &self.object)
            .field("expires_in", &self.expires_in)
            .field("valid_from", &self.valid_from)
            .field("headers", &self.headers)
            .field("query", &query)
            .finish()
    }
}
