//! Media that is a file: read ahead on a thread for such things.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gapi_transport::{TransportError, TransportErrorKind};

use super::{Meter, index};
use crate::{
    Error, ErrorKind,
    media::content::{self, Pieces},
};
use gapi_auth::RedactedPath;

/// How much of a file is read at once, in bytes.
const FILE_PIECE: u64 = 1 << 20;

/// `len` bytes of a file from `from` on, which are shown to `meter`. While one piece is sent, a thread reads the next one and adds up its checksum.
pub(super) fn read_file(
    path: Arc<Path>,
    from: u64,
    len: u64,
    meter: Meter,
    total: Option<u64>,
) -> impl futures_util::Stream<Item = Result<Bytes, TransportError>> + Send {
    let begin = (None, 0);
    stream::try_unfold(begin, move |(ahead, done): (Option<Ahead>, u64)| {
        let (path, meter) = (Arc::clone(&path), meter.clone());
        async move {
            if done == len {
                return Ok(None);
            }
            let next = |file, at| read_ahead(file, from + at, len - at, meter.clone());
            let ahead = ahead.unwrap_or_else(|| next(Reading::Closed(Arc::clone(&path), from), 0));
            let (file, piece) = ahead
                .await
                .unwrap_or_else(|gone| Err(io::Error::other(gone)))
                .map_err(|why| {
                    let message = format!("cannot read {}: {why}", RedactedPath::new(&path));
                    TransportError::new(TransportErrorKind::Body, message).with_source(why)
                })?;
            let end = done + piece.len() as u64;
            let ahead = (end < len).then(|| next(Reading::Open(file), end));
            meter.tell(from + end, total);
            Ok(Some((piece, (ahead, end))))
        }
    })
}

/// A piece that is being read.
type Ahead = tokio::task::JoinHandle<io::Result<(File, Bytes)>>;

enum Reading {
    Closed(Arc<Path>, u64),
    Open(File),
}

/// Reads at most `left` bytes, which stand at `at`, on a thread for such things.
fn read_ahead(file: Reading, at: u64, left: u64, meter: Meter) -> Ahead {
    tokio::task::spawn_blocking(move || {
        let mut file = match file {
            Reading::Open(file) => file,
            Reading::Closed(path, from) => {
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
        meter.seen(at, &piece);
        Ok((file, piece.into()))
    })
}

/// Reads what of a file the checksum does not cover yet: another process sent it.
pub(super) async fn catch_up_file(path: &Path, offset: u64, meter: &Meter) -> Result<(), Error> {
    let covered = meter.checksum().at();
    if covered >= offset {
        return Ok(());
    }
    let silent = meter.silent();
    let mut pieces = std::pin::pin!(read_file(
        path.into(),
        covered,
        offset - covered,
        silent,
        None
    ));
    while let Some(piece) = pieces.next().await {
        piece.map_err(Error::unreadable)?;
    }
    Ok(())
}

/// What a file gives that is read once, from its beginning to its end.
pub(super) async fn pieces(path: &Arc<Path>) -> Result<Pieces, Error> {
    let file = tokio::fs::File::open(path)
        .await
        .map_err(|why| unreadable(path, why))?;
    let path = Arc::clone(path);
    let pieces = content::pieces(file).map(move |piece| {
        piece.map_err(|why| format!("cannot read {}: {why}", RedactedPath::new(&path)).into())
    });
    Ok(Box::pin(pieces))
}

/// What is known of a file before it is read.
pub(crate) struct Known {
    /// How long it is. Pipes and devices do not say that, and the files of `/proc` say that they are empty.
    pub(crate) len: Option<u64>,
    /// When it was written last.
    pub(crate) modified: Option<SystemTime>,
}

impl Known {
    /// Looks at the file at `path`. What can be read once is not read.
    ///
    /// # Errors
    /// When there is no file, or it is a folder.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        if meta.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let says_so = meta.is_file() && (meta.len() > 0 || File::open(path)?.read(&mut [0])? == 0);
        Ok(Self {
            len: says_so.then_some(meta.len()),
            modified: meta.modified().ok(),
        })
    }
}

pub(super) fn unreadable(path: &Path, why: io::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("cannot read {}: {why}", RedactedPath::new(path)),
    )
    .with_source(why)
}
