//! The default transport, built when it is first needed.

use std::sync::{Arc, OnceLock};

use crate::{Body, BoxFuture, Transport, TransportError};

/// Builds the default transport for the first request, because that reads the system's root certificates. After a failure the next
/// request builds it again.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct LazyTransport {
    built: OnceLock<Arc<dyn Transport>>,
    direct: bool,
}

impl LazyTransport {
    /// Returns a transport that uses no proxy.
    pub fn direct() -> Self {
        Self {
            direct: true,
            ..Self::default()
        }
    }

    fn get(&self) -> Result<&Arc<dyn Transport>, TransportError> {
        if let Some(transport) = self.built.get() {
            return Ok(transport);
        }
        let built = build(self.direct)?;
        Ok(self.built.get_or_init(|| built))
    }
}

impl Transport for LazyTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        match self.get() {
            Ok(transport) => transport.send(request),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

#[cfg(feature = "rustls")]
fn build(direct: bool) -> Result<Arc<dyn Transport>, TransportError> {
    crate::TransportOptions::new().direct(direct).build()
}

#[cfg(not(feature = "rustls"))]
fn build(_: bool) -> Result<Arc<dyn Transport>, TransportError> {
    Err(TransportError::new(
        crate::TransportErrorKind::NoClient,
        "there is no transport: give one to the credentials, or turn on the feature `rustls`",
    ))
}
