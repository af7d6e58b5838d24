//! Media in files, read ahead on a blocking thread if there is a tokio runtime.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gapi_transport::{
    TransportError, TransportErrorKind,
    runtime::{Unblocked, unblock},
};

use super::buffer::{Meter, index};
use crate::{
    Error, ErrorKind,
    media::content::{self, ContentPieces},
};
use gapi_auth::RedactedPath;

/// How many bytes of a file are read at once.
const FILE_PIECE: u64 = 1 << 20;

/// Returns `len` bytes of a file from `from` on, which are recorded by `meter`.
///
/// While one piece is sent, a thread of the runtime reads the next one and computes its checksum.
pub(super) fn read_file(
    path: Arc<Path>,
    from: u64,
    len: u64,
    meter: Meter,
    total: Option<u64>,
) -> impl futures_util::Stream<Item = Result<Bytes, TransportError>> + Send {
    let begin = (None, 0);
    stream::try_unfold(begin, move |(ahead, done): (Option<ReadAhead>, u64)| {
        let (path, meter) = (Arc::clone(&path), meter.clone());
        async move {
            if done == len {
                return Ok(None);
            }
            let next = |file, at| read_ahead(file, from + at, len - at, meter.clone());
            let ahead =
                ahead.unwrap_or_else(|| next(FileHandle::Closed(Arc::clone(&path), from), 0));
            let (file, piece) = ahead.await.flatten().map_err(|why| {
                let message = format!("cannot read {}: {why}", RedactedPath::new(&path));
                TransportError::new(TransportErrorKind::Body, message).with_source(why)
            })?;
            let end = done + piece.len() as u64;
            let ahead = (end < len).then(|| next(FileHandle::Open(file), end));
            meter.report(from + end, total);
            Ok(Some((piece, (ahead, end))))
        }
    })
}

/// A piece that is being read.
type ReadAhead = Unblocked<io::Result<(File, Bytes)>>;

enum FileHandle {
    Closed(Arc<Path>, u64),
    Open(File),
}

/// Begins to read at most `left` bytes, which begin at `at`.
fn read_ahead(file: FileHandle, at: u64, left: u64, meter: Meter) -> ReadAhead {
    unblock(move || {
        let mut file = match file {
            FileHandle::Open(file) => file,
            FileHandle::Closed(path, from) => {
                let mut file = File::open(path)?;
                file.seek(io::SeekFrom::Start(from))?;
                file
            }
        };
        let most = left.min(FILE_PIECE);
        let mut piece = Vec::with_capacity(index(most));
        (&mut file).take(most).read_to_end(&mut piece)?;
        if piece.is_empty() {
            let why = format!("the file ended {left} bytes early");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        meter.record(at, &piece);
        Ok((file, piece.into()))
    })
}

/// Reads the bytes before `offset` that `meter` has not recorded, because another process sent them.
pub(super) async fn catch_up_file(path: &Path, offset: u64, meter: &Meter) -> Result<(), Error> {
    let covered = meter.checksum().at();
    if covered >= offset {
        return Ok(());
    }
    let meter = meter.without_callback();
    let mut pieces = std::pin::pin!(read_file(
        path.into(),
        covered,
        offset - covered,
        meter,
        None
    ));
    while let Some(piece) = pieces.next().await {
        piece.map_err(Error::unreadable)?;
    }
    Ok(())
}

/// Returns the bytes of a file that can be read once.
pub(super) async fn pieces(path: &Arc<Path>) -> Result<ContentPieces, Error> {
    let at = Arc::clone(path);
    let file = unblock(move || File::open(at)).await.flatten();
    let file = file.map_err(|why| unreadable(path, why))?;
    let path = Arc::clone(path);
    let pieces = content::blocking_pieces(file).map(move |piece| {
        piece.map_err(|why| format!("cannot read {}: {why}", RedactedPath::new(&path)).into())
    });
    Ok(Box::pin(pieces))
}

/// What is known about a file before it is read.
pub(crate) struct FileMetadata {
    /// Its length; `None` for pipes and devices, and for the files of `/proc`, which report a length of 0.
    pub(crate) len: Option<u64>,
    /// When it was last modified.
    pub(crate) modified: Option<SystemTime>,
}

impl FileMetadata {
    /// Reads the metadata of the file at `path`, without reading content that can be read once.
    ///
    /// # Errors
    /// When there is no file, or it is a directory.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        if meta.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let has_length =
            meta.is_file() && (meta.len() > 0 || File::open(path)?.read(&mut [0])? == 0);
        Ok(Self {
            len: has_length.then_some(meta.len()),
            modified: meta.modified().ok(),
        })
    }
}

/// Returns the error for a file that cannot be read.
pub(super) fn unreadable(path: &Path, why: io::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("cannot read {}: {why}", RedactedPath::new(path)),
    )
    .with_source(why)
}
