//! What is compared when a download is there.

use http::{HeaderMap, HeaderName};

use super::checksum::{Checksum, Stored};
use crate::{execute::Unread, http::content_encoding::Coding};

pub(super) const STORED_CODING: HeaderName =
    HeaderName::from_static("x-goog-stored-content-encoding");
const TRANSFORMED: HeaderName =
    HeaderName::from_static("x-guploader-response-body-transformations");

/// The checksum that a server tells of what it stores, and that of what arrives: of the same form of the media.
pub(super) struct Checked {
    stored: Stored,
    arrived: Checksum,
    /// Whether it is one of the encoded form, though the decoded one is given.
    encoded: bool,
}

impl Checked {
    /// What to compare the whole of the media with, if the headers tell it. Of what is stored in an encoded form they tell the checksum of that form, which a server may have
    /// decoded on the way.
    pub(super) fn of(headers: &HeaderMap, unread: &Unread) -> Option<Self> {
        let stored = Stored::read(headers);
        if stored.is_empty() || is_unzipped(headers) {
            return None;
        }
        let kept = Coding::said(headers, &STORED_CODING);
        let is_said = headers.contains_key(STORED_CODING) || unread.coding == Coding::Identity;
        let decoded = unread.decode && unread.coding != Coding::Identity;
        let encoded = match (kept == unread.coding, decoded) {
            _ if !is_said => return None,
            (true, decoded) => decoded,
            (false, true) if kept == Coding::Identity => false,
            (false, _) => return None,
        };
        Some(Self {
            arrived: stored.checksum(),
            stored,
            encoded,
        })
    }

    pub(super) fn is_of_encoded(&self) -> bool {
        self.encoded
    }

    /// What takes the bytes of the encoded form, if they are the ones to compare.
    pub(super) fn encoded(&mut self) -> Option<&mut Checksum> {
        self.encoded.then_some(&mut self.arrived)
    }

    /// Takes bytes that are given, which stand at `position`.
    pub(super) fn feed(&mut self, position: u64, bytes: &[u8]) {
        if !self.encoded {
            self.arrived.feed(position, bytes);
        }
    }

    /// Compares what has arrived.
    pub(super) fn compare(&self) -> Result<(), String> {
        self.stored.check(&self.arrived)
    }
}

/// Whether the server says that it decoded the media on the way.
pub(super) fn is_unzipped(headers: &HeaderMap) -> bool {
    headers
        .get_all(TRANSFORMED)
        .iter()
        .any(|value| value.as_bytes().starts_with(b"gunzip"))
}
