//! A transport that records the first request, and responds with an empty object, or with a session for media.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gapi::transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind};
use http::{Request, Response};
use serde_json::{Map, Value, json};

/// The first request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Option<Value>>>);

impl Recorder {
    /// Takes what was sent.
    pub(crate) fn take(&self) -> Option<Value> {
        self.first().take()
    }

    fn first(&self) -> std::sync::MutexGuard<'_, Option<Value>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Transport for Recorder {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let is_first = self.first().is_none();
        let recorded = is_first.then(|| recorded(&request)).transpose();
        let query = request.uri().query().unwrap_or_default();
        let begins = query.split('&').any(|pair| pair == "uploadType=resumable");
        Box::pin(async move {
            if let Some(recorded) = recorded? {
                *self.first() = Some(recorded);
            }
            let mut response = Response::new(Body::from("{}"));
            if begins {
                // What follows goes there, and is not of interest.
                let session = http::HeaderValue::from_static("https://upload.example/session/1");
                response.headers_mut().insert("location", session);
            }
            Ok(response)
        })
    }
}

/// A request as JSON: `http_method`, `url`, `headers`, and `body`, or `body_b64` where it is not text.
fn recorded(request: &Request<Body>) -> Result<Value, TransportError> {
    let headers: Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), Value::String(value))
        })
        .collect();
    let body = request.body().as_bytes().ok_or_else(|| {
        TransportError::new(TransportErrorKind::Other, "a body that is not in memory")
    })?;
    let mut recorded = json!({
        "http_method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers,
        "body": null,
    });
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) => recorded["body"] = text.into(),
        Err(_) => recorded["body_b64"] = STANDARD.encode(body).into(),
    }
    Ok(recorded)
}
