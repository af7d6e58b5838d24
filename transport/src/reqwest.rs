//! [`Transport`] over reqwest.

#[cfg(feature = "rustls")]
mod clients;
#[cfg(feature = "rustls")]
mod proxied;
#[cfg(feature = "rustls")]
mod resolve;
mod url;

// The proxies of a program's own client are not known.
#[cfg(not(feature = "rustls"))]
use std::convert::Infallible as Proxy;
use std::{error::Error as StdError, io};

use ::reqwest::{Client, Error, Request, Response, Url};
use futures_util::StreamExt;

#[cfg(feature = "rustls")]
use self::proxied::Proxy;
#[cfg(feature = "rustls")]
pub(crate) use self::{proxied::Proxied, resolve::Resolver};
use crate::{Body, BoxFuture, Transport, TransportError, TransportErrorKind, runtime};

/// Returns the transport that is used unless one is given: a [`reqwest::Client`](::reqwest::Client) with rustls, HTTP/2 if the
/// server supports it, the proxies of the environment and the system except for this machine's own addresses, 10 s to connect, no
/// redirects, and no decoding of bodies.
///
/// It has no timeout for an exchange: callers set one. Names are looked up on threads that do not keep a runtime from ending.
///
/// It needs a tokio runtime, unless it is built with [`own_runtime`](crate::TransportOptions::own_runtime). Any number of runtimes can share it, one
/// after another and at once: each has its own connections.
///
/// # Errors
/// [`TransportErrorKind::NoClient`] when the client cannot be built, for example because the system has no root certificates.
#[cfg(feature = "rustls")]
pub fn default_transport() -> Result<std::sync::Arc<dyn Transport>, TransportError> {
    crate::TransportOptions::new().build()
}

/// The error of a client that cannot be built.
#[cfg(feature = "rustls")]
pub(crate) fn unbuildable(error: Error) -> TransportError {
    let error = error.without_url();
    describe(
        TransportErrorKind::NoClient,
        "the HTTP client cannot be built",
        error,
    )
}

/// Any reqwest client, with its own proxy, certificates, pool and timeouts.
///
/// Build it with [`redirect::Policy::none`](::reqwest::redirect::Policy::none): callers follow redirects themselves, because only
/// they know which headers must not reach another host. Build it with `no_gzip`, `no_brotli`, `no_deflate` and `no_zstd` too: if any
/// crate of the program enables such a feature of reqwest, a client decodes bodies unless it is disabled, and truncates gzip of
/// several members. The callers decode bodies themselves.
///
/// Its TLS is that of the features of reqwest which the program turns on. If that is only the one of gapi's feature `rustls`, building a
/// client panics unless the feature `aws-lc-rs` is on or the process has a crypto provider.
///
/// One client is for one tokio runtime: a connection of a runtime that has ended fails, and one of a runtime that is not driven hangs. The
/// default transport has no such limit.
///
/// ```
/// # fn example() -> Result<reqwest::Client, reqwest::Error> {
/// let client = reqwest::Client::builder()
///     .redirect(reqwest::redirect::Policy::none())
///     .no_gzip()
///     .no_brotli()
///     .no_deflate()
///     .no_zstd()
///     .build()?;
/// # Ok(client) }
/// ```
impl Transport for Client {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            runtime::current("reqwest")?;
            // Not within a nested future, which would hold the request a second time.
            let response = self.execute(into_reqwest(request)?).await;
            into_response(response, None)
        })
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

/// Returns the response of a transport; `proxy` is the one that errors name.
fn into_response(
    response: Result<Response, Error>,
    proxy: Option<Proxy>,
) -> Result<http::Response<Body>, TransportError> {
    let mut response = response.map_err(|error| before_head(error, proxy.as_ref()))?;
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.version_mut() = response.version();
    *head.headers_mut() = std::mem::take(response.headers_mut());
    *head.extensions_mut() = std::mem::take(response.extensions_mut());
    let len = response.content_length();
    let body = if len == Some(0) {
        Body::empty()
    } else {
        let chunks = response
            .bytes_stream()
            .map(move |chunk| chunk.map_err(|error| in_body(error, proxy.as_ref())));
        Body::from_stream(chunks, len)
    };
    Ok(head.map(|()| body))
}

fn into_reqwest(request: http::Request<Body>) -> Result<Request, TransportError> {
    let refused = |why: &'static str| Err(TransportError::new(TransportErrorKind::Request, why));
    let (head, body) = request.into_parts();
    if !matches!(head.uri.scheme_str(), Some("https" | "http")) {
        return refused("the request's URL is not an absolute http or https URL");
    }
    // Connection pools use this part of the URL as a key, and log it.
    let authority = head.uri.authority();
    if authority.is_some_and(|authority| authority.as_str().contains('@')) {
        return refused(
            "the request's URL holds a user name or a password; send an `authorization` header instead",
        );
    }
    let Some(url) = url::parse(&head.uri) else {
        return refused("the request's URL cannot be used");
    };
    // The URL parser resolves `..` even where it is percent-encoded, and takes `\` for `/`. Either would send the request elsewhere.
    let segments = |path: &str| path.bytes().filter(|byte| *byte == b'/').count();
    let path = head.uri.path();
    if url.path() != path && segments(url.path()) != segments(path) {
        return refused("the request's path holds `.` or `..` segments or a backslash");
    }
    let mut request = Request::new(head.method, url);
    *request.headers_mut() = head.headers;
    *request.version_mut() = head.version;
    *request.body_mut() = Some(into_reqwest_body(body));
    Ok(request)
}

fn into_reqwest_body(body: Body) -> ::reqwest::Body {
    match body.as_bytes() {
        Some(bytes) if body.send_events().is_none() => bytes.clone().into(),
        _ => ::reqwest::Body::wrap(body),
    }
}

/// The name of a server in errors: with the port unless it is the default of the scheme.
fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The error of a request without a response head.
fn before_head(error: Error, proxy: Option<&Proxy>) -> TransportError {
    let mut host = error
        .url()
        .map_or_else(|| String::from("the server"), host_and_port);
    if let Some(proxy) = proxy {
        host.push_str(&proxy.to_string());
    }
    let error = error.without_url();
    let own = chain(&error)
        .find_map(|e| e.downcast_ref::<TransportError>())
        .map(|own| (own.kind(), own.to_string()));
    if let Some((kind, own)) = own {
        let message = format!("the request's body failed: {own}");
        return TransportError::new(kind, message).with_source(error);
    }
    let (kind, message) = if error.is_builder() {
        (TransportErrorKind::Request, "the request cannot be sent to")
    } else if is_tls(&error) {
        (TransportErrorKind::Tls, "TLS failed with")
    } else if error.is_connect() && has_no_room(&error) {
        (TransportErrorKind::NoRoom, "no room for a connection to")
    } else if error.is_connect() {
        (TransportErrorKind::Connect, "no connection to")
    } else if error.is_timeout() {
        (TransportErrorKind::Timeout, "no response in time from")
    } else if error.is_redirect() {
        (
            TransportErrorKind::Other,
            "the client followed too many redirects of",
        )
    } else if is_unprocessed(&error) {
        (
            TransportErrorKind::Unprocessed,
            "the request was not processed by",
        )
    } else {
        (
            TransportErrorKind::Reset,
            "the connection broke before a response came from",
        )
    };
    describe(kind, &format!("{message} {host}"), error)
}

/// The error of a response body that ended early.
fn in_body(error: Error, proxy: Option<&Proxy>) -> TransportError {
    let error = error.without_url();
    let (kind, message) = if error.is_timeout() {
        (
            TransportErrorKind::Timeout,
            "the response's body did not come in time",
        )
    } else if error.is_decode() && !is_io(&error) {
        (TransportErrorKind::Body, "the response's body is broken")
    } else {
        (
            TransportErrorKind::Body,
            "the connection broke within the response's body",
        )
    };
    match proxy {
        Some(proxy) => describe(kind, &format!("{message}{proxy}"), error),
        None => describe(kind, message, error),
    }
}

/// hyper's text for a connection whose task was dropped, which it does not report in another form.
const RUNTIME_GONE: &str = "runtime dropped the dispatch task";

/// Returns an error with `message` and the text of the innermost cause.
fn describe(kind: TransportErrorKind, message: &str, error: Error) -> TransportError {
    let message = match chain(&error).skip(1).last().map(ToString::to_string) {
        Some(cause) if cause == RUNTIME_GONE => format!(
            "{message}: the tokio runtime of the connection has ended; use the default transport, or a client for each runtime"
        ),
        Some(cause) => format!("{message}: {cause}"),
        None => message.to_owned(),
    };
    TransportError::new(kind, message).with_source(error)
}

fn is_io(error: &Error) -> bool {
    chain(error).any(<dyn StdError>::is::<io::Error>)
}

/// Whether the process or the machine has reached its limit of open files.
fn has_no_room(error: &Error) -> bool {
    // ENFILE and EMFILE; WSAEMFILE.
    let numbers: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    chain(error)
        .filter_map(|e| e.downcast_ref::<io::Error>()?.raw_os_error())
        .any(|number| numbers.contains(&number))
}

/// Whether the server reports that it did not process the request, which HTTP/2 alone can.
#[cfg(feature = "http2")]
fn is_unprocessed(error: &Error) -> bool {
    chain(error)
        .filter_map(|e| e.downcast_ref::<h2::Error>())
        .any(|e| {
            let refused = e.is_reset() && e.reason() == Some(h2::Reason::REFUSED_STREAM);
            let left = e.is_go_away() && e.reason() == Some(h2::Reason::NO_ERROR);
            e.is_remote() && (refused || left)
        })
}

#[cfg(not(feature = "http2"))]
fn is_unprocessed(_: &Error) -> bool {
    false
}

/// Whether rustls reports the error. Other TLS libraries report a connection that cannot be made.
#[cfg(feature = "crypto")]
fn is_tls(error: &Error) -> bool {
    chain(error).any(<dyn StdError>::is::<rustls::Error>)
}

#[cfg(not(feature = "crypto"))]
fn is_tls(_: &Error) -> bool {
    false
}

/// An error and its causes. `source` of an I/O error skips the error that it wraps, so that one is added.
fn chain(error: &Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        let wrapped = this
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = wrapped
            .map(|inner| inner as &(dyn StdError + 'static))
            .or_else(|| this.source());
        Some(this)
    })
}
