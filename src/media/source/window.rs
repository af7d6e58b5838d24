//! Some bytes of the media, on their way.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, TransportError};

use super::{Meter, file::read_file};
use crate::media::content::PIECE;

/// Some bytes of the media, in order.
pub(crate) struct Window {
    pub(crate) from: u64,
    pub(crate) len: u64,
    pub(super) held: Held,
}

/// Where they are.
pub(super) enum Held {
    Memory(Vec<Bytes>),
    File(Arc<Path>),
}

impl Window {
    /// All bytes, where they are in one piece in memory and not so many that somebody wants to see how they go.
    pub(crate) fn in_memory(&self, meter: &Meter) -> Option<Bytes> {
        let bytes = match &self.held {
            Held::Memory(pieces) => match pieces.as_slice() {
                [] => Bytes::new(),
                [one] if one.len() <= 16 << 20 => one.clone(),
                _ => return None,
            },
            Held::File(_) => return None,
        };
        meter.seen(self.from, &bytes);
        Some(bytes)
    }

    /// The bytes as a body, as often as it is asked for. What is read of a file is shown to `meter` as it passes, and so is how far it has come.
    pub(crate) fn body(&self, total: Option<u64>, meter: &Meter) -> Body {
        match &self.held {
            Held::Memory(pieces) => {
                let mut at = self.from;
                for piece in pieces {
                    meter.seen(at, piece);
                    at += piece.len() as u64;
                }
                self.in_pieces(pieces, total, meter)
            }
            Held::File(path) => {
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
            meter.tell(at, total);
            Ok::<_, TransportError>(piece)
        });
        Body::from_stream(stream::iter(pieces), Some(self.len))
    }
}
