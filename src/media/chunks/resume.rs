//! Resumes a download whose connection broke, if the version of the media is the same.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode, header::ETAG};

use super::{Chunks, ReadStep};
use crate::{
    Error, ErrorKind,
    client::Prepared,
    error::Repeat,
    execute::{self, Backoff, BodyReader, CallStep, Next, StreamingResponse},
    http::{content_encoding::Coding, headers::complete_length},
    media::{
        byte_range::{self, ByteRange},
        checksum::{STORED_ENCODING, StoredChecksums},
    },
    outlined_box::OutlinedBox,
};

impl Chunks {
    /// Begins a request for the rest, if that is possible and the retry policy allows it; returns `error` otherwise.
    pub(super) fn resume_after(&mut self, error: Error) -> Result<ReadStep, Error> {
        self.wait_limit = None;
        if self.len == Some(self.returned) {
            return self.end();
        }
        let Some(rest) = self.request_for_rest() else {
            return Err(error);
        };
        if error.repeat() == Repeat::Never {
            return Err(error);
        }
        let backoff = self
            .backoff
            .take()
            .filter(|_| self.returned == self.broke_at);
        let options = rest.merged_options();
        let mut backoff =
            backoff.unwrap_or_else(|| Backoff::new(&rest.client.inner, &options).without_budget());
        self.broke_at = self.returned;
        match backoff.after(&error, |_| None) {
            Next::GiveUp(_) => Err(error),
            Next::Wait(wait) => {
                tracing::debug!(kind = %error.kind(), "the download broke; resuming it");
                let state = Arc::clone(&self.opened.state);
                self.reopening = Some(Box::pin(async move {
                    state.enter(CallStep::Pause);
                    backoff.sleep(wait).await;
                    let opened = execute::open_again(rest, options, state).await;
                    (backoff, opened)
                }));
                Ok(ReadStep::Continue)
            }
        }
    }

    /// Returns the request for the missing bytes; `None` if nothing identifies the version of the media.
    ///
    /// Decoded content is requested from its beginning, because its positions are not those of the encoded bytes.
    fn request_for_rest(&self) -> Option<OutlinedBox<Prepared>> {
        if !self.version.is_known() {
            return None;
        }
        let mut rest = self.opened.prepared.clone();
        if !self.is_decoded() {
            if !self.version.is_of(&self.coding) {
                return None;
            }
            let range = self.missing()?.header().ok()?;
            rest.options.set_header("range", Some(range));
            if let Some(etag) = self.version.etag() {
                rest.options.set_header("if-range", Some(etag.clone()));
            }
        }
        let knows = |name| rest.call.method.parameters.iter().any(|p| p.name == name);
        let is_set = rest.call.parameters().any(|(name, _)| name == GENERATION);
        if let (Some(generation), true, false) =
            (self.version.generation(), knows(GENERATION), is_set)
        {
            rest.options.set_param(GENERATION, generation.to_owned());
        }
        Some(rest)
    }

    fn missing(&self) -> Option<ByteRange> {
        let start = self.start?;
        Some(ByteRange::From {
            start: start + self.returned,
            end: self.len.map(|len| start + len),
        })
    }

    /// Returns whether `error` is the response that no bytes are missing: the media ends where the connection broke.
    pub(super) fn is_complete(&self, error: &Error) -> bool {
        let Some((start, headers)) = self.start.zip(error.headers()) else {
            return false;
        };
        let later = Version::of(headers);
        let is_guarded = self.version.can_be_requested() || self.checksum.is_some();
        error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE)
            && !self.is_decoded()
            && complete_length(headers) == Some(start + self.returned)
            && (self.version.is_same(&later) || (is_guarded && !later.is_known()))
    }

    /// Continues with a response to the request for the rest.
    pub(super) fn continue_with(&mut self, mut opened: StreamingResponse) -> Result<(), Error> {
        let (response, unread) = (&opened.response, &opened.response.unread);
        let wrong = |why: &str| {
            let returned = self.returned;
            let message =
                format!("the download broke after {returned} bytes and cannot be resumed: {why}");
            Error::new(ErrorKind::Media, message)
        };
        let later = Version::of(&response.headers);
        if !self.version.is_same(&later) {
            return Err(wrong(if later.is_known() {
                "the media is another version now"
            } else {
                "the server does not identify the version of the rest"
            }));
        }
        let is_encoded = !unread.decode && unread.coding != Coding::Identity;
        if is_encoded && (self.is_decoded() || unread.coding != self.coding) {
            return Err(wrong("the server sent the rest in a compressed form"));
        }
        if !is_encoded && !self.is_decoded() && self.coding != Coding::Identity {
            return Err(wrong("the server sent the rest in another form"));
        }
        let (requested, done) = if self.is_decoded() {
            (self.requested, self.returned)
        } else {
            (self.missing(), 0)
        };
        let received =
            byte_range::locate(requested, response.status, &response.headers, unread.len())
                .map_err(|why| wrong(&format!("the server sent {why}")))?;
        let start = self.start.map(|start| start + self.returned - done);
        let left = self.len.map(|len| len - self.returned + done);
        let differ = |ours: Option<u64>, theirs: Option<u64>| matches!((ours, theirs), (Some(ours), Some(theirs)) if ours != theirs);
        if differ(start, received.start)
            || differ(left, received.len)
            || differ(self.total, received.total)
        {
            return Err(wrong("the media has another length now"));
        }
        if let Some(checksum) = &self.checksum
            && checksum.encoded
            && (unread.coding != self.coding || response.status != StatusCode::OK)
        {
            // The encoded bytes that it is of are not all received.
            self.checksum = None;
        }
        let unread = std::mem::take(&mut opened.response.unread);
        self.body = Some(BodyReader::of(unread, received.skip + done));
        self.opened.host = opened.host;
        Ok(())
    }
}

/// Cloud Storage's parameter for the number of a version.
const GENERATION: &str = "generation";

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
    fn etag(&self) -> Option<&HeaderValue> {
        self.etag.as_ref()
    }

    /// Returns the value of the parameter [`GENERATION`].
    fn generation(&self) -> Option<&str> {
        self.generation.as_ref()?.to_str().ok()
    }

    /// Returns whether bytes in this coding are the same in each response.
    ///
    /// They are if there is a strong etag, which is one of exactly these bytes, or if they are stored in this coding.
    fn is_of(&self, coding: &Coding) -> bool {
        *coding == Coding::Identity || self.etag.is_some() || self.stored.as_ref() == Some(coding)
    }

    /// Returns whether a request can ask for this version only.
    fn can_be_requested(&self) -> bool {
        self.etag.is_some() || self.generation.is_some()
    }

    /// Returns whether the version is identified.
    fn is_known(&self) -> bool {
        self.etag.is_some() || self.generation.is_some() || !self.hash.is_empty()
    }

    /// Returns whether `later` is the same version: at least one identifier is in both, and none differs.
    fn is_same(&self, later: &Self) -> bool {
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
