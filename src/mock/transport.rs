//! The mock as a transport. Each part of a batch is a call of its own.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use http::{
    HeaderMap, HeaderValue, Method as HttpMethod, Request, Response, Uri,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};

use super::{
    Mock, MockCall, lock,
    reply::{MockResponse, ReplyFault},
};
use crate::{
    batch::mixed::{self, BatchMessage},
    execute::CallInfo,
    media_type,
    method::Method,
};

/// The maximum length of a request, which is held in memory.
pub(super) const LARGEST: usize = 1 << 30;

const BOUNDARY: &str = "batch_mock";

impl Transport for Mock {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(LARGEST).await?;
            let info = head.extensions.get::<CallInfo>().cloned();
            if let Some(parts) = info.as_ref().and_then(|info| info.parts.clone())
                && let Some(boundary) = boundary(&head.headers)
            {
                return self.respond_to_batch(parts, &body, &boundary).await;
            }
            let method = info.map(|info| info.method);
            let call = MockCall::new(method, head.method, head.uri, head.headers, body);
            let response = self.take(call)?;
            self.wait(&response).await;
            response.into_http()
        })
    }
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    mixed::boundary(media_type::of(headers)?)
}

impl Mock {
    /// Records a call, and returns its response.
    fn take(&self, call: MockCall) -> Result<MockResponse, TransportError> {
        lock(&self.0.calls).push(call.clone());
        let mut rules = lock(&self.0.rules);
        if let Some(response) = rules.iter_mut().find_map(|rule| rule.take(&call)) {
            return Ok(response);
        }
        let known: Vec<_> = rules.iter().map(ToString::to_string).collect();
        let known = match known.as_slice() {
            [] => String::from("it has no rules"),
            known => format!("it has responses for {}", known.join(", ")),
        };
        let name = match call.method() {
            "" => "a request that is no call of a method",
            id => id,
        };
        let message = format!(
            "the mock has no response for {name} ({} {}, {} bytes of body); {known}",
            call.http_method(),
            call.redacted_url(),
            call.body().len()
        );
        Err(TransportError::new(TransportErrorKind::Request, message))
    }

    /// Waits for the delay of a response.
    async fn wait(&self, response: &MockResponse) {
        if !response.delay.is_zero() {
            self.0.clock.sleep(response.delay).await;
        }
    }

    /// Responds to each part of a batch by the rules. A part whose response is a fault is missing in the response.
    async fn respond_to_batch(
        &self,
        methods: Arc<[&'static Method]>,
        body: &Bytes,
        boundary: &str,
    ) -> Result<Response<Body>, TransportError> {
        let parts = mixed::read(body, boundary);
        let mut responses = Vec::new();
        for ((part, _), method) in parts.zip(methods.iter()) {
            let response = self.take(call_of_part(&part, method)?)?;
            self.wait(&response).await;
            if response.fault.is_none() {
                responses.push(response_part(&part, response));
            }
        }
        let mut response = Response::new(Body::from(mixed::write(&responses, BOUNDARY)));
        let content_type = HeaderValue::from_static("multipart/mixed; boundary=batch_mock");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        Ok(response)
    }
}

fn call_of_part(part: &BatchMessage, method: &'static Method) -> Result<MockCall, TransportError> {
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

fn response_part(request: &BatchMessage, response: MockResponse) -> BatchMessage {
    let mut headers = response.headers;
    headers.insert(CONTENT_LENGTH, response.body.len().into());
    BatchMessage {
        id: request.id.as_ref().map(|id| format!("response-{id}")),
        start: format!(
            "HTTP/1.1 {} {}",
            response.status.as_str(),
            response.status.canonical_reason().unwrap_or("Unknown")
        ),
        headers,
        body: response.body,
    }
}

impl MockResponse {
    fn into_http(self) -> Result<Response<Body>, TransportError> {
        let length = self.body.len();
        let body = match self.fault {
            None => Body::from(self.body),
            Some(ReplyFault::Error(kind, why)) => return Err(TransportError::new(kind, why)),
            Some(ReplyFault::Short(bytes)) => Body::from(self.body.slice(..bytes.min(length))),
            Some(ReplyFault::Cut(bytes)) => {
                let sent: Bytes = self.body.slice(..bytes.min(length));
                let error = TransportError::new(
                    TransportErrorKind::Body,
                    "the connection breaks, as the mock was set up",
                );
                Body::from_stream(stream::iter([Ok(sent), Err(error)]), None)
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
        Ok(response)
    }
}
