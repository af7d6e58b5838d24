//! Forms that are sent to a token endpoint.

use std::sync::Arc;

use gapi_transport::{Clock, Transport};
use http::{HeaderValue, header, response::Parts};

use crate::{
    AuthError,
    oauth::{ANSWER_LIMIT, TokenAnswer, form_request, read},
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
    let mut request = form_request(uri, fields, metrics.as_deref())?;
    request
        .headers_mut()
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let (head, body) = transport.send(request).await?.into_parts();
    Ok((head, body.collect(ANSWER_LIMIT).await?))
}
