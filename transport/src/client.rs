//! The default transport: hyper's client and rustls, with the proxies of the environment and the system.

mod connector;
mod proxies;
mod resolve;
mod runtimes;
mod stream;
#[cfg(feature = "http2")]
mod turns;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::Stream;
use http::{
    HeaderValue, Method, Uri, Version,
    header::{PROXY_AUTHORIZATION, TRANSFER_ENCODING},
};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper_util::client::legacy::{Builder, Error, ResponseFuture};
use rustls::ClientConfig;
use url::Url;

use self::{
    connector::Connector,
    proxies::{Proxies, Proxy},
    runtimes::Clients,
};
use crate::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, cause, server::Server,
};

/// Sends requests through hyper's client.
pub(crate) struct HyperTransport(Clients);

impl HyperTransport {
    /// Creates a transport whose clients have the settings of `builder`, and use no proxy if `direct` is true.
    pub(crate) fn new(builder: Builder, tls: ClientConfig, direct: bool) -> Self {
        Self(Clients::new(
            builder,
            Connector::new(tls, Proxies::new(direct)),
        ))
    }

    /// Starts a request. It is no `async` function, because its future would hold the request for as long as the response takes.
    fn start(
        &self,
        mut request: http::Request<Body>,
    ) -> Result<(ResponseFuture, Peer), TransportError> {
        let server = Server::of(request.uri())?;
        if let Some(uri) = normalized(request.uri()) {
            *request.uri_mut() = uri;
        }
        // The connection decides. hyper refuses other versions, and HTTP/1.0 has no framing for a body of unknown length.
        *request.version_mut() = Version::HTTP_11;
        // Otherwise hyper sends no body of unknown length with them.
        if matches!(*request.method(), Method::GET | Method::HEAD) && request.body().len().is_none()
        {
            let chunked = HeaderValue::from_static("chunked");
            request.headers_mut().insert(TRANSFER_ENCODING, chunked);
        }
        let proxy = self.0.proxies().of(request.uri());
        // A proxy of plain HTTP reads its credentials in each request; others have them from the connection.
        if !server.is_https()
            && let Some(credentials) = proxy.as_ref().and_then(|proxy| proxy.basic_auth())
        {
            let headers = request.headers_mut();
            headers
                .entry(PROXY_AUTHORIZATION)
                .or_insert_with(|| credentials.clone());
        }
        let client = self.0.get()?;
        Ok((client.request(request), Peer { server, proxy }))
    }
}

/// Returns the URL with a path, and in ASCII (RFC 9112, section 3.2), if it differs from `uri`.
fn normalized(uri: &Uri) -> Option<Uri> {
    let target = uri.path_and_query()?.as_str();
    if target.starts_with('/') && target.is_ascii() {
        return None;
    }
    Url::parse(&uri.to_string()).ok()?.as_str().parse().ok()
}

impl Transport for HyperTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (response, peer) = self.start(request)?;
            match response.await {
                Ok(response) => Ok(into_response(response, peer.proxy)),
                Err(error) => Err(peer.failed(error)),
            }
        })
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It shows no proxy's password.
        f.debug_tuple("HyperTransport")
            .field(self.0.proxies())
            .finish()
    }
}

/// The cause of an error of a request that waited for a stream of HTTP/2 when the connection ended.
const ENDED: &str = "the connection has ended";

/// The server of a request, and the proxy on the route to it.
struct Peer {
    server: Server,
    proxy: Option<Proxy>,
}

impl Peer {
    /// Returns the error of a request without a response head.
    fn failed(&self, error: Error) -> TransportError {
        let error = match cause::of_body(error) {
            Ok(own) => return own,
            Err(error) => error,
        };
        let (kind, message) = cause::kind(&error, error.is_connect()).unwrap_or((
            TransportErrorKind::Reset,
            "the connection broke before a response came from",
        ));
        cause::describe(
            kind,
            &format!("{message} {}{}", self.server, through(self.proxy.as_ref())),
            ENDED,
            error,
        )
    }
}

/// Returns the part of an error's text that names the proxy.
fn through(proxy: Option<&Proxy>) -> String {
    proxy.map(ToString::to_string).unwrap_or_default()
}

fn into_response(response: http::Response<Incoming>, proxy: Option<Proxy>) -> http::Response<Body> {
    response.map(|body| match body.size_hint().exact() {
        Some(0) => Body::empty(),
        len => Body::from_stream(Pieces { body, proxy }, len),
    })
}

/// The data of a response's body, without trailers.
struct Pieces {
    body: Incoming,
    proxy: Option<Proxy>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(self.failed(error)))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}

impl Pieces {
    /// Returns the error of a body that ended early.
    fn failed(&self, error: hyper::Error) -> TransportError {
        let message = if error.is_incomplete_message() || cause::is_io(&error) {
            "the connection broke within the response's body"
        } else {
            "the response's body is broken"
        };
        let message = format!("{message}{}", through(self.proxy.as_ref()));
        cause::describe(TransportErrorKind::Body, &message, ENDED, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_a_path_and_is_ascii() {
        for (uri, expected) in [
            ("http://a.example", None),
            ("http://a.example/b?c", None),
            ("http://a.example/%zz{\"}|?'`", None),
            ("http://a.example?b=c", Some("http://a.example/?b=c")),
            (
                "http://a.example:81/ü%?é=ß'",
                Some("http://a.example:81/%C3%BC%?%C3%A9=%C3%9F%27"),
            ),
        ] {
            let normalized = normalized(&uri.parse().expect(uri));
            let normalized = normalized.map(|uri| uri.to_string());
            assert_eq!(normalized.as_deref(), expected, "{uri}");
        }
    }
}
