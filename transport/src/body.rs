//! Bodies of requests and responses, and the events of a body that is being sent.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use http_body::{Frame, SizeHint};

use crate::{TransportError, TransportErrorKind};

/// The stream of chunks of a [`Body`] that is not in memory.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The body of a request or a response: empty, in memory, or a stream.
///
/// A body in memory is cheap to clone with [`try_clone`](Self::try_clone), so that a request can be repeated.
/// `Debug` shows the kind and the length, never the bytes.
pub struct Body {
    inner: Inner,
    subscription: Option<Subscription>,
}

enum Inner {
    Full(Bytes),
    Stream {
        // The mutex is never locked: it makes the body `Sync` without asking that of the stream.
        stream: Mutex<BodyStream>,
        len: Option<u64>,
    },
}

impl Body {
    /// Creates an empty body.
    pub const fn empty() -> Self {
        Self::of(Inner::Full(Bytes::new()))
    }

    const fn of(inner: Inner) -> Self {
        Self {
            inner,
            subscription: None,
        }
    }

    /// Creates a body that is read from `stream`; `len` is its length in bytes, if known.
    ///
    /// A request of known length is sent with `content-length`. It fails when the stream ends early; bytes beyond `len` are
    /// never sent.
    pub fn from_stream<S, E>(stream: S, len: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<TransportError>,
    {
        let stream: BodyStream = Box::pin(stream.map(|chunk| chunk.map_err(Into::into)));
        Self::of(Inner::Stream {
            stream: Mutex::new(stream),
            len,
        })
    }

    /// Sets the receiver of the events of this body's request. The body reports them when it is read as an [`http_body::Body`];
    /// otherwise the transport has to.
    #[must_use]
    pub fn with_send_events(mut self, events: Arc<dyn SendEvents>) -> Self {
        self.subscription = Some(Subscription {
            events,
            has_piece: false,
        });
        self
    }

    /// Returns the receiver of the events of this body's request. [`as_bytes`](Self::as_bytes), [`collect`](Self::collect) and
    /// [`into_stream`](Self::into_stream) report none.
    pub fn send_events(&self) -> Option<&Arc<dyn SendEvents>> {
        self.subscription.as_ref().map(|to| &to.events)
    }

    /// Returns the bytes of a body in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.inner {
            Inner::Full(bytes) => Some(bytes),
            Inner::Stream { .. } => None,
        }
    }

    /// Returns the length in bytes, if known.
    pub fn len(&self) -> Option<u64> {
        match &self.inner {
            Inner::Full(bytes) => Some(bytes.len() as u64),
            Inner::Stream { len, .. } => *len,
        }
    }

    /// Returns whether the body is known to be empty.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Returns a copy of a body in memory; `None` for a stream, which can be read only once.
    pub fn try_clone(&self) -> Option<Self> {
        self.as_bytes()
            .map(|bytes| Self::of(Inner::Full(bytes.clone())))
    }

    /// Reads the whole body, of at most `limit` bytes.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] for more than `limit` bytes; the error of the stream when it fails.
    pub fn collect(
        self,
        limit: usize,
    ) -> impl Future<Output = Result<Bytes, TransportError>> + Send {
        let is_long = self.len().is_some_and(|len| len > limit as u64);
        // The future holds the stream only, no second time the body.
        let stream = match self.inner {
            _ if is_long => Err(Err(too_large(limit))),
            Inner::Full(bytes) => Err(Ok(bytes)),
            Inner::Stream { stream, .. } => Ok(inner_stream(stream)),
        };
        async move {
            match stream {
                Ok(mut stream) => collect(&mut stream, limit).await,
                Err(result) => result,
            }
        }
    }

    /// Returns the body as a stream of chunks.
    pub fn into_stream(self) -> BodyStream {
        match self.inner {
            Inner::Full(bytes) if bytes.is_empty() => Box::pin(stream::empty()),
            Inner::Full(bytes) => Box::pin(stream::iter([Ok(bytes)])),
            Inner::Stream { stream, .. } => inner_stream(stream),
        }
    }
}

async fn collect(stream: &mut BodyStream, limit: usize) -> Result<Bytes, TransportError> {
    let Some(first) = stream.next().await.transpose()? else {
        return Ok(Bytes::new());
    };
    if first.len() > limit {
        return Err(too_large(limit));
    }
    let mut all = BytesMut::new();
    while let Some(chunk) = stream.next().await.transpose()? {
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        if chunk.len() > limit - all.len() {
            return Err(too_large(limit));
        }
        all.extend_from_slice(&chunk);
    }
    // Most bodies come as one chunk, which is not copied.
    Ok(if all.is_empty() { first } else { all.freeze() })
}

fn inner_stream(stream: Mutex<BodyStream>) -> BodyStream {
    stream.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn too_large(limit: usize) -> TransportError {
    TransportError::new(
        TransportErrorKind::TooLarge,
        format!("the body is longer than the {limit} bytes that are accepted here"),
    )
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.inner, self.len()) {
            (_, Some(0)) => f.write_str("Body(empty)"),
            (Inner::Full(_), Some(len)) => write!(f, "Body({len} bytes)"),
            (_, Some(len)) => write!(f, "Body(stream of {len} bytes)"),
            (_, None) => f.write_str("Body(stream)"),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::of(Inner::Full(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl Inner {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match self {
            Inner::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Stream { stream, len } => {
                let stream = stream.get_mut().unwrap_or_else(PoisonError::into_inner);
                let chunk = std::task::ready!(stream.as_mut().poll_next(cx));
                let off_by = |what| {
                    let message =
                        format!("the body's stream holds {what} bytes than its declared length");
                    Poll::Ready(Some(Err(TransportError::new(
                        TransportErrorKind::Body,
                        message,
                    ))))
                };
                match (&chunk, len) {
                    (Some(Ok(chunk)), Some(left)) => match left.checked_sub(chunk.len() as u64) {
                        Some(rest) => *left = rest,
                        None => return off_by("more"),
                    },
                    (None, Some(left)) if *left > 0 => return off_by("fewer"),
                    _ => {}
                }
                Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
            }
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        let Some(to) = &mut this.subscription else {
            return this.inner.poll_frame(cx);
        };
        if !to.events.started() {
            return Poll::Ready(Some(Err(TransportError::new(
                TransportErrorKind::Other,
                "the request was given up before it was sent",
            ))));
        }
        if to.has_piece {
            to.events.sent();
        }
        let frame = this.inner.poll_frame(cx);
        match frame {
            Poll::Ready(_) => to.has_piece = true,
            Poll::Pending => to.events.waiting(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        let may_be_sent = self
            .subscription
            .as_ref()
            .is_none_or(|to| to.events.started());
        // A request that was given up must be read, so that it fails.
        may_be_sent && self.as_bytes().is_some_and(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        self.len()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Receives the events of one request that is being sent. The sender attaches it to the body
/// ([`Body::with_send_events`]); a transport that [reports events](crate::Transport::reports_send_events)
/// calls it.
///
/// A transport over hyper only has to pass the body on as an [`http_body::Body`]: hyper polls it for the first time when a
/// connection takes the request, and asks for more, or drops the body, when the previous piece has been written. With HTTP/2 that
/// is not before the request has a stream. (A request without a body counts as sent when a connection takes it, even if it then
/// waits for a stream.) Other transports call the methods of [`Body::send_events`] themselves.
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
struct Subscription {
    events: Arc<dyn SendEvents>,
    /// Whether the connection has taken a piece of the body.
    has_piece: bool,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.events.finished();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(parts: &[&'static str]) -> Body {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| Ok::<_, TransportError>(Bytes::from(*part)))
            .collect();
        Body::from_stream(stream::iter(parts), None)
    }

    #[tokio::test]
    async fn collect_refuses_more_than_the_limit() {
        assert_eq!(
            Body::from("12345").collect(5).await.expect("five bytes"),
            "12345"
        );
        assert_eq!(
            chunks(&["12", "345"]).collect(5).await.expect("five bytes"),
            "12345"
        );
        assert_eq!(
            chunks(&["", "12345"]).collect(5).await.expect("five bytes"),
            "12345"
        );
        assert_eq!(chunks(&[]).collect(0).await.expect("nothing"), "");
        for body in [
            Body::from("123456"),
            chunks(&["123456"]),
            chunks(&["123", "456"]),
        ] {
            let error = body.collect(5).await.expect_err("six bytes");
            assert_eq!(error.kind(), TransportErrorKind::TooLarge);
            assert!(error.to_string().contains("5 bytes"), "{error}");
        }
        let declared =
            Body::from_stream(stream::pending::<Result<Bytes, TransportError>>(), Some(6));
        assert!(
            declared.collect(5).await.is_err(),
            "refused without reading"
        );
    }

    #[tokio::test]
    async fn a_broken_stream_breaks_collect() {
        let broken = stream::iter([
            Ok(Bytes::from("half")),
            Err(std::io::Error::other("the disk is gone")),
        ]);
        let error = Body::from_stream(broken, Some(8))
            .collect(100)
            .await
            .expect_err("broken");
        assert_eq!(error.kind(), TransportErrorKind::Body);
    }

    #[tokio::test]
    async fn only_bytes_in_memory_can_be_copied() {
        let full = Body::from("abc");
        let copy = full.try_clone().expect("in memory");
        assert_eq!(copy.as_bytes(), full.as_bytes());
        assert_eq!(
            full.into_stream()
                .next()
                .await
                .expect("a chunk")
                .expect("bytes"),
            "abc"
        );
        assert!(chunks(&["abc"]).try_clone().is_none());
        assert!(Body::empty().into_stream().next().await.is_none());
    }

    #[test]
    fn debug_shows_kind_and_length_only() {
        assert_eq!(format!("{:?}", Body::from("canary")), "Body(6 bytes)");
        assert_eq!(format!("{:?}", Body::default()), "Body(empty)");
        assert_eq!(format!("{:?}", chunks(&["canary"])), "Body(stream)");
    }
}
