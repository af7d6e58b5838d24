//! Puts one HTTP request together.

use std::{
    io::Write as _,
    sync::{PoisonError, RwLock},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
        RANGE, USER_AGENT,
    },
};

use super::{HttpRequest, Root, encode::push_encoded, streamed::Streamed, template};
use crate::{
    Error,
    method::Verb,
    request::{Call, Transfer, options::CallOptions},
};

pub(crate) const API_CLIENT: HeaderName = HeaderName::from_static("x-goog-api-client");
/// The project that pays.
pub(crate) const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");
const API_VERSION: HeaderName = HeaderName::from_static("x-goog-api-version");
pub(crate) const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const ANYTHING: HeaderValue = HeaderValue::from_static("*/*");

/// A GET with a longer URL travels as a POST: many servers and proxies refuse longer ones.
const LONGEST_GET: usize = 2048;

/// Few URLs are longer.
const USUAL_URL: usize = 256;

/// What a request takes from its client.
pub(crate) struct Surroundings<'a> {
    pub(crate) root: &'a Root,
    /// What an emulator takes instead of credentials.
    pub(crate) authorization: Option<&'static str>,
    pub(crate) user_agent: &'a HeaderValue,
    /// How the credentials tell who they are in `x-goog-api-client`.
    pub(crate) metrics: Option<&'static str>,
}

/// What a request has besides its URL and the headers of every request.
#[derive(Default)]
pub(crate) struct RequestContent {
    /// Content type and body.
    pub(crate) body: Option<(HeaderValue, Bytes)>,
    /// Whether the body is compressed.
    pub(crate) compressed: bool,
    /// The body, if it is not in memory; that of `body` is empty then.
    pub(crate) stream: Option<Streamed>,
    /// The value of the parameter `uploadType`, if the request belongs to an upload.
    pub(crate) upload_type: Option<&'static str>,
    /// More headers.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Makes the content of an upload's request from the JSON body and its content type, if there is one.
pub(crate) type UploadContent<'a> =
    dyn FnOnce(Option<(HeaderValue, Bytes)>) -> Result<RequestContent, String> + 'a;

/// Returns the request of `call` for a client with default settings, without credentials.
pub(crate) fn preview(call: &Call) -> Result<HttpRequest, Error> {
    by_default(|options, surroundings| build(call, options, surroundings))
}

/// Returns the request of an upload for a client with default settings, without credentials.
pub(crate) fn preview_upload(
    call: &Call,
    content: Box<UploadContent<'_>>,
) -> Result<HttpRequest, Error> {
    by_default(|options, surroundings| build_upload(call, options, surroundings, content))
}

fn by_default(
    build: impl FnOnce(&CallOptions, &Surroundings<'_>) -> Result<HttpRequest, Error>,
) -> Result<HttpRequest, Error> {
    let surroundings = Surroundings {
        root: &Root::default(),
        authorization: None,
        user_agent: &crate::client::user_agent(None)?,
        metrics: None,
    };
    build(&CallOptions::default(), &surroundings)
}

/// Returns the request of `call`, without credentials.
pub(crate) fn build(
    call: &Call,
    options: &CallOptions,
    surroundings: &Surroundings<'_>,
) -> Result<HttpRequest, Error> {
    json_content(call, options)
        .and_then(|content| assemble(call, options, surroundings, content))
        .map_err(|mistake| Error::usage(mistake).at(call.method.id, None))
}

/// Returns the request of an upload by `call`, without credentials. `content` makes its content.
pub(crate) fn build_upload(
    call: &Call,
    options: &CallOptions,
    surroundings: &Surroundings<'_>,
    content: Box<UploadContent<'_>>,
) -> Result<HttpRequest, Error> {
    json_body(call, options)
        .and_then(content)
        .and_then(|content| assemble(call, options, surroundings, content))
        .map_err(|mistake| Error::usage(mistake).at(call.method.id, None))
}

/// Returns the content of a request with a JSON body.
fn json_content(call: &Call, options: &CallOptions) -> Result<RequestContent, String> {
    let mut body = json_body(call, options)?;
    let mut compressed = false;
    if let Some(compress) = options.chosen().compress
        && let Some((_, body)) = &mut body
        && let Some(smaller) = compress(body)?
    {
        *body = smaller;
        compressed = true;
    }
    Ok(RequestContent {
        body,
        compressed,
        ..RequestContent::default()
    })
}

/// Returns the body of `call` and its content type, after the checks of the call that need no URL.
fn json_body(call: &Call, options: &CallOptions) -> Result<Option<(HeaderValue, Bytes)>, String> {
    if let Some(invalid) = options.invalid() {
        return Err(invalid.to_owned());
    }
    let content_type = match &call.body_type {
        None => JSON,
        Some(other) => HeaderValue::from_str(other).map_err(|_| {
            format!("the content type {other:?} holds characters that no header can carry")
        })?,
    };
    if let Some(check) = options.chosen().check_patterns {
        check(call)?;
    }
    Ok(body(call)?.map(|body| (content_type, body)))
}

fn assemble(
    call: &Call,
    options: &CallOptions,
    surroundings: &Surroundings<'_>,
    content: RequestContent,
) -> Result<HttpRequest, String> {
    let method = call.method;
    let upload_type = content.upload_type;
    let root = surroundings
        .root
        .of(method.api, options.chosen().location.as_deref());
    let mut url = String::with_capacity(USUAL_URL);
    url.push_str(&root?);
    url.push_str(service(call, upload_type.is_some())?);
    url.push_str(method.api.service_path);
    expand(&mut url, call)?;
    let without_query = url.len();
    push_query(&mut url, call, options, upload_type);

    let mut request = HttpRequest {
        method: method.verb.to_http(),
        uri: Uri::default(),
        headers: headers(call, options, surroundings, upload_type.is_some())?,
        body: Bytes::new(),
        stream: None,
    };
    for (name, value) in content.headers {
        request.headers.insert(name, value);
    }
    let has_query = url.len() > without_query;
    // Within a batch, the URL is no line of HTTP that anything on the way could find too long.
    let is_long = url.len() > LONGEST_GET && !options.chosen().batch.is_part();
    if method.verb == Verb::Get && is_long && has_query {
        request.method = Method::POST;
        request
            .headers
            .insert(METHOD_OVERRIDE, HeaderValue::from_static("GET"));
        request.headers.insert(CONTENT_TYPE, FORM);
        request.body = url.split_off(without_query + 1).into();
        url.truncate(without_query);
    } else if let Some((content_type, body)) = content.body {
        // What the caller says of a JSON body holds; the type of media comes with it.
        if upload_type.is_some() || !request.headers.contains_key(CONTENT_TYPE) {
            request.headers.insert(CONTENT_TYPE, content_type);
        }
        if content.compressed {
            request.headers.insert(CONTENT_ENCODING, GZIP);
        }
        request.body = body;
        request.stream = content.stream;
    }
    let has_length =
        !request.is_bare() || matches!(request.method, Method::POST | Method::PUT | Method::PATCH);
    if let (true, Some(len)) = (has_length, request.len()) {
        request.headers.insert(CONTENT_LENGTH, len.into());
    }
    let length = url.len();
    request.uri = url
        .try_into()
        .map_err(|e| format!("the URL of {length} characters cannot be used: {e}"))?;
    Ok(request)
}

/// `body`, compressed.
pub(crate) fn gzip(body: &[u8]) -> Result<Option<Bytes>, String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder.write_all(body).and_then(|()| encoder.finish());
    compressed
        .map(|bytes| Some(bytes.into()))
        .map_err(|error| format!("the body cannot be compressed: {error}"))
}

fn expand(url: &mut String, call: &Call) -> Result<(), String> {
    template::expand(url, call.method.path, |name| {
        call.parameters()
            .filter(move |(n, _)| *n == name)
            .map(|(_, value)| value)
    })
}

/// What stands between root and service path: media has URLs of its own.
fn service(call: &Call, is_upload: bool) -> Result<&'static str, String> {
    match call.transfer {
        _ if is_upload => Ok("upload/"),
        Transfer::Json | Transfer::Download { service: false, .. } => Ok(""),
        Transfer::Download { service: true, .. } => match call.method.download {
            Some(download) if download.service => Ok("download/"),
            _ => Err(String::from(
                "the method has no download service; leave out `via_download_service`",
            )),
        },
    }
}

/// Appends the query, if there is one, with `%20` for spaces: not every server takes `+` for one.
fn push_query(url: &mut String, call: &Call, options: &CallOptions, upload_type: Option<&str>) {
    let mut separator = '?';
    let mut push = |name: &str, value: &str| {
        url.push(separator);
        separator = '&';
        push_encoded(url, name);
        url.push('=');
        push_encoded(url, value);
    };
    // What makes a transfer of media one is not up to the caller.
    let is_download = matches!(call.transfer, Transfer::Download { .. });
    let is_fixed = |name: &str| {
        (is_download && name == "alt") || (upload_type.is_some() && name == "uploadType")
    };
    for (name, value) in call.query() {
        // What is given for this one sending wins.
        if !options.has_param(name) && !is_fixed(name) {
            push(name, value);
        }
    }
    for (name, value) in options.params().filter(|(name, _)| !is_fixed(name)) {
        push(name, value);
    }
    let asked = options.has_param("alt") || call.query().any(|(name, _)| name == "alt");
    if is_download {
        push("alt", "media");
    } else if call.method.has_response && !asked {
        push("alt", "json");
    }
    if let Some(upload_type) = upload_type {
        push("uploadType", upload_type);
    }
}

fn headers(
    call: &Call,
    options: &CallOptions,
    surroundings: &Surroundings<'_>,
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
    common_headers(&mut headers, options, surroundings)?;
    // Bytes are counted in what is not encoded, unless they are wanted as they are stored.
    let as_stored = matches!(call.transfer, Transfer::Download { stored: true, .. });
    let is_said = || options.headers().any(|(name, _)| name == ACCEPT_ENCODING);
    if headers.contains_key(RANGE) && !as_stored && !is_said() {
        headers.insert(ACCEPT_ENCODING, IDENTITY);
    }
    Ok(headers)
}

/// Adds what every HTTP request of a call carries, whatever it is for.
pub(crate) fn common_headers(
    headers: &mut HeaderMap,
    options: &CallOptions,
    surroundings: &Surroundings<'_>,
) -> Result<(), String> {
    headers.insert(ACCEPT_ENCODING, GZIP);
    headers.insert(USER_AGENT, surroundings.user_agent.clone());
    headers.insert(API_CLIENT, api_client(surroundings.metrics)?);
    if let Some(project) = &options.chosen().quota_project {
        headers.insert(QUOTA_PROJECT, project.clone());
    }
    if let Some(authorization) = surroundings.authorization {
        headers.insert(AUTHORIZATION, HeaderValue::from_static(authorization));
    }
    for (name, value) in options.headers() {
        headers.insert(name.clone(), value.clone());
    }
    Ok(())
}

/// `x-goog-api-client`, which is always the same for one kind of credentials.
fn api_client(metrics: Option<&'static str>) -> Result<HeaderValue, String> {
    // One for each kind of credentials that the program has: a list is short enough.
    static KNOWN: RwLock<Vec<(Option<&str>, HeaderValue)>> = RwLock::new(Vec::new());
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, value)) = known.iter().find(|(kind, _)| *kind == metrics) {
        return Ok(value.clone());
    }
    drop(known);
    let mut text = format!(
        "gl-rust/{} gdcl/{}",
        gapi_transport::RUST_VERSION,
        env!("CARGO_PKG_VERSION")
    );
    if let Some(metrics) = metrics {
        text.push(' ');
        text.push_str(metrics);
    }
    let value: HeaderValue = text.parse().map_err(|_| invalid(API_CLIENT.as_str()))?;
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.push((metrics, value.clone()));
    Ok(value)
}

fn invalid(name: &str) -> String {
    format!("the value of the header {name:?} holds characters that no header can carry")
}

/// The encoded body, inside the data wrapper where the API has one and the caller has not written it.
fn body(call: &Call) -> Result<Option<Bytes>, String> {
    let body = match &call.body {
        None => return Ok(None),
        Some(Ok(body)) => body,
        Some(Err(why)) => return Err(why.to_string()),
    };
    let is_raw = call.body_type.is_some();
    if is_raw || !call.method.api.data_wrapper || super::data_wrapper::is_wrapped(body) {
        return Ok(Some(body.clone()));
    }
    Ok(Some(super::data_wrapper::wrap(body)))
}
