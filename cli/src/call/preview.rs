//! The request as it would be sent, without secrets and without a connection.

use gapi::HttpRequest;
use gapi_auth::{Anonymous, ApiKey, Credentials};
use gapi_transport::redact::{self, REDACTED};
use http::HeaderName;
use serde_json::Value;

use super::secrets::is_secret_header;

/// Returns the headers of a request, with secret values replaced.
pub(super) fn headers(request: &HttpRequest) -> Vec<String> {
    request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = match value.to_str() {
                Ok(value) if !value_is_secret(name, request) => value,
                _ => REDACTED,
            };
            format!("{name}: {value}")
        })
        .collect()
}

fn value_is_secret(name: &HeaderName, request: &HttpRequest) -> bool {
    is_secret_header(name.as_str())
        || request
            .headers()
            .get_all(name)
            .iter()
            .any(http::HeaderValue::is_sensitive)
            && name.as_str() != "x-goog-user-project"
}

/// Returns a request as a `curl` command, with the header that the credentials set; a token where there are none yet.
pub(super) fn curl(request: &HttpRequest, credentials: Option<&dyn Credentials>) -> String {
    let is = |other: &dyn Credentials| {
        credentials.is_some_and(|credentials| credentials.describe() == other.describe())
    };
    let header = if is(&Anonymous) {
        ""
    } else if is(&ApiKey::new("")) {
        "x-goog-api-key: $KEY"
    } else {
        "authorization: Bearer $TOKEN"
    };
    request.to_curl(header) + "\n"
}

/// Returns a request as HTTP: request line, headers, and the body as it is sent; of an upload its JSON and a description of its media.
pub(super) fn http(
    request: &HttpRequest,
    authorization: &str,
    upload: Option<(Option<Value>, String)>,
) -> String {
    let mut text = format!("{} {}\n", request.method(), request.redacted_url());
    text.push_str(&format!("authorization: <{authorization}>\n"));
    for header in headers(request) {
        text.push_str(&format!("{header}\n"));
    }
    match (upload, std::str::from_utf8(request.body())) {
        (Some((Some(json), media)), _) => text.push_str(&format!("\n{json}\n<{media}>\n")),
        (Some((None, media)), _) => text.push_str(&format!("\n<{media}>\n")),
        (None, Ok("")) => {}
        // The query of a long GET.
        (None, Ok(body)) if request.headers().contains_key("x-http-method-override") => {
            text.push_str(&format!("\n{}\n", redact::query(body)));
        }
        (None, Ok(body)) => text.push_str(&format!("\n{body}\n")),
        (None, Err(_)) => text.push_str(&format!("\n<{} bytes>\n", request.body().len())),
    }
    text
}
