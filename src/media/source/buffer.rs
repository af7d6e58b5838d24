//! The bytes of media that were read: windows of it, their meter, and the part of a reader or stream that may be needed again.

use std::{
    collections::VecDeque,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::{Bytes, BytesMut};
use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream,
};
use gapi_transport::{Body, Clock, TransportError, lock};

use super::file::read_file;
use crate::{
    Error, ErrorKind,
    execute::STANDSTILL,
    media::{
        checksum::Checksum,
        content::{ContentError, ContentPieces, PIECE},
        plan::ProgressCallback,
    },
};

/// Consecutive bytes of the media.
pub(crate) struct Window {
    pub(crate) from: u64,
    pub(crate) len: u64,
    pub(super) content: WindowContent,
}

/// Where the bytes of a window are.
pub(super) enum WindowContent {
    Memory(Vec<Bytes>),
    File(Arc<Path>),
}

impl Window {
    /// Returns the bytes if they are in one piece of memory, and too few for the progress within them to matter.
    pub(crate) fn in_memory(&self, meter: &Meter) -> Option<Bytes> {
        let bytes = match &self.content {
            WindowContent::Memory(pieces) => match pieces.as_slice() {
                [] => Bytes::new(),
                [one] if one.len() <= 16 << 20 => one.clone(),
                _ => return None,
            },
            WindowContent::File(_) => return None,
        };
        meter.record(self.from, &bytes);
        Some(bytes)
    }

    /// Returns the bytes as a body, any number of times. The bytes and the progress are recorded by `meter`.
    pub(crate) fn body(&self, total: Option<u64>, meter: &Meter) -> Body {
        match &self.content {
            WindowContent::Memory(pieces) => {
                let mut at = self.from;
                for piece in pieces {
                    meter.record(at, piece);
                    at += piece.len() as u64;
                }
                self.in_pieces(pieces, total, meter)
            }
            WindowContent::File(path) => {
                let (path, from, len) = (Arc::clone(path), self.from, self.len);
                let pieces = read_file(path, from, len, meter.clone(), total);
                Body::from_stream(pieces, Some(len))
            }
        }
    }

    fn in_pieces(&self, pieces: &[Bytes], total: Option<u64>, meter: &Meter) -> Body {
        let pieces: Vec<Bytes> = pieces.to_vec();
        let (meter, mut at) = (meter.clone(), self.from);
        let pieces = pieces.into_iter().flat_map(|mut piece| {
            std::iter::from_fn(move || {
                let next = piece.split_to(piece.len().min(PIECE));
                (!next.is_empty()).then_some(next)
            })
        });
        let pieces = pieces.map(move |piece| {
            at += piece.len() as u64;
            meter.report(at, total);
            Ok::<_, TransportError>(piece)
        });
        Body::from_stream(stream::iter(pieces), Some(self.len))
    }
}

/// Records the bytes of a transfer: their checksum and the progress.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    checksum: Arc<Mutex<Checksum>>,
    callback: ProgressCallback,
}

impl Meter {
    pub(crate) fn new(checksum: Checksum, callback: ProgressCallback) -> Self {
        Self {
            checksum: Arc::new(Mutex::new(checksum)),
            callback,
        }
    }

    /// Returns a meter with the same checksum that reports no progress.
    pub(super) fn without_callback(&self) -> Self {
        Self {
            callback: ProgressCallback::default(),
            ..self.clone()
        }
    }

    /// Returns the checksum of the recorded bytes.
    pub(crate) fn checksum(&self) -> Checksum {
        self.lock().clone()
    }

    /// Reports the progress.
    pub(crate) fn report(&self, bytes: u64, total: Option<u64>) {
        self.callback.report(bytes, total);
    }

    /// Records bytes that begin at `at`.
    pub(crate) fn record(&self, at: u64, bytes: &[u8]) {
        self.lock().feed(at, bytes);
    }

    /// Returns the number of first bytes whose checksum another process computed.
    pub(crate) fn expected(&self) -> u64 {
        self.lock().expected()
    }

    /// Returns whether those bytes differ from the media of the other process.
    pub(crate) fn is_different(&self) -> bool {
        self.lock().is_different()
    }

    /// Records the bytes before `offset` that were not recorded.
    pub(super) fn catch_up(&self, all: &[u8], offset: u64) {
        let mut checksum = self.lock();
        let at = checksum.at();
        if at < offset {
            checksum.feed(at, &all[index(at)..index(offset)]);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Checksum> {
        lock(&self.checksum)
    }
}

/// Converts a position within memory.
pub(super) fn index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// A reader or stream, and its bytes from `start` to `end`, which were read.
#[derive(Default)]
pub(super) struct ReplayBuffer {
    /// `None` after the end.
    pieces: Option<ContentPieces>,
    held: VecDeque<Bytes>,
    start: u64,
    end: u64,
}

impl ReplayBuffer {
    pub(super) fn of(pieces: ContentPieces) -> Self {
        Self {
            pieces: Some(pieces),
            ..Self::default()
        }
    }

    /// Makes the reading fail when the next piece does not come for a long time.
    pub(super) fn limit_idle_time(&mut self, clock: &Arc<dyn Clock>) {
        self.pieces = self.pieces.take().map(|pieces| limited(pieces, clock));
    }

    /// Returns whether all bytes were read.
    pub(super) fn is_ended(&self) -> bool {
        self.pieces.is_none()
    }

    /// Returns the number of bytes that were read.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Returns whether the bytes from `offset` on are available.
    pub(super) fn reaches(&self, offset: u64) -> bool {
        offset >= self.start
    }

    /// Drops the bytes before `offset`, and reads until `most` bytes from there are held, or the end.
    pub(super) async fn fill(
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
                        meter.record(at, &piece);
                    }
                    if !piece.is_empty() {
                        self.held.push_back(piece);
                    }
                    // A resumed upload skips what the server has.
                    self.drop_before(offset);
                }
                Some(Err(why)) => {
                    let message = format!("the media failed after {} bytes: {why}", self.end);
                    return Err(Error::new(ErrorKind::Io, message).with_source(SourceError(why)));
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

    /// Returns the first piece that is held.
    pub(super) fn front(&self) -> Option<Bytes> {
        self.held.front().cloned()
    }

    /// Returns the first `len` bytes that are held.
    pub(super) fn first(&self, len: u64) -> Vec<Bytes> {
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

    /// Returns the bytes that are held in one piece.
    pub(super) fn joined(&self) -> Bytes {
        match self.held.len() {
            0 => Bytes::new(),
            1 => self.held[0].clone(),
            _ => self
                .held
                .iter()
                .fold(BytesMut::new(), |mut all, piece| {
                    all.extend_from_slice(piece);
                    all
                })
                .freeze(),
        }
    }
}

/// Returns the same pieces, or an error when the next one does not come for a long time.
fn limited(pieces: ContentPieces, clock: &Arc<dyn Clock>) -> ContentPieces {
    let clock = Arc::clone(clock);
    Box::pin(stream::unfold(Some(pieces), move |pieces| {
        let clock = Arc::clone(&clock);
        async move {
            let mut pieces = pieces?;
            // The cost of a timer is small compared to that of a piece.
            match select(pieces.next(), clock.sleep(STANDSTILL)).await {
                Either::Left((piece, _)) => Some((piece?, Some(pieces))),
                Either::Right(_) => {
                    let why = format!("nothing more came for {} s", STANDSTILL.as_secs());
                    let late = io::Error::new(io::ErrorKind::TimedOut, why);
                    Some((Err(late.into()), None))
                }
            }
        }
    }))
}

/// The error of a reader or stream, as an error that is not boxed.
#[derive(Debug)]
struct SourceError(ContentError);

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Returns the error for media that does not have its declared length.
pub(super) fn wrong_len(read: u64, len: u64) -> Error {
    let message = if read > len {
        format!("the media has more than its declared {len} bytes")
    } else {
        format!("the media ended after {read} of {len} bytes")
    };
    Error::new(ErrorKind::Io, message)
}
