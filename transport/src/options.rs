//! Options of the default transport: certificates, proxies and its runtime.

use std::{fmt, sync::Arc, time::Duration};

use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::runtime::Handle;

use crate::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind,
    client::HyperTransport,
    runtime::{self, Entered},
    tls::Tls,
};

/// Returns the transport that is used unless one is given: hyper with rustls, HTTP/2 if the server supports it, the proxies of the
/// environment and the system except for this machine's own addresses, 10 s to connect, no redirects, and no decoding of bodies.
///
/// It has no timeout for an exchange: callers set one. Names are looked up on threads that do not keep a runtime from ending.
///
/// It needs a tokio runtime, unless it is built with [`own_runtime`](TransportOptions::own_runtime). Any number of runtimes can share it, one
/// after another and at once: each has its own connections.
///
/// # Errors
/// [`TransportErrorKind::NoClient`] when the client cannot be built, for example because the system has no root certificates.
pub fn default_transport() -> Result<Arc<dyn Transport>, TransportError> {
    TransportOptions::new().build()
}

/// Options of a transport that differs from [`default_transport`].
///
/// ```
/// # fn example(chain: &str, key: &str) -> Result<(), gapi_transport::TransportError> {
/// use gapi_transport::TransportOptions;
///
/// let mutual = TransportOptions::new().client_certificate(chain, key).build()?;
/// let metadata = TransportOptions::new().direct(true).build()?;
/// let without_tokio = TransportOptions::new().own_runtime(true).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until a transport is built"]
pub struct TransportOptions {
    tls: Tls,
    direct: bool,
    own_runtime: bool,
    http2_prior_knowledge: bool,
}

impl TransportOptions {
    /// Creates options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the client certificate for servers that ask for one (mutual TLS): its chain and its private key, both in PEM.
    pub fn client_certificate(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.tls.set_identity(chain.as_ref(), key.as_ref());
        self
    }

    /// Sets the only root certificates to trust, in PEM, instead of the system's.
    pub fn only_roots(mut self, certificates: impl AsRef<[u8]>) -> Self {
        self.tls.set_only_roots(certificates.as_ref());
        self
    }

    /// Sets whether connections use no proxy of the environment or the system. Metadata servers need this, because no proxy can
    /// reach them. Requests to this machine's loopback addresses never use a proxy.
    pub fn direct(mut self, direct: bool) -> Self {
        self.direct = direct;
        self
    }

    /// Sets whether connections belong to a tokio runtime on a thread of gapi's own, instead of the runtime of each call. Programs that
    /// use another runtime, such as smol or async-std, need this.
    ///
    /// All such transports share the thread, which is started with the first one and lives as long as the process.
    pub fn own_runtime(mut self, own_runtime: bool) -> Self {
        self.own_runtime = own_runtime;
        self
    }

    /// Sets whether all connections use HTTP/2 at once, also those without TLS (RFC 9113, section 3.3). By default a connection uses it
    /// if TLS negotiates it. A server or a sidecar of plain `http` URLs that has no HTTP/1.1 needs this.
    #[cfg(feature = "http2")]
    pub fn http2_prior_knowledge(mut self, http2_prior_knowledge: bool) -> Self {
        self.http2_prior_knowledge = http2_prior_knowledge;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    /// [`TransportErrorKind::Tls`] if a certificate or key cannot be used, and [`TransportErrorKind::NoClient`] if the system has no
    /// root certificates, if there is no crypto provider (neither one of the process nor one of the features `aws-lc-rs` and `ring`),
    /// or if there is no thread to spare for [`own_runtime`](Self::own_runtime).
    pub fn build(&self) -> Result<Arc<dyn Transport>, TransportError> {
        let mut tls = self.tls.config()?;
        if self.http2_prior_knowledge {
            tls.alpn_protocols = vec![b"h2".to_vec()];
        }
        let transport = HyperTransport::new(self.client(), tls, self.direct);
        if !self.own_runtime {
            return Ok(Arc::new(transport));
        }
        let runtime = runtime::own().map_err(|error| {
            let message = format!("the thread of the HTTP client cannot be started: {error}");
            TransportError::new(TransportErrorKind::NoClient, message).with_source(error)
        })?;
        Ok(Arc::new(OnOwnRuntime { transport, runtime }))
    }

    fn client(&self) -> legacy::Builder {
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            // Shorter than the idle timeouts of common load balancers, so that a pooled connection is rarely closed.
            .pool_idle_timeout(Duration::from_secs(50));
        #[cfg(feature = "http2")]
        builder
            .http2_only(self.http2_prior_knowledge)
            // As browsers have it: 60 MB/s at a round trip of 0.1 s. hyper's adaptive windows begin at 64 KiB, and h2 ends connections that
            // receive more small frames at once than fit into half of that, for example the responses of 140 calls.
            .http2_initial_stream_window_size(6 << 20)
            // Room for many bodies that the program does not read yet, which would hold up all other calls. Go's client has it too.
            .http2_initial_connection_window_size(1 << 30)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .http2_keep_alive_timeout(Duration::from_secs(20));
        builder
    }
}

/// Sends requests within gapi's own runtime.
#[derive(Debug)]
struct OnOwnRuntime {
    transport: HyperTransport,
    runtime: &'static Handle,
}

impl Transport for OnOwnRuntime {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(Entered::new(self.runtime, self.transport.send(request)))
    }

    fn reports_send_events(&self) -> bool {
        self.transport.reports_send_events()
    }
}

/// Shows neither keys nor certificates.
impl fmt::Debug for TransportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("client_certificate", &self.tls.has_identity())
            .field("only_roots", &self.tls.has_only_roots())
            .field("direct", &self.direct)
            .field("own_runtime", &self.own_runtime)
            .field("http2_prior_knowledge", &self.http2_prior_knowledge)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_named_and_never_shown() {
        for (options, named) in [
            (
                TransportOptions::new().client_certificate("canary", "canary"),
                "client certificate",
            ),
            (
                TransportOptions::new().only_roots("canary"),
                "root certificate",
            ),
            (TransportOptions::new().only_roots(""), "root certificate"),
        ] {
            assert!(!format!("{options:?}").contains("canary"));
            let error = options.build().expect_err("nothing to use");
            assert_eq!(error.kind(), TransportErrorKind::Tls);
            assert!(error.to_string().contains(named), "{error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
        TransportOptions::new()
            .direct(true)
            .build()
            .expect("a transport");
    }
}
