//! A body that does not sit in memory.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use gapi_transport::{Body, TransportError};

/// A body that is made anew for each attempt, as long as that is possible.
#[derive(Clone)]
pub(crate) struct Streamed {
    len: Option<u64>,
    make: Arc<dyn Fn() -> Option<Body> + Send + Sync>,
}

impl Streamed {
    /// A body of `len` bytes that `make` makes.
    pub(crate) fn new(
        len: Option<u64>,
        make: impl Fn() -> Option<Body> + Send + Sync + 'static,
    ) -> Self {
        Self {
            len,
            make: Arc::new(make),
        }
    }

    /// A body that can be sent once.
    pub(crate) fn once(body: Body) -> Self {
        let len = body.len();
        let body = Mutex::new(Some(body));
        Self::new(len, move || {
            body.lock().unwrap_or_else(PoisonError::into_inner).take()
        })
    }

    /// The same with more before and after it.
    pub(crate) fn between(self, head: Bytes, tail: Bytes) -> Self {
        let len = self.len.map(|len| len + (head.len() + tail.len()) as u64);
        Self::new(len, move || {
            let inner = self.body()?.into_stream();
            let end = |bytes: &Bytes| stream::iter([Ok::<_, TransportError>(bytes.clone())]);
            let all = end(&head).chain(inner).chain(end(&tail));
            Some(Body::from_stream(all, len))
        })
    }

    /// The number of bytes, if it is known.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// The body; `None` when it has passed by.
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
        }
        let once = Streamed::once(Body::from("abc")).between("<".into(), ">".into());
        assert!(once.body().is_some());
        assert!(once.body().is_none());
    }
}
