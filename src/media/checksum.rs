//! Checksums of what goes through, and what servers say of them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::Value;

/// The checksums of the first bytes of some media. They are fed in order; bytes that were fed before are passed over, so that a
/// transfer may go back and send again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checksum {
    at: u64,
    crc32c: u32,
    /// Ten times as slow, so only where somebody will ask.
    md5: Option<Md5>,
}

impl Checksum {
    /// Of nothing yet.
    pub(crate) fn new(with_md5: bool) -> Self {
        Self {
            md5: with_md5.then(Md5::new),
            ..Self::default()
        }
    }

    /// Goes on where another process stopped.
    pub(crate) fn resumed(at: u64, crc32c: u32) -> Self {
        Self {
            at,
            crc32c,
            md5: None,
        }
    }

    /// How many bytes it covers.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// CRC-32C (RFC 3720, section 12.1).
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
        self.crc32c = crc32c::crc32c_append(self.crc32c, new);
        if let Some(md5) = &mut self.md5 {
            md5.update(new);
        }
        self.at += new.len() as u64;
    }

    fn compare(&self, kind: Kind, theirs: &[u8]) -> Result<(), String> {
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
enum Kind {
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
    fn decode(self, text: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        (bytes.len() == self.len()).then_some(bytes)
    }
}

/// What Cloud Storage and Drive say of an object's content.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    size: Option<Value>,
    file_size: Option<Value>,
    crc32c: Option<Value>,
    md5_hash: Option<Value>,
    md5_checksum: Option<Value>,
}

/// Whether an answer cut down to `fields` could hold an MD5.
pub(crate) fn mentions_md5(fields: Option<&str>) -> bool {
    fields.is_some_and(|fields| fields.contains("md5") || fields.contains('*'))
}

/// Compares what the answer `body` says of the uploaded content with what was sent: `len` bytes, with the checksum `sent` where that covers all of them.
/// `converted` tells that the server makes something else of the content, whose size says nothing.
pub(crate) fn check_answer(
    body: &[u8],
    len: u64,
    sent: Option<&Checksum>,
    converted: bool,
) -> Result<(), String> {
    let Ok(said) = serde_json::from_slice::<Described>(body) else {
        return Ok(());
    };
    if let Some(size) = said.size.or(said.file_size).as_ref().and_then(number)
        && size != len
        && !converted
    {
        return Err(format!("the server has {size} of its {len} bytes"));
    }
    let Some(sent) = sent.filter(|sent| sent.at == len && !converted) else {
        return Ok(());
    };
    if let Some(theirs) = text(&said.crc32c).and_then(|text| Kind::Crc32c.decode(text)) {
        sent.compare(Kind::Crc32c, &theirs)?;
    }
    if let Some(theirs) = text(&said.md5_hash).and_then(|text| Kind::Md5.decode(text)) {
        sent.compare(Kind::Md5, &theirs)?;
    }
    if let Some(theirs) = text(&said.md5_checksum).and_then(unhex) {
        sent.compare(Kind::Md5, &theirs)?;
    }
    Ok(())
}

fn text(value: &Option<Value>) -> Option<&str> {
    value.as_ref()?.as_str()
}

/// A number, or a text of one, as 64-bit integers travel.
fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// The bytes of an MD5 in hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    (0..32)
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
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
        let body = br#"{"md5Checksum": "900150983cd24fb0d6963f7d28e17f72", "size": "3"}"#;
        assert_eq!(check_answer(body, 3, Some(&of(b"abc")), false), Ok(()));
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
        let mut resumed = Checksum::resumed(5, of(b"12345").crc32c());
        resumed.feed(4, b"56789");
        assert_eq!(resumed.crc32c(), checksum.crc32c());
    }

    #[test]
    fn what_the_server_says_is_compared() {
        let sent = of(b"123456789");
        let check = |body: &str| check_answer(body.as_bytes(), 9, Some(&sent), false);
        for fine in [
            r#"{"size": "9", "crc32c": "4waSgw==", "md5Hash": "JfnnlDI7RTiF9RgfG2JNCw=="}"#,
            r#"{"fileSize": 9}"#,
            r#"{"size": "large", "crc32c": "not one", "md5Hash": 7}"#,
            r#"{}"#,
            "[]",
            "",
            "<html>",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for (bad, why) in [
            (r#"{"size": "8"}"#, "the server has 8 of its 9 bytes"),
            (
                r#"{"crc32c": "4waSgg=="}"#,
                "the CRC-32C of its content is 4waSgg== with the server and 4waSgw== here",
            ),
            (
                r#"{"md5Hash": "AAAAAAAAAAAAAAAAAAAAAA=="}"#,
                "the MD5 of its content is AAAAAAAAAAAAAAAAAAAAAA== with the server and JfnnlDI7RTiF9RgfG2JNCw== here",
            ),
        ] {
            assert_eq!(check(bad), Err(why.to_owned()));
            assert_eq!(check_answer(bad.as_bytes(), 9, Some(&sent), true), Ok(()));
        }
        let wrong = br#"{"crc32c": "4waSgg=="}"#;
        assert_eq!(
            check_answer(wrong, 10, Some(&sent), false),
            Ok(()),
            "of other bytes"
        );
        assert_eq!(check_answer(wrong, 9, None, false), Ok(()), "not known");
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
