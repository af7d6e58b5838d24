//! Media that is read window by window, again if possible.

mod buffer;
mod file;
#[cfg(test)]
mod tests;

use std::{fs::File, io::Read as _, path::Path, sync::Arc, time::SystemTime};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Clock, TransportError, TransportErrorKind, runtime::unblock};

pub(crate) use self::{
    buffer::{Meter, Window},
    file::FileMetadata,
};
use self::{
    buffer::{ReplayBuffer, WindowContent, index, wrong_len},
    file::{catch_up_file, unreadable},
};
use super::content::{Content, PIECE};
use crate::Error;

/// Media that is being sent.
pub(crate) struct MediaSource {
    kind: SourceKind,
    /// The number of bytes, once it is known.
    len: Option<u64>,
}

enum SourceKind {
    Bytes(Bytes),
    File {
        path: Arc<Path>,
        modified: Option<SystemTime>,
    },
    OneTime(ReplayBuffer),
}

impl MediaSource {
    /// Opens `content`.
    ///
    /// # Errors
    /// When the file cannot be read, or a reader or stream was sent before.
    pub(crate) async fn open(content: &Content) -> Result<Self, Error> {
        let (kind, len) = match content {
            Content::Bytes(bytes) => (SourceKind::Bytes(bytes.clone()), Some(bytes.len() as u64)),
            Content::File(path) => {
                let (read, at) = (FileMetadata::of, Arc::clone(path));
                let metadata = unblock(move || read(&at)).await.flatten();
                let metadata = metadata.map_err(|why| unreadable(path, why))?;
                let kind = match metadata.len {
                    Some(_) => SourceKind::File {
                        path: Arc::clone(path),
                        modified: metadata.modified,
                    },
                    // A pipe, for example, which can be read once.
                    None => SourceKind::OneTime(ReplayBuffer::of(file::pieces(path).await?)),
                };
                (kind, metadata.len)
            }
            Content::OneTime(content) => {
                let pieces = content.take().ok_or_else(|| {
                    Error::usage(
                        "the media comes from a reader or a stream, which was sent before; give the request new media",
                    )
                })?;
                (SourceKind::OneTime(ReplayBuffer::of(pieces)), content.len)
            }
        };
        Ok(Self { kind, len })
    }

    /// Makes a reader or stream fail that returns nothing for a long time.
    pub(crate) fn limit_idle_time(&mut self, clock: &Arc<dyn Clock>) {
        if let SourceKind::OneTime(buffer) = &mut self.kind {
            buffer.limit_idle_time(clock);
        }
    }

    /// Returns the number of bytes, if it is known yet.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// Sets the number of bytes, if it is not known.
    pub(crate) fn expect(&mut self, len: Option<u64>) {
        self.len = self.len.or(len);
    }

    /// Returns when the file was last modified, by which it is recognized later.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        match &self.kind {
            SourceKind::File { modified, .. } => *modified,
            SourceKind::Bytes(_) | SourceKind::OneTime(_) => None,
        }
    }

    /// Returns whether the bytes from `offset` on can still be read.
    pub(crate) fn reaches(&self, offset: u64) -> bool {
        match &self.kind {
            SourceKind::Bytes(_) | SourceKind::File { .. } => true,
            SourceKind::OneTime(buffer) => buffer.reaches(offset),
        }
    }

    /// Returns whether it can be read any number of times.
    pub(crate) fn is_repeatable(&self) -> bool {
        !matches!(self.kind, SourceKind::OneTime(_))
    }

    /// Returns all bytes, if there are at most `limit`. Otherwise [`window`](Self::window) still returns what was read.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub(crate) async fn all(&mut self, limit: u64) -> Result<Option<Bytes>, Error> {
        if self.len.is_some_and(|len| len > limit) {
            return Ok(None);
        }
        let most = limit.saturating_add(1);
        match &mut self.kind {
            SourceKind::Bytes(bytes) => Ok(Some(bytes.clone())),
            SourceKind::File { path, .. } => {
                let at = Arc::clone(path);
                let all = unblock(move || {
                    let mut all = Vec::new();
                    File::open(at)?.take(most).read_to_end(&mut all)?;
                    Ok(all)
                });
                let all = all.await.flatten().map_err(|why| unreadable(path, why))?;
                match self.len {
                    Some(len) if len != all.len() as u64 => Err(wrong_len(all.len() as u64, len)),
                    _ => Ok(Some(all.into())),
                }
            }
            SourceKind::OneTime(buffer) => {
                buffer.fill(0, most, self.len, None).await?;
                if !buffer.is_ended() || buffer.end() > limit {
                    return Ok(None);
                }
                self.len = Some(buffer.end());
                Ok(Some(buffer.joined()))
            }
        }
    }

    /// Returns the bytes from `offset` on: `most` bytes, or fewer at the end.
    ///
    /// The bytes that are read are recorded by `meter`. The bytes before `offset` are not needed again.
    ///
    /// # Errors
    /// When the source fails, or does not have its declared length.
    pub(crate) async fn window(
        &mut self,
        offset: u64,
        most: u64,
        meter: &Meter,
    ) -> Result<Window, Error> {
        let available = |len: Option<u64>| len.unwrap_or(u64::MAX).saturating_sub(offset).min(most);
        self.catch_up(offset.max(meter.expected()), meter).await?;
        let (len, content) = match &mut self.kind {
            SourceKind::Bytes(bytes) => {
                let len = available(self.len);
                let (from, to) = (index(offset), index(offset + len));
                (len, WindowContent::Memory(vec![bytes.slice(from..to)]))
            }
            SourceKind::File { path, .. } => {
                (available(self.len), WindowContent::File(Arc::clone(path)))
            }
            SourceKind::OneTime(buffer) => {
                buffer.fill(offset, most, self.len, Some(meter)).await?;
                if buffer.is_ended() {
                    self.len = Some(buffer.end());
                }
                let len = (buffer.end() - offset).min(most);
                (len, WindowContent::Memory(buffer.first(len)))
            }
        };
        Ok(Window {
            from: offset,
            len,
            content,
        })
    }

    /// Records with `meter` the bytes before `offset` that another process has sent, if the source is repeatable.
    ///
    /// # Errors
    /// When the source fails.
    pub(crate) async fn catch_up(&mut self, offset: u64, meter: &Meter) -> Result<(), Error> {
        let offset = offset.min(self.len.unwrap_or(u64::MAX));
        match &self.kind {
            SourceKind::Bytes(bytes) => meter.catch_up(bytes, offset),
            SourceKind::File { path, .. } => catch_up_file(path, offset, meter).await?,
            SourceKind::OneTime(_) => {}
        }
        Ok(())
    }

    /// Reads a source of unknown length to its end, and returns its length.
    ///
    /// # Errors
    /// When the source fails.
    pub(crate) async fn measure(&mut self, meter: &Meter) -> Result<Option<u64>, Error> {
        if let SourceKind::OneTime(buffer) = &mut self.kind {
            while !buffer.is_ended() {
                let end = buffer.end();
                buffer
                    .fill(end, PIECE as u64, self.len, Some(meter))
                    .await?;
            }
            self.len = Some(buffer.end());
        }
        Ok(self.len)
    }

    /// Returns a reader or stream as a stream, whose bytes are recorded by `meter`.
    pub(crate) fn into_stream(
        self,
        meter: Meter,
    ) -> impl futures_util::Stream<Item = Result<Bytes, TransportError>> + Send + 'static {
        let len = self.len;
        let buffer = match self.kind {
            SourceKind::OneTime(buffer) => buffer,
            SourceKind::Bytes(_) | SourceKind::File { .. } => ReplayBuffer::default(),
        };
        stream::try_unfold((buffer, 0), move |(mut buffer, at)| {
            let meter = meter.clone();
            async move {
                buffer.fill(at, 1, len, None).await.map_err(|why| {
                    TransportError::new(TransportErrorKind::Body, why.to_string()).with_source(why)
                })?;
                let Some(piece) = buffer.front() else {
                    return Ok(None);
                };
                meter.record(at, &piece);
                let at = at + piece.len() as u64;
                meter.report(at, len);
                Ok(Some((piece, (buffer, at))))
            }
        })
    }
}
