//! How far a request has come.

use std::sync::Arc;

/// Receives the events of one request that is being sent. The sender attaches it to the body
/// ([`Body::with_send_events`](crate::Body::with_send_events)); a transport that [reports events](crate::Transport::reports_send_events)
/// calls it.
///
/// A transport over hyper only has to pass the body on as an [`http_body::Body`]: hyper polls it for the first time when a
/// connection takes the request, and asks for more, or drops the body, when the previous piece has been written. With HTTP/2 that
/// is not before the request has a stream. (A request without a body counts as sent when a connection takes it, even if it then
/// waits for a stream.) Other transports call the methods of [`Body::send_events`](crate::Body::send_events) themselves.
pub trait SendEvents: Send + Sync + 'static {
    /// A connection takes the request, which may be sent from now on. Returns `false` if the sender has given it up: then it must
    /// not be sent.
    fn started(&self) -> bool;

    /// A piece of the body, or the request with its first piece, is written.
    fn sent(&self);

    /// The connection waits for a piece of the body that is not available yet.
    fn waiting(&self) {}

    /// The body is dropped: after [`started`](Self::started), the request was sent or was aborted.
    fn finished(&self) {}
}

/// The receiver of a body's events.
pub(crate) struct Subscription {
    pub(crate) events: Arc<dyn SendEvents>,
    /// Whether the connection has taken a piece of the body.
    pub(crate) has_piece: bool,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.events.finished();
    }
}
