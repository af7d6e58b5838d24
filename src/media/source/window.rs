//! A window of the media.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, TransportError};

use super::{file::read_file, meter::Meter};
use crate::media::content::PIECE;

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
