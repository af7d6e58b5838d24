//! The headers of requests, and the header `content-range` of responses.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_RANGE, RANGE, USER_AGENT},
};

use super::Root;
use crate::{
    Error,
    request::{Call, Transfer, options::CallOptions},
};

pub(crate) const API_CLIENT: HeaderName = HeaderName::from_static("x-goog-api-client");
/// The project that pays.
pub(crate) const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");
const API_VERSION: HeaderName = HeaderName::from_static("x-goog-api-version");
pub(crate) const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(super) const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

const OWN_AGENT: &str = concat!("gapi/", env!("CARGO_PKG_VERSION"));

/// The settings of a client that its requests depend on.
pub(crate) struct RequestContext<'a> {
    pub(crate) root: &'a Root,
    /// The `authorization` of an emulator, which replaces credentials.
    pub(crate) authorization: Option<&'static str>,
    pub(crate) user_agent: &'a HeaderValue,
    /// The value of `x-goog-api-client`.
    pub(crate) api_client: &'a HeaderValue,
}

/// Returns the headers of the request of a call, without those of its content.
pub(super) fn request_headers(
    call: &Call,
    options: &CallOptions,
    context: &RequestContext<'_>,
    is_upload: bool,
) -> Result<HeaderMap, String> {
    // Room for what credentials and the transport add: it rarely grows.
    let is_bare = call.body.is_none() && !is_upload;
    let mut headers = HeaderMap::with_capacity(if is_bare { 6 } else { 12 });
    let alt = options.get_param("alt").or_else(|| {
        call.query()
            .find_map(|(name, value)| (name == "alt").then_some(value))
    });
    let json = call.method.has_response
        && matches!(alt, None | Some("json"))
        && !matches!(call.transfer, Transfer::Download { .. });
    headers.insert(ACCEPT, if json { JSON } else { ANYTHING });
    if let Some(version) = call.method.api_version {
        headers.insert(
            API_VERSION,
            version.parse().map_err(|_| invalid(API_VERSION.as_str()))?,
        );
    }
    common_headers(&mut headers, options, context);
    // Bytes are counted in what is not encoded, unless they are wanted as they are stored.
    let as_stored = matches!(call.transfer, Transfer::Download { stored: true, .. });
    let is_set = || options.headers().any(|(name, _)| name == ACCEPT_ENCODING);
    if headers.contains_key(RANGE) && !as_stored && !is_set() {
        headers.insert(ACCEPT_ENCODING, IDENTITY);
    }
    Ok(headers)
}

/// Adds the headers of every HTTP request of a call.
pub(crate) fn common_headers(
    headers: &mut HeaderMap,
    options: &CallOptions,
    context: &RequestContext<'_>,
) {
    headers.insert(ACCEPT_ENCODING, GZIP);
    headers.insert(USER_AGENT, context.user_agent.clone());
    headers.insert(API_CLIENT, context.api_client.clone());
    if let Some(project) = &options.get().quota_project {
        headers.insert(QUOTA_PROJECT, project.clone());
    }
    if let Some(authorization) = context.authorization {
        headers.insert(AUTHORIZATION, HeaderValue::from_static(authorization));
    }
    for (name, value) in options.headers() {
        headers.insert(name.clone(), value.clone());
    }
}

/// Returns the value of `x-goog-api-client` for credentials of the kind `metrics`.
pub(crate) fn api_client(metrics: Option<&'static str>) -> Result<HeaderValue, Error> {
    let mut text = format!(
        "gl-rust/{} gdcl/{}",
        gapi_transport::RUST_VERSION,
        env!("CARGO_PKG_VERSION")
    );
    if let Some(metrics) = metrics {
        text.push(' ');
        text.push_str(metrics);
    }
    text.parse()
        .map_err(|_| Error::usage(invalid(API_CLIENT.as_str())))
}

/// Returns the value of `user-agent`: `PROGRAM gapi/VERSION`.
pub(crate) fn user_agent(program: Option<&str>) -> Result<HeaderValue, Error> {
    match program.map(str::trim).filter(|p| !p.is_empty()) {
        None => Ok(HeaderValue::from_static(OWN_AGENT)),
        Some(program) => format!("{program} {OWN_AGENT}").parse().map_err(|_| {
            Error::usage(format!(
                "the user agent {program:?} holds characters that no header can carry"
            ))
        }),
    }
}

fn invalid(name: &str) -> String {
    format!("the value of the header {name:?} holds characters that no header can carry")
}

/// The header `content-range` (RFC 9110, section 14.4): `bytes 0-1023/146515`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) first: u64,
    /// The last byte, inclusive.
    pub(crate) last: u64,
    /// The length of the representation, if the server sent it.
    pub(crate) total: Option<u64>,
}

impl ContentRange {
    /// Reads the header; `None` if it is missing or not valid.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let (range, total) = range_and_total(headers)?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let total = match total {
            "*" => None,
            total => Some(total.parse().ok()?),
        };
        let is_valid = first <= last && last < total.unwrap_or(u64::MAX);
        is_valid.then_some(Self { first, last, total })
    }

    /// Whether this is the whole representation.
    pub(crate) fn is_whole(self) -> bool {
        self.first == 0 && self.total == self.last.checked_add(1)
    }
}

/// Returns the length in `content-range: bytes */146515`, which comes with status 416.
pub(crate) fn complete_length(headers: &HeaderMap) -> Option<u64> {
    match range_and_total(headers)? {
        ("*", total) => total.parse().ok(),
        _ => None,
    }
}

/// Returns the range, `0-1023` or `*`, and the length, `146515` or `*`.
fn range_and_total(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
    let (range, total) = text.strip_prefix("bytes")?.split_once('/')?;
    Some((range.trim(), total.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_beside_416() {
        for (text, length) in [
            ("bytes */100", Some(100)),
            ("bytes */0", Some(0)),
            ("bytes 0-9/100", None),
            ("bytes */*", None),
            ("*/5", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_RANGE, text.parse().expect("text"))]);
            assert_eq!(complete_length(&headers), length, "{text}");
        }
    }
}
