//! A mock as a transport.

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_LENGTH};

use super::{
    Mock, MockCall, batch, lock,
    reply::{Fault, One},
};
use crate::{batch::mixed, execute::CallInfo, media_type};

/// Requests of more bytes than this are refused: a mock holds them all.
pub(super) const LARGEST: usize = 1 << 30;

impl Transport for Mock {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(LARGEST).await?;
            let called = head.extensions.get::<CallInfo>().cloned();
            if let Some(parts) = called.as_ref().and_then(|called| called.parts.clone())
                && let Some(boundary) = boundary(&head.headers)
            {
                return batch::answer(self, &parts, &body, &boundary).await;
            }
            let method = called.map(|called| called.method);
            let call = MockCall::new(method, head.method, head.uri, head.headers, body);
            let one = self.take(call)?;
            self.wait(&one).await;
            one.into_response()
        })
    }
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    mixed::boundary(media_type::of(headers)?)
}

impl Mock {
    /// Notes a call and finds its answer.
    pub(super) fn take(&self, call: MockCall) -> Result<One, TransportError> {
        lock(&self.0.calls).push(call.clone());
        let mut rules = lock(&self.0.rules);
        if let Some(one) = rules.iter_mut().find_map(|rule| rule.take(&call)) {
            return Ok(one);
        }
        let known: Vec<_> = rules.iter().map(ToString::to_string).collect();
        let known = match known.as_slice() {
            [] => String::from("it has no rules"),
            known => format!("it has answers for {}", known.join(", ")),
        };
        let name = match call.method() {
            "" => "a request that is no call of a method",
            id => id,
        };
        let message = format!(
            "the mock has no answer for {name} ({} {}, {} bytes of body); {known}",
            call.http_method(),
            call.shown_url(),
            call.body().len()
        );
        Err(TransportError::new(TransportErrorKind::Request, message))
    }

    /// Lets the delay of an answer pass.
    pub(super) async fn wait(&self, one: &One) {
        if !one.delay.is_zero() {
            self.0.clock.sleep(one.delay).await;
        }
    }
}

impl One {
    fn into_response(self) -> Result<Response<Body>, TransportError> {
        let length = self.body.len();
        let body = match self.fault {
            None => Body::from(self.body),
            Some(Fault::Error(kind, why)) => return Err(TransportError::new(kind, why)),
            Some(Fault::Short(bytes)) => Body::from(self.body.slice(..bytes.min(length))),
            Some(Fault::Cut(bytes)) => {
                let sent: Bytes = self.body.slice(..bytes.min(length));
                let error = TransportError::new(
                    TransportErrorKind::Body,
                    "the connection breaks, as the mock says",
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
