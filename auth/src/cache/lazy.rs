//! The transport of credentials that nobody gave one.

use std::sync::{Arc, OnceLock};

use gapi_transport::{Body, BoxFuture, Transport, TransportError};

/// Builds a transport when a first request needs it, because building the default one loads the system's root certificates.
#[derive(Debug)]
pub(crate) struct LazyTransport {
    built: OnceLock<Arc<dyn Transport>>,
    build: fn() -> Result<Arc<dyn Transport>, TransportError>,
}

impl LazyTransport {
    /// One that goes past proxies.
    #[cfg(any(feature = "metadata", feature = "external-account"))]
    pub(crate) fn direct() -> Self {
        Self {
            built: OnceLock::new(),
            build: build_direct,
        }
    }
}

impl Default for LazyTransport {
    fn default() -> Self {
        Self {
            built: OnceLock::new(),
            build,
        }
    }
}

impl Transport for LazyTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let transport = match self.built.get() {
                Some(transport) => transport,
                None => {
                    let built = (self.build)()?;
                    self.built.get_or_init(|| built)
                }
            };
            transport.send(request).await
        })
    }
}

#[cfg(feature = "reqwest")]
fn build() -> Result<Arc<dyn Transport>, TransportError> {
    gapi_transport::default_transport()
}

#[cfg(all(
    feature = "reqwest",
    any(feature = "metadata", feature = "external-account")
))]
fn build_direct() -> Result<Arc<dyn Transport>, TransportError> {
    gapi_transport::TransportOptions::new().direct(true).build()
}

#[cfg(all(
    not(feature = "reqwest"),
    any(feature = "metadata", feature = "external-account")
))]
use self::build as build_direct;

#[cfg(not(feature = "reqwest"))]
fn build() -> Result<Arc<dyn Transport>, TransportError> {
    Err(TransportError::new(
        gapi_transport::TransportErrorKind::NoClient,
        "there is no transport: give one to the credentials, or turn on the feature `reqwest`",
    ))
}
