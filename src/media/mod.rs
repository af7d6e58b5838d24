//! Media: what travels beside the JSON, up and down.

mod accept;
mod chunks;
mod download;
pub(crate) mod encode;
mod multipart;
mod upload;

use std::fmt;

use bytes::Bytes;

pub use self::{chunks::Chunks, download::Download, upload::Upload};

/// What is uploaded: bytes, and what they are.
///
/// ```
/// use gapi::Media;
/// let image = Media::bytes(&b"\x89PNG"[..]).content_type("image/png");
/// ```
///
/// It travels in one request: as the whole body where the method's request has no JSON body (a simple upload), else behind the JSON
/// body in one `multipart/related` message (RFC 2387). All of it sits in memory, and a clone shares it, so that the request can be
/// sent again with another token.
///
/// `Debug` shows the length only.
#[derive(Clone)]
#[must_use = "media goes into `upload`"]
pub struct Media {
    pub(crate) content: Bytes,
    pub(crate) content_type: Option<String>,
}

impl Media {
    /// These bytes, of no particular type: `application/octet-stream`.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self {
            content: content.into(),
            content_type: None,
        }
    }

    /// What the bytes are (RFC 9110, section 8.3): `image/png`, `text/plain; charset=utf-8`.
    ///
    /// Where the method accepts certain types only, another one is refused before anything is sent; media without a type is left to the server.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

impl From<Bytes> for Media {
    fn from(content: Bytes) -> Self {
        Self::bytes(content)
    }
}

impl From<Vec<u8>> for Media {
    fn from(content: Vec<u8>) -> Self {
        Self::bytes(content)
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Media({} bytes)", self.content.len())
    }
}
