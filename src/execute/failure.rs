//! Bodies of requests whose source fails: what transports make of that differs, and some lose the reason.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt as _;
use gapi_transport::{Body, TransportError, TransportErrorKind};

/// Why a body could not be read, once that is known.
#[derive(Clone, Default)]
pub(super) struct Failure(Arc<Mutex<Option<TransportError>>>);

impl Failure {
    pub(super) fn take(&self) -> Option<TransportError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, why: TransportError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

/// The same body, and what keeps the reason if it fails.
pub(super) fn watched(body: Body) -> (Body, Failure) {
    let failure = Failure::default();
    let (len, keeper) = (body.len(), failure.clone());
    let chunks = body.into_stream().map(move |chunk| {
        chunk.map_err(|why| {
            let told = TransportError::new(TransportErrorKind::Body, why.to_string());
            keeper.keep(why);
            told
        })
    });
    (Body::from_stream(chunks, len), failure)
}
