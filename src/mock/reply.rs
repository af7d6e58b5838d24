//! The responses of a mock.

use std::{collections::VecDeque, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use gapi_transport::TransportErrorKind;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use super::transport::MockCall;
use crate::wire::Object;

/// A response of a [`Mock`](super::Mock): a value, a status, a fault, or several in turn.
///
/// `Debug` shows no body.
#[derive(Clone)]
pub struct Reply(pub(super) ReplyKind);

#[derive(Clone)]
pub(super) enum ReplyKind {
    One(MockResponse),
    /// Each once, in order.
    Sequence(VecDeque<Reply>),
    /// Determined by the call.
    With(Arc<dyn Fn(&MockCall) -> Reply + Send + Sync>),
}

/// One response.
#[derive(Clone)]
pub(super) struct MockResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) delay: Duration,
    pub(super) fault: Option<ReplyFault>,
}

/// How a response fails.
#[derive(Clone, Debug)]
pub(super) enum ReplyFault {
    /// The request fails without a response.
    Error(TransportErrorKind, String),
    /// The connection breaks after this many bytes of the body.
    Cut(usize),
    /// The connection closes properly after this many bytes of the body, which is shorter than `content-length`.
    Short(usize),
}

impl Reply {
    fn one(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self(ReplyKind::One(MockResponse {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            body,
            delay: Duration::ZERO,
            fault: None,
        }))
    }

    /// Returns a success with this JSON.
    pub fn json(value: Value) -> Self {
        Self::bytes("application/json; charset=UTF-8", value.to_string())
    }

    /// Returns a success with these bytes, of this content type.
    pub fn bytes(content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::one(200, HeaderMap::new(), body.into()).header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Returns any status with plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::one(status, HeaderMap::new(), text.into().into())
            .header(CONTENT_TYPE.as_str(), "text/plain; charset=UTF-8")
    }

    /// Returns an error in the form of Google's services, with this status.
    pub fn status(status: u16) -> Self {
        let reason = StatusCode::from_u16(status).ok();
        let reason = reason
            .and_then(|s| s.canonical_reason())
            .unwrap_or("Unknown");
        Self::error(status, reason, None)
    }

    /// Returns an error in the form of Google's services, with a message and an optional reason of older APIs, such as
    /// `rateLimitExceeded`.
    pub fn error(status: u16, message: &str, reason: Option<&str>) -> Self {
        let mut error = json!({"code": status, "message": message, "status": code(status)});
        if let Some(reason) = reason {
            error["errors"] = json!([{"message": message, "domain": "global", "reason": reason}]);
        }
        let body = json!({"error": error}).to_string();
        Self::one(status, HeaderMap::new(), body.into())
            .header(CONTENT_TYPE.as_str(), "application/json; charset=UTF-8")
    }

    /// Returns an error of the connection: it is refused.
    pub fn refused() -> Self {
        Self::fault(
            TransportErrorKind::Connect,
            "the connection is refused, as the mock was set up",
        )
    }

    /// Returns an error of the connection: it breaks before the response, and the request may have had an effect.
    pub fn reset() -> Self {
        Self::fault(
            TransportErrorKind::Reset,
            "the connection breaks, as the mock was set up",
        )
    }

    pub(super) fn broken(why: String) -> Self {
        Self::fault(TransportErrorKind::Request, why)
    }

    fn fault(kind: TransportErrorKind, why: impl Into<String>) -> Self {
        Self::one(500, HeaderMap::new(), Bytes::new()).breaking(ReplyFault::Error(kind, why.into()))
    }

    /// Returns several responses, each once, in order. After the last one, the rule no longer matches.
    pub fn sequence(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(ReplyKind::Sequence(replies.into_iter().collect()))
    }

    /// Returns the same response this many times.
    pub fn times(self, times: usize) -> Self {
        Self::sequence(std::iter::repeat_n(self, times))
    }

    /// Returns a response that `respond` determines by the call.
    pub fn with(respond: impl Fn(&MockCall) -> Reply + Send + Sync + 'static) -> Self {
        Self(ReplyKind::With(Arc::new(respond)))
    }

    /// Adds a header. One that HTTP does not allow is ignored.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        if let Some((name, value)) = header.zip(HeaderValue::from_str(value).ok()) {
            self.each(&|one| {
                one.headers.insert(name.clone(), value.clone());
            });
        }
        self
    }

    /// Delays the response by this time of the mock's clock.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.each(&|one| one.delay = delay);
        self
    }

    /// Breaks the connection after this many bytes of the body.
    #[must_use]
    pub fn cut_after(self, bytes: usize) -> Self {
        self.breaking(ReplyFault::Cut(bytes))
    }

    /// Closes the connection properly after this many bytes of the body, although `content-length` is that of all.
    #[must_use]
    pub fn short_after(self, bytes: usize) -> Self {
        self.breaking(ReplyFault::Short(bytes))
    }

    fn breaking(mut self, fault: ReplyFault) -> Self {
        self.each(&|one| one.fault = Some(fault.clone()));
        self
    }

    fn each(&mut self, change: &dyn Fn(&mut MockResponse)) {
        match &mut self.0 {
            ReplyKind::One(one) => change(one),
            ReplyKind::Sequence(replies) => replies.iter_mut().for_each(|reply| reply.each(change)),
            ReplyKind::With(_) => {}
        }
    }
}

/// Returns the name of a status in `google.rpc.Code`.
fn code(status: u16) -> &'static str {
    match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        412 => "FAILED_PRECONDITION",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        500 => "INTERNAL",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "UNKNOWN",
    }
}

/// What a mock responds with: a [`Reply`], a response, JSON, a status, or `()` for a response without content.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no reply of a mock",
    label = "expected a `Reply`, a response, JSON, or the number of a status",
    note = "one reply after the other is `Reply::sequence([..])`; text is `Reply::json(serde_json::json!(text))`"
)]
pub trait IntoReply {
    /// Returns the reply.
    fn into_reply(self) -> Reply;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Reply>> IntoReply for T {
    fn into_reply(self) -> Reply {
        self.into()
    }
}

/// A success with this JSON.
impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::json(value)
    }
}

/// A success with this value.
impl<T: Object> From<T> for Reply {
    fn from(value: T) -> Self {
        Self::value(&value)
    }
}

/// A success without content.
impl From<()> for Reply {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

/// An error with this status.
impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        Self::status(status)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ReplyKind::One(one) => f
                .debug_struct("Reply")
                .field("status", &one.status)
                .field("body_len", &one.body.len())
                .field("delay", &one.delay)
                .field("fault", &one.fault)
                .finish_non_exhaustive(),
            ReplyKind::Sequence(replies) => f.debug_list().entries(replies).finish(),
            ReplyKind::With(_) => f.write_str("Reply(by the call)"),
        }
    }
}
