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
    mime_type: Option<Value>,
    content_type: Option<Value>,
}

impl Described {
    /// Whether the server made something of its own of the media, whose size and checksum are no concern of the media's: a Google document.
    fn is_converted(&self) -> bool {
        text(&self.mime_type).is_some_and(|kind| kind.starts_with(GOOGLE_TYPES))
    }

    /// Whether it tells what the content is.
    fn says_what(&self) -> bool {
        let said = [
            &self.mime_type,
            &self.content_type,
            &self.crc32c,
            &self.md5_hash,
            &self.md5_checksum,
        ];
        said.into_iter().any(|value| text(value).is_some())
    }
}

/// What the types of Google's own documents begin with.
pub(crate) const GOOGLE_TYPES: &str = "application/vnd.google-apps.";

/// Whether the server keeps media as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it was sent, unless the response says otherwise.
    AsSent,
    /// As what was there before is: the response has to say what that is.
    AsBefore,
    /// As something else, which was asked for.
    Converted,
}

/// Whether an answer cut down to `fields` could hold an MD5.
pub(crate) fn mentions_md5(fields: Option<&str>) -> bool {
    fields.is_some_and(|fields| fields.contains("md5") || fields.contains('*'))
}

/// Compares what the answer `body` says of the uploaded content with what was sent: `len` bytes, with the checksum `sent` where that covers all of them.
pub(crate) fn check_answer(
    body: &[u8],
    len: u64,
    sent: Option<&Checksum>,
    kept: Form,
) -> Result<(), String> {
    let Ok(said) = serde_json::from_slice::<Described>(body) else {
        return Ok(());
    };
    let means_media = match kept {
        Form::AsSent => !said.is_converted(),
        Form::AsBefore => said.says_what() && !said.is_converted(),
        Form::Converted => false,
    };
    if !means_media {
        return Ok(());
    }
    let size = said.size.as_ref().or(said.file_size.as_ref());
    if let Some(size) = size.and_then(number).filter(|size| *size != len) {
        return Err(format!("the server has {size} of its {len} bytes"));
    }
    let Some(sent) = sent.filter(|sent| sent.at == len) else {
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
    use proptest::prelude::*;

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
        assert_eq!(
            check_answer(body, 3, Some(&of(b"abc")), Form::AsSent),
            Ok(())
        );
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
    fn what_the_server_says_is_compared() {
        let sent = of(b"123456789");
        let check = |body: &str| check_answer(body.as_bytes(), 9, Some(&sent), Form::AsSent);
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
            let converted = check_answer(bad.as_bytes(), 9, Some(&sent), Form::Converted);
            assert_eq!(converted, Ok(()));
        }
        let wrong = br#"{"crc32c": "4waSgg=="}"#;
        assert_eq!(
            check_answer(wrong, 10, Some(&sent), Form::AsSent),
            Ok(()),
            "of other bytes"
        );
        let unknown = check_answer(wrong, 9, None, Form::AsSent);
        assert_eq!(unknown, Ok(()), "not known");
    }

    #[test]
    fn what_became_a_document_has_another_size() {
        let sent = of(b"123456789");
        let check = |body: &str, kept| check_answer(body.as_bytes(), 9, Some(&sent), kept);
        let document = r#"{"mimeType": "application/vnd.google-apps.document", "size": "1024"}"#;
        let file = r#"{"mimeType": "text/markdown", "size": "1024"}"#;
        let size = r#"{"id": "x", "size": "1024"}"#;
        for (body, kept, is_fine) in [
            (document, Form::AsSent, true),
            (document, Form::AsBefore, true),
            (file, Form::AsSent, false),
            (file, Form::AsBefore, false),
            (size, Form::AsSent, false),
            // It may be that of a document.
            (size, Form::AsBefore, true),
            (r#"{"md5Checksum": "", "size": "8"}"#, Form::AsBefore, false),
        ] {
            assert_eq!(check(body, kept).is_ok(), is_fine, "{body} {kept:?}");
        }
    }

    proptest! {
        /// Whatever a server says of the media is compared or passed over.
        #[test]
        fn any_words_of_a_server_are_taken(
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..80).boxed(),
                r#"\{"(size|fileSize|crc32c|md5Hash|md5Checksum|mimeType)": ("[ -!#-\[\]-~é]{0,40}"|-?[0-9]{1,25}|null|\[\])\}"#.prop_map(String::into_bytes).boxed(),
            ],
            hash in prop::collection::vec(any::<u8>(), 0..60),
            pair in "(crc32c|md5|x)=[A-Za-z0-9+/=]{0,30}(,(crc32c|md5)=[A-Za-z0-9+/=,]{0,30})?",
        ) {
            let sent = of(b"123456789");
            for kept in [Form::AsSent, Form::AsBefore, Form::Converted] {
                let _ = check_answer(&body, 9, Some(&sent), kept);
            }
            let mut headers = HeaderMap::new();
            for value in [&hash[..], pair.as_bytes()] {
                if let Ok(value) = http::HeaderValue::from_bytes(value) {
                    headers.append("x-goog-hash", value);
                }
            }
            let stored = Stored::read(&headers);
            prop_assert_eq!(stored.is_empty(), stored == Stored::default());
            let _ = stored.check(&sent);
        }
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
