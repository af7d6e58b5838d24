//! Requests and responses as lines of a recording, without their secrets.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use gapi_transport::{TransportError, TransportErrorKind};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{CONTENT_LENGTH, LOCATION},
};
use serde_json::{Map, Value, json};

use crate::{
    batch::mixed::{self, BatchMessage},
    media_type, redact,
};

/// A request in a recording.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RecordedRequest {
    pub(super) method: String,
    /// Without secrets.
    pub(super) url: String,
    pub(super) body: Value,
}

/// A response in a recording, or the error of the transport.
#[derive(Clone, Debug)]
pub(super) enum RecordedResponse {
    Response {
        status: StatusCode,
        headers: Vec<(String, String)>,
        body: Value,
    },
    Fault(TransportErrorKind),
}

impl RecordedRequest {
    pub(super) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Self {
        Self {
            method: method.to_string(),
            url: redact::url(&uri.to_string()),
            body: write_body(content_type(headers), body),
        }
    }

    /// Returns the path and the sorted query, without parameters that differ in each run.
    pub(super) fn target(&self) -> String {
        let rest = self
            .url
            .split_once("://")
            .map_or(&*self.url, |(_, rest)| rest);
        let target = rest.find('/').map_or("/", |at| &rest[at..]);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut pairs: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("requestId="))
            .collect();
        pairs.sort_unstable();
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }

    /// Returns whether the other request is the same, to any host.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.method == other.method && self.target() == other.target() && self.body == other.body
    }
}

impl RecordedResponse {
    pub(super) fn response(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        let mut recorded: Vec<_> = redact::headers(headers)
            .filter(|(name, _)| *name != CONTENT_LENGTH.as_str())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        // The session of an upload: its URL is secret, and the requests to it lose the same parts.
        if let Some(location) = headers.get(LOCATION).and_then(|l| l.to_str().ok()) {
            recorded.push((LOCATION.to_string(), redact::url(location)));
        }
        Self::Response {
            status,
            headers: recorded,
            body: write_body(content_type(headers), body),
        }
    }

    pub(super) fn into_http(self) -> Result<http::Response<gapi_transport::Body>, TransportError> {
        let (status, headers, body) = match self {
            Self::Response {
                status,
                headers,
                body,
            } => (status, headers, body),
            Self::Fault(kind) => return Err(TransportError::new(kind, "as it was recorded")),
        };
        let body = read_body(&body);
        let length = body.len();
        let mut response = http::Response::new(gapi_transport::Body::from(body));
        *response.status_mut() = status;
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                response.headers_mut().append(name, value);
            }
        }
        if status != StatusCode::NO_CONTENT {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        Ok(response)
    }
}

/// Returns a line of a recording.
pub(super) fn line(request: &RecordedRequest, response: &RecordedResponse) -> String {
    let response = match response {
        RecordedResponse::Response {
            status,
            headers,
            body,
        } => {
            let headers: Map<String, Value> = headers
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect();
            json!({"status": status.as_u16(), "headers": headers, "body": body})
        }
        RecordedResponse::Fault(kind) => json!({"fault": fault_name(*kind)}),
    };
    let request = json!({"method": request.method, "url": request.url, "body": request.body});
    json!({"request": request, "response": response}).to_string()
}

/// Reads a line of a recording.
pub(super) fn parse(line: &str) -> Result<(RecordedRequest, RecordedResponse), String> {
    let line: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |value: &Value, what: &str| {
        let text = value.as_str().map(String::from);
        text.ok_or_else(|| format!("{what} is no text"))
    };
    let (request, response) = (&line["request"], &line["response"]);
    let recorded = RecordedRequest {
        method: text(&request["method"], "request.method")?,
        url: text(&request["url"], "request.url")?,
        body: request["body"].clone(),
    };
    if let Some(fault) = response["fault"].as_str() {
        let kind = FAULTS.iter().find(|(_, name)| *name == fault);
        let kind = kind.ok_or_else(|| format!("{fault:?} is no fault"))?.0;
        return Ok((recorded, RecordedResponse::Fault(kind)));
    }
    let status = response["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or("response.status is no status")?;
    let headers = response["headers"].as_object().into_iter().flatten();
    let response = RecordedResponse::Response {
        status,
        headers: headers
            .map(|(name, value)| Ok((name.clone(), text(value, "a header")?)))
            .collect::<Result<_, String>>()?,
        body: response["body"].clone(),
    };
    Ok((recorded, response))
}

const FAULTS: [(TransportErrorKind, &str); 9] = [
    (TransportErrorKind::Connect, "connect"),
    (TransportErrorKind::NoRoom, "no room"),
    (TransportErrorKind::Unprocessed, "unprocessed"),
    (TransportErrorKind::Tls, "tls"),
    (TransportErrorKind::Timeout, "timeout"),
    (TransportErrorKind::Reset, "reset"),
    (TransportErrorKind::Body, "body"),
    (TransportErrorKind::Request, "request"),
    (TransportErrorKind::Other, "other"),
];

fn fault_name(kind: TransportErrorKind) -> &'static str {
    let found = FAULTS.iter().find(|(known, _)| *known == kind);
    found.map_or("other", |(_, name)| name)
}

fn content_type(headers: &HeaderMap) -> &str {
    media_type::of(headers).unwrap_or_default()
}

/// A body as a person would read it: JSON as such, text as text, other bytes as base64.
fn write_body(content_type: &str, body: &Bytes) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if let Ok(mut json) = serde_json::from_slice::<Value>(body) {
        redact::json(&mut json);
        return json!({"json": json});
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return json!({"base64": STANDARD.encode(body)});
    };
    if let Some(boundary) = mixed::boundary(content_type) {
        let parts: Vec<_> = mixed::read(body, &boundary)
            .map(|(found, _)| part(found))
            .collect();
        let text = mixed::write(&parts, &boundary);
        return json!({"text": String::from_utf8_lossy(&text)});
    }
    if media_type::is(content_type, "application/x-www-form-urlencoded") {
        return json!({"text": redact::form(text)});
    }
    let text: Vec<_> = text.split("\r\n").map(line_of_text).collect();
    let mut text = text.join("\r\n");
    // The boundary of an upload is another one each time.
    let boundary = media_type::parameter(content_type, "boundary");
    if let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty()) {
        text = text.replace(&boundary, "BOUNDARY");
    }
    json!({"text": text})
}

/// A line of a multipart body may be JSON.
fn line_of_text(line: &str) -> String {
    match serde_json::from_str::<Value>(line) {
        Ok(mut json @ (Value::Object(_) | Value::Array(_))) => {
            redact::json(&mut json);
            json.to_string()
        }
        _ => line.to_owned(),
    }
}

/// A message inside a batch, without secrets.
fn part(mut part: BatchMessage) -> BatchMessage {
    if let Some((start, rest)) = part.request_line()
        && !start.starts_with("HTTP/")
    {
        part.start = format!("{start} {} HTTP/1.1", redact::url(rest));
    }
    let secret: Vec<HeaderName> = part
        .headers
        .keys()
        .filter(|name| !redact::is_open_header(name))
        .cloned()
        .collect();
    for name in secret {
        part.headers.remove(name);
    }
    if let Ok(mut json) = serde_json::from_slice::<Value>(&part.body) {
        redact::json(&mut json);
        part.body = json.to_string().into();
    }
    if part.headers.contains_key(CONTENT_LENGTH) {
        let length = part.body.len();
        part.headers.insert(CONTENT_LENGTH, length.into());
    }
    part
}

fn read_body(body: &Value) -> Bytes {
    if let Some(json) = body.get("json") {
        return json.to_string().into();
    }
    if let Some(text) = body["text"].as_str() {
        return text.to_owned().into();
    }
    let bytes = body["base64"]
        .as_str()
        .and_then(|text| STANDARD.decode(text).ok());
    bytes.unwrap_or_default().into()
}
