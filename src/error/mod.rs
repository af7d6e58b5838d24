//! The errors of calls.

mod api_error;
mod details;
mod display;
mod kind;
mod markup;

use std::{error::Error as StdError, sync::Arc};

use bytes::Bytes;
use gapi_auth::AuthError;
use gapi_transport::{TransportError, TransportErrorKind};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::AUTHORIZATION};

use self::{
    api_error::ApiError,
    kind::{is_for_rate, repeat_of},
};
pub(crate) use self::{
    api_error::rpc_code,
    kind::{Note, Repeat},
};
pub use self::{
    details::{
        ErrorDetail, ErrorInfo, FieldViolation, HelpLink, PreconditionViolation, QuotaViolation,
        ResourceInfo,
    },
    kind::ErrorKind,
};
use crate::{outlined_box::OutlinedArc, wire::UnknownField};

/// The header of the project that is billed: sensitive, but no credential.
const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

/// Why a call failed. One pointer wide.
///
/// `Display` is one line for people: the method, the failure, and a solution if one is known. Of a body it contains at most the
/// [`message`](Self::message) of the server, shortened and without credentials; [`body`](Self::body) returns the body.
///
/// Clones share everything, the source too.
#[derive(Clone)]
pub struct Error(OutlinedArc<ErrorData>);

#[derive(Clone)]
struct ErrorData {
    kind: ErrorKind,
    /// The failure, for people; empty for API errors, which have a message of the server.
    message: String,
    method: Option<&'static str>,
    /// Without secrets.
    url: Option<String>,
    response: Option<(StatusCode, HeaderMap, Bytes)>,
    api: ApiError,
    json_path: Option<String>,
    repeat: Repeat,
    /// The number of HTTP exchanges of the call; 0 if none was tried.
    attempts: u32,
    /// More about the end of the attempts.
    note: Option<Note>,
    /// The name of the long-running operation.
    operation: Option<String>,
    /// The number of calls of the batch that failed as a whole.
    batch: Option<usize>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(OutlinedArc::new(ErrorData {
            kind,
            message: message.into(),
            method: None,
            url: None,
            response: None,
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

    /// Makes an error of wrong use, after which nothing was sent.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// Makes the error of a response whose `status` is not a success.
    pub(crate) fn api(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let mut error = Self::new(ErrorKind::Api, "");
        error.0.api = ApiError::parse(&headers, &body);
        error.0.repeat = repeat_of(status, &error.0.api);
        error.0.response = Some((status, headers, body));
        error
    }

    /// Makes the error of a long-running operation that failed: `body` is the operation, and `status` the HTTP status in it.
    pub(crate) fn operation_failed(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let mut error = Self::api(status, headers, body);
        error.0.kind = ErrorKind::Operation;
        error
    }

    /// Adds the name of the operation.
    pub(crate) fn of_operation(mut self, name: &str) -> Self {
        if self.0.operation.is_none() && !name.is_empty() {
            self.0.operation = Some(name.to_owned());
        }
        self
    }

    /// Makes it the error of a batch of `calls` calls instead of one call's.
    pub(crate) fn of_batch(mut self, calls: usize) -> Self {
        self.0.batch = Some(calls);
        self.0.method = None;
        self
    }

    pub(crate) fn auth(error: AuthError) -> Self {
        // The credentials have retried by their own policy.
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

    /// Makes the error of the caller's media that could not be read.
    pub(crate) fn unreadable(why: TransportError) -> Self {
        Self::new(ErrorKind::Io, "").with_source(why)
    }

    /// Makes the error of a connection that ended too early. The server may have processed the request.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Transport, message).with_repeat(Repeat::IfSafe)
    }

    pub(crate) fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.0.repeat = repeat;
        self
    }

    /// Returns whether another attempt can succeed.
    pub(crate) fn repeat(&self) -> Repeat {
        self.0.repeat
    }

    /// Sets the number of attempts, and adds why there are no more.
    pub(crate) fn after(mut self, attempts: u32, note: Option<Note>) -> Self {
        self.0.attempts = attempts;
        self.0.note = note.or(self.0.note.take());
        self
    }

    /// Sets the number of exchanges, unless it is higher already.
    pub(crate) fn counting(mut self, exchanges: u32) -> Self {
        self.0.attempts = self.0.attempts.max(exchanges);
        self
    }

    /// Adds the error of the previous attempt, since a timeout alone explains little.
    pub(crate) fn following(mut self, last: Self) -> Self {
        let text = last.to_string();
        let prefix = last.method().map(|method| format!("{method}: "));
        let text = prefix
            .and_then(|prefix| text.strip_prefix(&prefix))
            .unwrap_or(&text);
        self.0.message = format!("{}; the attempt before ended with: {text}", self.0.message);
        self.with_source(last)
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Adds the method and the URL, which contains no secret.
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
        self.0.response = Some((status, headers, body));
        self
    }

    pub(crate) fn with_json_path(mut self, path: String) -> Self {
        self.0.json_path = Some(path);
        self
    }

    /// Adds a solution, which `Display` has after the message of the server.
    pub(crate) fn with_hint(mut self, hint: String) -> Self {
        self.0.message = hint;
        self
    }

    /// Hides a secret that the message of the server may repeat.
    pub(crate) fn hiding(mut self, secret: &str) -> Self {
        self.0.api.hide(secret);
        self
    }

    /// Hides the credentials of the headers that were sent.
    pub(crate) fn hiding_credentials<'a>(
        self,
        headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
    ) -> Self {
        let credentials = headers.filter(|(name, value)| {
            (value.is_sensitive() && *name != QUOTA_PROJECT) || *name == AUTHORIZATION
        });
        credentials.fold(self, |error, (_, value)| {
            let value = value.to_str().unwrap_or_default();
            // The part after the scheme, if there is one.
            error.hiding(value.rsplit(' ').next().unwrap_or_default())
        })
    }

    /// Returns the name of the long-running operation that was waited for, if one was started. To wait for it again, see
    /// [`Wait`](crate::Wait).
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status of the response, or of the error of an operation, if there is one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(|(status, ..)| *status)
    }

    /// Returns the canonical code of an API error (`google.rpc.Code`): `NOT_FOUND`, `PERMISSION_DENIED`. Older APIs have none.
    pub fn code(&self) -> Option<&str> {
        self.0.api.code.as_deref()
    }

    /// Returns the reason of an API error: `SERVICE_DISABLED` (`ErrorInfo.reason`), or an older API's
    /// `errors[].reason`, such as `rateLimitExceeded`, or the `error` of an OAuth response.
    pub fn reason(&self) -> Option<&str> {
        self.0.api.reasons.first().map(String::as_str)
    }

    /// Returns whether an API error has this reason. Newer servers send the old and the new name of a reason together.
    pub fn has_reason(&self, reason: &str) -> bool {
        self.0.api.reasons.iter().any(|r| r == reason)
    }

    /// Returns the message of an API error. If the body is not JSON, it is the text of the body without markup, up to 300 characters.
    pub fn message(&self) -> Option<&str> {
        self.0.api.message.as_deref()
    }

    /// Returns the details of an API error.
    pub fn details(&self) -> &[ErrorDetail] {
        &self.0.api.details
    }

    /// Returns the headers of the response, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.response.as_ref().map(|(_, headers, _)| headers)
    }

    /// Returns the body of the response, if there was one. It may contain secrets.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.response.as_ref().map(|(.., body)| body)
    }

    /// Returns the id of the method: `sql.instances.list`.
    pub fn method(&self) -> Option<&str> {
        self.0.method
    }

    /// Returns the number of HTTP exchanges of the call: failed ones before a retry, the one after a rejected token was replaced, each
    /// request of an upload and of a resumed download, and the last one. An exchange includes its redirects, and counts even if it
    /// failed before its request was sent. 0 if none was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the same call can succeed later: after failures of connections, timeouts, and errors of overloaded or failing
    /// servers. The retries of the client's [`RetryPolicy`](crate::RetryPolicy) have been made already.
    pub fn is_retryable(&self) -> bool {
        self.0.repeat != Repeat::Never || self.auth_error().is_some_and(AuthError::is_transient)
    }

    /// Returns the requested URL, with secrets replaced.
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// Returns the path of a [`Decode`](ErrorKind::Decode) error in the response: `items[3].settings.dataDiskSizeGb`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Returns the error of the credentials, for [`Auth`](ErrorKind::Auth) errors.
    pub fn auth_error(&self) -> Option<&AuthError> {
        self.0.source.as_deref().and_then(|e| e.downcast_ref())
    }

    /// Returns whether the status is 404: there is no such resource, or the caller may not know of it. Like the other predicates of a
    /// resource, it is false for the error of a batch as a whole, which is not about the resources of its calls.
    pub fn is_not_found(&self) -> bool {
        self.is_of_resource(StatusCode::NOT_FOUND)
    }

    /// Returns whether the status is 409: the resource exists already, or was changed concurrently.
    pub fn is_conflict(&self) -> bool {
        self.is_of_resource(StatusCode::CONFLICT)
    }

    /// Returns whether the status is 304: the etag in the `if-none-match` header is still current.
    pub fn is_not_modified(&self) -> bool {
        self.is_of_resource(StatusCode::NOT_MODIFIED)
    }

    /// Returns whether the status is 412: the etag or generation of the request is not the current one.
    pub fn is_precondition_failed(&self) -> bool {
        self.is_of_resource(StatusCode::PRECONDITION_FAILED)
    }

    /// Returns whether the status is 401: the credentials are missing, expired or revoked.
    pub fn is_unauthenticated(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// Returns whether the status is 403, for another reason than a rate limit.
    pub fn is_permission_denied(&self) -> bool {
        self.is_of_resource(StatusCode::FORBIDDEN) && !self.is_rate_limited()
    }

    /// Returns whether a rate limit was exceeded: status 429, or 403 with the reason of a rate limit.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
            || (self.has_status(StatusCode::FORBIDDEN) && is_for_rate(&self.0.api))
    }

    /// Returns whether a time limit was exceeded, here or (status 408 or 504) in the server.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
            || self.has_status(StatusCode::REQUEST_TIMEOUT)
            || self.has_status(StatusCode::GATEWAY_TIMEOUT)
    }

    /// Returns whether `status` is that of one call, and not of a batch.
    fn is_of_resource(&self, status: StatusCode) -> bool {
        self.0.batch.is_none() && self.has_status(status)
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.status() == Some(status)
    }
}

/// An unknown name is wrong use of a module.
impl From<UnknownField> for Error {
    fn from(error: UnknownField) -> Self {
        Self::new(ErrorKind::Usage, error.to_string())
    }
}

/// Credentials that cannot be created are an error of kind [`Auth`](ErrorKind::Auth).
impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::auth(error)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

const _: () = assert!(size_of::<Error>() == size_of::<usize>());
