//! The URL of a bucket, and the settings that signed URLs and policies have in common.

use http::uri::Authority;

use super::signature::{config, encode_path};
use crate::{AuthError, DEFAULT_UNIVERSE};

/// A bucket, and the style of its URL.
#[derive(Clone, Debug)]
pub(super) struct BucketUrl {
    pub(super) bucket: String,
    pub(super) style: Style,
    pub(super) endpoint: Option<String>,
    pub(super) universe_domain: String,
}

#[derive(Clone, Debug)]
pub(super) enum Style {
    /// `https://storage.googleapis.com/BUCKET`
    Path,
    /// `https://BUCKET.storage.googleapis.com`
    VirtualHosted,
    /// A host that serves this bucket alone.
    Bound(String),
}

/// The parts of a bucket's URL.
pub(super) struct ResolvedUrl {
    /// Scheme, host and port.
    pub(super) root: String,
    /// The host without a port, as it is signed.
    pub(super) host: String,
    /// The bucket's part of the path, such as `/BUCKET`.
    pub(super) bucket: String,
}

impl BucketUrl {
    pub(super) fn new(bucket: String) -> Self {
        Self {
            bucket,
            style: Style::Path,
            endpoint: None,
            universe_domain: String::from(DEFAULT_UNIVERSE),
        }
    }

    pub(super) fn resolve(&self) -> Result<ResolvedUrl, AuthError> {
        let bucket = &*self.bucket;
        // Some styles use the name as a part of a host.
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let is_bucket = bucket.bytes().all(is_name)
            && bucket.starts_with(|c: char| c.is_ascii_alphanumeric())
            && bucket.ends_with(|c: char| c.is_ascii_alphanumeric());
        if !is_bucket {
            return Err(config(format!(
                "`{}` is no name of a bucket",
                bucket.escape_debug()
            ))
            .with_hint("bucket names have letters, digits, dashes, underscores and dots"));
        }
        let own = format!("https://storage.{}", self.universe_domain);
        let endpoint = self.endpoint.as_deref().unwrap_or(&own);
        Ok(match &self.style {
            Style::Path => ResolvedUrl::new("endpoint", "", endpoint, format!("/{bucket}"))?,
            Style::VirtualHosted => {
                ResolvedUrl::new("endpoint", &format!("{bucket}."), endpoint, String::new())?
            }
            Style::Bound(host) => ResolvedUrl::new("bucket-bound host", "", host, String::new())?,
        })
    }
}

impl ResolvedUrl {
    fn new(what: &str, prefix: &str, url: &str, bucket: String) -> Result<Self, AuthError> {
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
            Some(_) => return Err(config(format!("the {what} is neither https nor http"))),
            None => ("https", url),
        };
        let authority = format!("{prefix}{}", rest.strip_suffix('/').unwrap_or(rest));
        let host = authority
            .parse::<Authority>()
            .ok()
            .filter(|_| !authority.contains('@'))
            .map(|parsed| parsed.host().to_owned())
            .filter(|host| host.len() > prefix.len())
            .ok_or_else(|| {
                config(format!("the {what} is no host"))
                    .with_hint("name a host, with a scheme and a port if need be, and no path")
            })?;
        Ok(Self {
            root: format!("{scheme}://{authority}"),
            host,
            bucket,
        })
    }

    /// Returns the path of an object, or of the bucket.
    pub(super) fn path(&self, object: Option<&str>) -> Result<String, AuthError> {
        let Some(object) = object else {
            return Ok(if self.bucket.is_empty() {
                String::from("/")
            } else {
                self.bucket.clone()
            });
        };
        if object.is_empty() {
            return Err(config("the name of the object is empty"));
        }
        if object.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(config(
                "the name of the object has a part `.` or `..`, which HTTP clients take out of a URL",
            ));
        }
        Ok(format!("{}/{}", self.bucket, encode_path(object)))
    }
}

/// The setters of a type with the fields `bucket_url`, `expires_in` and `valid_from`.
macro_rules! signature_setters {
    () => {
        /// Sets the lifetime of the signature: one hour by default, 7 days at most. Fractions of a second are dropped.
        #[must_use]
        pub fn expires_in(mut self, lifetime: Duration) -> Self {
            self.expires_in = lifetime;
            self
        }

        /// Sets when the lifetime begins: at the time of signing by default.
        #[must_use]
        pub fn valid_from(mut self, time: SystemTime) -> Self {
            self.valid_from = Some(time);
            self
        }

        /// Uses `https://BUCKET.storage.googleapis.com/OBJECT` instead of `https://storage.googleapis.com/BUCKET/OBJECT`.
        #[must_use]
        pub fn virtual_hosted(mut self) -> Self {
            self.bucket_url.style = Style::VirtualHosted;
            self
        }

        /// Sets a host that serves this bucket alone, such as a load balancer or a CDN: `cdn.example.com`, or `http://cdn.example.com`.
        #[must_use]
        pub fn bucket_bound_host(mut self, host: impl Into<String>) -> Self {
            self.bucket_url.style = Style::Bound(host.into());
            self
        }

        /// Sets the endpoint of Cloud Storage, such as an emulator, a private endpoint or a proxy.
        ///
        /// The default is `https://storage.googleapis.com`. A host without a scheme is reached over https.
        #[must_use]
        pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
            self.bucket_url.endpoint = Some(endpoint.into());
            self
        }

        /// Sets the universe: `googleapis.com` by default.
        #[must_use]
        pub fn universe_domain(mut self, domain: impl Into<String>) -> Self {
            self.bucket_url.universe_domain = domain.into();
            self
        }
    };
}
pub(super) use signature_setters;
