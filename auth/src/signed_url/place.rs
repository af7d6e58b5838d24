//! Where a bucket is.

use http::uri::Authority;

use super::{canonical::encode_path, config};
use crate::{AuthError, DEFAULT_UNIVERSE};

/// A bucket, and how it is addressed.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) bucket: String,
    style: Style,
    endpoint: Option<String>,
    universe_domain: String,
}

#[derive(Clone, Debug)]
enum Style {
    /// `https://storage.googleapis.com/BUCKET`
    Path,
    /// `https://BUCKET.storage.googleapis.com`
    VirtualHosted,
    /// A host of the bucket's own.
    Bound(String),
}

/// A bucket's URL in parts.
pub(super) struct Located {
    /// Scheme, host and port.
    pub(super) root: String,
    /// The host, as it is signed: without a port.
    pub(super) host: String,
    /// The bucket's part of the path, such as `/BUCKET`.
    pub(super) bucket: String,
}

impl Place {
    pub(super) fn new(bucket: String) -> Self {
        Self {
            bucket,
            style: Style::Path,
            endpoint: None,
            universe_domain: String::from(DEFAULT_UNIVERSE),
        }
    }

    pub(super) fn virtual_hosted(&mut self) {
        self.style = Style::VirtualHosted;
    }

    pub(super) fn bound_to(&mut self, host: String) {
        self.style = Style::Bound(host);
    }

    pub(super) fn endpoint(&mut self, endpoint: String) {
        self.endpoint = Some(endpoint);
    }

    pub(super) fn universe_domain(&mut self, domain: String) {
        self.universe_domain = domain;
    }

    pub(super) fn locate(&self) -> Result<Located, AuthError> {
        let bucket = &*self.bucket;
        // A bucket's name is part of a host in some styles, so it is one in all.
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
            Style::Path => Located::new("endpoint", "", endpoint, format!("/{bucket}"))?,
            Style::VirtualHosted => {
                Located::new("endpoint", &format!("{bucket}."), endpoint, String::new())?
            }
            Style::Bound(host) => Located::new("bucket-bound host", "", host, String::new())?,
        })
    }
}

impl Located {
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

    /// The path of an object, or of the bucket.
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
