//! The default transport, made when it is first needed.

use std::sync::{Arc, OnceLock};

use gapi_transport::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, default_transport,
};

/// Reading the system's root certificates takes time and can fail. Neither belongs into a constructor.
#[derive(Debug, Default)]
pub(super) struct LazyTransport(OnceLock<Result<Arc<dyn Transport>, (TransportErrorKind, String)>>);

impl Transport for LazyTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let made = self
            .0
            .get_or_init(|| default_transport().map_err(|error| (error.kind(), chain(&error))));
        match made {
            Ok(transport) => transport.send(request),
            Err((kind, message)) => {
                let error = TransportError::new(*kind, message.clone());
                Box::pin(async move { Err(error) })
            }
        }
    }

    fn reads_extensions(&self) -> bool {
        false
    }

    fn tells_hand_over(&self) -> bool {
        true
    }
}

/// An error with its causes, as text: the error itself cannot be given to more than one caller.
fn chain(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
