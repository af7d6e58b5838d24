//! Forms that are sent to a token endpoint.

use std::sync::Arc;

use gapi_transport::{Body, Clock, Transport};
use http::{Method, Request, header, response::Parts};

use crate::{
    AuthError, AuthErrorKind,
    oauth::{ANSWER_LIMIT, TokenAnswer, form, read},
};

/// Sends a form and reads a token.
pub(super) async fn post_form(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<String>,
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
) -> Result<TokenAnswer, AuthError> {
    let (head, body) = send_form(uri, fields, metrics, transport).await?;
    read(head.status, &head.headers, &body, clock.now()).map_err(|refusal| refusal.error)
}

/// Sends a form and gives the answer as it is.
pub(super) async fn send_form(
    uri: &str,
    fields: &[(&str, &str)],
    metrics: Option<String>,
    transport: &Arc<dyn Transport>,
) -> Result<(Parts, bytes::Bytes), AuthError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    if let Some(metrics) = metrics {
        request = request.header("x-goog-api-client", metrics);
    }
    let request = request.body(Body::from(form(fields))).map_err(|error| {
        AuthError::new(AuthErrorKind::Config, "the token request cannot be built")
            .with_source(error)
    })?;
    let (head, body) = transport.send(request).await?.into_parts();
    Ok((head, body.collect(ANSWER_LIMIT).await?))
}
