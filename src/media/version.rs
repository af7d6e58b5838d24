//! Which version of the media an answer is of, so that two are never mixed.

use http::{HeaderMap, HeaderValue, header::ETAG};

use super::{checked::STORED_CODING, checksum::Stored};
use crate::http::content_encoding::Coding;

/// Cloud Storage's number of a version; as a parameter it asks for that one.
pub(super) const GENERATION: &str = "generation";

/// What identifies the version of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// Only a strong one: a weak one allows other bytes (RFC 9110, section 8.8.1).
    etag: Option<HeaderValue>,
    generation: Option<HeaderValue>,
    hash: Stored,
    /// How it is stored, where that is said.
    stored: Option<Coding>,
}

impl Version {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let is_strong = |etag: &&HeaderValue| !etag.as_bytes().starts_with(b"W/");
        Self {
            etag: headers.get(ETAG).filter(is_strong).cloned(),
            generation: headers.get("x-goog-generation").cloned(),
            hash: Stored::read(headers),
            stored: headers
                .contains_key(STORED_CODING)
                .then(|| Coding::said(headers, &STORED_CODING)),
        }
    }

    /// What goes into `If-Range`.
    pub(super) fn etag(&self) -> Option<&HeaderValue> {
        self.etag.as_ref()
    }

    /// The value of the parameter [`GENERATION`].
    pub(super) fn generation(&self) -> Option<&str> {
        self.generation.as_ref()?.to_str().ok()
    }

    /// Whether bytes that are encoded like this are the same each time: a strong etag is one of exactly these, and what is stored so is not encoded anew.
    pub(super) fn is_of(&self, coding: &Coding) -> bool {
        *coding == Coding::Identity || self.etag.is_some() || self.stored.as_ref() == Some(coding)
    }

    /// Whether a request can ask for this version and no other.
    pub(super) fn is_asked_for(&self) -> bool {
        self.etag.is_some() || self.generation.is_some()
    }

    /// Whether anything identifies the version.
    pub(super) fn is_known(&self) -> bool {
        self.etag.is_some() || self.generation.is_some() || !self.hash.is_empty()
    }

    /// Whether `later` is of the same version: what both say is the same, and they say something.
    pub(super) fn is_same(&self, later: &Self) -> bool {
        let pairs = [
            (&self.etag, &later.etag),
            (&self.generation, &later.generation),
        ];
        let mut agreed = false;
        for pair in pairs {
            if let (Some(ours), Some(theirs)) = pair {
                if ours != theirs {
                    return false;
                }
                agreed = true;
            }
        }
        if !self.hash.is_empty() && !later.hash.is_empty() {
            return self.hash == later.hash;
        }
        agreed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(headers: &[(&'static str, &'static str)]) -> Version {
        let headers = headers.iter().map(|(name, value)| {
            (
                http::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        Version::of(&headers.collect())
    }

    #[test]
    fn versions_are_told_apart() {
        let one = version(&[("etag", "\"a\""), ("x-goog-generation", "1")]);
        assert!(one.is_known() && one.is_same(&one));
        assert!(one.is_same(&version(&[("etag", "\"a\"")])));
        assert!(!one.is_same(&version(&[("etag", "\"b\"")])));
        assert!(!one.is_same(&version(&[("etag", "\"a\""), ("x-goog-generation", "2")])));
        assert!(!one.is_same(&version(&[])), "nothing says so");
        assert!(!version(&[("etag", "W/\"a\"")]).is_known());
        let hash = version(&[("x-goog-hash", "crc32c=4waSgw==")]);
        assert!(hash.is_known() && hash.is_same(&hash));
        assert!(!hash.is_same(&version(&[("x-goog-hash", "crc32c=4waSgg==")])));
    }
}
