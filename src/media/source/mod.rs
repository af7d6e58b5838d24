//! Media as it is read: window by window, again where that is possible.

mod file;
mod meter;
mod patience;
#[cfg(test)]
mod tests;
mod window;

use std::{collections::VecDeque, path::Path, sync::Arc, time::SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use gapi_transport::{Clock, TransportError};
use tokio::io::AsyncReadExt as _;

pub(crate) use self::file::Known;
use self::{
    file::{catch_up_file, unreadable},
    window::Held,
};
pub(crate) use self::{meter::Meter, window::Window};
use super::content::{Content, PIECE, Pieces};
use crate::{Error, ErrorKind};

/// Media that is being sent.
pub(crate) struct Source {
    from: From,
    /// The number of bytes, once it is known.
    len: Option<u64>,
}

enum From {
    Bytes(Bytes),
    File {
        path: Arc<Path>,
        modified: Option<SystemTime>,
    },
    Once(Buffer),
}

/// What was read of media that passes by once, and may be needed again.
struct Buffer {
    /// `None` after the end.
    pieces: Option<Pieces>,
    held: VecDeque<Bytes>,
    /// Where `held` starts and ends.
    start: u64,
    end: u64,
}

impl Source {
    /// Opens `content`.
    ///
    /// # Errors
    /// When the file cannot be read, or the content has passed by already.
    pub(crate) async fn open(content: &Content) -> Result<Self, Error> {
        let (from, len) = match content {
            Content::Bytes(bytes) => (From::Bytes(bytes.clone()), Some(bytes.len() as u64)),
            Content::File(path) => {
                let (known, at) = (Known::of, Arc::clone(path));
                let known = tokio::task::spawn_blocking(move || known(&at))
                    .await
                    .unwrap_or_else(|gone| Err(std::io::Error::other(gone)))
                    .map_err(|why| unreadable(path, why))?;
                let from = match known.len {
                    Some(_) => From::File {
                        path: Arc::clone(path),
                        modified: known.modified,
                    },
                    // A pipe, or what else is read once, to its end.
                    None => From::Once(Buffer::of(file::pieces(path).await?)),
                };
                (from, known.len)
            }
            Content::Once(once) => {
                let pieces = once.take().ok_or_else(|| {
                    Error::usage(
                        "the media comes from a reader or a stream, which was sent before; give the request new media",
                    )
                })?;
                (From::Once(Buffer::of(pieces)), once.len)
            }
            Content::Streamed(_) => {
                return Err(Error::usage("the media is on its way already"));
            }
        };
        Ok(Self { from, len })
    }

    /// Makes the reading of what passes by fail when nothing comes of it for long.
    pub(crate) fn keep_time(&mut self, clock: &Arc<dyn Clock>) {
        if let From::Once(buffer) = &mut self.from {
            let pieces = buffer.pieces.take();
            buffer.pieces = pieces.map(|pieces| patience::limited(pieces, clock));
        }
    }

    /// The number of bytes, where it is known by now.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// Says how long it is, where it does not know itself.
    pub(crate) fn expect(&mut self, len: Option<u64>) {
        self.len = self.len.or(len);
    }

    /// When the file was written last, to see whether it is the same one later.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        match &self.from {
            From::File { modified, .. } => *modified,
            From::Bytes(_) | From::Once(_) => None,
        }
    }

    /// Whether the bytes from `offset` on can still be had.
    pub(crate) fn reaches(&self, offset: u64) -> bool {
        match &self.from {
            From::Bytes(_) | From::File { .. } => true,
            From::Once(buffer) => offset >= buffer.start,
        }
    }

    /// Whether it can be read any number of times.
    pub(crate) fn is_lasting(&self) -> bool {
        !matches!(self.from, From::Once(_))
    }

    /// All of it, if it is at most `limit` bytes. What was read of a longer one is kept for [`window`](Self::window).
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn all(&mut self, limit: u64) -> Result<Option<Bytes>, Error> {
        if self.len.is_some_and(|len| len > limit) {
            return Ok(None);
        }
        let most = limit.saturating_add(1);
        match &mut self.from {
            From::Bytes(bytes) => Ok(Some(bytes.clone())),
            From::File { path, .. } => {
                let mut all = Vec::new();
                let file = tokio::fs::File::open(&**path)
                    .await
                    .map_err(|why| unreadable(path, why))?;
                tokio::io::AsyncReadExt::take(file, most)
                    .read_to_end(&mut all)
                    .await
                    .map_err(|why| unreadable(path, why))?;
                self.check_len(all.len() as u64)?;
                Ok(Some(all.into()))
            }
            From::Once(buffer) => {
                buffer.fill(0, most, self.len, None).await?;
                if buffer.pieces.is_some() || buffer.end > limit {
                    return Ok(None);
                }
                self.len = Some(buffer.end);
                Ok(Some(joined(&buffer.held)))
            }
        }
    }

    /// The bytes from `offset` on, at most `most`; fewer only at the end. What stands before `offset` will not be asked for again.
    /// What is read is shown to `meter`.
    ///
    /// # Errors
    /// When the source fails, or is not as long as it was said to be.
    pub(crate) async fn window(
        &mut self,
        offset: u64,
        most: u64,
        meter: &Meter,
    ) -> Result<Window, Error> {
        let known = |len: Option<u64>| len.unwrap_or(u64::MAX).saturating_sub(offset).min(most);
        self.catch_up(offset.max(meter.expected()), meter).await?;
        let (len, held) = match &mut self.from {
            From::Bytes(bytes) => {
                let len = known(self.len);
                let (from, to) = (index(offset), index(offset + len));
                (len, Held::Memory(vec![bytes.slice(from..to)]))
            }
            From::File { path, .. } => (known(self.len), Held::File(Arc::clone(path))),
            From::Once(buffer) => {
                buffer.fill(offset, most, self.len, Some(meter)).await?;
                if buffer.pieces.is_none() {
                    self.len = Some(buffer.end);
                }
                let len = (buffer.end - offset).min(most);
                (len, Held::Memory(buffer.first(len)))
            }
        };
        Ok(Window {
            from: offset,
            len,
            held,
        })
    }

    /// Shows to `meter` what it has not seen of the bytes before `offset`, where they can be read at any time: another process sent them.
    ///
    /// # Errors
    /// When the source fails.
    pub(crate) async fn catch_up(&mut self, offset: u64, meter: &Meter) -> Result<(), Error> {
        let offset = offset.min(self.len.unwrap_or(u64::MAX));
        match &self.from {
            From::Bytes(bytes) => meter.catch_up(bytes, offset),
            From::File { path, .. } => catch_up_file(path, offset, meter).await?,
            From::Once(_) => {}
        }
        Ok(())
    }

    /// Reads to the end what has no known length, and gives it.
    ///
    /// # Errors
    /// When the source fails.
    pub(crate) async fn measure(&mut self, meter: &Meter) -> Result<Option<u64>, Error> {
        if let From::Once(buffer) = &mut self.from {
            while buffer.pieces.is_some() {
                let end = buffer.end;
                buffer
                    .fill(end, PIECE as u64, self.len, Some(meter))
                    .await?;
            }
            self.len = Some(buffer.end);
        }
        Ok(self.len)
    }

    /// What passes by once, as it passes by.
    pub(crate) fn into_stream(
        self,
        meter: Meter,
    ) -> impl futures_util::Stream<Item = Result<Bytes, TransportError>> + Send + 'static {
        let len = self.len;
        let buffer = match self.from {
            From::Once(buffer) => buffer,
            From::Bytes(_) | From::File { .. } => Buffer {
                pieces: None,
                held: VecDeque::new(),
                start: 0,
                end: 0,
            },
        };
        stream::try_unfold((buffer, 0), move |(mut buffer, at)| {
            let meter = meter.clone();
            async move {
                buffer.fill(at, 1, len, None).await.map_err(|why| {
                    TransportError::new(gapi_transport::TransportErrorKind::Body, why.to_string())
                        .with_source(why)
                })?;
                let Some(piece) = buffer.held.front().cloned() else {
                    return Ok(None);
                };
                meter.seen(at, &piece);
                let at = at + piece.len() as u64;
                meter.tell(at, len);
                Ok(Some((piece, (buffer, at))))
            }
        })
    }

    fn check_len(&self, read: u64) -> Result<(), Error> {
        match self.len {
            Some(len) if len != read => Err(wrong_len(read, len)),
            _ => Ok(()),
        }
    }
}

impl Buffer {
    fn of(pieces: Pieces) -> Self {
        Self {
            pieces: Some(pieces),
            held: VecDeque::new(),
            start: 0,
            end: 0,
        }
    }

    /// Drops what stands before `offset`, and reads until `most` bytes from there are held or the media ends.
    async fn fill(
        &mut self,
        offset: u64,
        most: u64,
        len: Option<u64>,
        meter: Option<&Meter>,
    ) -> Result<(), Error> {
        self.drop_before(offset);
        let wanted = offset.saturating_add(most);
        while self.end < wanted {
            let Some(pieces) = &mut self.pieces else {
                break;
            };
            match pieces.next().await {
                Some(Ok(piece)) => {
                    let at = self.end;
                    self.end += piece.len() as u64;
                    if let Some(len) = len.filter(|len| self.end > *len) {
                        return Err(wrong_len(self.end, len));
                    }
                    if let Some(meter) = meter {
                        meter.seen(at, &piece);
                    }
                    if !piece.is_empty() {
                        self.held.push_back(piece);
                    }
                    // A process that goes on where another stopped passes over what the server has.
                    self.drop_before(offset);
                }
                Some(Err(why)) => {
                    let message = format!("the media failed after {} bytes: {why}", self.end);
                    return Err(Error::new(ErrorKind::Io, message).with_source(Cause(why)));
                }
                None => {
                    self.pieces = None;
                    if let Some(len) = len.filter(|len| self.end < *len) {
                        return Err(wrong_len(self.end, len));
                    }
                }
            }
        }
        if self.end < offset {
            return Err(wrong_len(self.end, offset));
        }
        Ok(())
    }

    fn drop_before(&mut self, offset: u64) {
        while self.start < offset {
            let Some(first) = self.held.front_mut() else {
                self.start = offset.min(self.end);
                return;
            };
            let surplus = index(offset - self.start).min(first.len());
            self.start += surplus as u64;
            if surplus == first.len() {
                self.held.pop_front();
            } else {
                let _ = first.split_to(surplus);
            }
        }
    }

    /// The first `len` bytes that are held.
    fn first(&self, len: u64) -> Vec<Bytes> {
        let mut left = index(len);
        let mut pieces = Vec::new();
        for piece in &self.held {
            if left == 0 {
                break;
            }
            let part = piece.slice(..piece.len().min(left));
            left -= part.len();
            pieces.push(part);
        }
        pieces
    }
}

fn joined(pieces: &VecDeque<Bytes>) -> Bytes {
    match pieces.len() {
        0 => Bytes::new(),
        1 => pieces[0].clone(),
        _ => pieces
            .iter()
            .fold(BytesMut::new(), |mut all, piece| {
                all.extend_from_slice(piece);
                all
            })
            .freeze(),
    }
}

fn wrong_len(read: u64, len: u64) -> Error {
    let message = if read > len {
        format!("the media has more than the {len} bytes that it was said to have")
    } else {
        format!("the media ended after {read} of {len} bytes")
    };
    Error::new(ErrorKind::Io, message)
}

/// Positions within what is in memory fit.
fn index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// A source's own error, which is boxed.
#[derive(Debug)]
struct Cause(super::content::Failure);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
