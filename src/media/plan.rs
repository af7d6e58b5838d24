//! How media is uploaded, as far as the caller and the method determine it: protocol, progress, and the session to resume.

use std::{fmt, sync::Arc, time::SystemTime};

use http::{HeaderValue, Uri};
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    Media,
    checksum::Checksum,
    content::Content,
    source::{FileMetadata, Meter},
    upload_check,
};
use crate::{
    media_type,
    method::{MediaUpload, Method},
    request::options::CallOptions,
};
use gapi_auth::RedactedPath;

/// The largest media, in bytes, that is sent in one request if both protocols are possible.
pub(crate) const SMALL: u64 = 8 << 20;

/// The length of a chunk is a multiple of this number of bytes.
pub(crate) const CHUNK_UNIT: u64 = 256 << 10;

/// The default length of a chunk, in bytes.
const CHUNK: u64 = 8 << 20;

/// Media, and how the caller wants it to be uploaded.
#[derive(Clone, Debug)]
pub(crate) struct UploadPlan {
    pub(crate) media: Media,
    /// The protocol that the caller set.
    pub(crate) protocol: Option<UploadProtocol>,
    /// The length of a chunk that the caller set.
    pub(crate) chunk: Option<u64>,
    pub(crate) callback: ProgressCallback,
    /// The session to resume.
    pub(crate) session: Option<UploadSession>,
}

/// The upload protocols of Google's media servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadProtocol {
    /// The media is in the request: `uploadType=media` or `uploadType=multipart`.
    OneRequest,
    /// The media is sent in chunks: `uploadType=resumable`.
    Resumable,
}

impl UploadPlan {
    pub(crate) fn new(media: Media) -> Self {
        Self {
            media,
            protocol: None,
            chunk: None,
            callback: ProgressCallback::default(),
            session: None,
        }
    }

    /// Returns the protocol for media of `len` bytes.
    ///
    /// # Errors
    /// When the method does not accept the media, or the protocol that the caller set.
    pub(crate) fn protocol(
        &self,
        method: &Method,
        len: Option<u64>,
    ) -> Result<UploadProtocol, String> {
        let accepted = accepted(method)?;
        check_len(accepted, len.unwrap_or(0))?;
        match self.protocol {
            Some(UploadProtocol::OneRequest) if !accepted.simple => Err(
                "the method takes no media in one request; leave out `in_one_request`".to_owned(),
            ),
            Some(UploadProtocol::Resumable) if !accepted.resumable => Err(
                "the method takes media in one request only; leave out `resumable`, `start` and `resume`"
                    .to_owned(),
            ),
            Some(protocol) => Ok(protocol),
            None if !accepted.simple && !accepted.resumable => {
                Err("the method takes no media by a protocol that is known here".to_owned())
            }
            None if accepted.resumable
                && (!accepted.simple || len.is_none_or(|len| len > SMALL)) =>
            {
                Ok(UploadProtocol::Resumable)
            }
            None => Ok(UploadProtocol::OneRequest),
        }
    }

    /// Returns the length of a chunk, in bytes.
    pub(crate) fn chunk(&self) -> Result<u64, String> {
        match self.chunk {
            None => Ok(CHUNK),
            Some(u64::MAX) => Ok(u64::MAX),
            Some(chunk) if chunk > 0 && chunk % CHUNK_UNIT == 0 => Ok(chunk),
            Some(chunk) => Err(format!(
                "a chunk of {chunk} bytes is not one: servers take multiples of {CHUNK_UNIT}"
            )),
        }
    }

    /// Returns the content type of the media.
    ///
    /// # Errors
    /// When it is not valid, or the method does not accept it.
    pub(crate) fn content_type(&self, method: &Method) -> Result<HeaderValue, String> {
        let Some(given) = &self.media.content_type else {
            return Ok(HeaderValue::from_static("application/octet-stream"));
        };
        let refuse = || {
            format!(
                "the media's content type {given:?} is not of the form \"image/png\" or \"text/plain; charset=utf-8\""
            )
        };
        let essence = media_type::essence(given).ok_or_else(refuse)?;
        let accepted = accepted(method)?.accept;
        if !accepts(accepted, essence) {
            let guess = if self.media.guessed {
                ", which was guessed from the file's name; set its content type"
            } else {
                ""
            };
            return Err(format!(
                "the method accepts media of {}, not {essence}{guess}",
                accepted.join(", ")
            ));
        }
        HeaderValue::from_str(given.trim()).map_err(|_| refuse())
    }

    /// Returns the meter of the upload. It computes the MD5 if the response may have one.
    pub(crate) fn meter(&self, options: &CallOptions) -> Meter {
        let with_md5 = upload_check::mentions_md5(options.get_param("fields"));
        let mut checksum = Checksum::new(with_md5);
        if let Some(session) = &self.session {
            checksum = session.expect_of(checksum);
        }
        Meter::new(checksum, self.callback.clone())
    }

    /// Returns the number of bytes, reading the metadata of a file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn measured_len(&self) -> Result<Option<u64>, String> {
        match &self.media.content {
            Content::File(path) => match FileMetadata::of(path) {
                Ok(metadata) => Ok(metadata.len),
                Err(why) => Err(format!("cannot read {}: {why}", RedactedPath::new(path))),
            },
            content => Ok(content.len()),
        }
    }
}

fn accepted(method: &Method) -> Result<&MediaUpload, String> {
    let none = || "the method takes no media".to_owned();
    method.upload.as_ref().ok_or_else(none)
}

/// Checks whether a method accepts media of `len` bytes.
pub(crate) fn check_len(accepted: &MediaUpload, len: u64) -> Result<(), String> {
    match accepted.max_size.filter(|most| len > *most) {
        None => Ok(()),
        Some(most) => Err(format!(
            "the media of {len} bytes is larger than the {most} bytes that the method accepts"
        )),
    }
}

/// Returns whether one of `ranges` (`*/*`, `image/*`, `text/plain`) includes the type `essence`. No ranges include every type.
fn accepts(ranges: &[&str], essence: &str) -> bool {
    ranges.is_empty() || ranges.iter().any(|range| includes(range, essence))
}

fn includes(range: &str, essence: &str) -> bool {
    let range = range.split(';').next().unwrap_or_default().trim();
    if range == "*/*" || range == "*" {
        return true;
    }
    match range.strip_suffix("/*") {
        Some(kind) => essence
            .split_once('/')
            .is_some_and(|(given, _)| given.eq_ignore_ascii_case(kind)),
        None => range.eq_ignore_ascii_case(essence),
    }
}

/// The progress of an upload or a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of bytes that were transferred. During an upload it decreases when the server turns out to have fewer.
    pub bytes: u64,
    /// The number of bytes in all, if known.
    pub total: Option<u64>,
}

impl Progress {
    /// Returns the transferred part, from 0 to 1; `None` if the total is not known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)] // Exact up to 2^53 bytes.
        self.total.map(|total| match total {
            0 => 1.0,
            total => self.bytes as f64 / total as f64,
        })
    }
}

/// The callback for progress, if there is one.
#[derive(Clone, Default)]
pub(crate) struct ProgressCallback(Option<Arc<dyn Fn(Progress) + Send + Sync>>);

impl ProgressCallback {
    pub(crate) fn new(callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(callback)))
    }

    pub(crate) fn report(&self, bytes: u64, total: Option<u64>) {
        if let Some(callback) = &self.0 {
            callback(Progress { bytes, total });
        }
    }
}

impl fmt::Debug for ProgressCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "ProgressCallback"
        } else {
            "no callback"
        })
    }
}

/// The session of a resumable upload, with which another process can resume it.
///
/// Returned by [`ResumableUpload::session`](crate::ResumableUpload::session), and passed to [`Upload::resume`](crate::Upload::resume).
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse>(upload: gapi::Upload<R>, client: gapi::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut upload = upload.start(&client).await?;
/// while upload.next_chunk().await?.is_some() {
///     std::fs::write("upload.json", serde_json::to_vec(&upload.session())?)?;
/// }
/// # Ok(()) }
/// ```
///
/// **It contains a secret:** with the URL of the session, the media can be written without credentials until the session
/// expires, after a week with most services. `Serialize` writes the URL; store it like a password. `Debug` does not show it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadSession {
    /// The id of the method.
    pub(crate) method: String,
    #[serde(deserialize_with = "absolute")]
    pub(crate) url: String,
    /// The length of the media, if known.
    pub(crate) total: Option<u64>,
    /// How many bytes the server had, by its last report.
    pub(crate) stored: u64,
    /// The number of first bytes of the CRC-32C.
    checked: u64,
    crc32c: u32,
    /// When the file was last modified.
    pub(crate) modified: Option<SystemTime>,
}

impl UploadSession {
    pub(crate) fn new(method: &str, url: &Uri, total: Option<u64>) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_string(),
            total,
            stored: 0,
            checked: 0,
            crc32c: 0,
            modified: None,
        }
    }

    pub(crate) fn with_checksum(mut self, checksum: &Checksum) -> Self {
        (self.checked, self.crc32c) = checksum.known();
        self
    }

    /// Returns `checksum`, which compares the media with that of this session.
    pub(crate) fn expect_of(&self, checksum: Checksum) -> Checksum {
        checksum.expecting(self.checked, self.crc32c)
    }

    /// Returns the id of the method: `storage.objects.insert`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the length of the media, if known.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns how many bytes the server had, by its last report. The server is queried again before anything is sent.
    pub fn stored(&self) -> u64 {
        self.stored
    }
}

/// Reads an absolute http or https URL.
fn absolute<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    // The error contains neither the text, which is a secret, nor the parser's error.
    let is_absolute = text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http"))
            && uri
                .authority()
                .is_some_and(|a| !a.as_str().contains('@') && !a.host().is_empty())
    });
    if is_absolute {
        Ok(text)
    } else {
        Err(serde::de::Error::custom(
            "the session's URL is not an absolute http or https URL",
        ))
    }
}

impl fmt::Debug for UploadSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadSession")
            .field("method", &self.method)
            .field("total", &self.total)
            .field("stored", &self.stored)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_types() {
        for (ranges, essence, is_accepted) in [
            (&["*/*"][..], "image/png", true),
            (&[], "image/png", true),
            (&["image/*"], "Image/PNG", true),
            (&["image/*"], "imagery/png", false),
            (&["image/*"], "video/mp4", false),
            (
                &["image/jpeg", "application/octet-stream"],
                "application/octet-stream",
                true,
            ),
            (&["Message/RFC822"], "message/rfc822", true),
            (&["text/plain; charset=utf-8"], "text/plain", true),
            (&["text/plain"], "text/plainer", false),
        ] {
            assert_eq!(
                accepts(ranges, essence),
                is_accepted,
                "{ranges:?} {essence}"
            );
        }
    }
}

#[cfg(test)]
mod session_tests {
    use super::*;

    #[test]
    fn a_session_is_stored_completely_and_debugged_without_its_url() {
        let url = "https://h/upload?upload_id=CANARY".parse().expect("a URL");
        let mut checksum = Checksum::new(false);
        checksum.feed(0, b"1234");
        let mut session =
            UploadSession::new("things.upload", &url, Some(30)).with_checksum(&checksum);
        session.stored = 3;
        session.modified = Some(SystemTime::UNIX_EPOCH);
        let stored = serde_json::to_string(&session).expect("JSON");
        let read: UploadSession = serde_json::from_str(&stored).expect("a session");
        assert_eq!(read, session);
        assert_eq!(
            read.expect_of(Checksum::new(false)).known(),
            checksum.known()
        );
        assert!(!format!("{read:?}").contains("CANARY"));
        for bad in [
            "/CANARY",
            "ftp://h/CANARY",
            "https://user:CANARY@h/",
            "CANARY",
        ] {
            let changed = stored.replace("https://h/upload?upload_id=CANARY", bad);
            let error = serde_json::from_str::<UploadSession>(&changed).expect_err(bad);
            assert!(!error.to_string().contains("CANARY"), "{error}");
        }
    }
}
