//! Bodies that are not in memory.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use gapi_transport::{Body, BodyStream, TransportError, lock};

/// A body that is created for each attempt, if that is possible.
#[derive(Clone)]
pub(crate) struct Streamed {
    len: Option<u64>,
    make: Arc<dyn Fn() -> Option<Body> + Send + Sync>,
    /// The body, if it can be sent only once.
    once: Option<OneTimeBody>,
}

/// Holds a body that can be sent only once, until it is sent.
type OneTimeBody = Arc<Mutex<Option<Body>>>;

/// A body from a slot. It returns to the slot if nothing was read, for example without a connection.
struct Lent {
    slot: OneTimeBody,
    untouched: Option<Body>,
    stream: Option<BodyStream>,
}

impl Stream for Lent {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(body) = self.untouched.take() {
            self.stream = Some(body.into_stream());
        }
        match &mut self.stream {
            Some(stream) => stream.as_mut().poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(body) = self.untouched.take() {
            *lock(&self.slot) = Some(body);
        }
    }
}

impl Streamed {
    /// Creates a body of `len` bytes that `make` returns for each attempt.
    pub(crate) fn new(
        len: Option<u64>,
        make: impl Fn() -> Option<Body> + Send + Sync + 'static,
    ) -> Self {
        Self {
            len,
            make: Arc::new(make),
            once: None,
        }
    }

    /// Creates a body that can be sent only once.
    pub(crate) fn once(body: Body) -> Self {
        let len = body.len();
        let slot = Arc::new(Mutex::new(Some(body)));
        let once = Some(slot.clone());
        let make = move || {
            let untouched = Some(lock(&slot).take()?);
            let (slot, stream) = (slot.clone(), None);
            let lent = Lent {
                slot,
                untouched,
                stream,
            };
            Some(Body::from_stream(lent, len))
        };
        Self {
            once,
            ..Self::new(len, make)
        }
    }

    /// The same with more before and after it.
    pub(crate) fn between(self, head: Bytes, tail: Bytes) -> Self {
        let len = self.len.map(|len| len + (head.len() + tail.len()) as u64);
        let once = self.once.clone();
        let make = move || {
            let inner = self.body()?.into_stream();
            let end = |bytes: &Bytes| stream::iter([Ok::<_, TransportError>(bytes.clone())]);
            let all = end(&head).chain(inner).chain(end(&tail));
            Some(Body::from_stream(all, len))
        };
        Self {
            once,
            ..Self::new(len, make)
        }
    }

    /// Returns the number of bytes, if known.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// Returns whether the body is still available.
    pub(crate) fn is_there(&self) -> bool {
        self.once.as_ref().is_none_or(|slot| lock(slot).is_some())
    }

    /// Returns the body; `None` if it was sent.
    pub(crate) fn body(&self) -> Option<Body> {
        (self.make)()
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len {
            Some(len) => write!(f, "Streamed({len} bytes)"),
            None => f.write_str("Streamed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_between_others() {
        let streamed =
            Streamed::new(Some(3), || Some(Body::from("abc"))).between("<".into(), ">".into());
        assert_eq!(streamed.len(), Some(5));
        for _ in 0..2 {
            let body = streamed.body().expect("any number of times");
            assert_eq!(body.collect(9).await.expect("bytes"), "<abc>");
            assert!(streamed.is_there());
        }
        let once = Streamed::once(Body::from("abc")).between("<".into(), ">".into());
        // What nobody read of is there again.
        drop(once.body().expect("the first time"));
        assert!(once.is_there());
        let body = once.body().expect("once more");
        assert!(!once.is_there() && once.body().is_none());
        assert_eq!(body.collect(9).await.expect("bytes"), "<abc>");
        assert!(!once.is_there());
    }
}
