//! A transport that keeps the first request that it is given, and answers with an empty object, or with a session for media.

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
        let shown = is_first.then(|| shown(&request)).transpose();
        let query = request.uri().query().unwrap_or_default();
        let begins = query.split('&').any(|pair| pair == "uploadType=resumable");
        Box::pin(async move {
            if let Some(shown) = shown? {
                *self.first() = Some(shown);
            }
            let mut answer = Response::new(Body::from("{}"));
            if begins {
                // What follows goes there, and is not of interest.
                let session = http::HeaderValue::from_static("https://upload.example/session/1");
                answer.headers_mut().insert("location", session);
            }
            Ok(answer)
        })
    }
}

/// A request as JSON: `http_method`, `url`, `headers`, and `body`, or `body_b64` where it is not text.
fn shown(request: &Request<Body>) -> Result<Value, TransportError> {
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
    let mut shown = json!({
        "http_method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers,
        "body": null,
    });
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) => shown["body"] = text.into(),
        Err(_) => shown["body_b64"] = STANDARD.encode(body).into(),
    }
    Ok(shown)
}
