//! Checksums of what goes through, and what a download's headers say of them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use md5::{Digest as _, Md5};

/// The checksums of the first bytes of some media. They are fed in order; bytes that were fed before are passed over, so that a
/// transfer may go back and send again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checksum {
    at: u64,
    crc32c: u32,
    /// Ten times as slow, so only where somebody will ask.
    md5: Option<Md5>,
    /// What another process told of the first bytes: their number and their CRC-32C.
    told: Option<(u64, u32)>,
    /// Whether that is the one of other bytes.
    is_other: bool,
}

impl Checksum {
    /// Of nothing yet.
    pub(crate) fn new(with_md5: bool) -> Self {
        Self {
            md5: with_md5.then(Md5::new),
            ..Self::default()
        }
    }

    /// The same, which looks whether its first `at` bytes have this CRC-32C: another process has seen them.
    pub(crate) fn expecting(self, at: u64, crc32c: u32) -> Self {
        Self {
            told: (at > 0).then_some((at, crc32c)),
            ..self
        }
    }

    /// Of how many of the first bytes another process told the checksum.
    pub(crate) fn expected(&self) -> u64 {
        self.told.map_or(0, |(at, _)| at)
    }

    /// Whether those were other bytes.
    pub(crate) fn is_other(&self) -> bool {
        self.is_other
    }

    /// What is known of the first bytes, be it from another process: their number and their CRC-32C.
    pub(crate) fn known(&self) -> (u64, u32) {
        match self.told {
            Some((at, crc32c)) if at > self.at => (at, crc32c),
            _ => (self.at, self.crc32c),
        }
    }

    /// How many bytes it covers.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// CRC-32C (RFC 3720, section 12.1).
    #[cfg(test)]
    pub(crate) fn crc32c(&self) -> u32 {
        self.crc32c
    }

    /// Takes `bytes`, which stand at `position`. What lies behind a gap is not taken: the checksum then stays that of the bytes before.
    pub(crate) fn feed(&mut self, position: u64, bytes: &[u8]) {
        let known = self.at.checked_sub(position).map(usize::try_from);
        let Some(Ok(known)) = known else { return };
        let Some(new) = bytes.get(known..) else {
            return;
        };
        let until = self.expected().saturating_sub(self.at);
        let (told, more) =
            new.split_at(usize::try_from(until).map_or(new.len(), |n| n.min(new.len())));
        for part in [told, more] {
            self.crc32c = crc32c::crc32c_append(self.crc32c, part);
            if let Some(md5) = &mut self.md5 {
                md5.update(part);
            }
            self.at += part.len() as u64;
            self.is_other |= self
                .told
                .is_some_and(|told| told.0 == self.at && told.1 != self.crc32c);
        }
    }

    pub(super) fn compare(&self, kind: Kind, theirs: &[u8]) -> Result<(), String> {
        let ours = match kind {
            Kind::Crc32c => self.crc32c.to_be_bytes().to_vec(),
            Kind::Md5 => match &self.md5 {
                Some(md5) => md5.clone().finalize().to_vec(),
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
pub(super) enum Kind {
    Crc32c,
    Md5,
}

impl Kind {
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

    /// The bytes of a checksum in base64, if it is one of this kind.
    pub(super) fn decode(self, text: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        (bytes.len() == self.len()).then_some(bytes)
    }
}

/// What a download's headers say of the whole stored content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    crc32c: Option<Vec<u8>>,
    md5: Option<Vec<u8>>,
}

impl Stored {
    /// Of `x-goog-hash` headers: `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`, in one line or several.
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
                "crc32c" => stored.crc32c = Kind::Crc32c.decode(value),
                "md5" => stored.md5 = Kind::Md5.decode(value),
                _ => {}
            }
        }
        stored
    }

    /// Whether there is nothing to compare with.
    pub(crate) fn is_empty(&self) -> bool {
        self.crc32c.is_none() && self.md5.is_none()
    }

    /// A checksum to be fed with what arrives. Where there is a CRC-32C, nobody computes the slow one.
    pub(crate) fn checksum(&self) -> Checksum {
        Checksum::new(self.crc32c.is_none() && self.md5.is_some())
    }

    /// Compares with what has arrived.
    pub(crate) fn check(&self, arrived: &Checksum) -> Result<(), String> {
        if let Some(theirs) = &self.crc32c {
            arrived.compare(Kind::Crc32c, theirs)?;
        }
        if let Some(theirs) = &self.md5 {
            arrived.compare(Kind::Md5, theirs)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Checksum {
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
    fn what_another_process_saw_is_compared() {
        let told = of(b"12345").crc32c();
        for (media, is_other) in [(b"123456789", false), (b"123056789", true)] {
            for split in [1, 4, 5, 9] {
                let mut resumed = Checksum::new(false).expecting(5, told);
                assert_eq!(resumed.known(), (5, told));
                let mut at = 0;
                for part in media.chunks(split) {
                    resumed.feed(at, part);
                    at += part.len() as u64;
                }
                assert_eq!(resumed.is_other(), is_other, "{split}");
                assert_eq!(resumed.known(), (9, of(media).crc32c()));
            }
        }
        assert_eq!(Checksum::new(false).expecting(0, 7).expected(), 0);
    }

    #[test]
    fn hash_headers() {
        let mut headers = HeaderMap::new();
        assert!(Stored::read(&headers).is_empty());
        headers.append("x-goog-hash", "crc32c=4waSgw==".parse().expect("text"));
        headers.append(
            "x-goog-hash",
            "md5=JfnnlDI7RTiF9RgfG2JNCw==, sha9=x"
                .parse()
                .expect("text"),
        );
        let stored = Stored::read(&headers);
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
        let stored = Stored::read(&headers);
        let mut arrived = stored.checksum();
        arrived.feed(0, b"12345678");
        assert!(stored.check(&arrived).is_err_and(|why| why.contains("MD5")));
    }
}
