//! When a request reaches a connection.

use std::sync::Arc;

/// Is told how far a request has come. The sender of a request gives one to its body ([`Body::with_hand_over`](crate::Body::with_hand_over)), and a transport that
/// [tells](crate::Transport::tells_hand_over) calls it.
///
/// A transport over hyper needs to do nothing but to hand the body on as an [`http_body::Body`]. hyper looks at it for the first time when a connection takes the request. It asks for more, or drops the
/// body, when what it was given goes out: with HTTP/2, not before there is a stream for it. (A request without a body counts as sent when the connection takes it: when many begin at once, some of
/// them wait for a stream then.) Others call the methods of [`Body::hand_over`](crate::Body::hand_over) themselves.
pub trait HandOver: Send + Sync + 'static {
    /// A connection takes the request: from now on it may be sent. Returns `false` where the sender has given it up; then it must not be sent.
    fn take(&self) -> bool;

    /// The request goes out, with the first piece of its body, or another piece does.
    fn sent(&self);

    /// The connection waits for a piece of the body that is not there yet.
    fn waits(&self) {}

    /// The body is gone. If a connection had taken it, it goes out to its end, or was given up on the way.
    fn done(&self) {}
}

/// The one who is told of a body's request.
pub(crate) struct Note {
    pub(crate) to: Arc<dyn HandOver>,
    /// Whether a piece was given to the connection.
    pub(crate) given: bool,
}

impl Drop for Note {
    fn drop(&mut self) {
        self.to.done();
    }
}
