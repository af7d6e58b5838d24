//! Opens connections: directly, through an HTTP proxy, or through a SOCKS proxy.

use std::{
    error::Error as StdError,
    future::{Ready, ready},
    io,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri::Scheme};
use hyper_util::{
    client::legacy::connect::{
        HttpConnector,
        proxy::{SocksV5, Tunnel},
    },
    rt::TokioIo,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::{
    proxies::{Proxies, Proxy},
    resolve::Resolver,
    stream::Stream,
};
use crate::{BoxFuture, server::is_valid};

/// How long connecting may take, with the handshakes of proxies and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) type Failure = Box<dyn StdError + Send + Sync>;
pub(crate) type Opening = BoxFuture<'static, Result<TokioIo<Stream>, Failure>>;

/// Opens connections to servers.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Parts>);

struct Parts {
    tcp: HttpConnector<Resolver>,
    tls: TlsConnector,
    /// A proxy speaks HTTP/1.1.
    tls_to_proxies: TlsConnector,
    proxies: Proxies,
}

impl Connector {
    pub(crate) fn new(tls: ClientConfig, proxies: Proxies) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver::default());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Limits each address of a name.
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        // A peer that is gone without a word is noticed within two minutes, and within 30 s while it has to acknowledge data.
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        tcp.set_keepalive_interval(Some(Duration::from_secs(15)));
        tcp.set_keepalive_retries(Some(3));
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        tcp.set_tcp_user_timeout(Some(Duration::from_secs(30)));
        let mut to_proxies = tls.clone();
        to_proxies.alpn_protocols.clear();
        Self(Arc::new(Parts {
            tcp,
            tls: Arc::new(tls).into(),
            tls_to_proxies: Arc::new(to_proxies).into(),
            proxies,
        }))
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }

    /// Opens a connection, however long it takes.
    pub(crate) async fn connect(self, server: Uri) -> Result<TokioIo<Stream>, Failure> {
        let is_https = server.scheme() == Some(&Scheme::HTTPS);
        let stream = match self.proxies().of(&server) {
            None => self.tcp(&server, false).await?,
            Some(proxy) => self.through(proxy, &server, is_https).await?,
        };
        let stream = if is_https {
            secure(&self.0.tls, &server, stream).await?
        } else {
            stream
        };
        Ok(TokioIo::new(stream))
    }

    async fn tcp(&self, address: &Uri, is_proxied: bool) -> Result<Stream, Failure> {
        let tcp = self.0.tcp.clone().call(address.clone()).await?.into_inner();
        Ok(Stream::Tcp { tcp, is_proxied })
    }

    /// Opens a connection to the proxy, which passes on what is sent through it: bytes to `server`, or requests that name their server.
    async fn through(&self, proxy: Proxy, server: &Uri, is_https: bool) -> Result<Stream, Failure> {
        let mut address = proxy.uri().clone();
        let scheme = address.scheme_str().unwrap_or_default();
        if !proxy.is_socks() && !matches!(scheme, "http" | "https") {
            let message = format!(
                "proxies of the scheme {scheme} are not supported; http, https and socks5 are"
            );
            return Err(io::Error::other(message).into());
        }
        if !address.authority().is_some_and(is_valid) {
            return Err(io::Error::other("the proxy's URL has an invalid host or port").into());
        }
        if proxy.is_socks() {
            address = with_port(&address, 1080)?;
        }
        let is_proxied = !is_https && !proxy.is_socks();
        let mut stream = self.tcp(&address, is_proxied).await?;
        if address.scheme() == Some(&Scheme::HTTPS) {
            stream = secure(&self.0.tls_to_proxies, &address, stream).await?;
        }
        if is_proxied {
            return Ok(stream);
        }
        let opened = Opened(Some(TokioIo::new(stream)));
        if proxy.is_socks() {
            let mut socks = SocksV5::new(address, opened);
            if let Some((user, password)) = proxy.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            let server = with_port(server, if is_https { 443 } else { 80 })?;
            return Ok(socks.call(server).await?.into_inner());
        }
        let mut tunnel = Tunnel::new(address, opened);
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        Ok(tunnel.call(server.clone()).await?.into_inner())
    }
}

/// Returns `uri` with its port, or `default` if it has none.
fn with_port(uri: &Uri, default: u16) -> Result<Uri, http::Error> {
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16());
    Uri::builder()
        .scheme(uri.scheme_str().unwrap_or_default())
        .authority(format!("{host}:{}", port.unwrap_or(default)))
        .path_and_query("/")
        .build()
}

/// The connection to a proxy, which is taken once. hyper's SOCKS loses the reason if it is to open one and cannot.
struct Opened(Option<TokioIo<Stream>>);

/// Starts TLS with the host of `peer`.
async fn secure(tls: &TlsConnector, peer: &Uri, stream: Stream) -> Result<Stream, Failure> {
    let host = peer.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host)?.to_owned();
    Ok(Stream::Tls(Box::new(tls.connect(name, stream).await?)))
}

/// Limits the time of all that opening a connection needs.
pub(crate) fn limited(
    opening: impl Future<Output = Result<TokioIo<Stream>, Failure>> + Send + 'static,
) -> Opening {
    let opening = tokio::time::timeout(CONNECT_TIMEOUT, opening);
    Box::pin(async {
        let timed_out = |_| {
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "operation timed out",
            ))
        };
        opening.await.or_else(timed_out)?
    })
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Failure;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Opening {
        limited(self.clone().connect(server))
    }
}

impl Service<Uri> for Opened {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Ready<Result<TokioIo<Stream>, io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(
            self.0
                .take()
                .ok_or_else(|| io::ErrorKind::NotConnected.into()),
        )
    }
}
