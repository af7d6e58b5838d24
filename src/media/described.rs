//! What the response to an upload says of the media.

use serde::Deserialize;
use serde_json::Value;

use super::checksum::{Checksum, Kind};

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
    let Some(sent) = sent.filter(|sent| sent.at() == len) else {
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

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use proptest::prelude::*;

    use super::*;
    use crate::media::checksum::Stored;

    fn of(bytes: &[u8]) -> Checksum {
        let mut checksum = Checksum::new(true);
        checksum.feed(0, bytes);
        checksum
    }

    #[test]
    fn a_known_value() {
        // RFC 1321, A.5.
        let body = br#"{"md5Checksum": "900150983cd24fb0d6963f7d28e17f72", "size": "3"}"#;
        let checked = check_answer(body, 3, Some(&of(b"abc")), Form::AsSent);
        assert_eq!(checked, Ok(()));
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
}
