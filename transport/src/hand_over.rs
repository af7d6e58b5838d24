//! When a request reaches a connection.

use std::sync::Arc;

/// Is told how far a request has come. The sender of a request gives one to its body ([`Body::with_hand_over`](crate::Body::with_hand_over)), and a transport that
/// [tells](crate::Transport::tells_hand_over) calls it.
///
/// A transport over hyper needs to do nothing but to hand the body on as an [`http_body::Body`]: hyper looks at it for the first time when a connection takes the request (HTTP/1:
/// when its head is written; HTTP/2: when it is given to the connection, where it may wait for a stream), and reads or drops it when the request goes out. Others call the methods of
/// [`Body::hand_over`](crate::Body::hand_over) themselves.
pub trait HandOver: Send + Sync + 'static {
    /// A connection takes the request: from now on it may be sent. Returns `false` where the sender has given it up; then it must not be sent.
    fn take(&self) -> bool;

    /// The request goes out, or another piece of its body does.
    fn sent(&self);

    /// The connection waits for a piece of the body that is not there yet.
    fn waits(&self) {}

    /// The body is gone: it was sent to its end or given up, maybe before a connection took the request. One without bytes is not read; it is dropped when the request goes out.
    fn done(&self) {}
}

/// The one who is told of a body's request.
pub(crate) struct Note(pub(crate) Arc<dyn HandOver>);

impl Drop for Note {
    fn drop(&mut self) {
        self.0.done();
    }
}
