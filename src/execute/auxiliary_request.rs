//! One HTTP request of a feature that needs more than one for a call: sessions of uploads, batches.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header::CONTENT_LENGTH};
use tracing::Span;

use super::{
    Answered,
    exchange::{Follow, Read},
    redirect,
    retry_loop::{self, Origin, Plan, Retries, Row},
    state::State,
};
use crate::{
    Error,
    client::prepared::Prepared,
    http::{HttpRequest, common_headers, streamed::Streamed},
    redact::RedactedUrl,
    request::options::CallOptions,
};

/// A request to any URL. What is true of every HTTP request of a call is added: user agent, quota project, the headers of its options, credentials, the limit of an attempt.
pub(crate) struct Raw {
    request: HttpRequest,
    accept: fn(&StatusCode) -> bool,
    follow: Follow,
    authorize: bool,
    retries: Retries,
    shown: Option<String>,
}

#[allow(dead_code)] // Each feature needs some of it.
impl Raw {
    /// A request with a body, which may be empty.
    pub(crate) fn new(method: Method, uri: Uri, body: Bytes) -> Self {
        Self::from(HttpRequest {
            method,
            uri,
            headers: HeaderMap::new(),
            body,
            stream: None,
        })
    }

    /// A request that was built before.
    pub(crate) fn from(request: HttpRequest) -> Self {
        Self {
            request,
            shown: None,
            accept: StatusCode::is_success,
            follow: Follow::Yes,
            authorize: true,
            retries: Retries::None,
        }
    }

    /// A header of this request, which wins over one that the caller gave to the call.
    pub(crate) fn header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.request.headers.insert(name, value);
        self
    }

    /// A body that is not in memory.
    pub(crate) fn stream(mut self, body: Streamed) -> Self {
        self.request.stream = Some(body);
        self
    }

    /// What errors show instead of the URL, which is a secret.
    pub(crate) fn shown_as(mut self, url: String) -> Self {
        self.shown = Some(url);
        self
    }

    /// The statuses that are answers; others are errors. Successes unless set.
    pub(crate) fn accept(mut self, accept: fn(&StatusCode) -> bool) -> Self {
        self.accept = accept;
        self
    }

    /// Gives redirects as answers, if `accept` takes them, instead of following them.
    pub(crate) fn without_redirects(mut self) -> Self {
        self.follow = Follow::No;
        self
    }

    /// Sends no credentials: the URL is its own.
    pub(crate) fn without_credentials(mut self) -> Self {
        self.authorize = false;
        self
    }

    /// Tries again by the call's policy: the request is a step that has no effect of its own. Unless set there is one attempt, but for a rejected token: the feature has a
    /// [`Backoff`](crate::execute::Backoff) of its own.
    pub(crate) fn retrying(mut self) -> Self {
        self.retries = Retries::Step;
        self
    }
}

/// Sends a request on behalf of the call `prepared`, whose state is `state`. The limit of the whole call is the caller's to keep.
#[allow(dead_code)] // For features that speak more than one request per call.
pub(crate) async fn raw(
    prepared: &Prepared,
    options: &CallOptions,
    state: &State,
    raw: Raw,
) -> Result<Answered, Error> {
    let method = prepared.call.method.id;
    let usage = |message: String| Error::usage(message).at(method, None);
    if let Some(invalid) = options.invalid() {
        return Err(usage(invalid.to_owned()));
    }
    let Raw {
        mut request,
        accept,
        follow,
        authorize,
        retries,
        shown,
    } = raw;
    let mut headers = HeaderMap::new();
    common_headers(&mut headers, options, &super::surroundings(prepared)).map_err(usage)?;
    headers.extend(std::mem::take(&mut request.headers));
    if let Some(len) = request.len() {
        headers.insert(CONTENT_LENGTH, len.into());
    }
    if !authorize {
        redirect::strip_credentials(&mut headers, None);
    }
    request.headers = headers;
    let plan = Plan {
        prepared,
        options,
        state,
        len: request.len(),
        media: request.len().unwrap_or(0),
        shown: Arc::new(RedactedUrl::new(&request.uri, shown)),
        expects_json: request.expects_json(),
        expects_content: false,
        stream: request.stream.clone(),
        origin: Origin::Built(Box::new(request)),
        accept,
        read: Read::Whole,
        follow,
        authorize,
        retries,
    };
    let row = Row::default();
    let result = retry_loop::attempts(&plan, &mut None, &row, &Span::current()).await;
    row.close(result, state).map(|received| received.answered)
}
