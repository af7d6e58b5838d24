//! A batch at a mock: each part is a call of its own.

use bytes::Bytes;
use gapi_transport::{Body, TransportError, TransportErrorKind};
use http::{HeaderValue, Method as HttpMethod, Response, Uri, header::CONTENT_TYPE};

use super::{Mock, MockCall, reply::One};
use crate::{
    batch::mixed::{self, Part},
    method::Method,
};

const BOUNDARY: &str = "batch_mock";

/// Answers every part by the rules. A part whose answer is a fault is missing in the answer.
pub(super) async fn answer(
    mock: &Mock,
    methods: &[&'static Method],
    body: &Bytes,
    boundary: &str,
) -> Result<Response<Body>, TransportError> {
    let parts = mixed::read(body, boundary);
    let mut answers = Vec::new();
    for ((part, _), method) in parts.zip(methods) {
        let one = mock.take(call(&part, method)?)?;
        mock.wait(&one).await;
        if one.fault.is_none() {
            answers.push(wrap(&part, one));
        }
    }
    let mut response = Response::new(Body::from(mixed::write(&answers, BOUNDARY)));
    let content_type = HeaderValue::from_static("multipart/mixed; boundary=batch_mock");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Ok(response)
}

fn call(part: &Part, method: &'static Method) -> Result<MockCall, TransportError> {
    let broken = || {
        TransportError::new(
            TransportErrorKind::Request,
            "a part of the batch is no HTTP request",
        )
    };
    let (verb, target) = part.request_line().ok_or_else(broken)?;
    let verb = HttpMethod::from_bytes(verb.as_bytes()).map_err(|_| broken())?;
    let uri: Uri = target.parse().map_err(|_| broken())?;
    Ok(MockCall::new(
        Some(method),
        verb,
        uri,
        part.headers.clone(),
        part.body.clone(),
    ))
}

fn wrap(request: &Part, one: One) -> Part {
    let mut headers = one.headers;
    headers.insert(http::header::CONTENT_LENGTH, one.body.len().into());
    Part {
        id: request.id.as_ref().map(|id| format!("response-{id}")),
        start: format!(
            "HTTP/1.1 {} {}",
            one.status.as_str(),
            one.status.canonical_reason().unwrap_or("Unknown")
        ),
        headers,
        body: one.body,
    }
}
