//! The version of the media in a response, so that two versions are never mixed.

use http::{HeaderMap, HeaderValue, header::ETAG};

use super::checksum::{STORED_ENCODING, StoredChecksums};
use crate::http::content_encoding::Coding;

/// Cloud Storage's parameter for the number of a version.
pub(super) const GENERATION: &str = "generation";

/// What identifies the version of the media in a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// A strong one: a weak one allows different bytes (RFC 9110, section 8.8.1).
    etag: Option<HeaderValue>,
    generation: Option<HeaderValue>,
    hash: StoredChecksums,
    /// The content coding in which it is stored, if known.
    stored: Option<Coding>,
}

impl Version {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let is_strong = |etag: &&HeaderValue| !etag.as_bytes().starts_with(b"W/");
        Self {
            etag: headers.get(ETAG).filter(is_strong).cloned(),
            generation: headers.get("x-goog-generation").cloned(),
            hash: StoredChecksums::read(headers),
            stored: headers
                .contains_key(STORED_ENCODING)
                .then(|| Coding::of_header(headers, &STORED_ENCODING)),
        }
    }

    /// Returns the value of the header `if-range`.
    pub(super) fn etag(&self) -> Option<&HeaderValue> {
        self.etag.as_ref()
    }

    /// Returns the value of the parameter [`GENERATION`].
    pub(super) fn generation(&self) -> Option<&str> {
        self.generation.as_ref()?.to_str().ok()
    }

    /// Returns whether bytes in this coding are the same in each response.
    ///
    /// They are if there is a strong etag, which is one of exactly these bytes, or if they are stored in this coding.
    pub(super) fn is_of(&self, coding: &Coding) -> bool {
        *coding == Coding::Identity || self.etag.is_some() || self.stored.as_ref() == Some(coding)
    }

    /// Returns whether a request can ask for this version only.
    pub(super) fn can_be_requested(&self) -> bool {
        self.etag.is_some() || self.generation.is_some()
    }

    /// Returns whether the version is identified.
    pub(super) fn is_known(&self) -> bool {
        self.etag.is_some() || self.generation.is_some() || !self.hash.is_empty()
    }

    /// Returns whether `later` is the same version: at least one identifier is in both, and none differs.
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
    fn versions_are_distinguished() {
        let one = version(&[("etag", "\"a\""), ("x-goog-generation", "1")]);
        assert!(one.is_known() && one.is_same(&one));
        assert!(one.is_same(&version(&[("etag", "\"a\"")])));
        assert!(!one.is_same(&version(&[("etag", "\"b\"")])));
        assert!(!one.is_same(&version(&[("etag", "\"a\""), ("x-goog-generation", "2")])));
        assert!(!one.is_same(&version(&[])), "not identified");
        assert!(!version(&[("etag", "W/\"a\"")]).is_known());
        let hash = version(&[("x-goog-hash", "crc32c=4waSgw==")]);
        assert!(hash.is_known() && hash.is_same(&hash));
        assert!(!hash.is_same(&version(&[("x-goog-hash", "crc32c=4waSgg==")])));
    }
}
