//! One HTTP request of a call that sends several: sessions of uploads, batches.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header::CONTENT_LENGTH};
use tracing::Span;

use crate::{
    Client, Error, ErrorKind,
    client::Prepared,
    error::Repeat,
    execute::{
        CallState, CallStep, RawResponse, Timer, authorize,
        exchange::strip_credentials,
        plan::{Plan, Redirects, Retries, build},
        repeat::{is_safe, set_request_id},
        retry_loop::{AttemptLog, send_with_retries},
    },
    http::{HttpRequest, common_headers, streamed::Streamed},
    redact::RedactedUrl,
    request::options::{CallOptions, InBatch},
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
            template: "",
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
            strip_credentials(&mut headers, None);
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

/// One call of a batch, for all its attempts.
pub(crate) struct BatchPart {
    pub(crate) request: HttpRequest,
    /// The root URL of the API.
    pub(crate) root: String,
    /// The URL without secrets.
    pub(crate) redacted_url: Arc<RedactedUrl>,
    /// Whether it may be repeated although it may have had its effect.
    pub(crate) is_safe: bool,
    options: CallOptions,
}

impl BatchPart {
    /// Returns the merged options.
    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    /// Returns the response if it is a complete success, else its error.
    pub(crate) fn check(
        &self,
        prepared: &Prepared,
        response: RawResponse,
    ) -> Result<RawResponse, Error> {
        let response = response.check(
            prepared,
            &self.options,
            &self.redacted_url,
            StatusCode::is_success,
        )?;
        let expects_json = self.request.expects_json();
        let expects_content = expects_json && prepared.call.method.expects_content();
        match response.incomplete(expects_json, expects_content) {
            None => Ok(response),
            Some(what) => {
                let response = response.into_parts();
                Err(Error::new(ErrorKind::Decode, what)
                    .with_repeat(Repeat::IfSafe)
                    .with_response(response.status, response.headers, response.body))
            }
        }
    }
}

/// Builds the part of a call.
pub(crate) fn batch_part(prepared: &Prepared) -> Result<BatchPart, Error> {
    let mut options = prepared.merged_options();
    options.get_mut().batch = InBatch::Part;
    set_request_id(&prepared.call, &mut options)?;
    let request = build(prepared, &options)?;
    let is_safe = is_safe(&prepared.call, &options);
    let method = prepared.call.method;
    let root = prepared
        .client
        .inner
        .root
        .of(method.api, options.get().location.as_deref())
        .map_err(|why| Error::usage(why).at(method.id, None))?;
    Ok(BatchPart {
        redacted_url: Arc::new(RedactedUrl::new(&request.uri, request.template, None)),
        request,
        root: root.into_owned(),
        is_safe,
        options,
    })
}

/// Reports to the credentials that their token for `uri` was rejected, and returns whether another one may be available.
pub(crate) async fn reject_token(
    prepared: &Prepared,
    options: &CallOptions,
    state: &CallState,
    uri: &Uri,
) -> bool {
    let client = &*prepared.client.inner;
    state.enter(CallStep::Credentials);
    let asked = authorize::authorize(prepared, options, uri);
    let limit = || authorize::limit(client);
    let identity = super::patiently(&*client.clock, limit, state, asked).await;
    matches!(identity, Ok(Some(identity)) if prepared.client.inner.credentials.reject(&identity))
}

/// Starts the time limit of a whole batch.
pub(crate) fn batch_limit(client: &Client, options: &CallOptions) -> Option<Timer> {
    let timeout = options.get().timeout.or(client.defaults.get().timeout);
    Timer::start(
        &*client.inner.clock,
        timeout,
        "the batch took longer than its timeout",
    )
}
