//! What is uploaded.

use std::{
    error::Error as StdError,
    fmt,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::http::streamed::Streamed;

/// How much is read at once, in bytes.
pub(super) const PIECE: usize = 256 * 1024;

/// What is uploaded: content, and what it is.
///
/// ```
/// use gapi::Media;
/// let image = Media::bytes(&b"\x89PNG"[..]).content_type("image/png");
/// let film = Media::file("film.mp4");
/// ```
///
/// Bytes and files can be read again, so that a transfer survives whatever happens to it. What comes from a reader or a stream passes by once:
/// of it, the part that the server has not confirmed is kept in memory, and it can be sent once. How media travels is said on [`Upload`](crate::Upload).
///
/// `Debug` shows where it comes from and its length only.
#[derive(Clone)]
#[must_use = "media goes into `upload`"]
pub struct Media {
    pub(crate) content: Content,
    pub(crate) content_type: Option<String>,
    /// Whether the type was guessed from a file's name.
    pub(crate) guessed: bool,
}

/// Where media comes from.
#[derive(Clone)]
pub(crate) enum Content {
    Bytes(Bytes),
    File(Arc<Path>),
    Once(Once),
    /// One of the others, on its way with a request.
    Streamed(Streamed),
}

/// Media that passes by once. Clones share it.
#[derive(Clone)]
pub(crate) struct Once {
    pieces: Arc<Mutex<Option<Pieces>>>,
    pub(crate) len: Option<u64>,
}

/// What a source gives, piece by piece.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Failure>> + Send>>;

/// Why a source gives nothing more.
pub(crate) type Failure = Box<dyn StdError + Send + Sync>;

impl Media {
    /// These bytes, of no particular type: `application/octet-stream`.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self::of(Content::Bytes(content.into()))
    }

    /// The file at `path`, whose name tells its type unless [`content_type`](Self::content_type) does. It is opened when the request is sent, read as it
    /// is sent, and must not change until then. Reading needs a tokio runtime.
    ///
    /// A pipe, a device or a file of `/proc` does not say how long it is: it is read to its end, once for each sending, as from a [`reader`](Self::reader).
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self {
            content: Content::File(path.into()),
            content_type: mime_guess::from_path(path).first_raw().map(String::from),
            guessed: true,
        }
    }

    /// What `reader` gives until its end, or exactly `len` bytes where that is said: `reader` then fails the upload if it has more or fewer.
    pub fn reader(reader: impl AsyncRead + Send + 'static, len: Option<u64>) -> Self {
        Self::once(pieces(reader), len)
    }

    /// What `stream` gives until its end, or exactly `len` bytes where that is said: `stream` then fails the upload if it has more or fewer.
    pub fn stream<S, E>(stream: S, len: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::once(Box::pin(stream.map(|piece| piece.map_err(Into::into))), len)
    }

    /// What the content is (RFC 9110, section 8.3): `image/png`, `text/plain; charset=utf-8`.
    ///
    /// Where the method accepts certain types only, another one is refused before anything is sent; media without a type is left to the server.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self.guessed = false;
        self
    }

    fn once(pieces: Pieces, len: Option<u64>) -> Self {
        Self::of(Content::Once(Once {
            pieces: Arc::new(Mutex::new(Some(pieces))),
            len,
        }))
    }

    fn of(content: Content) -> Self {
        Self {
            content,
            content_type: None,
            guessed: false,
        }
    }
}

/// What `reader` gives until its end.
pub(super) fn pieces(reader: impl AsyncRead + Send + 'static) -> Pieces {
    let reader: Pin<Box<dyn AsyncRead + Send>> = Box::pin(reader);
    // Pieces share their buffer, so that many small reads cost no memory.
    let start = (reader, BytesMut::new());
    let pieces = stream::try_unfold(start, async |(mut reader, mut buffer)| {
        if buffer.capacity() < PIECE / 16 {
            buffer.reserve(PIECE);
        }
        let count = reader.read_buf(&mut buffer).await?;
        let piece = buffer.split().freeze();
        Ok::<_, Failure>((count > 0).then_some((piece, (reader, buffer))))
    });
    Box::pin(pieces)
}

impl Content {
    /// The number of bytes, where it is known without reading.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::File(_) => None,
            Self::Once(once) => once.len,
            Self::Streamed(streamed) => streamed.len(),
        }
    }
}

impl Once {
    /// The pieces, the first time.
    pub(super) fn take(&self) -> Option<Pieces> {
        self.pieces
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
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
        match &self.content {
            Content::Bytes(bytes) => write!(f, "Media({} bytes)", bytes.len()),
            Content::File(_) => f.write_str("Media(a file)"),
            Content::Once(Once { len: Some(len), .. }) => write!(f, "Media({len} bytes to read)"),
            Content::Once(_) | Content::Streamed(_) => f.write_str("Media(to read)"),
        }
    }
}
