//! Sending a form to a token endpoint.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::{Body, Clock, Transport};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{self, InvalidHeaderValue},
    uri::InvalidUri,
};

use super::{ANSWER_LIMIT, Refusal, TokenAnswer, form, read};
use crate::{AuthError, AuthErrorKind, Token};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// What the credentials are, for Google's statistics.
const METRICS: HeaderName = HeaderName::from_static("x-goog-api-client");

/// Clocks that differ by less are not why a token endpoint refuses.
const SKEW: u64 = 10;

/// Sends a form and reads a token, or the refusal.
pub(crate) async fn post(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<&str>,
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
) -> Result<Result<TokenAnswer, Refusal>, AuthError> {
    post_for(uri, fields, metrics, transport, clock, read).await
}

/// What reads an answer that came at the given time.
pub(crate) type Reader<T> = fn(StatusCode, &HeaderMap, &[u8], SystemTime) -> Result<T, Refusal>;

/// Sends a form and reads what it is answered with `read`.
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
    let body = body.collect(ANSWER_LIMIT).await?;
    Ok(read(head.status, &head.headers, &body, clock.now()))
}

/// A form, on its way to a token endpoint.
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

fn unusable<E: Error + Send + Sync + 'static>(error: E) -> AuthError {
    AuthError::new(AuthErrorKind::Config, "the token request cannot be built").with_source(error)
}

impl TokenAnswer {
    /// The token, whose lifetime began at `asked_at`.
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
    /// How many seconds the server's clock is ahead of ours, where that may be why it refused an assertion.
    pub(crate) fn clock_skew(&self) -> Option<i64> {
        self.skew
            .filter(|skew| skew.unsigned_abs() >= SKEW)
            .filter(|_| self.error.oauth_error() == Some("invalid_grant"))
    }
}

/// `time` moved by so many seconds.
pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let shifted = if seconds < 0 {
        time.checked_sub(by)
    } else {
        time.checked_add(by)
    };
    shifted.unwrap_or(time)
}
