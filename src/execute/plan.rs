//! The plan of one HTTP request: what is sent, and how its response is treated.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use gapi_transport::lock;
use http::StatusCode;

use super::{
    in_flight::Limit,
    repeat::{Backoff, Why, give_request_id, is_safe, retry_note},
    state::CallState,
};
use crate::{
    Error,
    client::Prepared,
    error::{Note, Repeat},
    http::{HttpRequest, UploadContent, build_upload, streamed::Streamed},
    redact::RedactedUrl,
    request::options::CallOptions,
};

/// The time limit of one attempt, unless it is set.
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// The lowest rate of an upload in bytes per second, from which its time limit is computed unless it is set.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// One HTTP request with all its attempts.
pub(super) struct Plan<'a> {
    pub(super) prepared: &'a Prepared,
    /// The merged options of the call.
    pub(super) options: &'a CallOptions,
    pub(super) state: &'a CallState,
    /// The request of the first attempt, until it is sent.
    first: Mutex<Option<Box<HttpRequest>>>,
    /// The request of each attempt. Without it the request is built again, because most calls need no second one.
    built: Option<Box<HttpRequest>>,
    /// The length of the body, if known.
    pub(super) len: Option<u64>,
    /// Whether a status is a success.
    pub(super) accept: fn(&StatusCode) -> bool,
    /// Whether the response is JSON, which must not be cut off.
    pub(super) expects_json: bool,
    /// Whether a success without content is a failure.
    pub(super) expects_content: bool,
    pub(super) read: ReadMode,
    pub(super) redirects: Redirects,
    /// Whether credentials are sent.
    pub(super) authorize: bool,
    pub(super) retries: Retries,
    /// The number of bytes of media, which extend the time limit of an attempt.
    media: u64,
    /// The body, if it is not in memory.
    stream: Option<Streamed>,
    /// The URL for errors.
    pub(super) url: Arc<RedactedUrl>,
}

/// How much of a success is read at once. Other responses are always read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadMode {
    Whole,
    /// Status and headers.
    Head,
}

/// How redirects are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirects {
    Follow,
    /// They are responses like others.
    Return,
}

/// Which failures are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retries {
    /// None: the caller retries.
    None,
    /// Those of a call, if it is safe to repeat and the client's budget allows it.
    Call,
    /// All those of a step of a transfer, which has no effect of its own. They do not count for the client's budget.
    Step,
}

impl<'a> Plan<'a> {
    /// Builds the request of a call.
    pub(super) fn of_call(
        prepared: &'a Prepared,
        options: &'a CallOptions,
        state: &'a CallState,
        read: ReadMode,
        retries: Retries,
    ) -> Result<Self, Error> {
        let request = build(prepared, options)?;
        let plan = Self::new(prepared, options, state, &request);
        let is_whole = read == ReadMode::Whole;
        Ok(Self {
            first: Mutex::new(Some(Box::new(request))),
            read,
            retries,
            expects_json: plan.expects_json && is_whole,
            expects_content: plan.expects_content && is_whole,
            ..plan
        })
    }

    /// Plans a request that is built already, whose body is media.
    pub(super) fn of_request(
        prepared: &'a Prepared,
        options: &'a CallOptions,
        state: &'a CallState,
        request: HttpRequest,
    ) -> Self {
        let plan = Self::new(prepared, options, state, &request);
        Self {
            media: request.len().unwrap_or(u64::MAX),
            built: Some(Box::new(request)),
            ..plan
        }
    }

    /// Plans a step of a call, whose response is no response of the method.
    pub(super) fn of_step(
        prepared: &'a Prepared,
        options: &'a CallOptions,
        state: &'a CallState,
        request: HttpRequest,
        redacted: Option<String>,
    ) -> Self {
        let plan = Self::new(prepared, options, state, &request);
        Self {
            media: request.len().unwrap_or(0),
            url: Arc::new(RedactedUrl::new(&request.uri, request.template, redacted)),
            built: Some(Box::new(request)),
            expects_content: false,
            ..plan
        }
    }

    fn new(
        prepared: &'a Prepared,
        options: &'a CallOptions,
        state: &'a CallState,
        request: &HttpRequest,
    ) -> Self {
        let expects_json = request.expects_json();
        Self {
            prepared,
            options,
            state,
            first: Mutex::default(),
            built: None,
            len: request.len(),
            accept: if options.get().not_modified {
                |status| status.is_success() || *status == StatusCode::NOT_MODIFIED
            } else {
                StatusCode::is_success
            },
            expects_json,
            expects_content: expects_json && prepared.call.method.expects_content(),
            read: ReadMode::Whole,
            redirects: Redirects::Follow,
            authorize: true,
            retries: Retries::Call,
            media: 0,
            stream: request.stream.clone(),
            url: Arc::new(RedactedUrl::new(&request.uri, request.template, None)),
        }
    }

    /// Returns the request for the next attempt or redirect.
    pub(super) fn request(&self) -> Result<HttpRequest, Error> {
        match (lock(&self.first).take(), &self.built) {
            (Some(request), _) => Ok(*request),
            (None, Some(built)) => Ok(HttpRequest::clone(built)),
            (None, None) => build(self.prepared, self.options),
        }
    }

    /// Returns whether the body is still available.
    pub(super) fn can_send_again(&self) -> bool {
        self.stream.as_ref().is_none_or(Streamed::is_there)
    }

    /// Returns why the request must not be sent again, if so.
    pub(super) fn obstacle(&self, repeat: Repeat) -> Option<Why> {
        if !self.can_send_again() {
            return Some(Why::BodyConsumed);
        }
        let matters = repeat == Repeat::IfSafe && self.retries == Retries::Call;
        (matters && !is_safe(&self.prepared.call, self.options)).then_some(Why::NotSafe)
    }

    /// Returns what an error reports about the end of the retries.
    pub(super) fn note(&self, why: Why, error: &Error, is_uncertain: bool) -> Option<Note> {
        let call = (&self.prepared.call, self.options);
        retry_note(why, error, call, is_uncertain)
    }

    pub(super) fn backoff(&self, started: Duration) -> Backoff {
        let backoff = Backoff::since(started, &self.prepared.client.inner, self.options);
        match self.retries {
            Retries::Step => backoff.without_budget(),
            Retries::None | Retries::Call => backoff,
        }
    }

    /// Returns the time limit of one attempt, which a large upload extends.
    pub(super) fn limit(&self) -> Limit {
        match (self.options.get().attempt_timeout, self.media) {
            (Some(limit), _) => Limit::Whole(limit),
            (None, u64::MAX) => Limit::Between(ATTEMPT_TIMEOUT),
            (None, media) => {
                Limit::Whole(ATTEMPT_TIMEOUT + Duration::from_secs(media / SLOWEST_UPLOAD))
            }
        }
    }
}

/// Returns the request of a call, without credentials.
pub(super) fn build(prepared: &Prepared, options: &CallOptions) -> Result<HttpRequest, Error> {
    crate::http::build(&prepared.call, options, &prepared.request_context())
}

/// Returns the request of an upload by a call, without credentials. `content` makes its content.
pub(crate) fn upload_request(
    prepared: &Prepared,
    mut options: CallOptions,
    content: Box<UploadContent<'_>>,
) -> Result<HttpRequest, Error> {
    give_request_id(&prepared.call, &mut options)?;
    build_upload(
        &prepared.call,
        &options,
        &prepared.request_context(),
        content,
    )
}
