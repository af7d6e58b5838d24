//! How media is uploaded, as far as the caller and the method determine it.

use std::fmt;

use http::HeaderValue;

use super::{
    Media, UploadSession,
    checksum::Checksum,
    content::Content,
    progress::ProgressCallback,
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
#[derive(Clone)]
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
                ", which was guessed from the file's name; set the type with `content_type`"
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

impl fmt::Debug for UploadPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadPlan")
            .field("media", &self.media)
            .field("protocol", &self.protocol)
            .field("chunk", &self.chunk)
            .field("session", &self.session)
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
