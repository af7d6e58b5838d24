//! Compares the response to an upload with the media that was sent.

use serde::Deserialize;
use serde_json::Value;

use super::checksum::{Checksum, ChecksumKind};
use crate::{Error, ErrorKind, execute::RawResponse, method::Verb, request::Call};

/// The bytes that an upload has sent.
pub(super) struct SentMedia<'a> {
    pub(super) len: u64,
    pub(super) checksum: &'a Checksum,
}

/// Compares the response to an upload with the media that was sent.
///
/// # Errors
/// [`ErrorKind::Media`] if size or checksum differ.
pub(super) fn check(
    call: &Call,
    response: &RawResponse,
    sent: &SentMedia<'_>,
) -> Result<(), Error> {
    check_body(&response.content(), sent, StoredForm::of(call))
        .map_err(|why| mismatch(&why, response))
}

/// Returns the error for media that is not stored as it was sent. It has the response, which describes what is stored.
pub(super) fn mismatch(why: &str, response: &RawResponse) -> Error {
    Error::new(
        ErrorKind::Media,
        format!("the media did not arrive as it was sent: {why}"),
    )
    .with_response(
        response.status,
        response.headers.clone(),
        response.body.clone(),
    )
}

/// Returns whether a response with the mask `fields` can have an MD5.
pub(super) fn mentions_md5(fields: Option<&str>) -> bool {
    fields.is_some_and(|fields| fields.contains("md5") || fields.contains('*'))
}

/// The properties that describe stored content in the responses of Cloud Storage and Drive.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UploadedObject {
    size: Option<Value>,
    file_size: Option<Value>,
    crc32c: Option<Value>,
    md5_hash: Option<Value>,
    md5_checksum: Option<Value>,
    mime_type: Option<Value>,
    content_type: Option<Value>,
}

impl UploadedObject {
    /// Returns whether the server converted the media to a Google document, which has a size and a checksum of its own.
    fn is_converted(&self) -> bool {
        text(&self.mime_type).is_some_and(|kind| kind.starts_with(GOOGLE_TYPES))
    }

    /// Returns whether it describes what the content is.
    fn describes_content(&self) -> bool {
        let properties = [
            &self.mime_type,
            &self.content_type,
            &self.crc32c,
            &self.md5_hash,
            &self.md5_checksum,
        ];
        properties.into_iter().any(|value| text(value).is_some())
    }
}

/// The prefix of the types of Google documents.
const GOOGLE_TYPES: &str = "application/vnd.google-apps.";

/// The form in which the server stores the media of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoredForm {
    /// As it was sent, unless the response has another type.
    AsSent,
    /// As the content that it replaces, so that only the response determines it.
    AsBefore,
    /// Converted, as the call requests.
    Converted,
}

impl StoredForm {
    /// Returns the form for a call. Drive converts media if the call asks for it, or replaces a document.
    fn of(call: &Call) -> Self {
        let is_requested = call
            .parameters()
            .any(|(name, value)| name == "convert" && value == "true");
        let has_google_type = || {
            let body: Value = serde_json::from_slice(call.body()?).ok()?;
            let kind = body.get("mimeType")?.as_str()?;
            Some(kind.starts_with(GOOGLE_TYPES))
        };
        if is_requested || has_google_type() == Some(true) {
            Self::Converted
        } else if matches!(call.method.verb, Verb::Put | Verb::Patch) {
            Self::AsBefore
        } else {
            Self::AsSent
        }
    }
}

/// Compares the body of a response with the media that was sent, as far as the body describes it.
fn check_body(body: &[u8], sent: &SentMedia<'_>, form: StoredForm) -> Result<(), String> {
    let Ok(object) = serde_json::from_slice::<UploadedObject>(body) else {
        return Ok(());
    };
    let describes_media = match form {
        StoredForm::AsSent => !object.is_converted(),
        StoredForm::AsBefore => object.describes_content() && !object.is_converted(),
        StoredForm::Converted => false,
    };
    if !describes_media {
        return Ok(());
    }
    let len = sent.len;
    let size = object.size.as_ref().or(object.file_size.as_ref());
    if let Some(size) = size.and_then(number).filter(|size| *size != len) {
        return Err(format!("the server has {size} of its {len} bytes"));
    }
    let ours = sent.checksum;
    if ours.at() != len {
        return Ok(());
    }
    if let Some(theirs) = text(&object.crc32c).and_then(|text| ChecksumKind::Crc32c.decode(text)) {
        ours.compare(ChecksumKind::Crc32c, &theirs)?;
    }
    if let Some(theirs) = text(&object.md5_hash).and_then(|text| ChecksumKind::Md5.decode(text)) {
        ours.compare(ChecksumKind::Md5, &theirs)?;
    }
    if let Some(theirs) = text(&object.md5_checksum).and_then(from_hex) {
        ours.compare(ChecksumKind::Md5, &theirs)?;
    }
    Ok(())
}

fn text(value: &Option<Value>) -> Option<&str> {
    value.as_ref()?.as_str()
}

/// Reads a number, or a number in a string, which is the form of 64-bit integers.
fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// Reads the hexadecimal digits of an MD5.
fn from_hex(text: &str) -> Option<Vec<u8>> {
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
    use crate::media::checksum::{StoredChecksums, tests::of};

    fn compare(body: &[u8], len: u64, checksum: &Checksum, form: StoredForm) -> Result<(), String> {
        check_body(body, &SentMedia { len, checksum }, form)
    }

    #[test]
    fn a_known_value() {
        // RFC 1321, A.5.
        let body = br#"{"md5Checksum": "900150983cd24fb0d6963f7d28e17f72", "size": "3"}"#;
        let checked = compare(body, 3, &of(b"abc"), StoredForm::AsSent);
        assert_eq!(checked, Ok(()));
    }

    #[test]
    fn size_and_checksums_of_the_response_are_compared() {
        let sent = of(b"123456789");
        let check = |body: &str| compare(body.as_bytes(), 9, &sent, StoredForm::AsSent);
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
            let converted = compare(bad.as_bytes(), 9, &sent, StoredForm::Converted);
            assert_eq!(converted, Ok(()));
        }
        let wrong = br#"{"crc32c": "4waSgg=="}"#;
        assert_eq!(
            compare(wrong, 10, &sent, StoredForm::AsSent),
            Ok(()),
            "of other bytes"
        );
    }

    #[test]
    fn a_converted_document_has_another_size() {
        let sent = of(b"123456789");
        let check = |body: &str, form| compare(body.as_bytes(), 9, &sent, form);
        let document = r#"{"mimeType": "application/vnd.google-apps.document", "size": "1024"}"#;
        let file = r#"{"mimeType": "text/markdown", "size": "1024"}"#;
        let size = r#"{"id": "x", "size": "1024"}"#;
        for (body, form, is_fine) in [
            (document, StoredForm::AsSent, true),
            (document, StoredForm::AsBefore, true),
            (file, StoredForm::AsSent, false),
            (file, StoredForm::AsBefore, false),
            (size, StoredForm::AsSent, false),
            // This may be the size of a document.
            (size, StoredForm::AsBefore, true),
            (
                r#"{"md5Checksum": "", "size": "8"}"#,
                StoredForm::AsBefore,
                false,
            ),
        ] {
            assert_eq!(check(body, form).is_ok(), is_fine, "{body} {form:?}");
        }
    }

    proptest! {
        /// Any response is compared or ignored.
        #[test]
        fn any_response_is_handled(
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..80).boxed(),
                r#"\{"(size|fileSize|crc32c|md5Hash|md5Checksum|mimeType)": ("[ -!#-\[\]-~é]{0,40}"|-?[0-9]{1,25}|null|\[\])\}"#.prop_map(String::into_bytes).boxed(),
            ],
            hash in prop::collection::vec(any::<u8>(), 0..60),
            pair in "(crc32c|md5|x)=[A-Za-z0-9+/=]{0,30}(,(crc32c|md5)=[A-Za-z0-9+/=,]{0,30})?",
        ) {
            let sent = of(b"123456789");
            for form in [StoredForm::AsSent, StoredForm::AsBefore, StoredForm::Converted] {
                let _ = compare(&body, 9, &sent, form);
            }
            let mut headers = HeaderMap::new();
            for value in [&hash[..], pair.as_bytes()] {
                if let Ok(value) = http::HeaderValue::from_bytes(value) {
                    headers.append("x-goog-hash", value);
                }
            }
            let stored = StoredChecksums::read(&headers);
            prop_assert_eq!(stored.is_empty(), stored == StoredChecksums::default());
            let _ = stored.check(&sent);
        }
    }
}
