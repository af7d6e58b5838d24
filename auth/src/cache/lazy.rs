//! The transport of credentials that nobody gave one.

use std::sync::OnceLock;

use gapi_transport::{Body, BoxFuture, Transport, TransportError};

/// Builds the default transport when a first request needs it: that loads the system's root certificates.
#[derive(Debug, Default)]
pub(crate) struct LazyTransport(OnceLock<std::sync::Arc<dyn Transport>>);

impl Transport for LazyTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let transport = match self.0.get() {
                Some(transport) => transport,
                None => {
                    let built = build()?;
                    self.0.get_or_init(|| built)
                }
            };
            transport.send(request).await
        })
    }
}

#[cfg(feature = "reqwest")]
fn build() -> Result<std::sync::Arc<dyn Transport>, TransportError> {
    gapi_transport::default_transport()
}

#[cfg(not(feature = "reqwest"))]
fn build() -> Result<std::sync::Arc<dyn Transport>, TransportError> {
    Err(TransportError::new(
        gapi_transport::TransportErrorKind::Request,
        "there is no transport: give one to the credentials, or turn on the feature `reqwest`",
    ))
}
