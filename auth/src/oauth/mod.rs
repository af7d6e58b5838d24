//! Requests to OAuth 2.0 token endpoints, and their responses.

mod response;

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::{Body, Clock, Transport};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{self, InvalidHeaderValue},
    response::Parts,
    uri::InvalidUri,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

#[cfg(all(feature = "service-account", feature = "id-token"))]
pub(crate) use self::response::read_id_token;
pub(crate) use self::response::{Refusal, TokenResponse, read, refuse};
use crate::{AuthError, AuthErrorKind, Token};

/// Google's token endpoint. It is also the audience of all assertions, even if the endpoint has another address.
pub(crate) const GOOGLE_TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// The maximum length of a response that is read.
pub(crate) const RESPONSE_LIMIT: usize = 1024 * 1024;

/// Characters that are percent-encoded: all but the unreserved ones of RFC 3986.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// Names the kind of credentials, for Google's statistics.
const METRICS: HeaderName = HeaderName::from_static("x-goog-api-client");

/// A smaller difference of the clocks, in seconds, is not the reason of a refusal.
const SKEW: u64 = 10;

/// Returns the `x-goog-api-client` header of a token request: library, request type and kind of credentials.
pub(crate) fn metrics_header(what: &str) -> String {
    format!(
        "gl-rust/{} auth/{} {what}",
        gapi_transport::RUST_VERSION,
        env!("CARGO_PKG_VERSION")
    )
}

/// Returns `fields` as `application/x-www-form-urlencoded` text.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, RESERVED));
        text.push('=');
        text.extend(utf8_percent_encode(value, RESERVED));
    }
    text
}

/// Reads a response that arrived at the given time.
pub(crate) type Reader<T> = fn(StatusCode, &HeaderMap, &[u8], SystemTime) -> Result<T, Refusal>;

/// Sends a form and reads the response with `read`.
pub(crate) async fn post_for<T>(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<&str>,
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
    read: Reader<T>,
) -> Result<Result<T, Refusal>, AuthError> {
    let request = form_request(uri, fields, metrics)?;
    let (head, body) = transport.send(request).await?.into_parts();
    let body = body.collect(RESPONSE_LIMIT).await?;
    Ok(read(head.status, &head.headers, &body, clock.now()))
}

/// Sends `request` and returns the response with its whole body. Errors call the server `who`.
pub(crate) async fn send(
    who: &str,
    request: Request<Body>,
    transport: &dyn Transport,
) -> Result<(Parts, bytes::Bytes), AuthError> {
    let unreachable = |error| AuthError::unreachable(who, error);
    let response = transport.send(request).await.map_err(unreachable)?;
    let (head, body) = response.into_parts();
    let body = body.collect(RESPONSE_LIMIT).await.map_err(unreachable)?;
    Ok((head, body))
}

/// Returns the request that sends a form to a token endpoint.
pub(crate) fn form_request(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<&str>,
) -> Result<Request<Body>, AuthError> {
    let mut request = Request::new(Body::from(form(fields)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri.parse().map_err(unusable::<InvalidUri>)?;
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, FORM);
    if let Some(metrics) = metrics {
        let metrics = metrics.parse().map_err(unusable::<InvalidHeaderValue>)?;
        headers.insert(METRICS, metrics);
    }
    Ok(request)
}

/// Sends a form and reads a token.
pub(crate) async fn post_form(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<String>,
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
) -> Result<TokenResponse, AuthError> {
    let (head, body) = send_form(uri, fields, metrics, transport).await?;
    read(head.status, &head.headers, &body, clock.now()).map_err(|refusal| refusal.error)
}

/// Sends a form and returns the response as it is.
pub(crate) async fn send_form(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<String>,
    transport: &Arc<dyn Transport>,
) -> Result<(Parts, bytes::Bytes), AuthError> {
    let mut request = form_request(uri, fields, metrics.as_deref())?;
    request
        .headers_mut()
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let (head, body) = transport.send(request).await?.into_parts();
    Ok((head, body.collect(RESPONSE_LIMIT).await?))
}

fn unusable<E: Error + Send + Sync + 'static>(error: E) -> AuthError {
    AuthError::new(AuthErrorKind::Config, "the token request cannot be built").with_source(error)
}

impl TokenResponse {
    /// Returns the token, whose lifetime began at `asked_at`.
    pub(crate) fn into_token(self, asked_at: SystemTime) -> Token {
        let token = Token::new(self.access_token);
        match self
            .expires_in
            .and_then(|lifetime| asked_at.checked_add(lifetime))
        {
            Some(expiry) => token.expires_at(expiry),
            None => token,
        }
    }
}

impl Refusal {
    /// Returns how many seconds the server's clock is ahead, if that may be the reason for refusing an assertion.
    pub(crate) fn clock_skew(&self) -> Option<i64> {
        self.skew
            .filter(|skew| skew.unsigned_abs() >= SKEW)
            .filter(|_| self.error.oauth_error() == Some("invalid_grant"))
    }
}

/// Returns `time` shifted by `seconds`.
pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let shifted = if seconds < 0 {
        time.checked_sub(by)
    } else {
        time.checked_add(by)
    };
    shifted.unwrap_or(time)
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_reserved_is_encoded() {
        assert_eq!(
            super::form(&[("a", "urn:x y"), ("b&", "=é")]),
            "a=urn%3Ax%20y&b%26=%3D%C3%A9"
        );
    }
}
