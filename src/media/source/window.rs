//! A window of the media, and the meter that records its bytes.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, TransportError};

use super::{file::read_file, index};
use crate::media::{checksum::Checksum, content::PIECE, progress::ProgressCallback};

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
        self.checksum.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
