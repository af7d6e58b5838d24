//! How a call failed.

mod api_error;
mod details;
mod display;
mod kind;
mod markup;
mod repeat;

use std::{error::Error as StdError, sync::Arc};

use bytes::Bytes;
use gapi_auth::AuthError;
use gapi_transport::{TransportError, TransportErrorKind};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::AUTHORIZATION};

pub(crate) use self::repeat::{Note, Repeat};
use self::{
    api_error::ApiError,
    repeat::{is_for_rate, repeat_of},
};
pub use self::{
    details::{
        ErrorDetail, ErrorInfo, FieldViolation, HelpLink, PreconditionViolation, QuotaViolation,
        ResourceInfo,
    },
    kind::ErrorKind,
};
use crate::{outlined_box::OutlinedBox, wire::UnknownField};

/// The header of the project that is billed: sensitive, but no credential.
const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

/// Why a call failed. One pointer wide.
///
/// `Display` is one line for a person: the method, what happened, and the way out where one is known. Of a body it holds at most the server's own
/// [`message`](Self::message), shortened and without credentials; [`body`](Self::body) gives the body.
pub struct Error(OutlinedBox<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    /// What happened, for a person; empty for API errors, whose own message is shown.
    message: String,
    method: Option<&'static str>,
    /// Without secrets.
    url: Option<String>,
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
    api: ApiError,
    json_path: Option<String>,
    repeat: Repeat,
    /// HTTP exchanges of the call; 0 where none was tried.
    attempts: u32,
    /// More about the end of the attempts.
    note: Option<Note>,
    /// The long-running operation that it is about.
    operation: Option<String>,
    /// How many calls the batch has that failed as a whole.
    batch: Option<usize>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(OutlinedBox::new(Inner {
            kind,
            message: message.into(),
            method: None,
            url: None,
            answer: None,
            api: ApiError::default(),
            json_path: None,
            repeat: match kind {
                ErrorKind::Timeout => Repeat::IfSafe,
                _ => Repeat::Never,
            },
            attempts: 0,
            note: None,
            operation: None,
            batch: None,
            source: None,
        }))
    }

    /// A mistake in the use of this crate, which nothing was sent for.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// The server's answer `status`, which is not a success.
    pub(crate) fn api(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let mut error = Self::new(ErrorKind::Api, "");
        error.0.api = ApiError::parse(&headers, &body);
        error.0.repeat = repeat_of(status, &error.0.api);
        error.0.answer = Some((status, headers, body));
        error
    }

    /// A long-running operation that failed: `body` is the operation, and `status` what it tells of an HTTP status.
    pub(crate) fn operation_failed(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let mut error = Self::api(status, headers, body);
        error.0.kind = ErrorKind::Operation;
        error
    }

    /// Adds the name of the operation that it is about.
    pub(crate) fn of_operation(mut self, name: &str) -> Self {
        if self.0.operation.is_none() && !name.is_empty() {
            self.0.operation = Some(name.to_owned());
        }
        self
    }

    /// Makes it the error of a batch of so many calls instead of one call's.
    pub(crate) fn of_batch(mut self, calls: usize) -> Self {
        self.0.batch = Some(calls);
        self.0.method = None;
        self
    }

    /// The same failure, for another call.
    pub(crate) fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    pub(crate) fn auth(error: AuthError) -> Self {
        // The credentials have tried again themselves, for as long as they think right.
        Self::new(ErrorKind::Auth, "").with_source(error)
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::Connect | TransportErrorKind::NoRoom | TransportErrorKind::Tls => {
                ErrorKind::Connect
            }
            TransportErrorKind::Timeout => ErrorKind::Timeout,
            TransportErrorKind::Request | TransportErrorKind::NoClient => ErrorKind::Usage,
            _ => ErrorKind::Transport,
        };
        let repeat = match error.kind() {
            TransportErrorKind::Connect
            | TransportErrorKind::NoRoom
            | TransportErrorKind::Unprocessed => Repeat::Always,
            TransportErrorKind::Timeout | TransportErrorKind::Reset | TransportErrorKind::Body => {
                Repeat::IfSafe
            }
            _ => Repeat::Never,
        };
        Self::new(kind, "").with_repeat(repeat).with_source(error)
    }

    /// What the caller gave to be read from failed.
    pub(crate) fn unreadable(why: TransportError) -> Self {
        Self::new(ErrorKind::Io, "").with_source(why)
    }

    pub(crate) fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.0.repeat = repeat;
        self
    }

    /// Whether trying again could help.
    pub(crate) fn repeat(&self) -> Repeat {
        self.0.repeat
    }

    /// Adds how many attempts there were, and why there are no more, if that is not said already.
    pub(crate) fn after(mut self, attempts: u32, note: Option<Note>) -> Self {
        self.0.attempts = attempts;
        self.0.note = note.or(self.0.note.take());
        self
    }

    /// Says how many exchanges the call made, where it does not say that there were more.
    pub(crate) fn counting(mut self, exchanges: u32) -> Self {
        self.0.attempts = self.0.attempts.max(exchanges);
        self
    }

    /// Adds the error that the attempt before ended with, which says more than that time ran out.
    pub(crate) fn following(mut self, last: Self) -> Self {
        let text = last.to_string();
        let place = last.method().map(|method| format!("{method}: "));
        let text = place
            .and_then(|place| text.strip_prefix(&place))
            .unwrap_or(&text);
        self.0.message = format!("{}; the attempt before ended with: {text}", self.0.message);
        self.with_source(last)
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Adds where it happened. `url` holds no secret.
    pub(crate) fn at(mut self, method: &'static str, url: Option<String>) -> Self {
        self.0.method.get_or_insert(method);
        if self.0.url.is_none() {
            self.0.url = url;
        }
        self
    }

    pub(crate) fn with_response(
        mut self,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        self.0.answer = Some((status, headers, body));
        self
    }

    pub(crate) fn with_json_path(mut self, path: String) -> Self {
        self.0.json_path = Some(path);
        self
    }

    /// Adds the way out, shown after an API error's own message.
    pub(crate) fn with_hint(mut self, hint: String) -> Self {
        self.0.message = hint;
        self
    }

    /// Hides a secret that the server might have repeated in its message.
    pub(crate) fn hiding(mut self, secret: &str) -> Self {
        self.0.api.hide(secret);
        self
    }

    /// Hides the credentials in headers that were sent.
    pub(crate) fn hiding_credentials<'a>(
        self,
        headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
    ) -> Self {
        let credentials = headers.filter(|(name, value)| {
            (value.is_sensitive() && *name != QUOTA_PROJECT) || *name == AUTHORIZATION
        });
        credentials.fold(self, |error, (_, value)| {
            let value = value.to_str().unwrap_or_default();
            // Behind its scheme, where there is one.
            error.hiding(value.rsplit(' ').next().unwrap_or_default())
        })
    }

    /// The name of the long-running operation that was waited for, where one has begun. It may be waited for again by its name; see
    /// [`Wait`](crate::Wait).
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer, where there was one; of an operation that failed, the status that the operation tells, where it does.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|(status, ..)| *status)
    }

    /// The canonical code of an API error (`google.rpc.Code`): `NOT_FOUND`, `PERMISSION_DENIED`. Older APIs send none.
    pub fn code(&self) -> Option<&str> {
        self.0.api.code.as_deref()
    }

    /// The reason of an API error, for programs: `SERVICE_DISABLED` (`ErrorInfo.reason`), or an older API's
    /// `errors[].reason`, such as `rateLimitExceeded`, or the `error` of an OAuth answer.
    pub fn reason(&self) -> Option<&str> {
        self.0.api.reasons.first().map(String::as_str)
    }

    /// Whether `reason` is among the reasons of an API error. Newer servers send the old and the new name of a reason together.
    pub fn has_reason(&self, reason: &str) -> bool {
        self.0.api.reasons.iter().any(|r| r == reason)
    }

    /// The server's own message of an API error. Where the body is no JSON, it is the body's text without markup, and at most 300 characters of it.
    pub fn message(&self) -> Option<&str> {
        self.0.api.message.as_deref()
    }

    /// The details of an API error.
    pub fn details(&self) -> &[ErrorDetail] {
        &self.0.api.details
    }

    /// The headers of the answer, where there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|(_, headers, _)| headers)
    }

    /// The body of the answer, where there was one. It may hold what should not be logged.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|(.., body)| body)
    }

    /// The id of the called method: `sql.instances.list`.
    pub fn method(&self) -> Option<&str> {
        self.0.method
    }

    /// Returns how many HTTP exchanges the call made, whatever ended it: the failed ones before a retry, one more where a rejected token was replaced, each request of an upload and of a download that went
    /// on after a break, and the last one. Redirects are parts of an exchange. One that failed before its request was sent counts. 0 where none was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call could succeed later: connections that broke, time that ran out, servers that are overloaded or failed inside. What a client's
    /// [`RetryPolicy`](crate::RetryPolicy) did about it has been done already.
    pub fn is_retryable(&self) -> bool {
        self.0.repeat != Repeat::Never || self.auth_error().is_some_and(AuthError::is_transient)
    }

    /// The requested URL, with secrets replaced.
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// Where in the answer a [`Decode`](ErrorKind::Decode) error is: `items[3].settings.dataDiskSizeGb`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Why no credentials could be had, for [`Auth`](ErrorKind::Auth) errors.
    pub fn auth_error(&self) -> Option<&AuthError> {
        self.0.source.as_deref().and_then(|e| e.downcast_ref())
    }

    /// The server answered 404: there is no such resource, or it may not be seen. Like the other predicates of a resource, it is false for the error
    /// of a batch as a whole, which says nothing of what its calls are about.
    pub fn is_not_found(&self) -> bool {
        self.is_of_resource(StatusCode::NOT_FOUND)
    }

    /// The server answered 409: the resource exists already, or somebody else changed it.
    pub fn is_conflict(&self) -> bool {
        self.is_of_resource(StatusCode::CONFLICT)
    }

    /// The server answered 304: what the `if-none-match` header named is still current.
    pub fn is_not_modified(&self) -> bool {
        self.is_of_resource(StatusCode::NOT_MODIFIED)
    }

    /// The server answered 412: the etag or generation that the request named is not the current one.
    pub fn is_precondition_failed(&self) -> bool {
        self.is_of_resource(StatusCode::PRECONDITION_FAILED)
    }

    /// The server answered 401: the credentials are missing, expired or revoked.
    pub fn is_unauthenticated(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// The server answered 403 for another reason than too many requests.
    pub fn is_permission_denied(&self) -> bool {
        self.is_of_resource(StatusCode::FORBIDDEN) && !self.is_rate_limited()
    }

    /// Too many requests: status 429, or 403 with the reason of a rate limit.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
            || (self.has_status(StatusCode::FORBIDDEN) && is_for_rate(&self.0.api))
    }

    /// Time ran out, here or (status 408 or 504) behind the server.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
            || self.has_status(StatusCode::REQUEST_TIMEOUT)
            || self.has_status(StatusCode::GATEWAY_TIMEOUT)
    }

    /// Whether the server answered `status` to one call, and not to a batch.
    fn is_of_resource(&self, status: StatusCode) -> bool {
        self.0.batch.is_none() && self.has_status(status)
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.status() == Some(status)
    }
}

/// A name that a schema does not have is a mistake in the use of a module.
impl From<UnknownField> for Error {
    fn from(error: UnknownField) -> Self {
        Self::new(ErrorKind::Usage, error.to_string())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

const _: () = assert!(size_of::<Error>() == size_of::<usize>());
