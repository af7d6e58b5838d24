//! Checksums of the bytes of a transfer, and of the stored content as a download's headers name them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName};
#[cfg(feature = "md5")]
use md5::{Digest as _, Md5};

use crate::{execute::ResponseBody, http::content_encoding::Coding};

/// How Cloud Storage stores the content: a content coding.
pub(super) const STORED_ENCODING: HeaderName =
    HeaderName::from_static("x-goog-stored-content-encoding");
const TRANSFORMATIONS: HeaderName =
    HeaderName::from_static("x-guploader-response-body-transformations");

/// The checksums of the first bytes of some media.
///
/// The bytes are fed in order. Bytes that were fed before are skipped, so that a transfer may go back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checksum {
    at: u64,
    crc32c: u32,
    /// Computed only if it may be compared, because it is ten times as slow.
    #[cfg(feature = "md5")]
    md5: Option<Md5>,
    /// The number of the first bytes that another process has read, and their CRC-32C.
    claimed: Option<(u64, u32)>,
    /// Whether the CRC-32C of those bytes is a different one.
    is_different: bool,
}

impl Checksum {
    /// Returns the checksum of no bytes.
    #[cfg_attr(not(feature = "md5"), allow(unused_variables))]
    pub(crate) fn new(with_md5: bool) -> Self {
        Self {
            #[cfg(feature = "md5")]
            md5: with_md5.then(Md5::new),
            ..Self::default()
        }
    }

    /// Returns the same checksum, which compares the first `at` bytes with a CRC-32C of another process.
    pub(crate) fn expecting(self, at: u64, crc32c: u32) -> Self {
        Self {
            claimed: (at > 0).then_some((at, crc32c)),
            ..self
        }
    }

    /// Returns the number of first bytes that another process has read.
    pub(crate) fn expected(&self) -> u64 {
        self.claimed.map_or(0, |(at, _)| at)
    }

    /// Returns whether those were different bytes.
    pub(crate) fn is_different(&self) -> bool {
        self.is_different
    }

    /// Returns the number of the first bytes whose CRC-32C is known, also from another process, and that CRC-32C.
    pub(crate) fn known(&self) -> (u64, u32) {
        match self.claimed {
            Some((at, crc32c)) if at > self.at => (at, crc32c),
            _ => (self.at, self.crc32c),
        }
    }

    /// Returns the number of bytes that were fed.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Returns the CRC-32C (RFC 3720, section 12.1).
    #[cfg(test)]
    pub(crate) fn crc32c(&self) -> u32 {
        self.crc32c
    }

    /// Adds `bytes`, which begin at `position`. Bytes after a gap are ignored.
    pub(crate) fn feed(&mut self, position: u64, bytes: &[u8]) {
        let known = self.at.checked_sub(position).map(usize::try_from);
        let Some(Ok(known)) = known else { return };
        let Some(new) = bytes.get(known..) else {
            return;
        };
        let until = self.expected().saturating_sub(self.at);
        let (claimed, more) =
            new.split_at(usize::try_from(until).map_or(new.len(), |n| n.min(new.len())));
        for part in [claimed, more] {
            self.crc32c = crc32c::crc32c_append(self.crc32c, part);
            #[cfg(feature = "md5")]
            if let Some(md5) = &mut self.md5 {
                md5.update(part);
            }
            self.at += part.len() as u64;
            self.is_different |= self
                .claimed
                .is_some_and(|(at, crc32c)| at == self.at && crc32c != self.crc32c);
        }
    }

    #[cfg(feature = "md5")]
    fn md5(&self) -> Option<Vec<u8>> {
        Some(self.md5.clone()?.finalize().to_vec())
    }

    #[cfg(not(feature = "md5"))]
    fn md5(&self) -> Option<Vec<u8>> {
        None
    }

    pub(super) fn compare(&self, kind: ChecksumKind, theirs: &[u8]) -> Result<(), String> {
        let ours = match kind {
            ChecksumKind::Crc32c => self.crc32c.to_be_bytes().to_vec(),
            ChecksumKind::Md5 => match self.md5() {
                Some(md5) => md5,
                None => return Ok(()),
            },
        };
        if ours == theirs {
            return Ok(());
        }
        Err(format!(
            "the {} of its content is {} with the server and {} here",
            kind.name(),
            STANDARD.encode(theirs),
            STANDARD.encode(&ours)
        ))
    }
}

#[derive(Clone, Copy)]
pub(super) enum ChecksumKind {
    Crc32c,
    Md5,
}

impl ChecksumKind {
    fn name(self) -> &'static str {
        match self {
            Self::Crc32c => "CRC-32C",
            Self::Md5 => "MD5",
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Crc32c => 4,
            Self::Md5 => 16,
        }
    }

    /// Returns the bytes of a checksum in base64; `None` if it is not one of this kind.
    pub(super) fn decode(self, text: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        (bytes.len() == self.len()).then_some(bytes)
    }
}

/// The checksums of the whole stored content in the headers of a download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredChecksums {
    crc32c: Option<Vec<u8>>,
    md5: Option<Vec<u8>>,
}

impl StoredChecksums {
    /// Reads the headers `x-goog-hash`: `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`, in one line or several.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut stored = Self::default();
        let values = headers.get_all("x-goog-hash");
        let pairs = values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|pair| pair.trim().split_once('='));
        for (name, value) in pairs {
            match name {
                "crc32c" => stored.crc32c = ChecksumKind::Crc32c.decode(value),
                "md5" => stored.md5 = ChecksumKind::Md5.decode(value),
                _ => {}
            }
        }
        stored
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.crc32c.is_none() && self.md5.is_none()
    }

    /// Returns a checksum to be fed with the received bytes. The MD5 is computed only if there is no CRC-32C.
    pub(crate) fn checksum(&self) -> Checksum {
        Checksum::new(self.crc32c.is_none() && self.md5.is_some())
    }

    /// Compares with the received bytes.
    pub(crate) fn check(&self, received: &Checksum) -> Result<(), String> {
        if let Some(theirs) = &self.crc32c {
            received.compare(ChecksumKind::Crc32c, theirs)?;
        }
        if let Some(theirs) = &self.md5 {
            received.compare(ChecksumKind::Md5, theirs)?;
        }
        Ok(())
    }
}

/// The checksums of the stored content, and of the received bytes in the same encoding.
pub(super) struct DownloadChecksum {
    stored: StoredChecksums,
    received: Checksum,
    /// Whether the checksum is one of the encoded bytes, although the caller gets decoded ones.
    pub(super) encoded: bool,
}

impl DownloadChecksum {
    /// Returns what the whole media is to be compared with; `None` if the headers do not determine it.
    ///
    /// The headers have the checksum of the content as it is stored, which a server may decode when it sends it.
    pub(super) fn of(headers: &HeaderMap, unread: &ResponseBody) -> Option<Self> {
        let stored = StoredChecksums::read(headers);
        if stored.is_empty() || is_decompressed(headers) {
            return None;
        }
        let stored_encoding = Coding::of_header(headers, &STORED_ENCODING);
        let is_known = headers.contains_key(STORED_ENCODING) || unread.coding == Coding::Identity;
        let decoded = unread.decode && unread.coding != Coding::Identity;
        let encoded = match (stored_encoding == unread.coding, decoded) {
            _ if !is_known => return None,
            (true, decoded) => decoded,
            (false, true) if stored_encoding == Coding::Identity => false,
            (false, _) => return None,
        };
        Some(Self {
            received: stored.checksum(),
            stored,
            encoded,
        })
    }

    /// Returns the checksum to feed with encoded bytes, if those are compared.
    pub(super) fn encoded(&mut self) -> Option<&mut Checksum> {
        self.encoded.then_some(&mut self.received)
    }

    /// Adds bytes that the caller gets, which begin at `position`.
    pub(super) fn feed(&mut self, position: u64, bytes: &[u8]) {
        if !self.encoded {
            self.received.feed(position, bytes);
        }
    }

    /// Compares the received bytes.
    pub(super) fn compare(&self) -> Result<(), String> {
        self.stored.check(&self.received)
    }
}

/// Returns whether the server decompressed the media when it sent it.
pub(super) fn is_decompressed(headers: &HeaderMap) -> bool {
    headers
        .get_all(TRANSFORMATIONS)
        .iter()
        .any(|value| value.as_bytes().starts_with(b"gunzip"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns the checksum of `bytes`, with the MD5.
    pub(in crate::media) fn of(bytes: &[u8]) -> Checksum {
        let mut checksum = Checksum::new(true);
        checksum.feed(0, bytes);
        checksum
    }

    #[test]
    fn known_values() {
        // RFC 3720, B.4, and RFC 1321, A.5.
        assert_eq!(of(&[0; 32]).crc32c(), 0x8a91_36aa);
        assert_eq!(of(b"123456789").crc32c(), 0xe306_9283);
    }

    #[test]
    fn sending_again_counts_once_and_gaps_are_not_bridged() {
        let mut checksum = Checksum::new(true);
        checksum.feed(0, b"1234");
        checksum.feed(2, b"345");
        checksum.feed(1, b"2");
        checksum.feed(7, b"89");
        assert_eq!(checksum.at(), 5);
        checksum.feed(5, b"6789");
        assert_eq!(checksum.crc32c(), of(b"123456789").crc32c());
    }

    #[test]
    fn the_checksum_of_another_process_is_compared() {
        let claimed = of(b"12345").crc32c();
        for (media, is_different) in [(b"123456789", false), (b"123056789", true)] {
            for split in [1, 4, 5, 9] {
                let mut resumed = Checksum::new(false).expecting(5, claimed);
                assert_eq!(resumed.known(), (5, claimed));
                let mut at = 0;
                for part in media.chunks(split) {
                    resumed.feed(at, part);
                    at += part.len() as u64;
                }
                assert_eq!(resumed.is_different(), is_different, "{split}");
                assert_eq!(resumed.known(), (9, of(media).crc32c()));
            }
        }
        assert_eq!(Checksum::new(false).expecting(0, 7).expected(), 0);
    }

    #[test]
    fn hash_headers() {
        let mut headers = HeaderMap::new();
        assert!(StoredChecksums::read(&headers).is_empty());
        headers.append("x-goog-hash", "crc32c=4waSgw==".parse().expect("text"));
        headers.append(
            "x-goog-hash",
            "md5=JfnnlDI7RTiF9RgfG2JNCw==, sha9=x"
                .parse()
                .expect("text"),
        );
        let stored = StoredChecksums::read(&headers);
        assert_eq!(stored.check(&of(b"123456789")), Ok(()));
        assert!(
            stored
                .check(&of(b"12345678"))
                .is_err_and(|why| why.contains("CRC-32C"))
        );
        let mut headers = HeaderMap::new();
        headers.append(
            "x-goog-hash",
            "crc32c=short,md5=JfnnlDI7RTiF9RgfG2JNCw=="
                .parse()
                .expect("text"),
        );
        let stored = StoredChecksums::read(&headers);
        let mut arrived = stored.checksum();
        arrived.feed(0, b"12345678");
        assert!(stored.check(&arrived).is_err_and(|why| why.contains("MD5")));
    }
}
