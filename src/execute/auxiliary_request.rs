//! One HTTP request of a call that sends several: sessions of uploads, batches.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header::CONTENT_LENGTH};
use tracing::Span;

use super::{
    RawResponse,
    plan::{Plan, Redirects, Retries},
    redirect,
    retry_loop::{AttemptLog, send_with_retries},
    state::CallState,
};
use crate::{
    Error,
    client::prepared::Prepared,
    http::{HttpRequest, common_headers, streamed::Streamed},
    request::options::CallOptions,
};

/// A request to any URL, with the common headers, the credentials and the time limits of its call.
pub(crate) struct AuxiliaryRequest {
    request: HttpRequest,
    accept: fn(&StatusCode) -> bool,
    redirects: Redirects,
    authorize: bool,
    retries: Retries,
    redacted: Option<String>,
}

impl AuxiliaryRequest {
    /// Creates a request with a body, which may be empty.
    pub(crate) fn new(method: Method, uri: Uri, body: Bytes) -> Self {
        Self::from(HttpRequest {
            method,
            uri,
            headers: HeaderMap::new(),
            body,
            stream: None,
        })
    }

    /// Creates a request from one that is built already.
    pub(crate) fn from(request: HttpRequest) -> Self {
        Self {
            request,
            redacted: None,
            accept: StatusCode::is_success,
            redirects: Redirects::Follow,
            authorize: true,
            retries: Retries::None,
        }
    }

    /// Sets a header, which replaces that of the call's options.
    pub(crate) fn header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.request.headers.insert(name, value);
        self
    }

    /// Sets a body that is not in memory.
    pub(crate) fn stream(mut self, body: Streamed) -> Self {
        self.request.stream = Some(body);
        self
    }

    /// Sets the text for a secret URL in errors.
    pub(crate) fn redacted_as(mut self, url: String) -> Self {
        self.redacted = Some(url);
        self
    }

    /// Sets which statuses are no errors. Successes unless set.
    pub(crate) fn accept(mut self, accept: fn(&StatusCode) -> bool) -> Self {
        self.accept = accept;
        self
    }

    /// Returns redirects as responses instead of following them.
    pub(crate) fn without_redirects(mut self) -> Self {
        self.redirects = Redirects::Return;
        self
    }

    /// Sends no credentials.
    pub(crate) fn without_credentials(mut self) -> Self {
        self.authorize = false;
        self
    }

    /// Retries by the call's policy, because the request has no effect of its own. Otherwise there is one attempt, or two if the
    /// server rejects the token, and the caller retries.
    pub(crate) fn retrying(mut self) -> Self {
        self.retries = Retries::Step;
        self
    }

    /// Sends the request as a part of the call `prepared` with the merged options `options`. The caller enforces the limit of the
    /// whole call.
    pub(crate) async fn send(
        self,
        prepared: &Prepared,
        options: &CallOptions,
        state: &CallState,
    ) -> Result<RawResponse, Error> {
        let Self {
            mut request,
            accept,
            redirects,
            authorize,
            retries,
            redacted,
        } = self;
        if let Some(invalid) = options.invalid() {
            return Err(Error::usage(invalid).at(prepared.call.method.id, None));
        }
        let mut headers = HeaderMap::new();
        common_headers(&mut headers, options, &prepared.request_context());
        headers.extend(std::mem::take(&mut request.headers));
        if let Some(len) = request.len() {
            headers.insert(CONTENT_LENGTH, len.into());
        }
        if !authorize {
            redirect::strip_credentials(&mut headers, None);
        }
        request.headers = headers;
        let mut plan = Plan::of_step(prepared, options, state, request, redacted);
        (plan.accept, plan.redirects) = (accept, redirects);
        (plan.authorize, plan.retries) = (authorize, retries);
        let log = AttemptLog::default();
        let result = send_with_retries(&plan, &log, &Span::current()).await;
        log.close(result, state)
    }
}
