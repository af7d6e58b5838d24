//! [`Transport`] for a program's own `reqwest::Client`.

use ::reqwest::{Client, Error, Request, Response, Url};
use futures_util::StreamExt;

use crate::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, cause, runtime, server::Server,
};

/// Any reqwest client, with its own proxy, certificates, pool and timeouts.
///
/// Build it with [`redirect::Policy::none`](::reqwest::redirect::Policy::none): callers follow redirects themselves, because only
/// they know which headers must not reach another host. Build it with `no_gzip`, `no_brotli`, `no_deflate` and `no_zstd` too: if any
/// crate of the program enables such a feature of reqwest, a client decodes bodies unless it is disabled, and truncates gzip of
/// several members. The callers decode bodies themselves.
///
/// Its TLS is that of the features of reqwest which the program turns on; gapi turns none on.
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
            let server = Server::of(request.uri())?;
            let response = self.execute(into_reqwest(request)?).await;
            response
                .map(into_response)
                .map_err(|error| before_head(error, &server))
        })
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

fn into_response(mut response: Response) -> http::Response<Body> {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.version_mut() = response.version();
    *head.headers_mut() = std::mem::take(response.headers_mut());
    *head.extensions_mut() = std::mem::take(response.extensions_mut());
    let len = response.content_length();
    let body = if len == Some(0) {
        Body::empty()
    } else {
        Body::from_stream(
            response.bytes_stream().map(|chunk| chunk.map_err(in_body)),
            len,
        )
    };
    head.map(|()| body)
}

fn into_reqwest(request: http::Request<Body>) -> Result<Request, TransportError> {
    let (head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string()).map_err(|error| {
        TransportError::new(
            TransportErrorKind::Request,
            format!("the request's URL cannot be used: {error}"),
        )
    })?;
    let mut request = Request::new(head.method, url);
    *request.headers_mut() = head.headers;
    *request.version_mut() = head.version;
    *request.body_mut() = Some(match body.as_bytes() {
        Some(bytes) if body.send_events().is_none() => bytes.clone().into(),
        _ => ::reqwest::Body::wrap(body),
    });
    Ok(request)
}

/// Why the task of a connection was dropped.
const ENDED: &str = "the connection has ended, or the tokio runtime of the connection has ended; use the default transport, or a client for each runtime";

/// The error of a request without a response head.
fn before_head(error: Error, server: &Server) -> TransportError {
    let error = match cause::of_body(error.without_url()) {
        Ok(own) => return own,
        Err(error) => error,
    };
    let (kind, message) = if error.is_builder() {
        (TransportErrorKind::Request, "the request cannot be sent to")
    } else if let Some(known) = cause::kind(&error, error.is_connect()) {
        known
    } else if error.is_timeout() {
        (TransportErrorKind::Timeout, "no response in time from")
    } else if error.is_redirect() {
        (
            TransportErrorKind::Other,
            "the client followed too many redirects of",
        )
    } else {
        (
            TransportErrorKind::Reset,
            "the connection broke before a response came from",
        )
    };
    cause::describe(kind, &format!("{message} {server}"), ENDED, error)
}

/// The error of a response body that ended early.
fn in_body(error: Error) -> TransportError {
    let error = error.without_url();
    let (kind, message) = if error.is_timeout() {
        (
            TransportErrorKind::Timeout,
            "the response's body did not come in time",
        )
    } else if error.is_decode() && !cause::is_io(&error) {
        (TransportErrorKind::Body, "the response's body is broken")
    } else {
        (
            TransportErrorKind::Body,
            "the connection broke within the response's body",
        )
    };
    cause::describe(kind, message, ENDED, error)
}
