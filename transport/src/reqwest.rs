//! [`Transport`] over reqwest.

mod proxied;
mod resolve;
mod url;

use std::{error::Error as StdError, io, sync::Arc};

use ::reqwest::{Client, Error, Request, Url};
use futures_util::StreamExt;

use self::proxied::Proxy;
pub(crate) use self::{proxied::Proxied, resolve::Resolver};
use crate::{Body, BoxFuture, Transport, TransportError, TransportErrorKind, TransportOptions};

/// The transport that is used when none is given: a [`reqwest::Client`](::reqwest::Client) with rustls, HTTP/2 where the
/// server speaks it, the proxies of the environment and the system for all but this machine's own addresses, 10 s to connect, no
/// redirects, and no decoding of bodies.
///
/// It has no timeout of its own for an exchange: callers set one. Names are looked up on threads that do not keep a runtime from ending.
///
/// # Errors
/// [`TransportErrorKind::NoClient`] when the client cannot be built, for example because the system has no root certificates.
pub fn default_transport() -> Result<Arc<dyn Transport>, TransportError> {
    TransportOptions::new().build()
}

/// Why there is no client, and what to do about it.
pub(crate) fn unbuildable(error: Error) -> TransportError {
    let error = error.without_url();
    let way_out = if is_tls(&error) {
        "; install root certificates (most systems call the package ca-certificates), or name a file of them in SSL_CERT_FILE"
    } else {
        ""
    };
    let why = chain(&error).last().map(ToString::to_string);
    let why = why.unwrap_or_default();
    let message = format!(
        "the HTTP client cannot be built: {}{way_out}",
        // What rustls says of everything that it knows no kind of.
        why.trim_start_matches("unexpected error: ")
    );
    TransportError::new(TransportErrorKind::NoClient, message).with_source(error)
}

/// Any reqwest client: bring your own proxy, certificates, pool and timeouts.
///
/// Build it with [`redirect::Policy::none`](::reqwest::redirect::Policy::none): the callers follow redirects themselves, because only they know which headers
/// must not reach another host. Build it with `no_gzip`, `no_brotli`, `no_deflate` and `no_zstd` too: if any crate of the program turns such a feature of reqwest on, a client decodes
/// bodies unless it was told not to, and what it makes of gzip with several members is cut short. The callers decode themselves.
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
        Box::pin(async move { send(self, into_reqwest(request)?, None).await })
    }

    fn reads_extensions(&self) -> bool {
        false
    }

    fn tells_hand_over(&self) -> bool {
        true
    }
}

/// Sends a request through `proxy`, where that is known.
async fn send(
    client: &Client,
    request: Request,
    proxy: Option<Proxy>,
) -> Result<http::Response<Body>, TransportError> {
    let mut response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) => return Err(before_head(error, proxy.as_ref())),
    };
    let mut answer = http::Response::new(());
    *answer.status_mut() = response.status();
    *answer.version_mut() = response.version();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    *answer.extensions_mut() = std::mem::take(response.extensions_mut());
    let len = response.content_length();
    let body = if len == Some(0) {
        Body::empty()
    } else {
        let chunks = response
            .bytes_stream()
            .map(move |chunk| chunk.map_err(|error| in_body(error, proxy.as_ref())));
        Body::from_stream(chunks, len)
    };
    Ok(answer.map(|()| body))
}

fn into_reqwest(request: http::Request<Body>) -> Result<Request, TransportError> {
    let refused = |why: &'static str| Err(TransportError::new(TransportErrorKind::Request, why));
    let (head, body) = request.into_parts();
    if !matches!(head.uri.scheme_str(), Some("https" | "http")) {
        return refused("the request's URL is not an absolute http or https URL");
    }
    // Pools and their traces know connections by this part of the URL.
    let authority = head.uri.authority();
    if authority.is_some_and(|authority| authority.as_str().contains('@')) {
        return refused(
            "the request's URL holds a user name or a password; send an `authorization` header instead",
        );
    }
    let Some(url) = url::of(&head.uri) else {
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
        Some(bytes) if body.hand_over().is_none() => bytes.clone().into(),
        _ => ::reqwest::Body::wrap(body),
    }
}

/// As errors name a server: the port only where it is not the scheme's own.
fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Why no answer head arrived.
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
        (TransportErrorKind::Timeout, "no answer in time from")
    } else if error.is_redirect() {
        (
            TransportErrorKind::Other,
            "the client followed too many redirects of",
        )
    } else if is_unprocessed(&error) {
        (
            TransportErrorKind::Unprocessed,
            "the request was not looked at by",
        )
    } else {
        (
            TransportErrorKind::Reset,
            "the connection broke before an answer came from",
        )
    };
    describe(kind, &format!("{message} {host}"), error)
}

/// Why the answer's body ended early.
fn in_body(error: Error, proxy: Option<&Proxy>) -> TransportError {
    let error = error.without_url();
    let (kind, message) = if error.is_timeout() {
        (
            TransportErrorKind::Timeout,
            "the answer's body did not come in time",
        )
    } else if error.is_decode() && !is_io(&error) {
        (TransportErrorKind::Body, "the answer's body is broken")
    } else {
        (
            TransportErrorKind::Body,
            "the connection broke within the answer's body",
        )
    };
    match proxy {
        Some(proxy) => describe(kind, &format!("{message}{proxy}"), error),
        None => describe(kind, message, error),
    }
}

/// Says what happened and, in the words of the innermost cause, why.
fn describe(kind: TransportErrorKind, message: &str, error: Error) -> TransportError {
    let message = match chain(&error).skip(1).last() {
        Some(cause) => format!("{message}: {cause}"),
        None => message.to_owned(),
    };
    TransportError::new(kind, message).with_source(error)
}

fn is_io(error: &Error) -> bool {
    chain(error).any(<dyn StdError>::is::<io::Error>)
}

/// Whether the process, or the machine, has as many open files as it may have.
fn has_no_room(error: &Error) -> bool {
    // ENFILE and EMFILE; WSAEMFILE.
    let numbers: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    chain(error)
        .filter_map(|e| e.downcast_ref::<io::Error>()?.raw_os_error())
        .any(|number| numbers.contains(&number))
}

/// Whether the server says that it did not process the request.
fn is_unprocessed(error: &Error) -> bool {
    chain(error)
        .filter_map(|e| e.downcast_ref::<h2::Error>())
        .any(|e| {
            let refused = e.is_reset() && e.reason() == Some(h2::Reason::REFUSED_STREAM);
            let left = e.is_go_away() && e.reason() == Some(h2::Reason::NO_ERROR);
            e.is_remote() && (refused || left)
        })
}

fn is_tls(error: &Error) -> bool {
    chain(error).any(<dyn StdError>::is::<rustls::Error>)
}

/// An error and its causes, with what I/O errors wrap: those give the cause of what they wrap, not the thing itself.
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
