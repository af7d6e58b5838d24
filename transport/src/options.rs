//! Options of the default transport: certificates, proxies and its runtime.

use std::{fmt, sync::Arc, time::Duration};

use ::reqwest::{Certificate, Client, ClientBuilder, Identity, redirect};

use tokio::runtime::Handle;

use crate::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind,
    reqwest::{Proxied, Resolver},
    runtime::{self, Entered},
};

/// Options of a transport over reqwest that differs from [`default_transport`](crate::default_transport).
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
    identity: Option<Pem>,
    only_roots: Option<Pem>,
    direct: bool,
    own_runtime: bool,
}

/// PEM text and the code that reads it, which programs without such text do not contain.
#[derive(Clone)]
struct Pem {
    text: Vec<u8>,
    apply: fn(ClientBuilder, &[u8]) -> Result<ClientBuilder, TransportError>,
}

impl TransportOptions {
    /// Creates options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the client certificate for servers that ask for one (mutual TLS): its chain and its private key, both in PEM.
    pub fn client_certificate(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = Some(Pem {
            text: [chain.as_ref(), b"\n", key.as_ref()].concat(),
            apply: with_identity,
        });
        self
    }

    /// Sets the only root certificates to trust, in PEM, instead of the system's.
    pub fn only_roots(mut self, certificates: impl AsRef<[u8]>) -> Self {
        self.only_roots = Some(Pem {
            text: certificates.as_ref().to_vec(),
            apply: with_roots,
        });
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

    /// Builds the transport.
    ///
    /// # Errors
    /// [`TransportErrorKind::Tls`] if a certificate or key cannot be used, and [`TransportErrorKind::NoClient`] if the system has no
    /// root certificates, or no thread to spare for [`own_runtime`](Self::own_runtime).
    pub fn build(&self) -> Result<Arc<dyn Transport>, TransportError> {
        let options = self.clone();
        let transport = Proxied::new(self.direct, move |direct| options.client(direct))?;
        if !self.own_runtime {
            return Ok(Arc::new(transport));
        }
        let runtime = runtime::own().map_err(|error| {
            let message = format!("the thread of the HTTP client cannot be started: {error}");
            TransportError::new(TransportErrorKind::NoClient, message).with_source(error)
        })?;
        Ok(Arc::new(OnOwnRuntime { transport, runtime }))
    }

    fn client(&self, direct: bool) -> Result<Client, TransportError> {
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            // Callers decode bodies. Another crate of the program may enable the decoders of reqwest, which truncate gzip of several members.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .dns_resolver(Resolver::default())
            .connect_timeout(Duration::from_secs(10))
            // Shorter than the idle timeouts of common load balancers, so that a pooled connection is rarely closed.
            .pool_idle_timeout(Duration::from_secs(50))
            .tcp_keepalive(Duration::from_secs(60))
            .http2_adaptive_window(true)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .http2_keep_alive_timeout(Duration::from_secs(20));
        if direct {
            builder = builder.no_proxy();
        }
        for pem in [&self.identity, &self.only_roots].into_iter().flatten() {
            builder = (pem.apply)(builder, &pem.text)?;
        }
        builder.build().map_err(crate::reqwest::unbuildable)
    }
}

/// Sends requests within gapi's own runtime.
#[derive(Debug)]
struct OnOwnRuntime {
    transport: Proxied,
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

fn with_identity(builder: ClientBuilder, pem: &[u8]) -> Result<ClientBuilder, TransportError> {
    let identity = Identity::from_pem(pem)
        .map_err(|error| unusable("the client certificate or its key cannot be used", error))?;
    Ok(builder.identity(identity))
}

fn with_roots(builder: ClientBuilder, pem: &[u8]) -> Result<ClientBuilder, TransportError> {
    let roots = Certificate::from_pem_bundle(pem)
        .map_err(|error| unusable("the root certificates cannot be used", error))?;
    if roots.is_empty() {
        return Err(TransportError::new(
            TransportErrorKind::Tls,
            "there is no root certificate in the PEM text",
        ));
    }
    Ok(builder.tls_certs_only(roots))
}

fn unusable(message: &str, error: ::reqwest::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Tls, message).with_source(error.without_url())
}

/// Shows neither keys nor certificates.
impl fmt::Debug for TransportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("client_certificate", &self.identity.is_some())
            .field("only_roots", &self.only_roots.is_some())
            .field("direct", &self.direct)
            .field("own_runtime", &self.own_runtime)
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
