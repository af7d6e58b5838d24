//! Builds the HTTP request of a call.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Uri,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};

use crate::http::{
    HttpRequest, Root,
    headers::{
        GZIP, JSON, METHOD_OVERRIDE, RequestContext, api_client, request_headers, user_agent,
    },
    streamed::Streamed,
    template::{self, push_encoded},
};
use crate::{
    Error,
    method::Verb,
    request::{Call, Transfer, options::CallOptions},
};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A GET with a longer URL is sent as a POST, because many servers and proxies refuse it.
const LONGEST_GET: usize = 2048;

/// Few URLs are longer.
const USUAL_URL: usize = 256;

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

impl Call {
    /// Returns the request to the API's own endpoint, without credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the path cannot hold a parameter, or the body could not be encoded.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        by_default(|options, context| build(self, options, context))
    }
}

/// Returns the request of an upload for a client with default settings, without credentials.
pub(crate) fn preview_upload(
    call: &Call,
    content: Box<UploadContent<'_>>,
) -> Result<HttpRequest, Error> {
    by_default(|options, context| build_upload(call, options, context, content))
}

fn by_default(
    build: impl FnOnce(&CallOptions, &RequestContext<'_>) -> Result<HttpRequest, Error>,
) -> Result<HttpRequest, Error> {
    let context = RequestContext {
        root: &Root::default(),
        authorization: None,
        user_agent: &user_agent(None)?,
        api_client: &api_client(None)?,
    };
    build(&CallOptions::default(), &context)
}

/// Returns the request of `call`, without credentials.
pub(crate) fn build(
    call: &Call,
    options: &CallOptions,
    context: &RequestContext<'_>,
) -> Result<HttpRequest, Error> {
    json_content(call, options)
        .and_then(|content| assemble(call, options, context, content))
        .map_err(|mistake| Error::usage(mistake).at(call.method.id, None))
}

/// Returns the request of an upload by `call`, without credentials. `content` makes its content.
pub(crate) fn build_upload(
    call: &Call,
    options: &CallOptions,
    context: &RequestContext<'_>,
    content: Box<UploadContent<'_>>,
) -> Result<HttpRequest, Error> {
    json_body(call, options)
        .and_then(content)
        .and_then(|content| assemble(call, options, context, content))
        .map_err(|mistake| Error::usage(mistake).at(call.method.id, None))
}

/// Returns the content of a request with a JSON body.
fn json_content(call: &Call, options: &CallOptions) -> Result<RequestContent, String> {
    let mut body = json_body(call, options)?;
    let mut compressed = false;
    if let Some(compress) = options.get().compress.get()
        && let Some((_, body)) = &mut body
    {
        *body = compress(body)?;
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
    if let Some(check) = options.get().check_patterns.get() {
        check(call)?;
    }
    Ok(body(call)?.map(|body| (content_type, body)))
}

fn assemble(
    call: &Call,
    options: &CallOptions,
    context: &RequestContext<'_>,
    content: RequestContent,
) -> Result<HttpRequest, String> {
    let method = call.method;
    let upload_type = content.upload_type;
    let root = context
        .root
        .of(method.api, options.get().location.as_deref());
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
        template: method.path,
        headers: request_headers(call, options, context, upload_type.is_some())?,
        body: Bytes::new(),
        stream: None,
    };
    for (name, value) in content.headers {
        request.headers.insert(name, value);
    }
    let has_query = url.len() > without_query;
    // Within a batch, the URL is no line of HTTP, which could be too long.
    let is_long = url.len() > LONGEST_GET && !options.get().batch.is_part();
    if method.verb == Verb::Get && is_long && has_query {
        request.method = Method::POST;
        request
            .headers
            .insert(METHOD_OVERRIDE, HeaderValue::from_static("GET"));
        request.headers.insert(CONTENT_TYPE, FORM);
        request.body = url.split_off(without_query + 1).into();
        url.truncate(without_query);
    } else if let Some((content_type, body)) = content.body {
        // A content type of the caller replaces that of a JSON body, but not that of media.
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

fn expand(url: &mut String, call: &Call) -> Result<(), String> {
    template::expand(url, call.method.path, |name| {
        call.parameters()
            .filter(move |(n, _)| *n == name)
            .map(|(_, value)| value)
    })
}

/// Returns the path between root and service path, which is different for media.
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
    // The parameters of a media transfer cannot be changed by the caller.
    let is_download = matches!(call.transfer, Transfer::Download { .. });
    let is_fixed = |name: &str| {
        (is_download && name == "alt") || (upload_type.is_some() && name == "uploadType")
    };
    for (name, value) in call.query() {
        // An option of the call takes precedence.
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

/// Returns the encoded body, inside the data wrapper if the API has one and the caller did not add it.
fn body(call: &Call) -> Result<Option<Bytes>, String> {
    let body = match &call.body {
        None => return Ok(None),
        Some(Ok(body)) => body,
        Some(Err(why)) => return Err(why.to_string()),
    };
    let is_raw = call.body_type.is_some();
    Ok(Some(if is_raw {
        body.clone()
    } else {
        call.method.api.wrap(body)
    }))
}
