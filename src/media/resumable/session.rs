//! The session of a resumable upload as a value that can be stored.

use std::{fmt, time::SystemTime};

use http::Uri;
use serde::{Deserialize, Deserializer, Serialize};

use crate::media::checksum::Checksum;

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
