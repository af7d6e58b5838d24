//! What is uploaded.

use std::{
    error::Error as StdError,
    fmt,
    io::{self, Read},
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use gapi_transport::{lock, runtime::unblock};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How many bytes are read at once.
pub(super) const PIECE: usize = 256 * 1024;

/// Content to upload, and its type.
///
/// ```
/// use gapi::Media;
/// let image = Media::bytes(&b"\x89PNG"[..]).content_type("image/png");
/// # #[cfg(feature = "files")]
/// let film = Media::file("film.mp4");
/// ```
///
/// Bytes and files can be read again, so that an upload survives any interruption. A reader or a stream can be read, and sent, once; the
/// part that the server has not confirmed is held in memory. [`Upload`](crate::Upload) describes how media is sent.
///
/// `Debug` shows the kind of content and its length only.
#[derive(Clone)]
#[must_use = "media goes into `upload`"]
pub struct Media {
    pub(crate) content: Content,
    pub(crate) content_type: Option<String>,
    /// Whether the type was guessed from a file's name.
    pub(crate) guessed: bool,
}

/// Where the bytes of media come from.
#[derive(Clone)]
pub(crate) enum Content {
    Bytes(Bytes),
    #[cfg_attr(not(feature = "files"), allow(dead_code, reason = "made by `file`"))]
    File(Arc<Path>),
    OneTime(OneTimeContent),
}

/// Content that can be read once. Clones share it.
#[derive(Clone)]
pub(crate) struct OneTimeContent {
    pieces: Arc<Mutex<Option<ContentPieces>>>,
    pub(crate) len: Option<u64>,
}

/// The bytes of a reader or a stream, piece by piece.
pub(crate) type ContentPieces = Pin<Box<dyn Stream<Item = Result<Bytes, ContentError>> + Send>>;

/// The error of a reader or a stream.
pub(crate) type ContentError = Box<dyn StdError + Send + Sync>;

/// The compiler's error for a function of files. No type implements it.
#[cfg(not(feature = "files"))]
#[diagnostic::on_unimplemented(
    message = "this function needs the feature `files` of gapi",
    label = "`cargo add gapi --features files`"
)]
pub trait FilesFeature<'a> {
    /// Returns a value of any type.
    fn returns<R>() -> R;
}

impl Media {
    /// Returns these bytes as media of the type `application/octet-stream`.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self::of(Content::Bytes(content.into()))
    }

    /// Returns the file at `path` as media. Its type is guessed from its name unless [`content_type`](Self::content_type) sets it.
    ///
    /// The file is opened when the request is sent, read while it is sent, and must not change until then. Without a tokio runtime it is
    /// read by the thread that sends it.
    ///
    /// A pipe, a device or a file of `/proc` has no known length: like a [`reader`](Self::reader), it is read once, to
    /// its end, each time the request is sent.
    #[cfg(feature = "files")]
    pub fn file(path: impl AsRef<std::path::Path>) -> Self {
        let path = path.as_ref();
        Self {
            content: Content::File(path.into()),
            content_type: mime_guess::from_path(path).first_raw().map(String::from),
            guessed: true,
        }
    }

    #[cfg(not(feature = "files"))]
    #[allow(missing_docs)]
    #[doc(hidden)]
    pub fn file<P>(_: P) -> Self
    where
        for<'a> Self: FilesFeature<'a>,
    {
        Self::returns()
    }

    /// Returns the bytes of `reader` as media: until its end, or exactly `len` bytes.
    ///
    /// If there is a `len`, the upload fails when `reader` has more or fewer bytes.
    pub fn reader(reader: impl MediaReader + 'static, len: Option<u64>) -> Self {
        Self::one_time(pieces(reader), len)
    }

    /// Returns the bytes of a blocking `reader` as media: until its end, or exactly `len` bytes.
    ///
    /// It is read on a thread for blocking work of the tokio runtime; without one, by the thread that sends. If there is a `len`, the
    /// upload fails when `reader` has more or fewer bytes. What a program writes becomes media by
    /// [`std::io::pipe`](fn@std::io::pipe), with the writer on another thread.
    pub fn from_read(reader: impl Read + Send + 'static, len: Option<u64>) -> Self {
        Self::one_time(blocking_pieces(reader), len)
    }

    /// Returns the bytes of `stream` as media: until its end, or exactly `len` bytes.
    ///
    /// If there is a `len`, the upload fails when `stream` has more or fewer bytes.
    pub fn stream<S, E>(stream: S, len: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::one_time(Box::pin(stream.map(|piece| piece.map_err(Into::into))), len)
    }

    /// Sets the content type (RFC 9110, section 8.3): `image/png`, `text/plain; charset=utf-8`.
    ///
    /// A type that the method does not accept is refused before anything is sent. Media without a type is not checked.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self.guessed = false;
        self
    }

    fn one_time(pieces: ContentPieces, len: Option<u64>) -> Self {
        Self::of(Content::OneTime(OneTimeContent {
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

/// Returns the bytes of `reader` until its end.
pub(super) fn pieces(reader: impl AsyncRead + Send + 'static) -> ContentPieces {
    let reader: Pin<Box<dyn AsyncRead + Send>> = Box::pin(reader);
    // Pieces share their buffer, so that many small reads need little memory.
    let start = (reader, BytesMut::new());
    let pieces = stream::try_unfold(start, async |(mut reader, mut buffer)| {
        if buffer.capacity() < PIECE / 16 {
            buffer.reserve(PIECE);
        }
        let count = reader.read_buf(&mut buffer).await?;
        let piece = buffer.split().freeze();
        Ok::<_, ContentError>((count > 0).then_some((piece, (reader, buffer))))
    });
    Box::pin(pieces)
}

/// Returns the bytes of the blocking `reader` until its end.
pub(super) fn blocking_pieces(reader: impl Read + Send + 'static) -> ContentPieces {
    let reader: Box<dyn Read + Send> = Box::new(reader);
    let pieces = stream::try_unfold((reader, Vec::new()), async |(mut reader, mut buffer)| {
        let read = unblock(move || {
            buffer.resize(PIECE, 0);
            let count = loop {
                match reader.read(&mut buffer) {
                    Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                    read => break read?,
                }
            };
            io::Result::Ok((Bytes::copy_from_slice(&buffer[..count]), (reader, buffer)))
        });
        let (piece, rest) = read.await.flatten()?;
        Ok::<_, ContentError>((!piece.is_empty()).then_some((piece, rest)))
    });
    Box::pin(pieces)
}

impl Content {
    /// Returns the number of bytes, if it is known without reading.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::File(_) => None,
            Self::OneTime(content) => content.len,
        }
    }
}

impl OneTimeContent {
    /// Returns the pieces, the first time.
    pub(super) fn take(&self) -> Option<ContentPieces> {
        lock(&self.pieces).take()
    }
}

/// What [`Media::reader`] reads: any [`AsyncRead`] that can be sent to another thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read asynchronously",
    label = "expected a `tokio::io::AsyncRead`",
    note = "what implements `std::io::Read` is `Media::from_read(reader, len)`, and a file is `Media::file(path)`"
)]
pub trait MediaReader: AsyncRead + Send {}

#[diagnostic::do_not_recommend]
impl<R: AsyncRead + Send> MediaReader for R {}

/// What can be uploaded: media, or bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be uploaded",
    label = "expected `gapi::Media`, or bytes",
    note = "a file is `Media::file(path)`; what reads is `Media::reader(async_read, len)` or `Media::from_read(read, len)`"
)]
pub trait IntoMedia {
    /// Returns the media.
    fn into_media(self) -> Media;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Media>> IntoMedia for T {
    fn into_media(self) -> Media {
        self.into()
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
        match (&self.content, self.content.len()) {
            (Content::Bytes(bytes), _) => write!(f, "Media({} bytes)", bytes.len()),
            (Content::File(_), _) => f.write_str("Media(a file)"),
            (Content::OneTime(_), Some(len)) => write!(f, "Media({len} bytes to read)"),
            (Content::OneTime(_), None) => f.write_str("Media(to read)"),
        }
    }
}
