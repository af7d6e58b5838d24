//! The mock as a transport, and the calls that it has received. Each part of a batch is a call of its own.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, lock,
    redact::is_secret_property,
};
use http::{
    HeaderMap, HeaderValue, Method as HttpMethod, Request, Response, Uri,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    Mock,
    reply::{MockResponse, ReplyFault},
};
use crate::{
    batch::mixed::{self, BatchMessage},
    execute::CallInfo,
    media_type,
    method::{Location, Method},
    wire::{Object, from_slice},
};

/// A call that a [`Mock`](super::Mock) has received: the method, the parameters and the body.
///
/// `Debug` shows the parameters of the path, the names of the others, and the names and types in the body. [`with_values`](Self::with_values)
/// shows all values.
#[derive(Clone)]
pub struct MockCall {
    method: Option<&'static Method>,
    http_method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    parameters: Vec<(String, String)>,
}

impl MockCall {
    pub(super) fn new(
        method: Option<&'static Method>,
        http_method: HttpMethod,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let mut parameters = Vec::new();
        if let Some(method) = method {
            let template = format!("{}{}", method.api.service_path, method.path);
            parameters.extend(path_values(&template, uri.path()).unwrap_or_default());
        }
        parameters.extend(pairs(uri.query().unwrap_or_default()));
        // A GET with a long query has it in the body.
        if headers.contains_key("x-http-method-override") {
            parameters.extend(pairs(&String::from_utf8_lossy(&body)));
        }
        Self {
            method,
            http_method,
            uri,
            headers,
            body,
            parameters,
        }
    }

    /// Returns the id of the method: `sql.instances.list`. Empty if the request is no call of a method, such as a token request.
    pub fn method(&self) -> &'static str {
        self.method.map_or("", |method| method.id)
    }

    /// Returns the first value of a parameter, decoded, by its name in the HTTP request.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find_map(|(n, value)| (n == name).then_some(value))
    }

    /// Returns all parameters, by their names in the HTTP request: those of the path, then those of the query.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the body as JSON; `None` if it is not JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns the body as a value of its schema; `None` if it is not one.
    pub fn body_as<T: Object>(&self) -> Option<T> {
        from_slice(&self.body).ok()
    }

    /// Returns the bytes of the body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns a header; `None` if it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the HTTP method.
    pub fn http_method(&self) -> &HttpMethod {
        &self.http_method
    }

    /// Returns the URL; that of a part of a batch has no host.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the call with the values of its parameters and its body, for the message of an assertion. It may contain secrets.
    pub fn with_values(&self) -> String {
        let parameters = self
            .parameters()
            .map(|(name, value)| format!(" {name}={value:?}"));
        let parameters: String = parameters.collect();
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {}{parameters} {body}", self.http_method, self.method())
    }

    /// Returns the names and types in a body of JSON, or the length of another.
    fn shape(&self) -> String {
        match self.json() {
            Some(json) => shape(&json),
            None => format!("{} bytes", self.body.len()),
        }
    }

    /// Returns the URL without secrets.
    pub(super) fn redacted_url(&self) -> String {
        let template = self.method.map_or("", |method| method.path);
        crate::redact::url_of(&self.uri, template)
    }
}

impl fmt::Debug for MockCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_path = |name: &str| {
            let location = self.method.map(|method| method.location(name));
            location == Some(Location::Path)
        };
        let parameters = self.parameters().map(|(name, value)| {
            if of_path(name) && !is_secret_property(name) {
                format!("{name}={value:?}")
            } else {
                format!("{name}=..")
            }
        });
        let parameters: Vec<_> = parameters.collect();
        f.debug_struct("MockCall")
            .field("method", &self.method())
            .field("http_method", &self.http_method)
            .field("parameters", &format_args!("{}", parameters.join(" ")))
            .field("body", &format_args!("{}", self.shape()))
            .finish()
    }
}

/// Returns the JSON `value` with the types of its texts, numbers and booleans in their place.
fn shape(value: &Value) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Object(object) => {
            let properties = object.iter();
            let properties = properties.map(|(name, value)| format!("{name:?}: {}", shape(value)));
            format!("{{{}}}", join(properties.collect()))
        }
        Value::Array(items) => format!("[{}]", join(items.iter().map(shape).collect())),
        Value::String(_) => "text".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Null => "null".to_owned(),
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// Returns the values of the template's expressions, with which it expands to the end of `path`. An endpoint may have a prefix, as
/// uploads have.
fn path_values(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    path.match_indices('/').find_map(|(at, _)| {
        let mut values = Vec::new();
        matches(template, &path[at + 1..], &mut values).then_some(values)
    })
}

fn matches(template: &str, path: &str, values: &mut Vec<(String, String)>) -> bool {
    let Some((literal, rest)) = template.split_once('{') else {
        return template == path;
    };
    let Some((expression, rest)) = rest.split_once('}') else {
        return false;
    };
    let Some(path) = path.strip_prefix(literal) else {
        return false;
    };
    let (name, longest) = match expression.strip_prefix('+') {
        Some(name) => (name, path.len()),
        None => (expression, path.find('/').unwrap_or(path.len())),
    };
    for end in (1..=longest)
        .rev()
        .filter(|end| path.is_char_boundary(*end))
    {
        let known = values.len();
        let value = percent_decode_str(&path[..end]).decode_utf8_lossy();
        values.push((name.to_owned(), value.into_owned()));
        if matches(rest, &path[end..], values) {
            return true;
        }
        values.truncate(known);
    }
    false
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_paths() {
        let found = |template: &str, path: &str| {
            path_values(template, path).map(|values| {
                values
                    .into_iter()
                    .map(|(n, v)| format!("{n}={v}"))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
        };
        for (template, path, values) in [
            (
                "v1/b/{bucket}/o/{object}",
                "/v1/b/x/o/a%2Fb",
                Some("bucket=x object=a/b"),
            ),
            (
                "v1/b/{bucket}/o",
                "/prefix/upload/v1/b/x/o",
                Some("bucket=x"),
            ),
            (
                "v1/{+name}:cancel",
                "/v1/p/1/o/2:cancel",
                Some("name=p/1/o/2"),
            ),
            ("v1/things", "/v1/things", Some("")),
            ("v1/{x}", "/v1/a/b", None),
        ] {
            assert_eq!(found(template, path).as_deref(), values, "{path}");
        }
    }
}
